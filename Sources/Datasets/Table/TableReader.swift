/// Reads the files of a table for the first time: everything but the values, which it checks.
struct TableReader {
    /// A file and where its columns are.
    struct File {
        let text: DecodedText
        let places: TableColumns.Places
    }

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

    /// A subject's recording as the table names it.
    struct Name: Hashable {
        let subject: String
        let recording: String
    }

    let columns: TableColumns
    let labels: TableLabels
    let delimiter: TableRecordings.Delimiter
    private(set) var files: [File] = []
    private(set) var names: [Name] = []
    private var rows: [Row] = []
    private var recordingOfName: [Name: Int] = [:]
    private var withoutValue: [String: Int] = [:]
    private var repeated: [String: Int] = [:]
    private var short: [String: Int] = [:]

    init(columns: TableColumns, labels: TableLabels, delimiter: TableRecordings.Delimiter) {
        (self.columns, self.labels, self.delimiter) = (columns, labels, delimiter)
    }

    mutating func read(_ path: String) throws(DatasetError) {
        let text = try DecodedText(path: path)
        let file = try text.withBytes { bytes throws(DatasetError) in
            var rows = DelimitedRows(bytes, path: path, delimiter: delimiter.byte)
            guard try rows.next() else { throw .empty(path: path) }
            let header = rows.fields.map(rows.text)
            let valueNames = files.first.map { first in first.places.values.map { first.places.names[$0] } }
            let places = try columns.places(in: header, valueNames: valueNames, path: path, line: rows.rowLine)
            while try rows.next() {
                guard rows.fields.count == header.count else {
                    throw .wrongColumns(
                        path: path, line: rows.rowLine, found: rows.fields.count, expected: header.count)
                }
                try take(rows, path, places)
            }
            return File(text: text, places: places)
        }
        files.append(file)
    }

    private mutating func take(
        _ rows: DelimitedRows, _ path: String, _ places: TableColumns.Places
    ) throws(DatasetError) {
        func text(_ place: Int) throws(DatasetError) -> String {
            let text = rows.text(rows.fields[place])
            guard !text.isEmpty, text.count <= 256, !text.unicodeScalars.contains(where: isControl) else {
                throw Self.badField(rows, place, path, places, "a name on one line")
            }
            return text
        }
        let name = Name(subject: try text(places.subject), recording: try text(places.recording))
        let positionField = rows.fields[places.position]
        guard let number = rows.number(positionField), let position = Int32(exactly: number), position >= 0 else {
            throw Self.badField(rows, places.position, path, places, "a whole number from 0 to \(Int32.max)")
        }
        var label: Int?
        if let place = places.label, !rows.isMissing(rows.fields[place]) {
            switch labels.meaning(of: rows.text(rows.fields[place])) {
            case .code(let index): label = index
            case .none: break
            case .unknown:
                let codes = labels.vocabulary.codes
                let shown = codes.count > 8 ? codes.prefix(8) + ["…"] : codes[...]
                let reason =
                    "a label of \(labels.vocabulary.rawValue) (\(shown.joined(separator: ", "))): use --label-map"
                throw Self.badField(rows, place, path, places, reason)
            }
        }
        guard try Self.values(of: rows, path, places) != nil else {
            withoutValue[path, default: 0] += 1
            return
        }
        let recording = recordingOfName[name] ?? names.count
        if recording == names.count {
            recordingOfName[name] = recording
            names.append(name)
        }
        self.rows.append(
            Row(
                file: files.count, offset: rows.rowOffset, line: rows.rowLine, recording: recording,
                position: Int(position), label: label))
    }

    /// The rows in order, a slice a recording without gaps.
    mutating func recordings(fewestRows: Int) throws(DatasetError) -> [ArraySlice<Row>] {
        func key(_ name: String) -> (Int, String) { (Int(name) ?? .max, name) }
        let order = names.indices.sorted { a, b in
            let (a, b) = (names[a], names[b])
            return a.subject == b.subject
                ? key(a.recording) < key(b.recording) : key(a.subject) < key(b.subject)
        }
        var rank = [Int](repeating: 0, count: names.count)
        for (place, recording) in order.enumerated() { rank[recording] = place }
        rows.sort { a, b in
            (rank[a.recording], a.position, a.file, a.offset) < (rank[b.recording], b.position, b.file, b.offset)
        }
        try leaveOutRepeatedRows()
        let runs = rows.runs { $1.recording == $0.recording && $1.position == $0.position + 1 }
        for run in runs where run.count < fewestRows {
            short[files[rows[run.upperBound - 1].file].text.path, default: 0] += run.count
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
            let path = files[row.file].text.path
            let values = try Self.values(of: [row, last], files, delimiter)
            let isSame = values[0] == values[1]
            guard isSame, row.label == last.label else {
                let name = names[row.recording]
                let other = "\(files[last.file].text.path), line \(last.line)"
                throw .badLine(
                    path: path, line: row.line,
                    reason:
                        "position \(row.position) of \(name.subject)'s recording \(name.recording) is also at \(other), "
                        + "with another \(isSame ? "label" : "value"); take one of them out")
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
        return files.map(\.text.path).flatMap { path in
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
        of rows: ArraySlice<Row>, _ files: [File], _ delimiter: TableRecordings.Delimiter
    ) throws(DatasetError) -> [[Float]] {
        func requireWhole() throws(DatasetError) {
            for file in Set(rows.map(\.file)) { try files[file].text.requireWhole() }
        }
        let values: [[Float]]
        do throws(DatasetError) {
            values = try rows.map { row throws(DatasetError) in try Self.values(of: row, files[row.file], delimiter) }
        } catch {
            try requireWhole()
            throw error
        }
        try requireWhole()
        return values
    }

    private static func values(
        of row: Row, _ file: File, _ delimiter: TableRecordings.Delimiter
    ) throws(DatasetError) -> [Float] {
        try file.text.withUncheckedBytes { bytes throws(DatasetError) in
            let path = file.text.path
            var rows = DelimitedRows(bytes, path: path, delimiter: delimiter.byte, offset: row.offset, line: row.line)
            guard try rows.next(), rows.fields.count == file.places.names.count,
                let values = try Self.values(of: rows, path, file.places)
            else {
                throw .badLine(path: path, line: row.line, reason: "the file was changed while it was read; run again")
            }
            return values
        }
    }

    /// The values of the row that was read last; nil when one is missing.
    private static func values(
        of rows: DelimitedRows, _ path: String, _ places: TableColumns.Places
    ) throws(DatasetError) -> [Float]? {
        var values: [Float] = []
        values.reserveCapacity(places.values.count)
        for place in places.values {
            if rows.isMissing(rows.fields[place]) { return nil }
            guard let number = rows.number(rows.fields[place]), Float(number).isFinite else {
                throw Self.badField(rows, place, path, places, "a finite number with a decimal point")
            }
            values.append(Float(number))
        }
        return values
    }

    private static func badField(
        _ rows: DelimitedRows, _ place: Int, _ path: String, _ places: TableColumns.Places, _ wanted: String
    ) -> DatasetError {
        .badLine(
            path: path, line: rows.rowLine,
            reason: "column \(quoted(places.names[place])): \(quoted(rows.text(rows.fields[place]))) is not \(wanted)")
    }
}
