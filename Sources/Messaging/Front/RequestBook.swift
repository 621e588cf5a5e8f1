/// How often peers may ask for what costs more than their asking: each for itself, and each machine with all of its
/// connections.
///
/// A value without I/O or clock.
package struct RequestBook {
    package enum Verdict: Equatable {
        case admitted
        /// The peer asks again and again.
        case tooOften
        /// Its machine does.
        case machineTooOften
    }
    private let (ofPeer, ofMachine): (Rate, Rate)
    private var peers: [UInt64: TokenBucket] = [:]
    private var machines: [UInt64: TokenBucket] = [:]
    private var kept = 1024

    /// Nobody has asked yet.
    package init(ofPeer: Rate, ofMachine: Rate) { (self.ofPeer, self.ofMachine) = (ofPeer, ofMachine) }

    /// Takes note of a request by a connection of a machine.
    package mutating func onRequest(by peer: UInt64, of machine: UInt64, at now: Duration) -> Verdict {
        tidy(at: now)
        guard peers[peer, default: TokenBucket(ofPeer)].take(at: now) else { return .tooOften }
        guard machines[machine, default: TokenBucket(ofMachine)].take(at: now) else { return .machineTooOften }
        return .admitted
    }

    /// Takes note of a request that needs no answer; whether both its peer and its machine make too many of them.
    package mutating func isTooMuch(by peer: UInt64, of machine: UInt64, at now: Duration) -> Bool {
        tidy(at: now)
        let isOfPeer = !peers[peer, default: TokenBucket(ofPeer)].take(at: now)
        let isOfMachine = !machines[machine, default: TokenBucket(ofMachine)].take(at: now)
        return isOfPeer && isOfMachine
    }

    /// Forgets whoever has not asked of late.
    private mutating func tidy(at now: Duration) {
        guard peers.count + machines.count > kept else { return }
        peers = peers.filter { !$0.value.isFull(at: now) }
        machines = machines.filter { !$0.value.isFull(at: now) }
        kept = max(1024, 2 * (peers.count + machines.count))
    }
}
