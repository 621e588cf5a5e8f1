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
    /// - Throws: `DatasetError` that names the file, the line and the column.
    init(
        _ paths: [String], _ columns: TableColumns, labelFiles: LabelFiles?, labels: TableLabels, times: TimeColumn,
        format: TableRecordings.Format, limits: [Limit] = []
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
        for path in paths { try read(path) }
        for path in labelPaths { try read(path, labelColumns) }
        try clock.requireDecidedTimes()
    }

    /// Reads a file of values, or with columns of their own one of labels.
    private mutating func read(_ path: String, _ ownColumns: TableColumns? = nil) throws(DatasetError) {
        let earlier = ownColumns == nil && !paths.isEmpty ? valueNames : nil
        let file = try TableFile(path: path, format: format, columns: ownColumns ?? columns, valueNames: earlier)
        if ownColumns == nil { valueNames = file.valueNames }
        paths.append(path)
        try file.text.withBytes { bytes throws(DatasetError) in
            var rows = file.rows(in: bytes)
            while try rows.next() {
                try file.requireAllColumns(rows)
                try take(rows, file)
            }
        }
    }

    private mutating func take(_ rows: DelimitedRows, _ file: TableFile) throws(DatasetError) {
        let name = try names.index(of: rows, file, columns.subject)
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

    // MARK: - Report

    var skippedItems: [SkippedItem] {
        paths.compactMap { path in
            let reason = labelPaths.contains(path) ? "no label in it, or one that lasts no time" : "no value in it"
            return withoutValue[path].map { SkippedItem(path: path, kind: .row, count: $0, reason: reason) }
        }
    }

    /// What was made of labels and times.
    var notes: [String] {
        let labelled = Set(rows.map { paths[Int($0.file)] })
        let empty = labelPaths.filter { !labelled.contains($0) }.map { "\($0): no row of it has a label" }
        return labelTexts.notes + clock.notes + empty
    }

    /// How many of some rows have a value.
    func count(withValueIn rows: ArraySlice<Int>) -> Int {
        let width = valueNames.count
        return rows.count { row in values[row * width..<(row + 1) * width].contains { !$0.isNaN } }
    }

    /// Refuses files of labels from which no sleep epoch has one: they are of somebody or some time else.
    func requireLabels(in runs: [TableRun]) throws(DatasetError) {
        guard let path = labelPaths.first, !runs.contains(where: { $0.labels.contains { $0 != nil } }) else { return }
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
