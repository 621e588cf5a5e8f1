import Wire

/// Who is given which leaves, by what each worker did so far.
extension Training {
    /// A worker without leaves for so many rounds is given some that others have: it may be faster by now.
    private static let untriedRounds = 16
    /// Where not all are given leaves, one of the others is in each round of so many.
    private static let triedRounds = 64

    /// Gives what is to be done to those who have nothing to do, from left to right by where each began in the last
    /// round: a worker that streams its samples has the blocks of shards that it had before.
    mutating func assign(at now: Duration) -> [Directive] {
        guard wantsToGive(at: now) else { return [] }
        for (worker, _) in roster.ready { noteDue(of: worker) }
        var (late, comparable) = (Set<WorkerID>(), Set<WorkerID>())
        for (id, member) in roster.ready {
            if member.isCutOff || member.inHand?.due.map({ now >= $0 }) ?? false {
                late.insert(id)
            } else if member.isComparable {
                comparable.insert(id)
            }
        }
        let directives = ledgers.indices.flatMap { assign(of: $0, besides: late, comparable, at: now) }
        look = roster.members.values.compactMap { $0.inHand?.due }.filter { $0 > now }.min()
        isBehind = late.contains { worker in ledgers.contains { $0.claim(of: worker) != nil } }
        return directives + takeUnaudited(comparable)
    }

    private func wantsToGive(at now: Duration) -> Bool {
        ledgers.contains(where: \.hasOpenLeaves) || isBehind || look.map { now >= $0 } ?? false
    }

    private mutating func assign(
        of place: Int, besides late: Set<WorkerID>, _ comparable: Set<WorkerID>, at now: Duration
    ) -> [Directive] {
        let round = ledgers[place].round
        var (available, newcomers) = (Set<WorkerID>(), 0)
        var idle: [(leaf: Int, candidate: Ledger.Candidate)] = []
        for (id, member) in roster.ready where !late.contains(id) {
            available.insert(id)
            if hasRoom(member), ledgers[place].claim(of: id) == nil {
                idle.append((member.home?.leaf ?? .max, candidate(id, member, round)))
            } else if member.inHand != nil, pace.leafTime(of: id) == nil {
                newcomers += 1
            }
        }
        if let limit = crewLimit(of: ledgers[place], comparable) {
            // Who has not shown yet how fast it is takes nobody's place.
            let atWork = available.count { ledgers[place].claim(of: $0) != nil && pace.leafTime(of: $0) != nil }
            if ledgers[place].isAudited { idle.removeAll { !$0.candidate.isComparable } }
            idle = ofCrew(idle, max(0, limit - atWork), of: ledgers[place], limit)
            newcomers = 0
        }
        // Sorting is stable: those who began at no leaf stay in the order of their names.
        if idle.count > 1 { idle.sort { $0.leaf < $1.leaf } }
        let claims = ledgers[place].onIdle(
            idle.map(\.candidate), newcomers: newcomers, available: available, comparable: comparable, at: now,
            isOverdue: late.contains)
        let nextID = ledgers[place].nextID
        for other in ledgers.indices { ledgers[other].nextID = nextID }
        return claims.flatMap { give($0, round: round, at: now) }
    }

    /// How many workers are given a round's leaves; nil for all, as where an answer is doubted and others are to say.
    private func crewLimit(of ledger: Ledger, _ comparable: Set<WorkerID>) -> Int? {
        guard let limit = crew.limit, !ledger.isDoubted else { return nil }
        guard ledger.isAudited else { return limit }
        return comparable.count >= 2 ? max(limit, 2) : nil
    }

