import CWire

extension MessageForm {
    /// The coordinator heard a heartbeat.
    static let heartbeatReply = MessageForm(SSRM__WIRE__HEADER__BODY_HEARTBEAT_REPLY) { header throws(WireError) in
        let body = header.heartbeat_reply.pointee
        return .heartbeatReply(sequence: body.sequence, releasedBelow: body.released_below)
    } write: { message, header, arena in
        guard case .heartbeatReply(let sequence, let releasedBelow) = message else { return false }
        header.heartbeat_reply = arena.make(ssrm__wire__heartbeat_reply__init) {
            ($0.sequence, $0.released_below) = (sequence, releasedBelow)
        }
        return true
    }
}
