/// Which of the connections that are closed are told of one by one: a few of each machine, so that one whose program
/// comes again and again leaves lines for the others, and a few in all, or a flood would fill the terminal.
///
/// A value without I/O or clock.
package struct TellingBook {
    package enum Verdict: Equatable {
        /// This one is told of.
        case told
        /// This one is not, as the first one; it is to be said that not all are.
        case firstCounted
        /// This one is only counted.
        case counted
    }
    private static let (all, machine) = (Rate(burst: 20, perSecond: 1.0 / 60), Rate(burst: 8, perSecond: 1.0 / 600))
    private var tokens = TokenBucket(all)
    private var machines: [UInt64: TokenBucket] = [:]
    private var hasCounted = false

    package init() {}

    /// Takes note that a connection of a machine is closed.
    package mutating func onClosed(of machine: UInt64, at now: Duration) -> Verdict {
        var own = machines[machine] ?? TokenBucket(Self.machine)
        // The machine's own first: what is only counted costs the others nothing.
        let isTold = tokens.count(at: now) > 0 && own.take(at: now)
        if isTold {
            _ = tokens.take(at: now)
            machines[machine] = own
            return .told
        }
        defer { hasCounted = true }
        return hasCounted ? .counted : .firstCounted
    }

    /// Forgets machines of which nothing is to be remembered.
    package mutating func tidy(at now: Duration) { machines = machines.filter { !$0.value.isFull(at: now) } }
}