    /// Those of idle workers who are given leaves where not all are.
    ///
    /// They are `count` of those who would be done first, and whoever has not shown yet how fast it is. Now and then
    /// another one is given leaves that others have: how fast those are who rest is forgotten otherwise.
    private func ofCrew(
        _ idle: [(leaf: Int, candidate: Ledger.Candidate)], _ count: Int, of ledger: Ledger, _ limit: Int
    ) -> [(leaf: Int, candidate: Ledger.Candidate)] {
        func round(_ id: WorkerID) -> Int? { roster.members[id]?.home?.round }
        let leafCount = ledger.leafCount / limit + 1
        let known = idle.map(\.candidate).filter { $0.leafTime != nil }
        // Who was among them stays unless another is clearly faster: what it is sent ahead is of use then.
        let costs = known.map { candidate in
            let wasAsked = round(candidate.id).map { (0...plan.roundsAtOnce).contains(ledger.round - $0) } ?? false
            return pace.expected(of: candidate.id, leafCount: leafCount) * (wasAsked ? 0.75 : 1)
        }
        let order = known.indices.sorted { (costs[$0], $0) < (costs[$1], $1) }.map { known[$0].id }
        let crew = Set(order.prefix(count))
        var tried: WorkerID?
        if ledger.round % Self.triedRounds == 0, !ledger.isAudited {
            tried = order.dropFirst(count).min { (round($0) ?? 0, $0) < (round($1) ?? 0, $1) }
        }
        return idle.compactMap { leaf, candidate in
            if candidate.leafTime == nil || crew.contains(candidate.id) { return (leaf, candidate) }
            guard candidate.id == tried else { return nil }
            let resting = Ledger.Candidate(
                candidate.id, leafTime: candidate.leafTime, threads: candidate.threads,
                isComparable: candidate.isComparable, isUntried: true, isResting: true)
            return (leaf, resting)
        }
    }

    /// Whether a worker can be given something: it has nothing in hand, or where two rounds are computed at once
    /// nothing to do after that.
    private func hasRoom(_ member: Roster.Member) -> Bool { member.given.count < plan.roundsAtOnce }

    private func candidate(_ id: WorkerID, _ member: Roster.Member, _ round: Int) -> Ledger.Candidate {
        let areAllAsked = crew.limit.map { $0 >= readyCount } ?? true
        let isUntried = areAllAsked && member.home.map { round - $0.round > Self.untriedRounds } ?? false
        return Ledger.Candidate(
            id, leafTime: pace.leafTime(of: id), threads: member.threads, isComparable: member.isComparable,
            isUntried: isUntried)
    }

    /// Notes when what a worker has in hand will be overdue.
    ///
    /// While nobody has answered there is nothing to judge by; after some time, what comes twice does no harm. By the
    /// first answer the others' are judged anew: with long leaves all were late by then.
    mutating func noteDue(of worker: WorkerID, isJudgedAnew: Bool = false) {
        guard let member = roster.members[worker], let given = member.inHand,
            given.due == nil || !pace.isKnown || isJudgedAnew
        else { return }
        let allowance = pace.allowance(of: worker, leafCount: given.leafCount, threads: member.threads)
        let due = given.begun + (allowance ?? grace)
        roster.note(due: due, at: worker)
        look = min(look ?? due, due)
    }

    /// Notes that a worker is done with what it was given, and when what it does after that will be overdue.
    mutating func noteDone(_ claim: UInt64, at worker: WorkerID, _ now: Duration) {
        roster.note(done: claim, at: worker, now)
        noteDue(of: worker)
    }

    private mutating func give(_ claim: Claim, round: Int, at now: Duration) -> [Directive] {
        if ![.first, .audit].contains(claim.purpose) || pace.leafTime(of: claim.worker) == nil {
            crew.isOrdinary = false
        }
        let needsParameters = !(roster.members[claim.worker]?.parametersRounds.contains(round) ?? false)
        roster.note(parametersOf: round, at: claim.worker, kept: plan.roundsAtOnce)
        roster.note(firstLeaf: claim.leaves.lowerBound, of: round, at: claim.worker)
        roster.note(
            given: .init(claim: claim.id, leafCount: claim.leaves.count, since: now, begun: now), at: claim.worker)
        noteDue(of: claim.worker)
        let work = Work(
            claim: claim.id, round: round, leaves: claim.leaves, releasedBelow: releasedBelow ?? claim.id,
            history: history)
        return tellBackup(claim, round)
            + [.sendWork(work, withParameters: needsParameters, to: claim.worker)]
    }

    private mutating func tellBackup(_ claim: Claim, _ round: Int) -> [Directive] {
        guard claim.purpose == .backup else { return [] }
        record.backups += 1
        backupCount += 1
        guard backupCount <= Self.refusedLimit else { return [] }
        let slow = roster.all.first { $0 != claim.worker && self.claim(of: $0, round: round)?.leaves == claim.leaves }
        let event = RunEvent.overdue(
            worker: slow.flatMap { roster.members[$0]?.name } ?? "", step: plan.firstStep(of: round),
            leaves: claim.leaves, also: roster.members[claim.worker]?.name ?? "")
        return [.event(event)] + (backupCount == Self.refusedLimit ? [.event(.overdueMuted)] : [])
    }
}
