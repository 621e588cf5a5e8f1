/// The claims of a worker: those that it computes, and those whose sums the coordinator may still need.
struct HeldClaims: Sendable {
    /// Those that are being computed, one after another; no more than rounds are computed at once.
    private(set) var inHand: [UInt64] = []
    /// Those that were ordered to be computed and are not yet.
    private var ordered: [UInt64] = []
    /// Those of them that came from a coordinator that is gone: nobody would take their sums, or let go of their
    /// memory.
    private var abandoned: Set<UInt64> = []
    /// Those whose sums lie in memory that is lent to the coordinator.
    private(set) var lent: [UInt64] = []
    /// Smaller ones are over.
    private var releasedBelow: UInt64 = 0

    /// Takes a claim in hand, and lets go of what is in hand beyond the last `limit`.
    mutating func take(_ claim: UInt64, limit: Int) {
        inHand.append(claim)
        inHand.removeFirst(max(0, inHand.count - limit))
    }

    /// Has a claim in hand no longer.
    mutating func drop(_ claim: UInt64) { inHand.removeAll { $0 == claim } }

    /// Has none in hand any more.
    mutating func dropAll() { inHand = [] }

    /// Takes note that a claim's leaves are ordered to be computed.
    mutating func onOrder(_ claim: UInt64) { ordered.append(claim) }

    /// Takes note that what was ordered is computed, or will not be.
    ///
    /// - Returns: whether the coordinator that gave the claim is still there.
    mutating func onDone(_ claim: UInt64) -> Bool {
        if let place = ordered.firstIndex(of: claim) { ordered.remove(at: place) }
        return abandoned.remove(claim) == nil
    }

    /// Whether somebody else was faster.
    func isOver(_ claim: UInt64) -> Bool { claim < releasedBelow }

    /// Takes note that a claim's sums are lent.
    mutating func lend(_ claim: UInt64) { lent.append(claim) }

    /// Takes note that smaller claims are over.
    ///
    /// - Returns: those whose memory is free by that.
    mutating func release(below claim: UInt64) -> [UInt64] {
        releasedBelow = max(releasedBelow, claim)
        defer { lent.removeAll { $0 < claim } }
        return lent.filter { $0 < claim }
    }

    /// Takes note that nothing is lent any more.
    ///
    /// - Returns: what was.
    mutating func releaseAll() -> [UInt64] {
        defer { lent = [] }
        return lent
    }

    /// Takes note that another coordinator's process is there, which knows of none of them.
    ///
    /// - Returns: the claims whose memory is free by that.
    mutating func onOtherCoordinator() -> [UInt64] {
        (inHand, releasedBelow) = ([], 0)
        abandoned.formUnion(ordered)
        ordered = []
        return releaseAll()
    }
}
