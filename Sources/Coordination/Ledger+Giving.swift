import Numerics

/// Who is given which leaves.
extension Ledger {
    /// A first answer is waited for so many times as long as the fastest worker takes.
    private static let waitsForNew = 2.0
    /// Who needs so many times as long as that, and some seconds more, is not waited for.
    private static let (muchLonger, chance) = (4.0, 0.005)

    /// The workers that may answer within reasonable time, idle or not.
    package struct Present {
        /// All of them.
        let all: Set<WorkerID>
        /// Those whose answers can be compared.
        let comparable: Set<WorkerID>
        /// Those that need not much longer for a leaf than the fastest: what is to be done soon waits for one of these.
        let quick: Set<WorkerID>
        /// Seconds that a worker computes a number of leaves; nil where it never answered, or is late.
        let computing: (WorkerID, Int) -> Double?
        /// Seconds in which the fastest answers; nil where none did.
        let least: (Int) -> Double?
        /// Whose answers are one party's word, where two of one party are not to confirm each other.
        let parties: [WorkerID: String]

        /// These workers; all of them can be compared and are quick where nothing else is said.
        package init(
            _ all: Set<WorkerID>, comparable: Set<WorkerID>? = nil, quick: Set<WorkerID>? = nil,
            computing: @escaping (WorkerID, Int) -> Double? = { _, _ in 0 },
            least: @escaping (Int) -> Double? = { _ in nil }, parties: [WorkerID: String] = [:]
        ) {
            (self.all, self.comparable, self.quick) = (all, comparable ?? all, quick ?? all)
            (self.computing, self.least, self.parties) = (computing, least, parties)
        }
    }

    /// Gives what is to be done to idle workers, to each at most one run of leaves.
    ///
    /// - Parameters:
    ///   - idle: the workers that have nothing to do.
    ///   - newcomers: how many others are at their first leaf, and will want more.
    ///   - present: all workers that may answer within reasonable time.
    ///   - now: the time.
    ///   - isOverdue: whether a worker's answer should have come by now.
    /// - Returns: the claims.
    package mutating func onIdle(
        _ idle: [Candidate], newcomers: Int = 0, present: Present, at now: Duration,
        isOverdue: (WorkerID) -> Bool = { _ in false }
    ) -> [Claim] {
        var idle = idle
        parties.merge(present.parties) { $1 }
        let started = assignments.keys.sorted()
        return giveAnew(started, to: &idle, present, now)
            + giveOpen(to: &idle, newcomers: newcomers, now)
            + giveOverdue(started, to: &idle, present, now, isOverdue)
            + giveTrials(to: &idle, present, now)
    }

    /// Gives started leaves to those who are to compute them once more: for an audit, or because somebody has gone.
    private mutating func giveAnew(
        _ started: [Int], to idle: inout [Candidate], _ present: Present, _ now: Duration
    ) -> [Claim] {
        var given: [Claim] = []
        for first in started {
            while let assignment = assignments[first], assignment.wantedCount > 0,
                let i = taker(of: assignment, among: idle, present)
            {
                let worker = idle.remove(at: i)
                let isAudit = assignment.finders.isEmpty && !changesKind(assignment, by: worker)
                given.append(give(assignment, to: worker, isAudit ? .audit : nil, now))
            }
        }
        return given
    }

    /// Gives leaves that nobody has, to each by how fast it is.
    private mutating func giveOpen(to idle: inout [Candidate], newcomers: Int, _ now: Duration) -> [Claim] {
        var given: [Claim] = []
        let takers = idle.filter { !$0.isResting }
        let shares = Pace.shares(
            of: open.reduce(0) { $0 + $1.count }, among: takers.map(\.leafTime), threads: takers.map(\.threads),
            newcomers: newcomers)
        for (worker, share) in zip(takers, shares) where share > 0 {
            guard let run = open.first else { break }
            let leaves = run.lowerBound..<min(run.lowerBound + share, run.upperBound)
            if leaves.upperBound < run.upperBound {
                open[0] = leaves.upperBound..<run.upperBound
            } else {
                open.removeFirst()
            }
            given.append(
                give(Assignment(leaves: leaves, isAudited: isAudited && worker.isComparable), to: worker, .first, now))
            idle.removeAll { $0.id == worker.id }
        }
        return given
    }

    /// Gives leaves with which others are late.
    private mutating func giveOverdue(
        _ started: [Int], to idle: inout [Candidate], _ present: Present, _ now: Duration,
        _ isOverdue: (WorkerID) -> Bool
    ) -> [Claim] {
        var given: [Claim] = []
        for first in started {
            guard let assignment = assignments[first], !assignment.workers.isEmpty, !assignment.isDisputed,
                assignment.workers.allSatisfy(isOverdue), let i = taker(of: assignment, among: idle, present)
            else { continue }
            given.append(give(assignment, to: idle.remove(at: i), nil, now))
        }
        return given
    }

