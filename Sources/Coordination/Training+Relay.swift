/// A training whose work comes from above: a relay's. It has no steps of its own, but one run of leaves after another.
extension Training {
    /// The workers of a relay, which has no run in hand yet.
    ///
    /// - Parameters:
    ///   - plan: what of the job it has to know.
    ///   - firstClaim: the number of the first claim, drawn at random; not 0.
    ///   - heartbeat: how often a worker shows that it lives.
    ///   - lease: silent for longer than this, a worker is taken for dead.
    init(relaying plan: Plan, firstClaim: UInt64, heartbeat: Duration, lease: Duration) {
        self.init(plan, round: plan.rounds, firstClaim: firstClaim, heartbeat: heartbeat, lease: lease)
        relayedClaim = firstClaim
    }

    /// Whether all steps are done; never so for a relay, which is told.
    var isOver: Bool { ledger == nil && relayedClaim == nil }

    /// The compute threads of all workers that can compute.
    var readyThreads: Int {
        roster.members.values.reduce(0) { $0 + ($1.isReady ? $1.threads : 0) }
    }

    /// Takes up a run of leaves, in place of the one in hand if there is one.
    ///
    /// All sums that come are looked through: whoever is above knows this relay's word, not whose it is.
    mutating func onRun(step: Int, leaves: Range<Int>, at now: Duration) -> [Directive] {
        endRun()
        ledger = Ledger(
            step: step, leaves: leaves, of: plan.leafCount, firstID: relayedClaim ?? 1, isLookedThrough: true)
        return assign(at: now)
    }

    /// Has no run in hand any more; what is still answered of it is late.
    mutating func endRun() {
        guard let ledger else { return }
        relayedClaim = ledger.nextID
        self.ledger = nil
        look = nil
    }
}
