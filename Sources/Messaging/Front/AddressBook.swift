/// Who may connect: so many connections in all and of one machine, and so many new ones a second.
///
/// A value without I/O or clock.
package struct AddressBook {
    package enum Verdict: Equatable {
        case admitted
        /// There is no room; there may be once a connection of the machine, or any, that said nothing yet is closed.
        case wantsRoom(ofMachine: Bool, limit: Int)
        /// The machine connects too often.
        case tooOften
    }
    private struct Entry {
        var openCount = 0
        var tokens: TokenBucket
    }
    private let limits: ConnectionLimits
    private var entries: [UInt64: Entry] = [:]
    private var openCount = 0

    package init(_ limits: ConnectionLimits) { self.limits = limits }

    /// Takes note of a new connection of a machine; once it is admitted, `onClose` is to be called for it.
    package mutating func onOpen(of machine: UInt64, at now: Duration) -> Verdict {
        var entry = entries[machine] ?? Entry(tokens: TokenBucket(limits.rate))
        defer { entries[machine] = entry }
        // First, or whoever may not come would push others out.
        guard entry.tokens.count(at: now) > 0 else { return .tooOften }
        guard entry.openCount < limits.countOfMachine else {
            return .wantsRoom(ofMachine: true, limit: limits.countOfMachine)
        }
        guard openCount < limits.count else { return .wantsRoom(ofMachine: false, limit: limits.count) }
        _ = entry.tokens.take(at: now)
        entry.openCount += 1
        openCount += 1
        return .admitted
    }

    /// Takes note of a connection's end.
    package mutating func onClose(of machine: UInt64) {
        openCount -= 1
        entries[machine]?.openCount -= 1
    }

    /// Forgets machines of which nothing is to be remembered.
    package mutating func tidy(at now: Duration) {
        entries = entries.filter { $0.value.openCount > 0 || !$0.value.tokens.isFull(at: now) }
    }
}
