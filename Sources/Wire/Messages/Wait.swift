import CWire

extension MessageForm {
    /// The coordinator will welcome the worker in a while.
    static let wait = MessageForm(SSRM__WIRE__HEADER__BODY_WAIT) { _ throws(WireError) in
        .wait
    } write: { message, header, arena in
        guard case .wait = message else { return false }
        header.wait = arena.make(ssrm__wire__wait__init) { _ in }
        return true
    }
}
