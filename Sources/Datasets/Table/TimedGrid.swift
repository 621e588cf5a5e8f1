/// Sleep epochs made of timed rows.
struct TimedGrid {
    /// Recordings by their subjects; `runs` has indices into these.
    private(set) var names: [TableNames.Name] = []
    private(set) var runs: [TableRun] = []
    /// Of each run each column's values.
    private(set) var values: [[[Float]]] = []
    private(set) var skipped: [SkippedItem] = []
    private(set) var notes: [String] = []

    /// How many seconds apart rows mostly stand, where that is more than a sleep epoch; nil otherwise.
    private(set) var medianDistance: Int?

    private let reader: TimedTableReader
    private let epochLength = Int(SleepEpochWindow.epochSeconds) * TimeText.second
    private var (rowCount, epochCount, disagreeing): (Int, Int, Int) = (0, 0, 0)
    private var (repeated, otherAtSameTime): ([Int32: Int], [Int32: Int]) = ([:], [:])

    /// - Parameters:
    ///   - reader: what was read.
    ///   - longestGap: a longer one, in seconds, ends a recording.
    init(_ reader: TimedTableReader, longestGap: Double) {
        self.reader = reader
        let rows = sortedRows()
        medianDistance = distance(rows, longestGap)
        for run in rows.runs(where: { belongTogether($0, $1, longestGap) }) { addRecording(rows[run]) }
        for (file, path) in reader.paths.enumerated() {
            if let count = repeated[Int32(file)] {
                skipped.append(SkippedItem(path: path, kind: .row, count: count, reason: "the same as another row"))
            }
            if let count = otherAtSameTime[Int32(file)] {
                notes.append(
                    "\(path): \(count) row\(count == 1 ? " has" : "s have") the time of another row and other values: is "
                        + "there more than one person or device in it?")
            }
        }
        notes.append(
            "\(rowCount) timed rows became \(epochCount) sleep epochs of 30 s, each the mean of the values in it")
        if disagreeing > 0 {
            notes.append("\(disagreeing) sleep epochs whose rows have different labels are without one")
        }
    }

    /// The rows' indices by name and time.
    ///
    /// Rows of one time stand in the order of what they say, so that the order of the files is no input; one that says
    /// the same as another is there once.
    private mutating func sortedRows() -> [Int] {
        var rank = [Int](repeating: 0, count: reader.names.names.count)
        for (place, name) in reader.names.order().enumerated() { rank[name] = place }
        let (rows, width) = (reader.rows, reader.valueNames.count)
        func key(_ row: Int) -> (Int, Int) { (rank[Int(rows[row].name)], rows[row].time) }
        func content(_ row: Int) -> [UInt32] {
            [UInt32(rows[row].label.map { $0 + 1 } ?? 0)]
                + reader.values[row * width..<(row + 1) * width].map(\.bitPattern)
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
                otherAtSameTime[rows[row].file, default: 0] += 1
            }
            kept.append(row)
        }
        return kept
    }

    private func belongTogether(_ a: Int, _ b: Int, _ longestGap: Double) -> Bool {
        let (a, b) = (reader.rows[a], reader.rows[b])
        return a.name == b.name && Double(b.time - a.time) <= longestGap * Double(TimeText.second)
    }

    private func distance(_ rows: [Int], _ longestGap: Double) -> Int? {
        let distances = zip(rows, rows.dropFirst()).filter { belongTogether($0, $1, longestGap) }.map { a, b in
            reader.rows[b].time - reader.rows[a].time
        }.sorted()
        guard !distances.isEmpty, distances[distances.count / 2] > epochLength else { return nil }
        return distances[distances.count / 2] / TimeText.second
    }

    private mutating func addRecording(_ rows: ArraySlice<Int>) {
        guard let first = rows.first else { return }
        let start = reader.rows[first]
        let name = reader.names.names[Int(start.name)]
        let recording = name.recording.isEmpty ? "\(name.subject)/\(TimeText.utc(start.time))" : name.recording
        names.append(TableNames.Name(subject: name.subject, recording: recording))
        func epoch(_ row: Int) -> Int { (reader.rows[row].time - start.time) / epochLength }
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
            if count > 0 {
                skipped.append(
                    SkippedItem(path: path, kind: .sleepEpoch, count: count, reason: "\(recording): \(reason)"))
            }
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
                TableRun(name: names.count - 1, firstPosition: epochs[run.lowerBound].number, labels: own.map(\.label)))
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
            means.append(Float(values.reduce(0) { $0 + Double($1) } / Double(values.count)))
        }
        return means
    }

    private mutating func label(of rows: ArraySlice<Int>) -> Int? {
        let labels = Set(rows.compactMap { reader.rows[$0].label })
        if labels.count > 1 { disagreeing += 1 }
        return labels.count == 1 ? labels.first : nil
    }
}
