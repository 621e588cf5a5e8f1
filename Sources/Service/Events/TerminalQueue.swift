/// What is still to be written to standard error, when and while nobody reads it.
///
/// A value: it says what is written next and what is left out.
package struct TerminalQueue: Equatable, Sendable {
    private enum Item: Equatable, Sendable {
        case line(String)
        /// The line that changes; the newest takes the place of one that was not written.
        case live(String)
        case clear
    }
    /// So many bytes wait at most; what comes beyond them is left out, and told of.
    package static let byteLimit = 256 << 10
    private var items: [Item] = []
    private var byteCount = 0
    private var leftOut = 0
    /// Whether the changing line stands there once all is written.
    private var isLive = false

    /// Nothing to write.
    package init() {}

    /// Adds a line that stays.
    package mutating func put(_ line: String) {
        guard byteCount + line.utf8.count <= Self.byteLimit else { return leftOut += 1 }
        byteCount += line.utf8.count
        items.append(.line(line))
    }

    /// Replaces the changing line.
    package mutating func show(_ line: String) {
        if case .live? = items.last { items.removeLast() }
        items.append(.live(line))
    }

    /// Takes the changing line away.
    package mutating func clear() {
        if case .live? = items.last { items.removeLast() }
        items.append(.clear)
    }

    /// What is written next, as it goes to a terminal; nil when all is written.
    package mutating func next() -> String? {
        let erasing = isLive ? "\r\u{1B}[K" : ""
        guard !items.isEmpty else {
            guard leftOut > 0 else { return nil }
            defer { (leftOut, isLive) = (0, false) }
            return erasing + "(\(leftOut) line\(leftOut == 1 ? " is" : "s are") left out here: nobody was reading)\n"
        }
        switch items.removeFirst() {
        case .line(let line):
            byteCount -= line.utf8.count
            isLive = false
            return erasing + line + "\n"
        case .live(let line):
            isLive = true
            return "\r\u{1B}[K" + line
        case .clear:
            isLive = false
            return erasing
        }
    }
}
