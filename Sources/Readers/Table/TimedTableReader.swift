import Datasets

/// Reads the files of a table of timed values.
struct TimedTableReader {
    /// A row; its values lie in `values` at its index.
    struct Row {
        /// In microseconds since 1970-01-01 00:00 UTC.
        let time: Int
        /// An index into `names`.
        let name: Int32
        let file: Int32
        /// An index into the vocabulary's codes; nil for none.
        let label: Int?
        /// How many seconds ahead of UTC the clock of the place was; `unknownClock` where nobody says.
        let ahead: Int32

        static let unknownClock = Int32.min

        /// When something is, on the clock that the place had at this row; nil where nobody knows that clock.
        func onItsClock(_ time: Int) -> RecordingStart? {
            guard ahead != Self.unknownClock else { return nil }
            return RecordingStart(time: Double(time) / Double(TimeText.second) + Double(ahead), hasDay: true)
        }
    }

    /// What a column's values must be.
    enum Limit: String {
        case heartRate = "a heart rate above 0: leave the field empty where none was measured"
        case count = "a count of at least 0"

        func allows(_ value: Double) -> Bool { self == .heartRate ? value > 0 : value >= 0 }
    }

    let columns: TableColumns
    let labels: TableLabels
    let format: TableRecordings.Format
    /// What the values of each column must be; empty for any number, which is then rounded to a Float.
    let limits: [Limit]
    /// The files of values, and behind them those of labels.
    private(set) var paths: [String] = []
    private let labelPaths: [String]
    /// The recording that each file is, where no column names it and times count from its start.
    private var recordingOfFile: [String: String] = [:]
    private(set) var valueNames: [String] = []
    private(set) var names = TableNames()
    private(set) var labelTexts: TableLabels.Texts
    private(set) var rows: [Row] = []
    /// `[rows, valueNames]`; NaN where a value is missing.
    private(set) var values: [Double] = []
    /// When the label of a row ends, by the row's index; of rows whose label is of their own time nothing.
    private(set) var labelEnds: [Int: Int] = [:]
    private var clock: TableClock
    private var withoutValue: [String: Int] = [:]
    /// When the hypnogram begins that a recording is the night of, by the name's index; empty where there are none.
    private(set) var hypnogramStarts: [Int] = []
    /// What was found of hypnograms.
    private var (hypnogramNotes, hypnogramItems): ([String], [SkippedItem]) = ([], [])

    /// Reads all of some files.
    ///
    /// - Parameters:
    ///   - paths: the files, each with a header.
    ///   - columns: which columns are what; `position` is the column of times.
    ///   - labelFiles: files that have the labels, and `columns.label` then names a column of theirs; or nil.
    ///   - labels: what the labels mean.
    ///   - times: how times are written.
    ///   - format: how the files are written.
    ///   - limits: what the values of each column must be.
    ///   - hypnograms: files with the labels, of which each makes a recording; or nil.
    ///   - lead: how many seconds around a hypnogram its recording has values.
    /// - Throws: `DatasetError` that names the file, the line and the column.
    init(
        _ paths: [String], _ columns: TableColumns, labelFiles: LabelFiles?, labels: TableLabels, times: TimeColumn,
        format: TableRecordings.Format, limits: [Limit] = [], hypnograms: TableHypnograms? = nil, lead: Double = 0
    ) throws(DatasetError) {
        labelPaths = labelFiles?.paths ?? []
        if let both = labelPaths.first(where: paths.contains) {
            throw .unsuitable(
                path: both,
                reason: "given as --file and as --label-file: leave --label-file out where one file has both")
        }
        try TableRecordings.requireDistinct(paths + labelPaths)
        var columns = columns
        columns.areTimed = true
        let labelColumns = labelFiles?.columns(from: columns)
        if labelFiles != nil { (columns.label, columns.labelEnd) = (nil, nil) }
        self.columns = columns
        (self.labels, self.format, self.limits) = (labels, format, limits)
        labelTexts = labels.noTexts
        clock = TableClock(times)
        if times.countFromStart, columns.recording == nil { try nameFiles(paths) }
        for path in paths { try read(path) }
        for path in labelPaths { try read(path, labelColumns) }
        try clock.requireDecidedTimes()
        if let hypnograms { try divide(by: hypnograms, lead: Int(lead) * TimeText.second) }
    }

