import Wire

/// Who is given which leaves, by what each worker did so far.
extension Training {
    /// A worker without leaves for so many rounds is given some that others have: it may be faster by now.
    private static let untriedRounds = 16

    /// Gives what is to be done to those who have nothing to do, from left to right by where each began in the last
    /// step: a worker that streams its samples has the blocks of shards that it had before.
    mutating func assign(at now: Duration) -> [Directive] {
        guard let step = ledger?.step, wantsToGive(at: now) else { return [] }
        let ready = roster.ready
        noteDue(ready)
        var (late, available, comparable) = (Set<WorkerID>(), Set<WorkerID>(), Set<WorkerID>())
        var (idle, newcomers) = ([(leaf: Int, candidate: Ledger.Candidate)](), 0)
        for (id, member) in ready {
            if member.isCutOff || member.inHand?.due.map({ now >= $0 }) ?? false {
                late.insert(id)
                continue
            }
            available.insert(id)
            if member.isComparable { comparable.insert(id) }
            if member.inHand != nil {
                if pace.leafTime(of: id) == nil { newcomers += 1 }
            } else if ledger?.claim(of: id) == nil {
                idle.append((member.home?.leaf ?? .max, candidate(id, member, step)))
            }
        }
        // Sorting is stable: those who began at no leaf stay in the order of their names.
        if idle.count > 1 { idle.sort { $0.leaf < $1.leaf } }
        let claims = ledger?.onIdle(
            idle.map(\.candidate), newcomers: newcomers, available: available, comparable: comparable, at: now,
            isOverdue: late.contains)
        let directives = (claims ?? []).flatMap { give($0, step: step, at: now) }
        noteDue((claims ?? []).compactMap { claim in roster.members[claim.worker].map { (claim.worker, $0) } })
        look = roster.members.values.compactMap { $0.inHand?.due }.filter { $0 > now }.min()
        isBehind = late.contains { ledger?.claim(of: $0) != nil }
        return directives + takeUnaudited(comparable)
    }

    private func wantsToGive(at now: Duration) -> Bool {
        (ledger?.hasOpenLeaves ?? false) || isBehind || look.map { now >= $0 } ?? false
    }

    private func candidate(_ id: WorkerID, _ member: Roster.Member, _ step: Int) -> Ledger.Candidate {
        let isUntried = member.home.map { step - $0.step > Self.untriedRounds } ?? false
        return Ledger.Candidate(
            id, leafTime: pace.leafTime(of: id), isComparable: member.isComparable, isUntried: isUntried)
    }

    /// Notes when what workers have in hand will be overdue.
    ///
    /// While nobody has answered there is nothing to judge by; after some time, what comes twice does no harm.
    private mutating func noteDue(_ ready: [(id: WorkerID, member: Roster.Member)]) {
        for (id, member) in ready {
            guard let given = member.inHand, given.due == nil || !pace.isKnown else { continue }
            let allowance = pace.allowance(of: id, leafCount: given.leafCount) ?? grace
            roster.note(due: given.since + allowance, at: id)
        }
    }

    private mutating func give(_ claim: Claim, step: Int, at now: Duration) -> [Directive] {
        let needsParameters = roster.members[claim.worker]?.parametersStep != step
        roster.note(parametersOf: step, at: claim.worker)
        roster.note(firstLeaf: claim.leaves.lowerBound, of: step, at: claim.worker)
        roster.note(inHand: .init(claim: claim.id, leafCount: claim.leaves.count, since: now), at: claim.worker)
        let work = Work(
            claim: claim.id, step: step, leaves: claim.leaves, releasedBelow: ledger?.firstID ?? claim.id)
        return tellBackup(claim, step)
            + [.sendWork(work, withParameters: needsParameters, to: claim.worker)]
    }

    private mutating func tellBackup(_ claim: Claim, _ step: Int) -> [Directive] {
        guard claim.purpose == .backup else { return [] }
        record.backups += 1
        backupCount += 1
        guard backupCount <= Self.refusedLimit else { return [] }
        let ledger = ledger
        let slow = roster.all.first { $0 != claim.worker && ledger?.claim(of: $0)?.leaves == claim.leaves }
        let event = RunEvent.overdue(
            worker: slow.flatMap { roster.members[$0]?.name } ?? "", step: plan.firstStep(of: step),
            leaves: claim.leaves, also: roster.members[claim.worker]?.name ?? "")
        return [.event(event)] + (backupCount == Self.refusedLimit ? [.event(.overdueMuted)] : [])
    }
}
