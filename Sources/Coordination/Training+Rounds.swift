/// The round in hand, and where a job's exchange is delayed the one after it.
///
/// Sums of both are taken as they come; the rounds are made one after another.
extension Training {
    /// Begins a round, and where two are computed at once the one after it, if there are such.
    mutating func begin(_ round: Int, firstID: UInt64) {
        let further = round..<max(round, min(round + plan.roundsAtOnce, plan.rounds))
        for round in further where place(ofRound: round) == nil {
            ledgers.append(makeLedger(round, firstID: firstID))
        }
    }

    private mutating func makeLedger(_ round: Int, firstID: UInt64, isLookedThrough: Bool = false) -> Ledger {
        let isAudited = auditShare > 0 && auditDraw.uniform() < auditShare
        return Ledger(
            round: round, leafCount: plan.leafCount, firstID: firstID, isLookedThrough: isLookedThrough,
            isAudited: isAudited)
    }

    /// Takes note of whether the sum of the round in hand is finite, and begins a further round, or once more this one.
    ///
    /// Where it is, the shell has made the round: the parameters that it sends from now on are those of the further
    /// one. Once it has done whatever it does of the state as it is, it is to look at `isRoundComplete`.
    package mutating func onRoot(isFinite: Bool, at now: Duration) -> [Directive] {
        guard let done = ledger else { return [] }
        if isFinite {
            ledgers.removeFirst()
            unreported = unreported.filter { $0.value.round != done.round }
            (record.leaves, record.audited) = (record.leaves + done.summed, record.audited + done.audited)
            begin(done.round + 1, firstID: done.nextID)
            if ledgers.isEmpty { return finish(.complete) }
            return noteCrew(after: done, at: now) + release()
                + assign(at: now).filter { $0 != .finishRound }
        }
        crew.isOrdinary = false
        if done.isLookedThrough { return [failNotFinite(done.round)] }
        ledgers[0] = makeLedger(done.round, firstID: done.nextID, isLookedThrough: true)
        return [.event(.stepRepeated(step: plan.firstStep(of: done.round)))] + assign(at: now)
    }

    /// Has the crew know how long a round took.
    private mutating func noteCrew(after done: Ledger, at now: Duration) -> [Directive] {
        let change = crew.onRound(done, readyCount: readyCount, at: now)
        return change.map { [.event(.crewChanged(step: plan.firstStep(of: done.round + 1), $0))] } ?? []
    }

    /// Gives up what is done of the rounds in hand, and begins at a round.
    mutating func beginAnew(at round: Int) {
        crew.lastEnd = nil
        // Far from those before, which may be of the same leaves of the same round.
        let firstID = nextClaim + 1 << 16
        let isRedone = isRedoDue
        (ledgers, arrivals, unreported, isRedoDue) = ([], [:], [:], false)
        begin(round, firstID: firstID)
        for place in ledgers.indices { ledgers[place].areAllPartsHeld = isRedone }
    }

    /// Tells workers that still compute what others were faster with that nobody needs it; once, as each answer to
    /// their signs of life says so, too.
    mutating func release() -> [Directive] {
        guard let releasedBelow else { return [] }
        let late = roster.all.filter { worker in
            roster.members[worker]?.given.contains {
                !$0.isToldOver && place(ofClaim: $0.claim, of: worker) == nil
            } ?? false
        }
        for worker in late {
            let own = ledgers.compactMap { $0.claim(of: worker)?.id }
            roster.noteToldOver(worker, but: own)
        }
        return late.map { .send(.heartbeatReply(sequence: 0, releasedBelow: releasedBelow), to: $0) }
    }

    /// Whether all sums of the round in hand are taken: before anything else, `finishRound` is due.
    ///
    /// So it may be where one round is just made, and the next one was computed at the same time.
    package var isRoundComplete: Bool { ledger?.isComplete ?? false }

    /// Ends the round where all its sums are taken, or gives out what is left of it; of a relay's runs any may end.
    mutating func goOn(at now: Duration) -> [Directive] {
        if let redo = redo() { return redo }
        let isDone = relayedClaim == nil ? isRoundComplete : ledgers.contains { $0.isComplete }
        return isDone ? [.finishRound] : assign(at: now)
    }

    /// Takes back all that a worker was given, to be given out again.
    mutating func onLoss(by worker: WorkerID) {
        for place in ledgers.indices { ledgers[place].onLoss(by: worker) }
    }

    /// Claims with smaller numbers are over once the round in hand is.
    package var overAfterRound: UInt64 { ledgers.dropFirst().first?.firstID ?? nextClaim }

    // MARK: - Which of them

    func place(ofRound round: Int) -> Int? { ledgers.firstIndex { $0.round == round } }

    func place(ofClaim claim: UInt64, of worker: WorkerID) -> Int? {
        ledgers.firstIndex { $0.claim(of: worker)?.id == claim }
    }

    /// The place of a round, that in hand where none is named.
    func place(_ round: Int?) -> Int? { round.map { place(ofRound: $0) } ?? ledgers.indices.first }

    /// The round that a worker's claim is of; nil where it is over.
    package func round(ofClaim claim: UInt64, of worker: WorkerID) -> Int? {
        place(ofClaim: claim, of: worker).map { ledgers[$0].round }
    }

    /// What a worker was given of a round and has not reported on.
    package func claim(of worker: WorkerID, round: Int) -> Claim? {
        place(ofRound: round).flatMap { ledgers[$0].claim(of: worker) }
    }

    /// Whether the sums of a round in hand are looked through.
    package func isLookedThrough(_ round: Int) -> Bool {
        place(ofRound: round).map { ledgers[$0].isLookedThrough } ?? false
    }

    /// Whether two workers compute each leaf of a round in hand.
    package func isAudited(_ round: Int) -> Bool { place(ofRound: round).map { ledgers[$0].isAudited } ?? false }

    /// The number that the next claim gets.
    var nextClaim: UInt64 { ledger?.nextID ?? relayedClaim ?? 1 }

    /// Claims with smaller numbers are over.
    var releasedBelow: UInt64? { ledgers.map(\.firstID).min() ?? relayedClaim }
}
