import Numerics

/// A training whose work comes from above: a relay's. It has no rounds of its own, but one run of leaves after another.
extension Training {
    /// The workers of a relay, which has no run in hand yet.
    ///
    /// It says one probe for all of them, and takes nobody in with another: the run's, or where the coordinator does
    /// not tell it that of the first who comes.
    ///
    /// - Parameters:
    ///   - plan: what of the job it has to know.
    ///   - firstClaim: the number of the first claim, drawn at random; not 0.
    ///   - heartbeat: how often a worker shows that it lives.
    ///   - lease: silent for longer than this, a worker is taken for dead.
    ///   - probeDigest: the run's probe; empty where the coordinator does not tell it.
    ///   - crew: how many workers are given leaves.
    init(
        relaying plan: Plan, firstClaim: UInt64, heartbeat: Duration, lease: Duration, probeDigest: String,
        crew: CrewChoice
    ) {
        self.init(
            plan, round: plan.rounds, firstClaim: firstClaim,
            probe: probeDigest.isEmpty ? nil : ArithmeticProbe(digest: probeDigest, name: "the run's coordinator"),
            heartbeat: heartbeat, lease: lease, refusesOtherArithmetic: true, crew: crew)
        relayedClaim = firstClaim
    }

    /// Whether all rounds are done; never so for a relay, which is told.
    var isOver: Bool { ledger == nil && relayedClaim == nil }

    /// The compute threads of all workers that can compute.
    var readyThreads: Int {
        roster.members.values.reduce(0) { $0 + ($1.isReady ? $1.threads : 0) }
    }

    /// Takes up a run of leaves, behind the one in hand if there is one.
    ///
    /// The relay's shell looks all sums through that come, and parts of them, before it adds them to others: whoever is
    /// above knows this relay's word, not whose it is.
    ///
    /// - Precondition: no run in hand is of the same round.
    mutating func onRun(round: Int, leaves: Range<Int>, at now: Duration) -> [Directive] {
        precondition(place(ofRound: round) == nil, "two runs of round \(round)")
        ledgers.append(
            Ledger(round: round, leaves: leaves, of: plan.leafCount, firstID: nextClaim, isLookedThrough: false))
        return assign(at: now)
    }

    /// Whether the leaves of the run of a round are all summed.
    func isComplete(round: Int) -> Bool { place(ofRound: round).map { ledgers[$0].isComplete } ?? false }

    /// Has a run in hand no more; what is still answered of it is late.
    mutating func endRun(round: Int) {
        guard let place = place(ofRound: round) else { return }
        relayedClaim = nextClaim
        ledgers.remove(at: place)
        if ledgers.isEmpty { look = nil }
    }
}