    /// Makes each file a recording: times that count from a start are of one.
    private mutating func nameFiles(_ paths: [String]) throws(DatasetError) {
        let names = try TableNames.recordings(ofFiles: paths)
        recordingOfFile = Dictionary(uniqueKeysWithValues: zip(paths, names))
        guard let labels = labelPaths.first else { return }
        guard paths.count == 1, labelPaths.count == 1 else {
            throw .unsuitable(
                path: labels,
                reason: "nothing says from which recording's start its times count: name the column that says it with "
                    + "--recording, or read one recording at a time")
        }
        recordingOfFile[labels] = names[0]
    }

    /// Reads a file of values, or with columns of their own one of labels.
    private mutating func read(_ path: String, _ ownColumns: TableColumns? = nil) throws(DatasetError) {
        let earlier = ownColumns == nil && !paths.isEmpty ? valueNames : nil
        var format = format
        if ownColumns != nil { format.columnNames = nil }
        let file = try TableFile(path: path, format: format, columns: ownColumns ?? columns, valueNames: earlier)
        if ownColumns == nil { valueNames = file.valueNames }
        paths.append(path)
        let recording = recordingOfFile[path] ?? ""
        try file.text.withBytes { bytes throws(DatasetError) in
            var rows = file.rows(in: bytes)
            while try rows.next() {
                try file.requireAllColumns(rows)
                try take(rows, file, recording)
            }
        }
    }

    private mutating func take(_ rows: DelimitedRows, _ file: TableFile, _ recording: String) throws(DatasetError) {
        let name = try names.index(of: rows, file, columns.subject, recording: recording)
        let (time, ahead) = try clock.time(rows, file, subject: names.names[name].subject)
        var label = try labels.label(rows, file, &labelTexts)
        let end = label == nil ? nil : try clock.labelEnd(rows, file, from: time)
        // What lasts no time is no label of anything.
        if end == time { label = nil }
        let first = values.count
        for (column, place) in file.places.values.enumerated() {
            guard let number = try file.number(rows, at: place) else {
                values.append(.nan)
                continue
            }
            if limits.isEmpty {
                values.append(Double(Float(number)))
            } else if limits[column].allows(number) {
                values.append(number)
            } else {
                throw .badField(rows, place, file, limits[column].rawValue)
            }
        }
        if label == nil, values[first...].allSatisfy(\.isNaN) {
            values.removeLast(values.count - first)
            withoutValue[file.path, default: 0] += 1
            return
        }
        // A file of labels has no columns of values.
        values.append(contentsOf: repeatElement(.nan, count: valueNames.count - file.places.values.count))
        if label != nil, let end { labelEnds[self.rows.count] = end }
        self.rows.append(Row(time: time, name: Int32(name), file: Int32(paths.count - 1), label: label, ahead: ahead))
    }

    // MARK: - Hypnograms

    /// Whether each recording is the night of a hypnogram.
    var areOfHypnograms: Bool { !hypnogramStarts.isEmpty }

