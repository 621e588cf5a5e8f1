/// In which sleep epoch each row of a recording lies.
///
/// A sleep epoch begins where the hypnogram does, or at the first row with a label, without any label at the first row,
/// and numbers count from that one. What comes more often lies where its time does; labels that do so regularly are
/// taken for the time from half their distance before to half of it behind. What stands once for a sleep epoch, a label
/// as the value in its row, belongs to the one that begins nearest: clocks drift, and programs round times, and a label
/// that comes a millisecond early is not the one of the sleep epoch before. Values once for each in rows of their own
/// may stand anywhere in it, and be up to 5 s early.
struct EpochPlaces {
    /// When the sleep epoch with number 0 begins.
    let origin: Int
    private let labelShift: Int
    /// Of each column.
    private let valueShifts: [Int]

    private static let length = TimedStretches.epochLength
    /// How early a value in a row of its own may come, and how far distances are from whole numbers of sleep epochs.
    private static let tolerance = 5 * TimeText.second

    /// - Parameters:
    ///   - rows: the recording's rows by time; not empty.
    ///   - reader: what was read.
    init(_ rows: ArraySlice<Int>, _ reader: TimedTableReader) {
        let (width, first) = (reader.valueNames.count, rows[rows.startIndex])
        let labelled = rows.filter { reader.rows[$0].label != nil }
        func distances(_ rows: [Int]) -> [Int] {
            zip(rows.dropFirst(), rows).map { reader.rows[$0].time - reader.rows[$1].time }.filter { $0 > 0 }
        }
        origin =
            reader.areOfHypnograms
            ? reader.hypnogramStarts[Int(reader.rows[first].name)] : reader.rows[labelled.first ?? first].time
        let ofLabels = distances(labelled)
        let shift = Self.areOfEpochs(ofLabels) ? Self.length / 2 : Self.shift(ofPartsOfEpochs: ofLabels)
        labelShift = shift
        valueShifts = (0..<width).map { column in
            func hasValue(_ row: Int) -> Bool { !reader.values[row * width + column].isNaN }
            let own = rows.filter(hasValue)
            guard !reader.areOfHypnograms, Self.areOfEpochs(distances(own)) else { return 0 }
            if labelled.isEmpty { return hasValue(first) ? Self.length / 2 : Self.tolerance }
            let both = labelled.count(where: hasValue)
            return 2 * both >= min(labelled.count, own.count) ? shift : Self.tolerance
        }
    }

    /// Whether so many distances are mostly those from one sleep epoch to the next, or another behind that.
    private static func areOfEpochs(_ distances: [Int]) -> Bool {
        !distances.isEmpty
            && areMost(distances) { $0 > length / 2 && fromMultiple($0, of: length) <= tolerance }
    }

    private static func areMost(_ numbers: [Int], _ are: (Int) -> Bool) -> Bool {
        10 * numbers.count(where: are) >= 9 * numbers.count
    }

    /// How far a number is from the nearest multiple of a step.
    private static func fromMultiple(_ number: Int, of step: Int) -> Int {
        let rest = (number % step + step) % step
        return min(rest, step - rest)
    }

    /// Half of the usual distance where that is a part of a sleep epoch, and most are that, or several of it, to a
    /// tenth; 0 otherwise.
    private static func shift(ofPartsOfEpochs distances: [Int]) -> Int {
        guard !distances.isEmpty else { return 0 }
        let median = distances.sorted()[distances.count / 2]
        guard areMost(distances, { fromMultiple($0, of: median) <= median / 10 }) else { return 0 }
        let seconds = (median + TimeText.second / 2) / TimeText.second
        // Half seconds, and others that are not rounded whole ones; each may be rounded to a microsecond.
        if abs(median - seconds * TimeText.second) > median / 10 {
            return fromMultiple(length, of: median) <= median / 10 + length / median ? median / 2 : 0
        }
        let isPart = seconds < length / TimeText.second && length / TimeText.second % seconds == 0
        return isPart ? seconds * TimeText.second / 2 : 0
    }

    /// The number of the sleep epoch that a time lies in.
    func number(_ time: Int) -> Int { number(time, 0) }

