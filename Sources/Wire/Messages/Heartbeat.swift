import CWire

/// A worker's sign of life, with what it has in hand.
public struct Heartbeat: Equatable, Sendable {
    /// Counts up.
    public var sequence: UInt64
    /// Whether it has said that it is ready since it was welcomed.
    public var isReady: Bool
    /// The claim that it computes; nil while it waits.
    public var claim: UInt64?

    /// A sign of life.
    public init(sequence: UInt64, isReady: Bool, claim: UInt64?) {
        (self.sequence, self.isReady, self.claim) = (sequence, isReady, claim)
    }
}

extension MessageForm {
    /// A worker is alive.
    static let heartbeat = MessageForm(SSRM__WIRE__HEADER__BODY_HEARTBEAT) { header throws(WireError) in
        let body = header.heartbeat.pointee
        return .heartbeat(
            Heartbeat(sequence: body.sequence, isReady: body.ready != 0, claim: body.claim == 0 ? nil : body.claim))
    } write: { message, header, arena in
        guard case .heartbeat(let heartbeat) = message else { return false }
        header.heartbeat = arena.make(ssrm__wire__heartbeat__init) {
            $0.sequence = heartbeat.sequence
            $0.ready = heartbeat.isReady ? 1 : 0
            $0.claim = heartbeat.claim ?? 0
        }
        return true
    }
}
