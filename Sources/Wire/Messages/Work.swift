import CWire

/// Leaves that a worker is to compute.
package struct Work: Equatable, Sendable {
    /// The claim's number, which the report repeats; never 0.
    package var claim: UInt64
    /// The round.
    package var round: Int
    /// The leaves.
    package var leaves: Range<Int>
    /// Memory lent for claims with smaller numbers is free again.
    package var releasedBelow: UInt64
    /// How often the run went back to an earlier state: what was published under another number is not relied on.
    package var history: Int

    /// Work.
    package init(claim: UInt64, round: Int, leaves: Range<Int>, releasedBelow: UInt64, history: Int = 0) {
        (self.claim, self.round, self.leaves, self.releasedBelow) = (claim, round, leaves, releasedBelow)
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
                claim: try claim(body.claim), round: try number(body.round),
                leaves: try leaves(body.first_leaf, body.leaf_count), releasedBelow: body.released_below,
                history: try number(body.history)))
    } write: { message, header, arena in
        guard case .work(let work) = message else { return false }
        header.work = arena.make(ssrm__wire__work__init) {
            $0.claim = work.claim
            $0.round = UInt64(work.round)
            $0.first_leaf = UInt32(work.leaves.lowerBound)
            $0.leaf_count = UInt32(work.leaves.count)
            $0.released_below = work.releasedBelow
            $0.history = UInt64(work.history)
        }
        return true
    }
}
