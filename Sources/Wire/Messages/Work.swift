import CWire

/// Leaves that a worker is to compute.
public struct Work: Equatable, Sendable {
    /// The claim's number, which the report repeats; never 0.
    public var claim: UInt64
    /// The step.
    public var step: Int
    /// The leaves.
    public var leaves: Range<Int>
    /// Memory lent for claims with smaller numbers is free again.
    public var releasedBelow: UInt64
    /// How often the run went back to an earlier state: what was published under another number is not relied on.
    public var history: Int

    /// Work.
    public init(claim: UInt64, step: Int, leaves: Range<Int>, releasedBelow: UInt64, history: Int = 0) {
        (self.claim, self.step, self.leaves, self.releasedBelow) = (claim, step, leaves, releasedBelow)
        self.history = history
    }
}

extension MessageForm {
    /// Leaves to compute.
    static let work = MessageForm(SSRM__WIRE__HEADER__BODY_WORK, frames: SSRM__WIRE__FRAME_KIND__FRAME_KIND_PARAMETERS)
    { header throws(WireError) in
        let body = header.work.pointee
        return .work(
            Work(
                claim: try claim(body.claim), step: try number(body.step),
                leaves: try leaves(body.first_leaf, body.leaf_count), releasedBelow: body.released_below,
                history: try number(body.history)))
    } write: { message, header, arena in
        guard case .work(let work) = message else { return false }
        header.work = arena.make(ssrm__wire__work__init) {
            $0.claim = work.claim
            $0.step = UInt64(work.step)
            $0.first_leaf = UInt32(work.leaves.lowerBound)
            $0.leaf_count = UInt32(work.leaves.count)
            $0.released_below = work.releasedBelow
            $0.history = UInt64(work.history)
        }
        return true
    }
}
