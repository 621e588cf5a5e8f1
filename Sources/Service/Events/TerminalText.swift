import Datasets

/// A text as a terminal is to show it.
///
/// What files and peers say of themselves may have control characters in it, which move the cursor or worse.
package enum TerminalText {
    /// So many characters of a line of standard error are shown.
    static let lineLimit = 2000

    /// The text with `?` for what would move the cursor or turn the order of characters around; lines stay lines.
    package static func plain(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isHarmful($0) ? "?" : $0 }))
    }

    /// The text plain and as one line, no longer than the limit: what names a file or quotes one may have line breaks.
    package static func line(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let isLong = text.utf8.count > lineLimit && scalars.count > lineLimit
        let shown = isLong ? String(scalars.prefix(lineLimit)) + "… (\(scalars.count) characters)" : text
        return plain(String(String.UnicodeScalarView(shown.unicodeScalars.map { $0 == "\n" ? "?" : $0 })))
    }

    /// As much of a line as has room in so many columns, of which one that an ideograph or a picture may take has two.
    package static func fitted(_ line: String, width: Int) -> String {
        func columns(_ character: Character) -> Int {
            character.unicodeScalars.first.map { $0.value < 0x1100 ? 1 : 2 } ?? 0
        }
        guard line.reduce(0, { $0 + columns($1) }) > width else { return line }
        var (shown, room) = ("", width - 1)
        for character in line {
            room -= columns(character)
            if room < 0 { break }
            shown.append(character)
        }
        return shown + "…"
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "\n" || scalar == "\t" { return false }
        switch scalar.value {
        case 0x202A...0x202E, 0x2066...0x2069: return true  // they turn the order of characters around
        default: return scalar.isControl
        }
    }
}
