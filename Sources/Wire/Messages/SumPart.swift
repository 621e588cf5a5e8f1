import CWire

/// Which part of a claim's sums travels ahead of their report.
package struct SumPart: Equatable, Sendable {
    /// The claim's number.
    package var claim: UInt64
    /// The part, counted from 0.
    package var part: Int

    /// A part.
    package init(claim: UInt64, part: Int) { (self.claim, self.part) = (claim, part) }
}

extension MessageForm {
    /// A part of a claim's sums.
    static let sumPart = MessageForm(
        SSRM__WIRE__HEADER__BODY_SUM_PART, frames: SSRM__WIRE__FRAME_KIND__FRAME_KIND_SUM
    ) { header throws(WireError) in
        let body = header.sum_part.pointee
        return .sumPart(SumPart(claim: try claim(body.claim), part: Int(body.part)))
    } write: { message, header, arena in
        guard case .sumPart(let part) = message else { return false }
        header.sum_part = arena.make(ssrm__wire__sum_part__init) {
            $0.claim = part.claim
            $0.part = UInt32(part.part)
        }
        return true
    }
}
