import Wire

/// Who is given which leaves, by what each worker did so far.
extension Training {
    /// A worker without leaves for so many rounds is given some that others have: it may be faster by now.
    private static let untriedRounds = 16
    /// Where not all are given leaves, one of the others is in each round of so many.
    private static let triedRounds = 64
    /// Who needs no more than so many times the fastest worker's time for a leaf is quick; so many seconds more are
    /// chance.
    private static let (quick, chance) = (4.0, 0.001)

    /// Gives what is to be done to those who have nothing to do, from left to right by where each began in the last
    /// round: a worker that streams its samples has the blocks of shards that it had before.
    mutating func assign(at now: Duration) -> [Directive] {
        if let redo = redo() { return redo }
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
        ripeTime = nil
        let directives = ledgers.indices.flatMap { assign(of: $0, besides: late, comparable, at: now) }
        let times = roster.members.values.compactMap { $0.inHand?.due } + [ripeTime].compactMap(\.self)
        look = times.filter { $0 > now }.min()
        isBehind = late.contains { worker in ledgers.contains { $0.claim(of: worker) != nil } }
        return directives + takeUnaudited(comparable)
    }

    private func wantsToGive(at now: Duration) -> Bool {
        ledgers.contains(where: \.hasOpenLeaves) || isBehind || ripeTime.map { now >= $0 } ?? false
            || look.map { now >= $0 } ?? false
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
        let present = present(available, comparable, late)
        let claims = ledgers[place].onIdle(
            idle.map(\.candidate), newcomers: newcomers, present: present, at: now, isOverdue: late.contains)
        ripeTime = [ripeTime, ledgers[place].nextRipeTime(present, at: now)].compactMap(\.self).min()
        let nextID = ledgers[place].nextID
        for other in ledgers.indices { ledgers[other].nextID = nextID }
        return claims.flatMap { give($0, round: round, at: now) }
    }

    /// What is known of workers that may answer within reasonable time.
    private func present(
        _ available: Set<WorkerID>, _ comparable: Set<WorkerID>, _ late: Set<WorkerID>
    ) -> Ledger.Present {
        guard let fastest = pace.fastest(of: available), let least = pace.leafTime(of: fastest) else {
            return .init(available, comparable: comparable, parties: parties)
        }
        let pace = pace
        return .init(
            available, comparable: comparable,
            quick: available.filter { pace.leafTime(of: $0).map { $0 <= Self.quick * least + Self.chance } ?? false },
            computing: { id, count in
                late.contains(id) ? nil : pace.leafTime(of: id).map { $0 * Double(count) }
            },
            least: { pace.expected(of: fastest, leafCount: $0) }, parties: parties)
    }

    /// Whose word each worker's answers are, where two of one key are not to confirm each other: where all are
    /// compared, and where other keys' workers are there.
    private var parties: [WorkerID: String] {
        guard areNamesOwn, auditShare > 0 else { return [:] }
        let parties = roster.members.filter { $0.value.isReady && $0.value.isComparable }.mapValues(\.party)
        return auditShare >= 1 || Set(parties.values).count > 1 ? parties : [:]
    }

    /// How many workers are given a round's leaves; nil for all, as where an answer is doubted and others are to say.
    private func crewLimit(of ledger: Ledger, _ comparable: Set<WorkerID>) -> Int? {
        guard let limit = crew.limit, !ledger.isDoubted else { return nil }
        guard ledger.isAudited else { return limit }
        let parties = parties
        // Two of one key could not compare their answers.
        if Set(comparable.compactMap { parties[$0] }).count < (parties.isEmpty ? 0 : comparable.count) { return nil }
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
