import Numerics
import Wire

extension Training {
    /// How far the parts of a worker's sums are.
    struct Arrival: Sendable {
        /// The claim that they are of.
        let claim: UInt64
        /// The part that is to come next.
        var next: Int
    }

    /// The workers that parts of parameters may be sent to that are made while sums of the round in hand still come:
    /// they take part in the last round that is in hand, and will in the one after it.
    package var takersAhead: [WorkerID] {
        guard let last = ledgers.last?.round, last + 1 < plan.rounds else { return [] }
        return takers(ofPartsOf: last + 1)
    }

    /// The workers that parts of a round's parameters may be sent to as they are made: they had those of the round
    /// before it, and have not got these.
    func takers(ofPartsOf round: Int) -> [WorkerID] {
        roster.ready.filter { _, member in
            let rounds = member.parametersRounds
            return member.takesParts && rounds.contains(round - 1) && !rounds.contains(round)
        }.map(\.id)
    }

    /// Takes a part of the sums of a claim that is still the worker's, where it is the next one.
    ///
    /// Of a claim that is over, parts are worth nothing; where a broken connection took one, the report that they
    /// belong to will not be taken.
    mutating func onSumPart(
        _ part: SumPart, _ blockLengths: [Int], from worker: WorkerID, at now: Duration
    ) -> [Directive] {
        guard let place = place(ofClaim: part.claim, of: worker), let claim = ledgers[place].claim(of: worker) else {
            return []
        }
        let ledger = ledgers[place]
        let nodes = ledger.nodes(of: claim)
        guard part.part < plan.parts.count,
            blockLengths == [Int](repeating: plan.parts[part.part].count, count: nodes.count)
        else { return onUnreadable("a part of sums of another shape than the job's", from: worker, at: now) }
        var arrival = arrivals[worker]?.first { $0.claim == claim.id } ?? Arrival(claim: claim.id, next: 0)
        guard part.part == arrival.next else { return [] }
        arrival.next += 1
        let others = (arrivals[worker] ?? []).filter {
            $0.claim != claim.id && self.place(ofClaim: $0.claim, of: worker) != nil
        }
        arrivals[worker] = others + [arrival]
        let isHeld = ledger.holdsParts(of: claim) || breakers.contains(worker)
        if !isHeld, auditShare > 0 { unreported[claim.id] = (worker, ledger.round) }
        return [.takeSumPart(part, of: nodes, from: worker, isHeld: isHeld)]
    }

    /// Has the round in hand done once more in whose sums parts lie that no report will tell of; nil where there are
    /// none.
    ///
    /// Where sums are compared now and then, all that counts has to be the word of somebody, of whom it is known
    /// whether that was ever wrong. Parts of whoever left some behind count with their reports from then on.
    mutating func redo() -> [Directive]? {
        if isRedoDue { return [] }
        // What workers disagree about is settled first; the round of it can't end before that.
        if ledgers.contains(where: { $0.assignments.values.contains(where: \.isDisputed) }) { return nil }
        let lost = unreported.filter { claim, sender in
            place(ofRound: sender.round).map { ledgers[$0].claim(of: sender.worker)?.id != claim } ?? false
        }.values
        guard let round = lost.map(\.round).min() else { return nil }
        for sender in lost where breakers.count < AuditRecord.nameLimit { breakers.insert(sender.worker) }
        isRedoDue = true
        return [.goBack(round: round)]
    }

    /// Answers a report some of whose parts never came: its worker's next sign of life will show that it is not
    /// computing what it should.
    func lost(_ report: LeafReport, from worker: WorkerID) -> [Directive] {
        place(of: report, from: worker).flatMap { ledgers[$0].fault(of: report, from: worker) }
            .map { [refuse(worker, $0)] } ?? []
    }

    /// Whether all parts of the sums that a worker reports on have come.
    mutating func haveArrived(_ claim: UInt64, from worker: WorkerID) -> Bool {
        guard let place = arrivals[worker]?.firstIndex(where: { $0.claim == claim }) else { return false }
        return arrivals[worker]?.remove(at: place).next == plan.parts.count
    }
}
