/// Sleep epochs made of timed rows.
///
/// They lie as those that were scored: one begins at a recording's first row with a label, without any label at its
/// first row. They are counted from the one that the first row is in.
struct TimedGrid {
    /// Recordings by their subjects; `runs` has indices into these.
    private(set) var names: [TableNames.Name] = []
    private(set) var runs: [TableRun] = []
    /// Of each run each column's values.
    private(set) var values: [[[Float]]] = []
    private(set) var skipped: [SkippedItem] = []
    /// The sleep epochs among `skipped`, without the recordings' names in the reasons.
    private(set) var leftOut: [SkippedItem] = []
    private(set) var notes: [String] = []

    private let reader: TimedTableReader
    private var (rowCount, epochCount, disagreeing): (Int, Int, Int) = (0, 0, 0)

    /// - Parameters:
    ///   - reader: what was read.
    ///   - stretches: its rows in order.
    init(_ reader: TimedTableReader, _ stretches: TimedStretches) {
        self.reader = reader
        for rows in stretches.rows { addRecording(rows) }
        (skipped, notes) = (skipped + stretches.skipped, stretches.notes)
        notes.append(
            "\(rowCount) timed rows became \(SkippedItem.Kind.sleepEpoch.counted(epochCount)) of 30 s, each the mean of "
                + "the values in it")
        if disagreeing > 0 { notes.append(TimedStretches.note(onDisputed: disagreeing)) }
    }

    private mutating func addRecording(_ rows: ArraySlice<Int>) {
        guard let first = rows.first else { return }
        let start = reader.rows[first]
        let name = TimedStretches.name(of: start, reader)
        names.append(name)
        let length = TimedStretches.epochLength
        let scored = rows.first { reader.rows[$0].label != nil }.map { reader.rows[$0].time } ?? start.time
        let origin = scored - (scored - start.time + length - 1) / length * length
        func epoch(_ row: Int) -> Int { (reader.rows[row].time - origin) / length }
        var epochs: [(number: Int, values: [Float], label: Int?)] = []
        for run in rows.runs(where: { epoch($0) == epoch($1) }) {
            let own = rows[run]
            guard let number = own.first.map(epoch), let values = means(of: own) else { continue }
            epochs.append((number, values, label(of: own)))
        }
        rowCount += rows.count
        epochCount += epochs.count
        let path = reader.paths[Int(start.file)]
        func skip(_ count: Int, _ reason: String) {
            guard count > 0 else { return }
            skipped.append(
                SkippedItem(path: path, kind: .sleepEpoch, count: count, reason: "\(name.recording): \(reason)"))
            leftOut.append(SkippedItem(path: path, kind: .sleepEpoch, count: count, reason: reason))
        }
        skip((rows.last.map(epoch) ?? 0) + 1 - epochs.count, "no value in it")
        var short = 0
        for run in epochs.runs(where: { $0.number + 1 == $1.number }) {
            guard run.count >= SleepEpochWindow.fewestEpochs else {
                short += run.count
                continue
            }
            let own = epochs[run]
            runs.append(
                TableRun(
                    name: names.count - 1, firstPosition: epochs[run.lowerBound].number, labels: own.map(\.label),
                    start: start.onItsClock(origin)))
            values.append(reader.valueNames.indices.map { column in own.map { $0.values[column] } })
        }
        skip(short, "fewer than \(SleepEpochWindow.fewestEpochs) in a row between gaps")
    }

    /// The mean of each column over rows; nil where one has no value.
    private func means(of rows: ArraySlice<Int>) -> [Float]? {
        let width = reader.valueNames.count
        var means: [Float] = []
        for column in 0..<width {
            let values = rows.map { reader.values[$0 * width + column] }.filter { !$0.isNaN }
            guard !values.isEmpty else { return nil }
            means.append(Float(values.reduce(0, +) / Double(values.count)))
        }
        return means
    }

    private mutating func label(of rows: ArraySlice<Int>) -> Int? {
        let (label, isDisputed) = TimedStretches.label(of: rows, reader)
        if isDisputed { disagreeing += 1 }
        return label
    }
}