    /// Gives leaves that others have once more, which costs nobody anything: those of workers that may never answer, or
    /// much later, to one of the fastest, and some to workers of whom what is known is old.
    private mutating func giveTrials(to idle: inout [Candidate], _ present: Present, _ now: Duration) -> [Claim] {
        var given: [Claim] = []
        for first in assignments.keys.sorted() {
            guard let assignment = assignments[first], let ripe = ripeTime(of: assignment, present, now), ripe <= now,
                let i = idle.firstIndex(where: {
                    present.quick.contains($0.id) && !changesKind(assignment, by: $0)
                        && mayTake(assignment, $0, present)
                })
            else { continue }
            given.append(give(assignment, to: idle.remove(at: i), .trial, now))
        }
        for worker in idle where worker.isUntried {
            guard let first = assignments.keys.max(), let assignment = assignments[first],
                assignment.workers.count == 1, !changesKind(assignment, by: worker),
                mayTake(assignment, worker, present)
            else { continue }
            given.append(give(assignment, to: worker, .trial, now))
        }
        return given
    }

    /// From when on leaves are to be computed once more by one of the fastest; nil where all is well.
    ///
    /// That is where it would be done long before those that have them. Of a worker that never answered, or is late, an
    /// answer is waited for a little.
    private func ripeTime(of assignment: Assignment, _ present: Present, _ now: Duration) -> Duration? {
        guard !assignment.isDisputed, !assignment.workers.isEmpty, let least = present.least(assignment.leaves.count)
        else { return nil }
        var ripe = now
        for claim in assignment.workers.compactMap({ claims[$0] }) {
            guard let time = present.computing(claim.worker, claim.leaves.count) else {
                ripe = max(ripe, claim.since + .seconds(Self.waitsForNew * least))
                continue
            }
            if (claim.since - now).seconds + time < Self.muchLonger * least + Self.chance { return nil }
        }
        return ripe
    }

    /// When some leaves are to be computed once more; nil where none are.
    func nextRipeTime(_ present: Present, at now: Duration) -> Duration? {
        assignments.values.compactMap { ripeTime(of: $0, present, now) }.min()
    }

    /// Who of idle workers computes leaves that others have, or had: the fastest that can; none while one that is
    /// quicker is at something else.
    private func taker(of assignment: Assignment, among idle: [Candidate], _ present: Present) -> Int? {
        let able = idle.indices.filter { mayTake(assignment, idle[$0], present) }
        let isBusy = present.quick.contains { worker in
            claims[worker] != nil
                && mayTake(assignment, Candidate(worker, isComparable: present.comparable.contains(worker)), present)
        }
        let best = able.min { idle[$0].leafTime ?? .infinity < idle[$1].leafTime ?? .infinity }
        return best.flatMap { present.quick.contains(idle[$0].id) || !isBusy ? $0 : nil }
    }

    /// Whether a worker can compute leaves that others have, or had: it has not answered for them, nor found them not
    /// finite where `others` could.
    private func mayTake(_ assignment: Assignment, _ worker: Candidate, _ present: Present) -> Bool {
        let available = assignment.isAudited ? present.comparable : present.all
        // Whose answer can't be compared takes over where nobody is there whose answer could be, or was.
        if assignment.isAudited, !worker.isComparable, !available.isEmpty || !assignment.answers.isEmpty {
            return false
        }
        let answered = assignment.answers.map(\.worker)
        if (assignment.workers + answered).contains(worker.id) { return false }
        // Whoever has one key would agree with itself; a late one's place another of its key may take.
        let others = answered + assignment.workers.filter(present.all.contains)
        if assignment.isAudited, others.contains(where: { areOneParty($0, worker.id) }) { return false }
        guard assignment.finders.contains(where: { $0.worker == worker.id }) else { return true }
        return available.allSatisfy { $0 == worker.id }
    }

    /// Whether two workers' answers are one party's word.
    func areOneParty(_ worker: WorkerID, _ other: WorkerID) -> Bool {
        worker == other || parties[worker].map { $0 == parties[other] } ?? false
    }

    /// Whether answers would be compared from now on, or not any more, were these leaves given to that worker.
    private func changesKind(_ assignment: Assignment, by worker: Candidate) -> Bool {
        isAudited && assignment.isAudited != worker.isComparable
    }

    /// Gives a worker leaves; those of them that others were late with, whose answers are of the other kind, are theirs
    /// no more: nothing could be compared with what comes of both.
    private mutating func give(
        _ assignment: Assignment, to worker: Candidate, _ purpose: Claim.Purpose?, _ now: Duration
    ) -> Claim {
        var assignment = assignment
        if changesKind(assignment, by: worker) {
            for late in assignment.workers { claims[late] = nil }
            (assignment.workers, assignment.isAudited) = ([], worker.isComparable)
        }
        if assignment.isAudited {
            for late in assignment.workers where areOneParty(late, worker.id) { claims[late] = nil }
            assignment.workers.removeAll { areOneParty($0, worker.id) }
        }
        let purpose = purpose ?? assignment.finders.first.map { .confirm(finder: $0) } ?? .backup
        let claim = Claim(id: nextID, worker: worker.id, leaves: assignment.leaves, purpose: purpose, since: now)
        nextID += 1
        claims[worker.id] = claim
        assignment.workers.append(worker.id)
        assignments[claim.leaves.lowerBound] = assignment
        return claim
    }
}