    private func number(_ time: Int, _ shift: Int) -> Int {
        let whole = time - origin + shift
        return (whole < 0 ? whole - Self.length + 1 : whole) / Self.length
    }

    /// The label of each sleep epoch with a row that has one, by its number, and whether its rows have different ones.
    ///
    /// Of labels with an end a sleep epoch has the one that lasts for more than half of it. Where two do, or several
    /// only together, they differ.
    func labels(
        of rows: ArraySlice<Int>, _ reader: TimedTableReader
    ) -> [Int: (label: Int?, isDisputed: Bool)] {
        let labelled = rows.filter { reader.rows[$0].label != nil }
        if !reader.labelEnds.isEmpty {
            return covered(by: labelled, reader).compactMapValues { times in
                let most = times.ofLabels.filter { 2 * $0.value > Self.length }
                if most.count == 1 { return (most.first?.key, false) }
                return 2 * times.ofAny > Self.length ? (nil, true) : nil
            }
        }
        return gathered(labelled, labelShift, reader).mapValues { TimedStretches.label(of: $0, reader) }
    }

    /// Whether the labels of a recording's sleep epochs, in order, stand where the stage changes: few have one, and
    /// nearly each another than the one before.
    static func areOfChanges(_ labels: [Int], epochCount: Int) -> Bool {
        let changes = zip(labels.dropFirst(), labels).count { $0 != $1 }
        return labels.count >= 4 && 4 * labels.count < epochCount && 10 * changes >= 9 * (labels.count - 1)
    }

    /// What is asked of whoever has such labels.
    static let questionOnChanges =
        "nearly each another than the one before: do they stand where the stage changes? name the column that says how "
        + "long each lasts with --label-end or --label-seconds, or give a row with the stage for each 30 s"

    /// For how much of a sleep epoch labels last, each and any.
    private struct Covered {
        var ofLabels: [Int: Int] = [:]
        var ofAny = 0
    }

    /// For how long labels last in each sleep epoch, by its number.
    private func covered(by labelled: [Int], _ reader: TimedTableReader) -> [Int: Covered] {
        var covered: [Int: Covered] = [:]
        // What two rows of one label both span counts once, and of any label too.
        var (reached, reachedByAny): ([Int: Int], Int) = ([:], .min)
        for row in labelled {
            guard let label = reader.rows[row].label, let end = reader.labelEnds[row] else { continue }
            let start = reader.rows[row].time
            forEachEpoch(from: max(start, reached[label] ?? .min), to: end) {
                covered[$0, default: Covered()].ofLabels[label, default: 0] += $1
            }
            forEachEpoch(from: max(start, reachedByAny), to: end) { covered[$0, default: Covered()].ofAny += $1 }
            reached[label] = max(end, reached[label] ?? .min)
            reachedByAny = max(end, reachedByAny)
        }
        return covered
    }

    /// Calls `body` with each sleep epoch's number in a span of time, and how much of the span lies in it.
    func forEachEpoch(from start: Int, to end: Int, _ body: (Int, Int) -> Void) {
        var time = start
        while time < end {
            let number = number(time)
            let next = min(end, origin + (number + 1) * Self.length)
            body(number, next - time)
            time = next
        }
    }

    /// The rows with a value in a column of each sleep epoch that has some, by its number.
    func rows(
        withValueIn column: Int, of rows: ArraySlice<Int>, _ reader: TimedTableReader
    ) -> [Int: ArraySlice<Int>] {
        let width = reader.valueNames.count
        return gathered(
            rows.filter { !reader.values[$0 * width + column].isNaN }, valueShifts[column], reader)
    }

    private func gathered(_ rows: [Int], _ shift: Int, _ reader: TimedTableReader) -> [Int: ArraySlice<Int>] {
        func number(_ row: Int) -> Int { self.number(reader.rows[row].time, shift) }
        let runs = rows.runs { number($0) == number($1) }
        return Dictionary(uniqueKeysWithValues: runs.map { (number(rows[$0.lowerBound]), rows[$0]) })
    }
}
