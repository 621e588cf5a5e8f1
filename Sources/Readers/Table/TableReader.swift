import Datasets

/// Reads the files of a table for the first time: everything but the values, which it checks.
struct TableReader {
    /// A row, without its values.
    struct Row {
        let file: Int
        let offset: Int
        let line: Int
        let recording: Int
        let position: Int
        /// An index into the vocabulary's codes; nil for none.
        let label: Int?
    }

    let columns: TableColumns
    let labels: TableLabels
    let format: TableRecordings.Format
    /// The recording that each file is, where no column names it; in the order in which they are read.
    let recordingOfFile: [String]
    private(set) var files: [TableFile] = []
    private(set) var names = TableNames()
    private(set) var labelTexts: TableLabels.Texts
    private var rows: [Row] = []
    private var withoutValue: [String: Int] = [:]
    private var repeated: [String: Int] = [:]
    private var short: [String: Int] = [:]

    /// A reader of these files, of which none has been read.
    ///
    /// - Throws: `DatasetError.unsuitable`, for files that are to be recordings and can't be told apart by their names.
    init(
        of paths: [String], columns: TableColumns, labels: TableLabels, format: TableRecordings.Format
    ) throws(DatasetError) {
        (self.columns, self.labels, self.format) = (columns, labels, format)
        recordingOfFile = columns.recording == nil ? try TableNames.recordings(ofFiles: paths) : []
        labelTexts = labels.noTexts
    }

    mutating func read(_ path: String) throws(DatasetError) {
        let file = try TableFile(path: path, format: format, columns: columns, valueNames: files.first?.valueNames)
        try file.text.withBytes { bytes throws(DatasetError) in
            var rows = file.rows(in: bytes)
            while try rows.next() {
                try file.requireAllColumns(rows)
                try take(rows, file)
            }
        }
        files.append(file)
    }

    private mutating func take(_ rows: DelimitedRows, _ file: TableFile) throws(DatasetError) {
        let position = try position(rows, file)
        let label = try labels.label(rows, file, &labelTexts)
        let ofFile = recordingOfFile.isEmpty ? "" : recordingOfFile[files.count]
        let recording = try names.index(of: rows, file, columns.subject, recording: ofFile)
        guard try Self.values(of: rows, file) != nil else {
            withoutValue[file.path, default: 0] += 1
            return
        }
        self.rows.append(
            Row(
                file: files.count, offset: rows.rowOffset, line: rows.rowLine, recording: recording,
                position: position, label: label))
    }

    private func position(_ rows: DelimitedRows, _ file: TableFile) throws(DatasetError) -> Int {
        let field = rows.fields[file.places.position.time]
        let step = format.positionStep
        guard let number = rows.number(field), let whole = Int(exactly: number), whole >= 0, whole / step <= Int32.max
        else {
            let isTime = TimeText(rows.bytes(field), order: .yearFirst) != nil
            let advice = isTime ? "; a column of times is named with --time-column" : ""
            throw .badField(rows, file.places.position.time, file, "a whole number from 0 to \(Int32.max)\(advice)")
        }
        guard whole % step == 0 else {
            throw .badField(rows, file.places.position.time, file, "a multiple of \(step), as --position-step says")
        }
        return whole / step
    }

