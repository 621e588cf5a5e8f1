import CWire

/// Which part of a round's parameters travels ahead of the work that needs them.
package struct ParameterPart: Equatable, Sendable {
    /// The round.
    package var round: Int
    /// The part, counted from 0.
    package var part: Int
    /// As of `Work`.
    package var history: Int

    /// A part.
    package init(round: Int, part: Int, history: Int = 0) {
        (self.round, self.part, self.history) = (round, part, history)
    }
}

extension MessageForm {
    /// A part of a round's parameters.
    static let parameterPart = MessageForm(
        SSRM__WIRE__HEADER__BODY_PARAMETER_PART, frames: SSRM__WIRE__FRAME_KIND__FRAME_KIND_PARAMETERS
    ) { header throws(WireError) in
        let body = header.parameter_part.pointee
        return .parameterPart(
            ParameterPart(
                round: try number(body.round), part: Int(body.part), history: try number(body.history)))
    } write: { message, header, arena in
        guard case .parameterPart(let part) = message else { return false }
        header.parameter_part = arena.make(ssrm__wire__parameter_part__init) {
            $0.round = UInt64(part.round)
            $0.part = UInt32(part.part)
            $0.history = UInt64(part.history)
        }
        return true
    }
}
