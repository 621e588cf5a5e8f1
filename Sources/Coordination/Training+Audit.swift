package import Numerics
import Wire

/// Answers that are compared before they count, and what becomes of those that are wrong.
///
/// In a round that is audited all leaves are computed by two workers. Such rounds are drawn at random, so that the
/// share of leaves is the one that was asked for and no worker knows of it before it has answered; and since everybody
/// takes part in them, they cost no more than that share. A worker that is alone is taken at its word, unless all
/// rounds are audited: then the coordinator computes the leaves, too.
extension Training {
    /// Takes note that sums that have to be compared are kept.
    ///
    /// - Parameters:
    ///   - mark: what tells these sums and figures from all others.
    ///   - worker: whose they are.
    ///   - round: the round; that in hand where none is named.
    ///   - now: the time.
    /// - Returns: what to do about it.
    package mutating func onHeld(
        _ mark: String, from worker: WorkerID, of round: Int? = nil, at now: Duration
    ) -> [Directive] {
        guard let place = place(round), let leaves = ledgers[place].claim(of: worker)?.leaves,
            let name = roster.members[worker]?.name
        else { return [] }
        let round = ledgers[place].round
        switch ledgers[place].onAnswer(mark, from: worker, named: name) {
        case .agreed(let first, let second):
            // Two of one key are alone with each other where nobody of another is there: that is one word.
            let isAudited = !areNamesOwn || WorkerName.party(of: first.name) != WorkerName.party(of: second.name)
            noteSums(of: leaves, by: first.name, round: round, isAudited: isAudited)
            record.note(sumsOf: round, by: second.name, isAudited: isAudited)
            return [.takeAnswer(claim: first.claim)] + goOn(at: now)
        case .disputed: return [.settle(round: round, leaves: leaves)] + assign(at: now)
        case .awaited: return assign(at: now)
        }
    }

    /// Takes note of what the coordinator's own sums of disputed leaves are.
    ///
    /// Whoever said otherwise is sent away for good. Where sums of its were taken on its word before, in rounds since
    /// an answer of its was last found right, what was made with them is given up.
    ///
    /// - Parameters:
    ///   - round: the round.
    ///   - leaves: the leaves.
    ///   - mark: what tells the sums and figures from all others; nil where they are not finite.
    ///   - now: the time.
    /// - Returns: what to do about it.
    package mutating func onSettled(
        round: Int, leaves: Range<Int>, mark: String?, at now: Duration
    ) -> [Directive] {
        guard let place = place(ofRound: round), let wrong = ledgers[place].onSettled(leaves, mark: mark) else {
            return []
        }
        if mark == nil { return [failNotFinite(round)] }
        // One that was alone may have found it twice.
        let finders = wrong.found.enumerated().filter { place, finder in
            !wrong.found[..<place].contains { $0.worker == finder.worker }
        }
        var directives = finders.flatMap { sendAway($1, round: round, leaves: leaves) }
        var unbelieved: Int?
        for answer in wrong.lied {
            let (worker, name) = (answer.worker, answer.name)
            let since = unauditedSince(ofPartyOf: name)
            unbelieved = [unbelieved, since].compactMap(\.self).min()
            directives.append(
                .event(
                    .lied(
                        worker: name, step: plan.firstStep(of: round), leaves: leaves,
                        since: since.map(plan.firstStep(of:)))))
            directives += shutOut(worker, named: name, round: round, leaves: leaves)
        }
        if let unbelieved { return directives + [.goBack(round: unbelieved)] }
        guard let right = wrong.right else { return directives + assign(at: now) }
        noteSums(of: leaves, by: right.name, round: round, isAudited: true)
        return directives + [.takeAnswer(claim: right.claim)] + goOn(at: now)
    }

    /// The first exchange of which sums are taken on a worker's word, or on that of others with its key as far as the
    /// run can go back for it; nil where there is none.
    private func unauditedSince(ofPartyOf name: String) -> Int? {
        guard areNamesOwn else { return record.unaudited[name] }
        let party = WorkerName.party(of: name)
        let present = roster.members.values.filter { $0.party == party && $0.isComparable }
            .compactMap { record.unaudited[$0.name] }
        let gone = latestGone.filter { WorkerName.party(of: $0.key) == party }.map(\.value)
        return (present + gone + [record.unaudited[name]].compactMap(\.self)).min()
    }

    /// Those of workers that are gone and may come back of whom the latest sums are taken on their word.
    private var latestGone: [(key: String, value: Int)] {
        let present = Set(roster.members.values.map(\.name))
        let gone = record.unaudited.filter { !present.contains($0.key) }
        return gone.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.suffix(Self.goneLimit)
    }

