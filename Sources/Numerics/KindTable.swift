import Synchronization

/// The kinds of one thing that a program knows, by the names that files, jobs and presets give them.
///
/// Which kinds there are is a list in the source, one line a kind. A program that brings kinds of its own adds them
/// before it does anything else, in each of its processes.
public final class KindTable<Kind: Sendable>: Sendable {
    /// What the kinds are kinds of, like `network`.
    public let subject: String
    private let kinds: Mutex<[(name: String, kind: Kind)]>

    /// A table of what is there from the beginning; the first is what is meant where no name is given.
    public init(_ subject: String, _ kinds: [(name: String, kind: Kind)]) {
        precondition(!kinds.isEmpty, "a table without a \(subject)")
        self.subject = subject
        self.kinds = Mutex(kinds)
    }

    /// Adds a kind, or replaces the one of this name.
    public func add(_ name: String, _ kind: Kind) {
        kinds.withLock { kinds in
            kinds.removeAll { $0.name == name }
            kinds.append((name, kind))
        }
    }

    /// The names, in the table's order.
    public var names: [String] { kinds.withLock { $0.map(\.name) } }

    /// The kind of this name.
    ///
    /// - Throws: `SettingFault` that names those there are.
    public func kind(named name: String) throws(SettingFault) -> Kind {
        let found = kinds.withLock { $0.first { $0.name == name }?.kind }
        guard let found else {
            // A peer may have sent it: nothing of it but letters reaches a terminal as it is.
            let start = String(name.prefix(60))
            let shown = start.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
            throw SettingFault(
                subject, shown ? start : start.debugDescription, wanted: names.joined(separator: " or "))
        }
        return found
    }
}
