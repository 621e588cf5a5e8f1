import CWire

/// Why a worker leaves.
package enum FarewellReason: UInt32, Sendable {
    /// It was asked to.
    case leaving = 1
    /// It can't go on.
    case failed = 3
}

extension MessageForm {
    /// A worker leaves.
    static let farewell = MessageForm(SSRM__WIRE__HEADER__BODY_FAREWELL) { header throws(WireError) in
        let body = header.farewell.pointee
        guard let reason = FarewellReason(rawValue: body.reason.rawValue) else {
            throw .malformedHeader("a farewell without a reason")
        }
        return .farewell(reason, text: text(body.text))
    } write: { message, header, arena in
        guard case .farewell(let reason, let text) = message else { return false }
        header.farewell = arena.make(ssrm__wire__farewell__init) {
            $0.reason = Ssrm__Wire__FarewellReason(rawValue: reason.rawValue)
            $0.text = arena.text(text)
        }
        return true
    }
}
