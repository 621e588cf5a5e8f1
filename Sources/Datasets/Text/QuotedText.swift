import Foundation

/// A field of a file in double quotes for an error of one line: its first characters, `?` for control characters, and
/// the numbers of those that are not seen, as in `<U+200B>`.
package func quoted(_ text: String, upTo length: Int = 24) -> String {
    let start = text.prefix(length)
    let shown = start.unicodeScalars.map { scalar in
        if scalar.isControl { return "?" }
        let isSeen = scalar.isASCII || !scalar.properties.isWhitespace && !scalar.properties.isDefaultIgnorableCodePoint
        return isSeen ? String(scalar) : "<U+\(String(format: "%04X", scalar.value))>"
    }.joined()
    return "\"\(shown)\(start.endIndex < text.endIndex ? "…" : "")\""
}

extension Unicode.Scalar {
    /// Whether it ends a line or moves a terminal's cursor instead of being shown.
    package var isControl: Bool {
        if isASCII { return value < 32 || value == 127 }
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }
}