    /// How far apart the positions stand nearly everywhere, where that is not 1; nil otherwise.
    var commonStep: Int? {
        var counts: [Int: Int] = [:]
        for (row, next) in zip(rows, rows.dropFirst()) where row.recording == next.recording {
            counts[next.position - row.position, default: 0] += 1
        }
        let all = counts.values.reduce(0, +)
        guard let step = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }), step.key > 1 else { return nil }
        return 10 * step.value >= 9 * all ? step.key : nil
    }

    /// The position at which every recording begins, where that is the same and not 0; nil otherwise.
    var commonStart: Int? {
        var firsts: [Int: Int] = [:]
        for row in rows { firsts[row.recording] = min(firsts[row.recording] ?? row.position, row.position) }
        let different = Set(firsts.values)
        return different.count == 1 ? different.first.flatMap { $0 > 0 ? $0 : nil } : nil
    }

    /// The rows in order, a slice a recording without gaps.
    mutating func recordings(fewestRows: Int) throws(DatasetError) -> [ArraySlice<Row>] {
        var rank = [Int](repeating: 0, count: names.names.count)
        for (place, recording) in names.order().enumerated() { rank[recording] = place }
        rows.sort { a, b in
            (rank[a.recording], a.position, a.file, a.offset) < (rank[b.recording], b.position, b.file, b.offset)
        }
        try leaveOutRepeatedRows()
        let runs = rows.runs { $1.recording == $0.recording && $1.position == $0.position + 1 }
        for run in runs where run.count < fewestRows {
            short[files[rows[run.upperBound - 1].file].path, default: 0] += run.count
        }
        return runs.filter { $0.count >= fewestRows }.map { rows[$0] }
    }

    private mutating func leaveOutRepeatedRows() throws(DatasetError) {
        var kept: [Row] = []
        kept.reserveCapacity(rows.count)
        for row in rows {
            guard let last = kept.last, last.recording == row.recording, last.position == row.position else {
                kept.append(row)
                continue
            }
            let path = files[row.file].path
            let values = try Self.values(of: [row, last], files)
            let isSame = values[0] == values[1]
            guard isSame, row.label == last.label else {
                let name = names.names[row.recording]
                let other = "\(files[last.file].path), line \(last.line)"
                throw .badLine(
                    path: path, line: row.line,
                    reason:
                        "position \(row.position) of \(name.subject)'s recording \(name.recording) is also at \(other), "
                        + "with another \(isSame ? "label" : "value"); take one of them out"
                        + (columns.recording == nil
                            ? ", or name the column that says which recording a row is of with --recording" : ""))
            }
            repeated[path, default: 0] += 1
        }
        rows = kept
    }

    func skippedItems(unit: SkippedItem.Kind, fewestRows: Int) -> [SkippedItem] {
        let reasons: [(SkippedItem.Kind, [String: Int], String)] = [
            (.row, withoutValue, "a value is missing"),
            (.row, repeated, "the same as another row of the same recording and position"),
            (unit, short, "fewer than \(fewestRows) in a row between gaps"),
        ]
        return files.map(\.path).flatMap { path in
            reasons.compactMap { kind, counts, reason in
                counts[path].map { SkippedItem(path: path, kind: kind, count: $0, reason: reason) }
            }
        }
    }

    // MARK: - Values

    /// The values of rows, read where they were found.
    ///
    /// - Throws: `DatasetError`, for a file that was changed since.
    static func values(
        of rows: ArraySlice<Row>, _ files: [TableFile]
    ) throws(DatasetError) -> [[Float]] {
        func requireWhole() throws(DatasetError) {
            for file in Set(rows.map(\.file)) { try files[file].text.requireWhole() }
        }
        let values: [[Float]]
        do throws(DatasetError) {
            values = try rows.map { row throws(DatasetError) in try Self.values(of: row, files[row.file]) }
        } catch {
            try requireWhole()
            throw error
        }
        try requireWhole()
        return values
    }

    private static func values(of row: Row, _ file: TableFile) throws(DatasetError) -> [Float] {
        try file.text.withUncheckedBytes { bytes throws(DatasetError) in
            var rows = DelimitedRows(
                bytes, path: file.path, delimiter: file.delimiter.byte, offset: row.offset, line: row.line)
            guard try rows.next(), rows.fields.count == file.places.names.count,
                let values = try Self.values(of: rows, file)
            else {
                throw .badLine(
                    path: file.path, line: row.line, reason: "the file was changed while it was read; run again")
            }
            return values
        }
    }

    /// The values of the row that was read last; nil when one is missing.
    private static func values(of rows: DelimitedRows, _ file: TableFile) throws(DatasetError) -> [Float]? {
        var values: [Float] = []
        values.reserveCapacity(file.places.values.count)
        for place in file.places.values {
            guard let value = try file.value(rows, at: place) else { return nil }
            values.append(value)
        }
        return values
    }
}
