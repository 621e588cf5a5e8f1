/// A field of a file in double quotes for an error of one line: its first 24 characters, `?` for control characters.
func quoted(_ text: String) -> String {
    let start = text.prefix(24)
    let shown = start.unicodeScalars.map { isControl($0) ? "?" : String($0) }.joined()
    return "\"\(shown)\(start.endIndex < text.endIndex ? "…" : "")\""
}

/// Whether a scalar ends a line or moves a terminal's cursor instead of being shown.
func isControl(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value < 32 || scalar.value == 127 }
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return true
    default: return false
    }
}
