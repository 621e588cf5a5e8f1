/// Breaks the lines of a message that say how a command is used, which `ArgumentParser` leaves as long as they come.
///
/// Lines end between options, never inside of one, and those after the first are indented by eight blanks.
///
/// - Parameters:
///   - message: help or the text of wrong usage.
///   - width: the most letters of a line.
/// - Returns: the message with those lines broken.
func withUsageLinesBroken(_ message: String, width: Int = 80) -> String {
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
        guard ["USAGE: ", "Usage: "].contains(where: line.hasPrefix), line.count > width else { return String(line) }
        // An option and its value are one part, in brackets or not.
        var parts: [String] = []
        for word in line.split(separator: " ").map(String.init) {
            let isValue = word.hasPrefix("<") || word.hasPrefix("...")
            let option = parts.last ?? ""
            if isValue, option.hasPrefix("-") || option.hasPrefix("[-") || word.hasPrefix("...") {
                parts[parts.count - 1] += " \(word)"
            } else {
                parts.append(word)
            }
        }
        var broken = [parts[0]]
        for part in parts.dropFirst() {
            if broken[broken.count - 1].count + 1 + part.count <= width {
                broken[broken.count - 1] += " \(part)"
            } else {
                broken.append(String(repeating: " ", count: 8) + part)
            }
        }
        return broken.joined(separator: "\n")
    }
    return lines.joined(separator: "\n")
}
