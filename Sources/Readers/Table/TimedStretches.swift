import Datasets

/// Timed rows in order, divided into recordings.
struct TimedStretches {
    /// How long a sleep epoch lasts, in the unit of a row's time.
    static let epochLength = Int(SleepEpochWindow.epochSeconds) * TimeText.second

    /// Of each recording the indices of its rows, by time.
    private(set) var rows: [ArraySlice<Int>] = []
    /// Rows that were left out.
    private(set) var skipped: [SkippedItem] = []
    /// Rows that contradict each other.
    private(set) var notes: [String] = []
    /// How many seconds apart rows mostly stand, where that is more than a sleep epoch; nil otherwise.
    private(set) var medianDistance: Int?

    private var (repeated, otherAtSameTime): ([Int32: Int], [Int32: Int]) = ([:], [:])

    /// - Parameters:
    ///   - reader: what was read.
    ///   - longestGap: a longer one, in seconds, ends a recording.
    init(_ reader: TimedTableReader, longestGap: Double) {
        let sorted = sortedRows(of: reader)
        // How far the rows up to each one's reach: to its time, or the end of a label.
        var reach: [Int: Int] = [:]
        if !reader.labelEnds.isEmpty {
            var last = (name: Int32(-1), end: Int.min)
            for row in sorted {
                let (name, end) = (reader.rows[row].name, reader.labelEnds[row] ?? reader.rows[row].time)
                last = (name, name == last.name ? max(end, last.end) : end)
                reach[row] = last.end
            }
        }
        func belongTogether(_ a: Int, _ b: Int) -> Bool {
            let (row, next) = (reader.rows[a], reader.rows[b])
            return row.name == next.name
                && Double(next.time - (reach[a] ?? row.time)) <= longestGap * Double(TimeText.second)
        }
        rows = sorted.runs(where: belongTogether).map { sorted[$0] }
        let distances = zip(sorted, sorted.dropFirst()).filter(belongTogether).map { a, b in
            reader.rows[b].time - reader.rows[a].time
        }.sorted()
        if !distances.isEmpty, distances[distances.count / 2] > Self.epochLength {
            medianDistance = distances[distances.count / 2] / TimeText.second
        }
        notes += Self.notesOnSteps(reader)
        if reader.labelEnds.isEmpty { notes += [Self.noteOnLabels(reader, rows)].compactMap(\.self) }
        for (file, path) in reader.paths.enumerated() {
            if let count = repeated[Int32(file)] {
                skipped.append(SkippedItem(path: path, kind: .row, count: count, reason: "the same as another row"))
            }
            if let count = otherAtSameTime[Int32(file)] {
                let areMinutes = reader.rows.allSatisfy {
                    $0.file != Int32(file) || $0.time % (60 * TimeText.second) == 0
                }
                let question =
                    areMinutes
                    ? "all its times are whole minutes; were the seconds left out when it was saved?"
                    : "is there more than one person or device in it?"
                notes.append(
                    "\(path): \(count) row\(count == 1 ? " has" : "s have") the time of another row and other values: "
                        + question)
            }
        }
    }

