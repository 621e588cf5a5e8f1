import Foundation
import Service

/// Colours on standard output, where it is a terminal that has them.
enum Shading {
    /// Whether there are any: not in a pipe or a file, nor where `NO_COLOR` is set (no-color.org) or the terminal is
    /// dumb.
    static let isOn: Bool = {
        let environment = ProcessInfo.processInfo.environment
        let isWanted = (environment["NO_COLOR"] ?? "").isEmpty
        let kind = environment["TERM"] ?? "dumb"
        return isWanted && isatty(STDOUT_FILENO) != 0 && kind != "dumb" && !kind.isEmpty
    }()

    /// Colours of the usual 256 from light to dark: blue for what is right, orange for what is not.
    ///
    /// People who confuse some colours tell these two apart.
    private static let (right, wrong) = ([195, 153, 111, 69, 26], [230, 223, 216, 209, 166])

    /// A square of counts, its fields the darker, the larger a part of their row they are.
    ///
    /// - Parameters:
    ///   - counts: a row a class, its own in the diagonal.
    ///   - names: the classes'.
    ///   - corner: what stands above the names.
    /// - Returns: lines, with what a terminal is not to be told taken out of the names.
    static func matrix(_ counts: [[Int]], names: [String], corner: String) -> String {
        let names = names.map { TerminalText.plain($0) }
        let lines = table([[corner] + names] + zip(names, counts).map { [$0] + $1.map(String.init) })
        guard isOn else { return lines }
        let width = ([corner] + names).map(\.count).max() ?? 0
        var rows = lines.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (row, values) in counts.enumerated() where row + 1 < rows.count {
            let sum = max(1, values.reduce(0, +))
            var line = String(rows[row + 1].prefix(width))
            var rest = rows[row + 1].dropFirst(width)
            for (column, value) in values.enumerated() {
                let field = fieldWidth(column, counts: counts, names: names)
                line +=
                    rest.prefix(2)
                    + shaded(rest.dropFirst(2).prefix(field), Double(value) / Double(sum), isRight: row == column)
                rest = rest.dropFirst(2 + field)
            }
            rows[row + 1] = line + rest
        }
        return rows.joined(separator: "\n")
    }

    private static func fieldWidth(_ column: Int, counts: [[Int]], names: [String]) -> Int {
        max(names[column].count, counts.map { String($0[column]).count }.max() ?? 0)
    }

    private static func shaded(_ field: Substring, _ part: Double, isRight: Bool) -> String {
        guard part >= 0.02 else { return String(field) }
        let level = min(4, Int(5 * part))
        let ground = (isRight ? right : wrong)[level]
        return "\u{1B}[48;5;\(ground);38;5;\(level == 4 ? 231 : 16)m\(field)\u{1B}[0m"
    }
}
