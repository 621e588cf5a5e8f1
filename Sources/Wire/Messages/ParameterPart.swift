import CWire

/// Which part of a step's parameters travels ahead of the work that needs them.
public struct ParameterPart: Equatable, Sendable {
    /// The step.
    public var step: Int
    /// The part, counted from 0.
    public var part: Int
    /// As of `Work`.
    public var history: Int

    /// A part.
    public init(step: Int, part: Int, history: Int = 0) { (self.step, self.part, self.history) = (step, part, history) }
}

extension MessageForm {
    /// A part of a step's parameters.
    static let parameterPart = MessageForm(
        SSRM__WIRE__HEADER__BODY_PARAMETER_PART, frames: SSRM__WIRE__FRAME_KIND__FRAME_KIND_PARAMETERS
    ) { header throws(WireError) in
        let body = header.parameter_part.pointee
        return .parameterPart(
            ParameterPart(
                step: try number(body.step), part: Int(body.part), history: try number(body.history)))
    } write: { message, header, arena in
        guard case .parameterPart(let part) = message else { return false }
        header.parameter_part = arena.make(ssrm__wire__parameter_part__init) {
            $0.step = UInt64(part.step)
            $0.part = UInt32(part.part)
            $0.history = UInt64(part.history)
        }
        return true
    }
}