    /// Sends a worker whose sums were wrong away for good, and all others that have its key.
    private mutating func shutOut(
        _ worker: WorkerID, named name: String, round: Int, leaves: Range<Int>
    ) -> [Directive] {
        // Others may bear the name: what one of them did is not to keep all of them out.
        let isShared = roster.members.contains { $0.key != worker && $0.value.name == name }
        let party = WorkerName.party(of: name)
        let others = areNamesOwn ? record.unaudited.keys.filter { WorkerName.party(of: $0) == party } : []
        // One name keeps all out that have its key.
        record.shutOut(name, isRemembered: areNamesOwn || !isShared)
        for other in others { record.shutOut(other, isRemembered: false) }
        let members = areNamesOwn ? roster.all.filter { roster.members[$0]?.party == party && $0 != worker } : []
        let text = "the sums of leaves \(leaves) of step \(plan.firstStep(of: round)) are others; look at "
        return ([worker] + members).flatMap { member in
            if shutOut.count < AuditRecord.nameLimit { shutOut.insert(member) }
            for place in ledgers.indices { ledgers[place].onLiar(member) }
            let whose =
                member == worker
                ? "this machine's memory" : "the memory of \(name)'s machine, whose key this worker has"
            return [refuse(member, Refusal(.refuted, text + whose))] + leave(member)
        }
    }

    /// How far back the run might have to go: the first exchange of which a present worker's sums are taken on its word
    /// since it was last found right, and the like of workers that are gone and may come back, of those that have the
    /// latest ones.
    package var unbelievedSince: [Int] {
        let first = roster.members.values.compactMap { $0.isComparable ? record.unaudited[$0.name] : nil }.min()
        return ([first].compactMap(\.self) + latestGone.map(\.value)).sorted()
    }

    /// The first exchange of which somebody's sums are taken on its word who disagrees about these leaves; nil where
    /// there is none.
    package func unbelievedSince(disputed leaves: Range<Int>, of round: Int) -> Int? {
        guard let place = place(ofRound: round) else { return nil }
        let answers = ledgers[place].assignments[leaves.lowerBound]?.answers ?? []
        return answers.compactMap { unauditedSince(ofPartyOf: $0.name) }.min()
    }

    /// Whether anybody disagrees about leaves that the coordinator computes: an answer of one that is alone is only
    /// looked at before it counts.
    package func areDisputed(_ leaves: Range<Int>, of round: Int) -> Bool {
        guard let place = place(ofRound: round), let assignment = ledgers[place].assignments[leaves.lowerBound] else {
            return false
        }
        return assignment.answers.count > 1 || !assignment.finders.isEmpty
    }

    /// Takes note that the state is an earlier one again, or that of the round in hand, of which nothing is done.
    ///
    /// - Parameters:
    ///   - round: the exchanges done.
    ///   - kept: what was noted with that state; nil where it is that of the round in hand.
    ///   - now: the time.
    /// - Returns: what to do about it.
    package mutating func onWentBack(
        to round: Int, with kept: AuditRecord? = nil, at now: Duration
    ) -> [Directive] {
        if ledgers.isEmpty { return [] }
        if let kept { (record.leaves, record.audited) = (kept.leaves, kept.audited) }
        // Where the round in hand alone is done once more nothing is given up that was told of.
        let isTold = !isRedoDue || kept != nil
        beginAnew(at: round)
        adopt(history: history + 1)
        record.forget(since: round)
        return (isTold ? [.event(.wentBack(step: plan.firstStep(of: round)))] : []) + release() + assign(at: now)
    }

    /// Takes answers that nobody is left to compare with; where all are to be compared, the coordinator computes their
    /// leaves itself.
    mutating func takeUnaudited(_ comparable: Set<WorkerID>) -> [Directive] {
        let areAllCompared = auditShare >= 1
        var (directives, areTaken): ([Directive], Bool) = ([], false)
        for place in ledgers.indices {
            let round = ledgers[place].round
            let answers = ledgers[place].takeUnaudited(comparable: comparable, areDisputed: areAllCompared)
            if areAllCompared {
                directives += answers.map { .settle(round: round, leaves: $0.leaves) }
                continue
            }
            for answer in answers { noteSums(of: answer.leaves, by: answer.name, round: round, isAudited: false) }
            directives += answers.map { .takeAnswer(claim: $0.claim) }
            areTaken = areTaken || !answers.isEmpty
        }
        return directives + (areTaken && isRoundComplete ? redo() ?? [.finishRound] : [])
    }

    mutating func noteSums(of leaves: Range<Int>, by worker: String, round: Int, isAudited: Bool) {
        if auditShare > 0 { record.note(sumsOf: round, by: worker, isAudited: isAudited) }
        guard let place = place(ofRound: round) else { return }
        ledgers[place].summed += leaves.count
        if isAudited { ledgers[place].audited += leaves.count }
    }
}
