import CWire

/// A worker's sign of life, with what it has in hand.
package struct Heartbeat: Equatable, Sendable {
    /// Counts up.
    package var sequence: UInt64
    /// Whether it has said that it is ready since it was welcomed.
    package var isReady: Bool
    /// The claim that it computes; nil while it waits.
    package var claim: UInt64?
    /// The claim that it computes after that; nil for none.
    package var nextClaim: UInt64?
    /// Compute threads at hand, 0 for none at present; nil for as many as were said in hello.
    package var threads: Int?

    /// A sign of life.
    package init(sequence: UInt64, isReady: Bool, claim: UInt64?, nextClaim: UInt64? = nil, threads: Int? = nil) {
        (self.sequence, self.isReady, self.threads) = (sequence, isReady, threads)
        (self.claim, self.nextClaim) = (claim, nextClaim)
    }

    /// Whether a claim is in hand.
    package func names(_ claim: UInt64) -> Bool { self.claim == claim || nextClaim == claim }
}

extension MessageForm {
    /// A worker is alive.
    static let heartbeat = MessageForm(SSRM__WIRE__HEADER__BODY_HEARTBEAT) { header throws(WireError) in
        let body = header.heartbeat.pointee
        var heartbeat = Heartbeat(
            sequence: body.sequence, isReady: body.ready != 0, claim: body.claim == 0 ? nil : body.claim,
            nextClaim: body.next_claim == 0 ? nil : body.next_claim)
        if body.at_hand_case == SSRM__WIRE__HEARTBEAT__AT_HAND_THREADS {
            guard body.threads <= Hello.threadLimit else { throw .malformedHeader("\(body.threads) threads") }
            heartbeat.threads = Int(body.threads)
        }
        return .heartbeat(heartbeat)
    } write: { message, header, arena in
        guard case .heartbeat(let heartbeat) = message else { return false }
        header.heartbeat = arena.make(ssrm__wire__heartbeat__init) {
            $0.sequence = heartbeat.sequence
            $0.ready = heartbeat.isReady ? 1 : 0
            $0.claim = heartbeat.claim ?? 0
            $0.next_claim = heartbeat.nextClaim ?? 0
            if let threads = heartbeat.threads {
                ($0.at_hand_case, $0.threads) = (SSRM__WIRE__HEARTBEAT__AT_HAND_THREADS, UInt32(threads))
            }
        }
        return true
    }
}