    /// Makes recordings of the rows within hypnograms, whose stages are their labels.
    private mutating func divide(by hypnograms: TableHypnograms, lead: Int) throws(DatasetError) {
        hypnogramNotes = try names.notes()
        var times: [String: [Int]] = [:]
        for (name, own) in Dictionary(grouping: rows, by: \.name) {
            times[names.names[Int(name)].subject] = own.map(\.time).sorted()
        }
        let placed = try hypnograms.placed(beside: times, columns.subject)
        let nightsOfName = names.names.map { name in
            placed.nights.indices.filter { placed.nights[$0].name.subject == name.subject }
        }
        names = TableNames(placed.nights.map { ($0.name, $0.path) })
        (hypnogramNotes, hypnogramItems) = (hypnogramNotes + placed.notes, placed.skipped)
        let (all, allValues, width) = (rows, values, valueNames.count)
        (rows, values) = ([], [])
        var outside: [Int32: Int] = [:]
        for (index, row) in all.enumerated() {
            let near = nightsOfName[Int(row.name)].map { (night: $0, distance: placed.nights[$0].distance(row.time)) }
            guard let nearest = near.min(by: { $0.distance < $1.distance }), nearest.distance <= lead else {
                outside[row.file, default: 0] += 1
                continue
            }
            // The hypnogram's clock is that of the place.
            let ahead = placed.nights[nearest.night].ahead
            rows.append(Row(time: row.time, name: Int32(nearest.night), file: row.file, label: nil, ahead: ahead))
            values += allValues[index * width..<(index + 1) * width]
        }
        hypnogramItems += outside.sorted { $0.key < $1.key }.map { file, count in
            SkippedItem(path: paths[Int(file)], kind: .row, count: count, reason: "in no hypnogram")
        }
        hypnogramStarts = placed.nights.map(\.start)
        for (index, night) in placed.nights.enumerated() { addLabels(of: night, index) }
    }

    private mutating func addLabels(of night: TableHypnograms.Night, _ name: Int) {
        let file = Int32(paths.count)
        paths.append(night.path)
        for (epoch, stage) in night.stages.enumerated() {
            guard let stage else { continue }
            let time = night.start + epoch * TimedStretches.epochLength
            labelEnds[rows.count] = time + TimedStretches.epochLength
            rows.append(Row(time: time, name: Int32(name), file: file, label: stage.rawValue, ahead: night.ahead))
            values += repeatElement(.nan, count: valueNames.count)
        }
    }

    // MARK: - Report

    var skippedItems: [SkippedItem] {
        paths.compactMap { path in
            let reason = labelPaths.contains(path) ? "no label in it, or one that lasts no time" : "no value in it"
            return withoutValue[path].map { SkippedItem(path: path, kind: .row, count: $0, reason: reason) }
        } + hypnogramItems
    }

    /// What was made of labels and times.
    var notes: [String] {
        let labelled = labelPaths.isEmpty ? [] : Set(rows.map(\.file))
        let empty = labelPaths.indices.filter { !labelled.contains(Int32(paths.count - labelPaths.count + $0)) }
            .map { "\(labelPaths[$0]): no row of it has a label" }
        return hypnogramNotes + labelTexts.notes + clock.notes + empty
    }

    /// How many of some rows have a value.
    func count(withValueIn rows: ArraySlice<Int>) -> Int {
        let width = valueNames.count
        return rows.count { row in values[row * width..<(row + 1) * width].contains { !$0.isNaN } }
    }

    /// Refuses files of labels from which no sleep epoch has one: they are of somebody or some time else.
    func requireLabels(in runs: [TableRun]) throws(DatasetError) {
        guard !runs.contains(where: { $0.labels.contains { $0 != nil } }) else { return }
        if areOfHypnograms, let path = paths.last {
            throw .unsuitable(path: path, reason: "no sleep epoch with a value has a stage in it, or in another one")
        }
        guard let path = labelPaths.first else { return }
        func first(_ row: Row) -> String {
            "subject \(quoted(names.names[Int(row.name)].subject)), \(TimeText.utc(row.time))"
        }
        let areOfLabels = paths.count - labelPaths.count
        guard let label = rows.first(where: { Int($0.file) >= areOfLabels }),
            let value = rows.first(where: { Int($0.file) < areOfLabels })
        else { throw .unsuitable(path: path, reason: "no row has a label: without labels leave --label-file out") }
        throw .unsuitable(
            path: path,
            reason:
                "no sleep epoch with a value gets a label from it: its first is of \(first(label)), the first value of "
                + first(value))
    }
}
