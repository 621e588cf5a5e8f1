extension CSVText {
    /// Gives every row of a text with commas between the fields, as `field` writes them.
    ///
    /// Blank lines are passed over, and so is a byte order mark in front, which spreadsheets write.
    ///
    /// - Parameters:
    ///   - bytes: the text.
    ///   - path: what errors call it.
    ///   - take: gets the number of the line on which a row starts, from 1, and its fields.
    /// - Throws: `DatasetError.badLine` for quotes that don't match, and what `take` throws.
    package static func rows(
        in bytes: UnsafeRawBufferPointer, path: String, take: (_ line: Int, _ fields: [String]) throws -> Void
    ) throws {
        let text = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(ByteOrderMark.byteCount(in: bytes)))
        var rows = DelimitedRows(text, path: path, delimiter: UInt8(ascii: ","))
        while try rows.next() { try take(rows.rowLine, rows.fields.map { unmarked(rows.text($0)) }) }
    }

    /// Without the `'` that `field` puts before what a spreadsheet would take for a formula.
    private static func unmarked(_ text: String) -> String {
        text.unicodeScalars.first == "'" && isMarked(text) ? String(text.unicodeScalars.dropFirst()) : text
    }
}
