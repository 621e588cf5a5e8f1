import Datasets

/// Sleep epochs made of timed rows.
///
/// They lie as those that were scored: one begins at a recording's first row with a label, without any label at its
/// first row. They are counted from the one that the first row is in, or from a hypnogram's first.
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
        (skipped, notes) = (skipped + stretches.skipped, stretches.notes + notes)
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
        let places = EpochPlaces(rows, reader)
        let columns = reader.valueNames.indices.map {
            means(ofColumn: $0, places.rows(withValueIn: $0, of: rows, reader))
        }
        let labels = places.labels(of: rows, reader)
        disagreeing += labels.values.count(where: \.isDisputed)
        let numbers = columns.reduce(Set(labels.keys)) { $0.union($1.keys) }
        guard let earliest = numbers.min(), let most = numbers.max() else { return }
        let least = reader.areOfHypnograms ? 0 : earliest
        let epochs = numbers.sorted().compactMap { number -> (number: Int, values: [Float], label: Int?)? in
            let values = columns.compactMap { $0[number] }
            return values.count == columns.count ? (number - least, values, labels[number]?.label) : nil
        }
        rowCount += reader.count(withValueIn: rows)
        epochCount += epochs.count
        let path = reader.paths[Int(start.file)]
        let own = epochs.compactMap(\.label)
        if EpochPlaces.areOfChanges(own, epochCount: epochs.count) {
            notes.append(
                "\(path): \(name.recording): \(own.count) of its \(epochs.count) sleep epochs have a label, and "
                    + EpochPlaces.questionOnChanges)
        }
        func skip(_ count: Int, _ reason: String) {
            guard count > 0 else { return }
            skipped.append(
                SkippedItem(path: path, kind: .sleepEpoch, count: count, reason: "\(name.recording): \(reason)"))
            leftOut.append(SkippedItem(path: path, kind: .sleepEpoch, count: count, reason: reason))
        }
        skip(most - least + 1 - epochs.count, "no value in it")
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
                    start: start.onItsClock(places.origin + least * TimedStretches.epochLength)))
            values.append(reader.valueNames.indices.map { column in own.map { $0.values[column] } })
        }
        skip(short, "fewer than \(SleepEpochWindow.fewestEpochs) in a row between gaps")
    }

    /// The mean of a column in each sleep epoch that has a value of it.
    private func means(ofColumn column: Int, _ epochs: [Int: ArraySlice<Int>]) -> [Int: Float] {
        let width = reader.valueNames.count
        return epochs.mapValues { rows in
            Float(rows.reduce(0) { $0 + reader.values[$1 * width + column] } / Double(rows.count))
        }
    }
}
