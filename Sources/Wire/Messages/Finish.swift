import CWire

extension MessageForm {
    /// The job is over.
    static let finish = MessageForm(SSRM__WIRE__HEADER__BODY_FINISH) { header throws(WireError) in
        .finish(complete: header.finish.pointee.complete != 0)
    } write: { message, header, arena in
        guard case .finish(let complete) = message else { return false }
        header.finish = arena.make(ssrm__wire__finish__init) { $0.complete = complete ? 1 : 0 }
        return true
    }
}
