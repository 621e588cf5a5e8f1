/// The rows of a delimited text (RFC 4180), one after another.
///
/// A field in double quotes may hold the delimiter, line ends and, doubled, double quotes. LF, CRLF and CR end a row;
/// blank lines are passed over. Blanks around a field that is not quoted do not count.
///
/// This is a reader of our own because the CSV packages for Swift hold a whole file as strings, one for each field, and
/// know no line numbers; here a row is a few offsets into the mapped file, and is found again by its own.
package struct DelimitedRows {
    /// Where a field lies in the bytes.
    package struct Field {
        fileprivate(set) var start: Int
        fileprivate(set) var end: Int
        /// Whether it has doubled quotes.
        fileprivate(set) var isEscaped = false
    }

    private static let quote = UInt8(ascii: "\"")
    private static let (newline, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))

    private let bytes: UnsafeRawBufferPointer
    private let path: String
    private let delimiter: UInt8
    /// Where the next row starts.
    package private(set) var offset: Int
    /// The number of the line there, from 1.
    package private(set) var line: Int
    /// The fields of the row that was read last.
    package private(set) var fields: [Field] = []
    /// The number of the line on which that row started.
    package private(set) var rowLine = 0
    /// Where that row started.
    package private(set) var rowOffset = 0

    /// Rows of `bytes` from an offset, which stands on a line of this number.
    package init(_ bytes: UnsafeRawBufferPointer, path: String, delimiter: UInt8, offset: Int = 0, line: Int = 1) {
        (self.bytes, self.path, self.delimiter, self.offset, self.line) = (bytes, path, delimiter, offset, line)
    }

    /// The fields of a list between commas that is written as a row is, without those that are empty.
    ///
    /// - Throws: `ListFault` for quotes that don't match and for a list of several lines.
    package static func fields(of list: String) throws(ListFault) -> [String] {
        let bytes = Array(list.utf8)
        let found = bytes.withUnsafeBytes { bytes -> Swift.Result<[String], ListFault> in
            var rows = DelimitedRows(bytes, path: "", delimiter: UInt8(ascii: ","))
            do throws(DatasetError) {
                guard try rows.next() else { return .success([]) }
                let fields = rows.fields.map(rows.text)
                let isOneRow = try !rows.next()
                return isOneRow ? .success(fields) : .failure(ListFault(reason: "it has several lines"))
            } catch {
                guard case .badLine(_, _, let reason) = error else { return .failure(ListFault(reason: "\(error)")) }
                return .failure(ListFault(reason: reason))
            }
        }
        return try found.get().filter { !$0.isEmpty }
    }

    /// Why a text is no list between commas.
    package struct ListFault: Error {
        /// What is wrong with it, for people.
        package let reason: String
    }

    /// Reads the next row into `fields`; false at the end.
    ///
    /// - Throws: `DatasetError.badLine` for quotes that don't match.
    package mutating func next() throws(DatasetError) -> Bool {
        while offset < bytes.count, isLineEnd(bytes[offset]) { passLineEnd() }
        guard offset < bytes.count else { return false }
        (rowLine, rowOffset) = (line, offset)
        fields.removeAll(keepingCapacity: true)
        while true {
            try readField()
            guard offset < bytes.count else { return true }
            if bytes[offset] == delimiter {
                offset += 1
            } else {
                passLineEnd()
                return true
            }
        }
    }

    /// The lines that bytes start with, their ends left out; blank ones are among them.
    package static func lines(in bytes: UnsafeRawBufferPointer, first count: Int) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = 0
        while start < bytes.count, lines.count < count {
            let end = bytes[start...].firstIndex { $0 == newline || $0 == carriageReturn } ?? bytes.count
            lines.append(start..<end)
            let isTwo = end + 1 < bytes.count && bytes[end] == carriageReturn && bytes[end + 1] == newline
            start = end + (isTwo ? 2 : 1)
        }
        return lines
    }

    /// A field's bytes, with doubled quotes as they are.
    package func bytes(_ field: Field) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[field.start..<field.end])
    }

    /// A field's text.
    package func text(_ field: Field) -> String {
        let content = bytes[field.start..<field.end]
        guard field.isEscaped else { return String(decoding: content, as: UTF8.self) }
        // By bytes: a quote with a combining mark behind it is another character.
        var isSecond = false
        return String(
            decoding: content.filter { byte in
                isSecond = byte == UInt8(ascii: "\"") && !isSecond
                return byte != UInt8(ascii: "\"") || isSecond
            }, as: UTF8.self)
    }

    /// A field's number; nil when it is no finite decimal number.
    package func number(_ field: Field) -> Double? {
        let digits = bytes[field.start..<field.end]
        guard digits.count <= 64, digits.allSatisfy(Self.isOfANumber), let value = Double(text(field)) else {
            return nil
        }
        return value.isFinite ? value : nil
    }

    /// Whether a field says that there is nothing: empty, `?` or `NA`.
    package func isMissing(_ field: Field) -> Bool {
        switch field.end - field.start {
        case 0: return true
        case 1: return bytes[field.start] == UInt8(ascii: "?")
        case 2: return bytes[field.start] == UInt8(ascii: "N") && bytes[field.start + 1] == UInt8(ascii: "A")
        default: return false
        }
    }

    /// Whether a field is what programs write for a number or label that is missing: `NaN`, `null`, `None`, `N/A`, … in
    /// any case.
    ///
    /// A name may be so, too: this is asked of numbers and labels alone, which are none otherwise.
    package func isNoValue(_ field: Field) -> Bool {
        let length = field.end - field.start
        return Self.noValues.contains { word in
            word.count == length && zip(bytes[field.start..<field.end], word).allSatisfy { $0 == $1 || $0 | 0x20 == $1 }
        }
    }

    private static let noValues = ["nan", "null", "none", "nil", "n/a", "#n/a", "<na>", "-", "--"].map {
        Array($0.utf8)
    }

    private static func isOfANumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            return true
        default: return false
        }
    }

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == Self.newline || byte == Self.carriageReturn }

    private func isBlank(_ byte: UInt8) -> Bool {
        (byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")) && byte != delimiter
    }

    private mutating func passLineEnd() {
        let isTwo =
            bytes[offset] == Self.carriageReturn && offset + 1 < bytes.count && bytes[offset + 1] == Self.newline
        offset += isTwo ? 2 : 1
        line += 1
    }

    /// Reads a field and stops at what ends it.
    private mutating func readField() throws(DatasetError) {
        while offset < bytes.count, isBlank(bytes[offset]) { offset += 1 }
        if offset < bytes.count, bytes[offset] == Self.quote {
            try readQuotedField()
            return
        }
        let start = offset
        while offset < bytes.count, bytes[offset] != delimiter, !isLineEnd(bytes[offset]) {
            if bytes[offset] == Self.quote {
                throw .badLine(
                    path: path, line: line, reason: "a double quote inside a field that does not start with one")
            }
            offset += 1
        }
        var end = offset
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        fields.append(Field(start: start, end: end))
    }

    private mutating func readQuotedField() throws(DatasetError) {
        let startLine = line
        var field = Field(start: offset + 1, end: offset + 1)
        offset += 1
        while true {
            guard offset < bytes.count else {
                throw .badLine(path: path, line: startLine, reason: "a double quote is opened and never closed")
            }
            if bytes[offset] == Self.quote {
                guard offset + 1 < bytes.count, bytes[offset + 1] == Self.quote else { break }
                field.isEscaped = true
                offset += 2
            } else if isLineEnd(bytes[offset]) {
                passLineEnd()
            } else {
                offset += 1
            }
        }
        field.end = offset
        offset += 1
        while offset < bytes.count, isBlank(bytes[offset]) { offset += 1 }
        guard offset == bytes.count || bytes[offset] == delimiter || isLineEnd(bytes[offset]) else {
            throw .badLine(path: path, line: line, reason: "text after the double quote that closes a field")
        }
        fields.append(field)
    }
}
