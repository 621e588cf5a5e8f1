/// The step in hand, and where a job's exchange is delayed the one after it.
///
/// Sums of both are taken as they come; the steps are made one after another.
extension Training {
    /// Begins a step, and where two are computed at once the one after it, if there are such.
    mutating func begin(_ step: Int, firstID: UInt64) {
        for step in step..<max(step, min(step + plan.roundsAtOnce, plan.rounds)) where place(ofStep: step) == nil {
            ledgers.append(makeLedger(step, firstID: firstID))
        }
    }

    private mutating func makeLedger(_ step: Int, firstID: UInt64, isLookedThrough: Bool = false) -> Ledger {
        let isAudited = auditShare > 0 && auditDraw.uniform() < auditShare
        return Ledger(
            step: step, leafCount: plan.leafCount, firstID: firstID, isLookedThrough: isLookedThrough,
            isAudited: isAudited)
    }

    /// Takes note of whether the sum of the step in hand is finite, and begins a further step, or once more this one.
    ///
    /// Where it is, the shell has made the step: the parameters that it sends from now on are those of the further one.
    /// Once it has done whatever it does of the state as it is, it is to look at `isStepComplete`.
    public mutating func onRoot(isFinite: Bool, at now: Duration) -> [Directive] {
        guard let done = ledger else { return [] }
        if isFinite {
            ledgers.removeFirst()
            (record.leaves, record.audited) = (record.leaves + done.summed, record.audited + done.audited)
            begin(done.step + 1, firstID: done.nextID)
            if ledgers.isEmpty { return finish(.complete) }
            return release() + assign(at: now).filter { $0 != .finishStep }
        }
        if done.isLookedThrough { return [failNotFinite(done.step)] }
        ledgers[0] = makeLedger(done.step, firstID: done.nextID, isLookedThrough: true)
        return [.event(.stepRepeated(step: plan.firstStep(of: done.step)))] + assign(at: now)
    }

    /// Gives up what is done of the steps in hand, and begins at a step.
    mutating func beginAnew(at step: Int) {
        let firstID = nextClaim
        (ledgers, arrivals) = ([], [:])
        begin(step, firstID: firstID)
    }

    /// Tells workers that still compute what others were faster with that nobody needs it.
    private func release() -> [Directive] {
        guard let releasedBelow else { return [] }
        return roster.all.filter { worker in
            roster.members[worker]?.given.contains { place(ofClaim: $0.claim, of: worker) == nil } ?? false
        }.map { .send(.heartbeatReply(sequence: 0, releasedBelow: releasedBelow), to: $0) }
    }

    /// Whether all sums of the step in hand are taken: before anything else, `finishStep` is due.
    ///
    /// So it may be where one step is just made, and the next one was computed at the same time.
    public var isStepComplete: Bool { ledger?.isComplete ?? false }

    /// Ends the step where all its sums are taken, or gives out what is left of it; of a relay's runs any may end.
    mutating func goOn(at now: Duration) -> [Directive] {
        let isDone = relayedClaim == nil ? isStepComplete : ledgers.contains { $0.isComplete }
        return isDone ? [.finishStep] : assign(at: now)
    }

    /// Takes back all that a worker was given, to be given out again.
    mutating func onLoss(by worker: WorkerID) {
        for place in ledgers.indices { ledgers[place].onLoss(by: worker) }
    }

    /// Claims with smaller numbers are over once the step in hand is.
    public var overAfterStep: UInt64 { ledgers.dropFirst().first?.firstID ?? nextClaim }

    // MARK: - Which of them

    func place(ofStep step: Int) -> Int? { ledgers.firstIndex { $0.step == step } }

    func place(ofClaim claim: UInt64, of worker: WorkerID) -> Int? {
        ledgers.firstIndex { $0.claim(of: worker)?.id == claim }
    }

    /// The place of a step, that in hand where none is named.
    func place(_ step: Int?) -> Int? { step.map { place(ofStep: $0) } ?? ledgers.indices.first }

    /// The step that a worker's claim is of; nil where it is over.
    public func step(ofClaim claim: UInt64, of worker: WorkerID) -> Int? {
        place(ofClaim: claim, of: worker).map { ledgers[$0].step }
    }

    /// What a worker was given of a step and has not reported on.
    public func claim(of worker: WorkerID, step: Int) -> Claim? {
        place(ofStep: step).flatMap { ledgers[$0].claim(of: worker) }
    }

    /// Whether the sums of a step in hand are looked through.
    public func isLookedThrough(_ step: Int) -> Bool {
        place(ofStep: step).map { ledgers[$0].isLookedThrough } ?? false
    }

    /// Whether two workers compute each leaf of a step in hand.
    public func isAudited(_ step: Int) -> Bool { place(ofStep: step).map { ledgers[$0].isAudited } ?? false }

    /// The number that the next claim gets.
    var nextClaim: UInt64 { ledger?.nextID ?? relayedClaim ?? 1 }

    /// Claims with smaller numbers are over.
    var releasedBelow: UInt64? { ledgers.map(\.firstID).min() ?? relayedClaim }
}
