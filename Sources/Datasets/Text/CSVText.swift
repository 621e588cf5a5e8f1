/// Tables of values with commas between them, written for other programs.
package enum CSVText {
    /// A field, quoted where RFC 4180 asks for it, and where blanks are around it.
    ///
    /// A spreadsheet takes what begins with one of `= + - @` for a formula, and runs it; such a field gets a `'` in
    /// front, which makes it a text there. Numbers stay numbers.
    package static func field(_ text: String) -> String {
        let field = isMarked(text) ? "'" + text : text
        // By scalars: a comma with a combining mark behind it is another character, and still ends a field.
        let scalars = field.unicodeScalars
        // What reads tables takes blanks around a field for none of its text.
        let hasOuterBlanks = [scalars.first, scalars.last].contains { $0?.properties.isWhitespace ?? false }
        guard hasOuterBlanks || scalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return field }
        let doubled = field.unicodeScalars.flatMap { $0 == "\"" ? [$0, $0] : [$0] }
        return "\"" + String(String.UnicodeScalarView(doubled)) + "\""
    }

    /// Whether a text gets a `'` in front: what begins a formula, and what is that but for such marks, so that no two
    /// texts are written alike.
    static func isMarked(_ text: String) -> Bool {
        let rest = text.unicodeScalars.drop { $0 == "'" }
        guard let first = rest.first, "=+-@\t\r".unicodeScalars.contains(first) else { return false }
        return Double(String(rest)) == nil
    }
}
