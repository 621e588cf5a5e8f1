import CWire

/// How a run ended, as those who worked for it are told.
package enum RunEnd: Equatable, Sendable {
    /// All rounds are done.
    case complete
    /// The coordinator was asked to stop, and may go on later.
    case stopped
    /// The coordinator could not go on, and why.
    case failed(reason: String)

    /// Whether all rounds are done.
    package var isComplete: Bool { self == .complete }
}

extension MessageForm {
    /// The run is over.
    static let finish = MessageForm(SSRM__WIRE__HEADER__BODY_FINISH) { header throws(WireError) in
        let body = header.finish.pointee
        if body.complete != 0 { return .finish(.complete) }
        let reason = text(body.failure)
        return .finish(reason.isEmpty ? .stopped : .failed(reason: reason))
    } write: { message, header, arena in
        guard case .finish(let end) = message else { return false }
        header.finish = arena.make(ssrm__wire__finish__init) {
            $0.complete = end.isComplete ? 1 : 0
            if case .failed(let reason) = end { $0.failure = arena.text(reason) }
        }
        return true
    }
}