    /// Where labels mostly follow each other by other than 30 s and its parts, as those of sleep epochs of another
    /// length do.
    private static func noteOnLabels(_ reader: TimedTableReader, _ rows: [ArraySlice<Int>]) -> String? {
        var counts: [Int: Int] = [:]
        for stretch in rows {
            let labelled = stretch.filter { reader.rows[$0].label != nil }
            for (row, next) in zip(labelled, labelled.dropFirst()) {
                counts[
                    (reader.rows[next].time - reader.rows[row].time + TimeText.second / 2) / TimeText.second, default: 0
                ] += 1
            }
        }
        let all = counts.values.reduce(0, +)
        guard let (seconds, count) = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }), 2 * count > all,
            (16...59).contains(seconds), seconds != Int(SleepEpochWindow.epochSeconds)
        else { return nil }
        return
            "labels stand \(seconds) s apart: a sleep epoch of 30 s has the label of the rows in it, and none where they "
            + "differ; where each label is of the \(seconds) s from its row on, score or export in sleep epochs of 30 s"
    }

    /// A step from one row of a file to the next that hints at times that were read wrongly.
    private enum OddStep: CaseIterable {
        case day, halfDay, month

        init?(_ step: Int) {
            let hours = Double(step) / Double(TimeText.second) / 3600
            let beyondDays = hours.truncatingRemainder(dividingBy: 24)
            switch hours {
            case -24.0 ... -22.0: self = .day
            case -12.0 ... -11.5: self = .halfDay
            case 27 * 24...31.5 * 24 where beyondDays < 0.25: self = .month
            default: return nil
            }
        }

        func note(_ count: Int, first step: Int) -> String {
            let hours = Double(abs(step)) / Double(TimeText.second) / 3600
            let rows = count == 1 ? "one row is" : "\(count) rows are"
            let before = "\(rows) \(String(format: "%.1f", hours)) hours before the row above"
            switch self {
            case .day: return "\(before): was the evening's date kept past midnight?"
            case .halfDay: return "\(before): are they of a 12-hour clock, and AM and PM got lost?"
            case .month:
                return
                    "\(rows) \(Int(hours / 24)) days and a moment behind the row above: is the day the month, as another "
                    + "--date-order would have it?"
            }
        }
    }

    /// Of each file in which a row lies oddly behind or before the one above.
    private static func notesOnSteps(_ reader: TimedTableReader) -> [String] {
        var found: [Int32: [OddStep: (count: Int, first: Int)]] = [:]
        for (row, next) in zip(reader.rows, reader.rows.dropFirst())
        where row.file == next.file && row.name == next.name {
            // As their clock shows it: it may have been changed between them.
            let change =
                [row.ahead, next.ahead].contains(TimedTableReader.Row.unknownClock) ? 0 : next.ahead - row.ahead
            let step = next.time - row.time + Int(change) * TimeText.second
            guard let odd = OddStep(step) else { continue }
            found[next.file, default: [:]][odd, default: (0, step)].count += 1
        }
        return found.sorted { $0.key < $1.key }.flatMap { file, steps in
            OddStep.allCases.compactMap { odd in
                steps[odd].map { "\(reader.paths[Int(file)]): \(odd.note($0.count, first: $0.first))" }
            }
        }
    }

    /// The rows' indices by name and time.
    ///
    /// Rows of one time stand in the order of what they say, so that the order of the files is no input; one that says
    /// the same as another is there once.
    private mutating func sortedRows(of reader: TimedTableReader) -> [Int] {
        var rank = [Int](repeating: 0, count: reader.names.names.count)
        for (place, name) in reader.names.order().enumerated() { rank[name] = place }
        let (rows, width) = (reader.rows, reader.valueNames.count)
        func key(_ row: Int) -> (Int, Int) { (rank[Int(rows[row].name)], rows[row].time) }
        func values(_ row: Int) -> ArraySlice<Double> { reader.values[row * width..<(row + 1) * width] }
        func content(_ row: Int) -> [UInt64] {
            [UInt64(rows[row].label.map { $0 + 1 } ?? 0), UInt64(bitPattern: Int64(reader.labelEnds[row] ?? 0))]
                + values(row).map(\.bitPattern)
        }
        // What one of them leaves open does not contradict the other: columns are measured each by itself.
        func contradict(_ a: Int, _ b: Int) -> Bool {
            if let one = rows[a].label, let other = rows[b].label, one != other { return true }
            return zip(values(a), values(b)).contains { !$0.isNaN && !$1.isNaN && $0 != $1 }
        }
        let order = rows.indices.sorted { a, b in
            key(a) == key(b) ? content(a).lexicographicallyPrecedes(content(b)) : key(a) < key(b)
        }
        var kept: [Int] = []
        kept.reserveCapacity(order.count)
        for row in order {
            if let last = kept.last, key(last) == key(row) {
                if content(last) == content(row) {
                    repeated[rows[row].file, default: 0] += 1
                    continue
                }
                if contradict(last, row) { otherAtSameTime[rows[row].file, default: 0] += 1 }
            }
            kept.append(row)
        }
        return kept
    }

    /// The name of the recording that starts with a row: as the table says, or by subject and time.
    static func name(of first: TimedTableReader.Row, _ reader: TimedTableReader) -> TableNames.Name {
        let name = reader.names.names[Int(first.name)]
        guard name.recording.isEmpty else { return name }
        return TableNames.Name(subject: name.subject, recording: "\(name.subject)/\(TimeText.utc(first.time))")
    }

    /// What is said of so many sleep epochs whose rows have different labels.
    static func note(onDisputed count: Int) -> String {
        "\(SkippedItem.Kind.sleepEpoch.counted(count)) with different labels \(count == 1 ? "is" : "are") without one"
    }

    /// The label of a sleep epoch's rows; none where they differ.
    static func label(of rows: ArraySlice<Int>, _ reader: TimedTableReader) -> (label: Int?, isDisputed: Bool) {
        let labels = Set(rows.compactMap { reader.rows[$0].label })
        return (labels.count == 1 ? labels.first : nil, labels.count > 1)
    }
}
