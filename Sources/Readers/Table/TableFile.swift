import Datasets

/// A file of a table with its header read, or named by the user: where its rows start and what is in which column.
struct TableFile {
    /// How many lines are looked through for a header that is not where it should be.
    private static let linesSearched = 200
    /// A longer line is not looked through: a table with so many columns has no text in front of them.
    private static let longestLineSearched = 64 << 10

    let text: DecodedText
    let delimiter: TableRecordings.Delimiter
    let places: TableColumns.Places
    /// Where the rows behind the header start, and on which line.
    private let start: (offset: Int, line: Int)

    var path: String { text.path }
    /// The names of the columns of values.
    var valueNames: [String] { places.values.map { places.names[$0] } }

    /// Opens a file and reads its header.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - format: what stands around and between the columns.
    ///   - columns: which are what.
    ///   - valueNames: the columns of values of an earlier file; nil for the first.
    /// - Throws: `DatasetError` that says where the header is when it is elsewhere.
    init(
        path: String, format: TableRecordings.Format, columns: TableColumns, valueNames: [String]?
    ) throws(DatasetError) {
        text = try DecodedText(path: path)
        (delimiter, places, start) = try text.withBytes { bytes throws(DatasetError) in
            guard !FileSignature.isJSON(bytes) else {
                throw .unsuitable(
                    path: path,
                    reason:
                        "it is JSON, which is not read: make a CSV of it with jq -r '.[] | [.time, .value] | @csv' FILE, or "
                        + "what it calls them")
            }
            let declared = try Self.declaredDelimiter(bytes, path, format.delimiter)
            let delimiter = declared ?? format.delimiter ?? .comma
            let skipped = max(format.skippedLines, declared == nil ? 0 : 1)
            let lines = DelimitedRows.lines(in: bytes, first: skipped + Self.linesSearched)
            guard lines.count > skipped else {
                if skipped == 0 { throw .empty(path: path) }
                throw .unsuitable(path: path, reason: "no header is left behind the \(skipped) lines of --skip-lines")
            }
            if let names = format.columnNames {
                let places = try columns.places(in: names, valueNames: valueNames, path: path, line: skipped + 1)
                return (delimiter, places, (lines[skipped].lowerBound, skipped + 1))
            }
            var rows = DelimitedRows(
                bytes, path: path, delimiter: delimiter.byte, offset: lines[skipped].lowerBound, line: skipped + 1)
            do throws(DatasetError) {
                guard try rows.next() else { throw .empty(path: path) }
                let names = rows.fields.map(rows.text)
                let places = try columns.places(in: names, valueNames: valueNames, path: path, line: rows.rowLine)
                return (delimiter, places, (rows.offset, rows.line))
            } catch {
                let taken = lines.indices.first { $0 >= skipped && !lines[$0].isEmpty } ?? skipped
                let elsewhere = Self.header(
                    in: bytes, lines, path, columns, instead: (taken, delimiter), isDeclared: declared != nil)
                throw elsewhere ?? error
            }
        }
    }

    /// The rows behind the header, in `bytes` as `text` lends them.
    func rows(in bytes: UnsafeRawBufferPointer) -> DelimitedRows {
        DelimitedRows(bytes, path: path, delimiter: delimiter.byte, offset: start.offset, line: start.line)
    }

    /// Makes sure that the row that was read last is as long as the header.
    func requireAllColumns(_ rows: DelimitedRows) throws(DatasetError) {
        guard rows.fields.count == places.names.count else {
            guard delimiter == .comma, rows.fields.count > places.names.count else {
                throw .wrongColumns(
                    path: path, line: rows.rowLine, found: rows.fields.count, expected: places.names.count)
            }
            throw .badLine(
                path: path, line: rows.rowLine,
                reason:
                    "\(rows.fields.count) columns where \(places.names.count) are expected: has it decimal commas, or a "
                    + "comma in a text that is not in double quotes?")
        }
    }

    /// A number in the row that was read last; nil where it is missing.
    func value(_ rows: DelimitedRows, at place: Int) throws(DatasetError) -> Float? {
        try number(rows, at: place).map { Float($0) }
    }

    /// As `value(_:at:)`, without rounding to a Float.
    func number(_ rows: DelimitedRows, at place: Int) throws(DatasetError) -> Double? {
        if rows.isMissing(rows.fields[place]) { return nil }
        guard let number = rows.number(rows.fields[place]), Float(number).isFinite else {
            if rows.isNoValue(rows.fields[place]) { return nil }
            let comma = Scoring.hasDecimalComma(rows.text(rows.fields[place]))
            let remedy = comma ? ": it has a decimal comma; save the table with decimal points" : ""
            throw .badField(rows, place, self, "a finite number with a decimal point\(remedy)")
        }
        return number
    }

    /// The delimiter that a first line like `sep=;` names, as spreadsheets write and read it; nil without one.
    private static func declaredDelimiter(
        _ bytes: UnsafeRawBufferPointer, _ path: String, _ asked: TableRecordings.Delimiter?
    ) throws(DatasetError) -> TableRecordings.Delimiter? {
        guard let first = DelimitedRows.lines(in: bytes, first: 1).first, first.count < 64 else { return nil }
        let line = bytes[first].filter { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: " ") }
        guard line.count > 4, line.prefix(4).map({ $0 | 0x20 }) == Array("sep=".utf8).map({ $0 | 0x20 }),
            line.dropFirst(4).allSatisfy({ $0 == line[4] })
        else { return nil }
        guard let delimiter = TableRecordings.Delimiter.allCases.first(where: { $0.byte == line[4] }) else {
            throw .badLine(path: path, line: 1, reason: "sep= names no comma, semicolon or tab; write it with one")
        }
        guard asked == nil || asked == delimiter else {
            throw .badLine(
                path: path, line: 1,
                reason: "sep= names the \(delimiter.rawValue): --delimiter \(asked?.rawValue ?? "") is wrong")
        }
        return delimiter
    }

    /// Where a line names more of the columns than the one that was taken for the header does.
    private static func header(
        in bytes: UnsafeRawBufferPointer, _ lines: [Range<Int>], _ path: String,
        _ columns: TableColumns, instead taken: (line: Int, delimiter: TableRecordings.Delimiter), isDeclared: Bool
    ) -> DatasetError? {
        func count(_ line: Range<Int>, _ delimiter: TableRecordings.Delimiter) -> Int {
            let line = UnsafeRawBufferPointer(rebasing: bytes[line])
            var rows = DelimitedRows(line, path: path, delimiter: delimiter.byte)
            // What is no row of this delimiter is not the header.
            guard (try? rows.next()) == true else { return 0 }
            return columns.count(in: rows.fields.map(rows.text))
        }
        guard lines[taken.line].count <= longestLineSearched else { return nil }
        let delimiters = isDeclared ? [taken.delimiter] : TableRecordings.Delimiter.allCases
        var best = (count: 0, line: taken.line, delimiter: taken.delimiter)
        for (number, line) in lines.enumerated() where line.count <= longestLineSearched {
            for delimiter in delimiters {
                let count = count(line, delimiter)
                let isTaken = (number, delimiter) == taken
                if count > best.count || isTaken && count == best.count { best = (count, number, delimiter) }
            }
        }
        guard best.count > 1, (best.line, best.delimiter) != taken else { return nil }
        var options: [String] = []
        if best.line != taken.line { options.append("--skip-lines \(best.line)") }
        if best.delimiter != taken.delimiter { options.append("--delimiter \(best.delimiter.rawValue)") }
        return .badLine(
            path: path, line: best.line + 1,
            reason: "the columns are named here: use \(options.joined(separator: " "))")
    }
}
