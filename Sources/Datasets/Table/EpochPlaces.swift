/// In which sleep epoch each row of a recording lies.
///
/// A sleep epoch begins at the first row with a label, without any label at the first row, and numbers count from that
/// one. A value or a label lies where its time does, unless it comes regularly. Labels that do are taken for the time
/// from half their distance before to half of it behind, and values each 30 s whose times are those of sleep epochs
/// for the one that begins nearest: clocks drift, and programs round times, and a label that comes a millisecond early
/// is not the one of the sleep epoch before.
struct EpochPlaces {
    /// When the sleep epoch with number 0 begins.
    let origin: Int
    private let labelShift: Int
    /// Of each column.
    private let valueShifts: [Int]

    private static let length = TimedStretches.epochLength

    /// - Parameters:
    ///   - rows: the recording's rows by time; not empty.
    ///   - reader: what was read.
    init(_ rows: ArraySlice<Int>, _ reader: TimedTableReader) {
        let width = reader.valueNames.count
        func times(_ isIn: (Int) -> Bool) -> [Int] { rows.filter(isIn).map { reader.rows[$0].time } }
        let labelled = times { reader.rows[$0].label != nil }
        let origin = labelled.first ?? reader.rows[rows[rows.startIndex]].time
        self.origin = origin
        labelShift = Self.regularDistance(labelled).map(Self.shift) ?? 0
        valueShifts = (0..<width).map { column in
            let own = times { !reader.values[$0 * width + column].isNaN }
            guard let distance = Self.regularDistance(own), Self.shift(ofDistance: distance) == Self.length / 2,
                Self.areMost(own, { Self.fromMultiple($0 - origin, of: Self.length) <= 5 * TimeText.second })
            else { return 0 }
            return Self.length / 2
        }
    }

    /// How far apart these times mostly are; nil where they are not regularly so, or in whole multiples of that.
    private static func regularDistance(_ times: [Int]) -> Int? {
        let distances = zip(times.dropFirst(), times).map { $0 - $1 }.filter { $0 > 0 }.sorted()
        guard !distances.isEmpty else { return nil }
        let median = distances[distances.count / 2]
        return areMost(distances) { fromMultiple($0, of: median) <= median / 10 } ? median : nil
    }

    private static func areMost(_ numbers: [Int], _ are: (Int) -> Bool) -> Bool {
        10 * numbers.count(where: are) >= 9 * numbers.count
    }

    /// How far a number is from the nearest multiple of a step.
    private static func fromMultiple(_ number: Int, of step: Int) -> Int {
        let rest = (number % step + step) % step
        return min(rest, step - rest)
    }

    /// Half the distance of what comes at parts of a sleep epoch, or once in each; 0 at any other distance.
    private static func shift(ofDistance distance: Int) -> Int {
        let seconds = (distance + TimeText.second / 2) / TimeText.second
        if seconds == 0 { return distance / 2 }
        return length / TimeText.second % seconds == 0 ? seconds * TimeText.second / 2 : 0
    }

    private func number(_ time: Int, _ shift: Int) -> Int {
        let whole = time - origin + shift
        return (whole < 0 ? whole - Self.length + 1 : whole) / Self.length
    }

    /// The label of each sleep epoch with a row that has one, by its number, and whether its rows have different ones.
    func labels(
        of rows: ArraySlice<Int>, _ reader: TimedTableReader
    ) -> [Int: (label: Int?, isDisputed: Bool)] {
        let labelled = rows.filter { reader.rows[$0].label != nil }
        return gathered(labelled, labelShift, reader).mapValues { TimedStretches.label(of: $0, reader) }
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
