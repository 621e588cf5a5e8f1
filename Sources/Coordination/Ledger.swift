import Numerics
public import Wire

/// One step: which leaves are whose, which are summed, and which are still to be given out.
///
/// Leaves that were given out stay together as one assignment until their sums are taken, however many workers compute
/// them: one, a second where the first is overdue, two where answers are compared.
public struct Ledger: Sendable {
    /// A worker that has nothing to do.
    public struct Candidate: Sendable {
        /// The worker.
        public let id: WorkerID
        /// Seconds that it needs for a leaf; nil before its first answer.
        public let leafTime: Double?
        /// Whether its answers can be compared with the coordinator's own arithmetic.
        public let isComparable: Bool
        /// Whether it has had no leaves for so long that how fast it is has to be found out anew.
        public let isUntried: Bool

        /// A worker.
        public init(_ id: WorkerID, leafTime: Double? = nil, isComparable: Bool = true, isUntried: Bool = false) {
            (self.id, self.leafTime, self.isComparable, self.isUntried) = (id, leafTime, isComparable, isUntried)
        }
    }
    /// What a second answer, or word that sums are not finite, came to.
    public enum Verdict: Equatable, Sendable {
        /// Another worker is to answer.
        case awaited
        /// Two answers agree.
        case agreed(Claim.Answer, Claim.Answer)
        /// Two answers differ, or two say that sums are not finite: the coordinator itself has to compute the leaves.
        case disputed
    }
    private struct Assignment {
        let leaves: Range<Int>
        /// Whether two workers have to agree.
        let isAudited: Bool
        /// Who computes them at present.
        var workers: [WorkerID] = []
        var answers: [Claim.Answer] = []
        /// Who found their sums not finite: one, or two whom the coordinator has to believe or not.
        var finders: [Claim.Finder] = []
        /// Whether the coordinator itself computes them: nobody else is asked.
        var isDisputed = false

        /// How many more workers are to compute them, were nobody overdue.
        var wantedCount: Int { isDisputed ? 0 : (isAudited ? 2 : 1) - answers.count - workers.count }
    }
    /// The step, counted from 0.
    public let step: Int
    /// The number of its first claim; whatever has a smaller one is over.
    public let firstID: UInt64
    /// The number that the next claim gets.
    public private(set) var nextID: UInt64
    /// Whether the vectors of each answer are looked at: the step was done before, and its sum was not finite.
    public let isLookedThrough: Bool
    /// Whether all leaves are computed by two workers, whose answers have to agree.
    public let isAudited: Bool
    private let shape: SumTreeShape
    /// Leaves that nobody was given, or whose only worker has gone.
    private var open: [Range<Int>]
    private var claims: [WorkerID: Claim] = [:]
    /// By their first leaf.
    private var assignments: [Int: Assignment] = [:]
    private var leavesLeft: Int

    /// A step of which nothing is done, whose claims are numbered from `firstID`.
    public init(
        step: Int, leafCount: Int, firstID: UInt64, isLookedThrough: Bool = false, isAudited: Bool = false
    ) {
        self.init(
            step: step, leaves: 0..<leafCount, of: leafCount, firstID: firstID, isLookedThrough: isLookedThrough,
            isAudited: isAudited)
    }

    /// A run of a step's `leafCount` leaves of which nothing is done: a relay's.
    init(
        step: Int, leaves: Range<Int>, of leafCount: Int, firstID: UInt64, isLookedThrough: Bool,
        isAudited: Bool = false
    ) {
        (self.step, self.firstID, nextID) = (step, firstID, firstID)
        (self.isLookedThrough, self.isAudited) = (isLookedThrough, isAudited)
        shape = SumTreeShape(leafCount: leafCount)
        open = leaves.isEmpty ? [] : [leaves]
        leavesLeft = leaves.count
    }

    /// Whether the sums of all leaves were taken.
    public var isComplete: Bool { leavesLeft == 0 }

    /// Whether there are leaves that nobody computes, or that one more worker is to compute.
    public var hasOpenLeaves: Bool { !open.isEmpty || assignments.values.contains { $0.wantedCount > 0 } }

    /// What a worker was given and has not reported on.
    public func claim(of worker: WorkerID) -> Claim? { claims[worker] }

    /// The complete subtrees among a claim's leaves, from left to right.
    func nodes(of claim: Claim) -> [Range<Int>] { shape.nodes(in: claim.leaves) }

    /// Whether the parts of a claim's sums are to be held until its report is taken.
    func holdsParts(of claim: Claim) -> Bool { isLookedThrough || isAudited || claim.purpose != .first }

    // MARK: - Giving leaves out

    /// Gives what is to be done to idle workers, to each at most one run of leaves.
    ///
    /// - Parameters:
    ///   - idle: the workers that have nothing to do.
    ///   - newcomers: how many others are at their first leaf, and will want more.
    ///   - available: all workers that may answer within reasonable time, idle or not.
    ///   - isOverdue: whether a worker's answer should have come by now.
    ///   - now: the time.
    public mutating func onIdle(
        _ idle: [Candidate], newcomers: Int = 0, available: Set<WorkerID>, at now: Duration,
        isOverdue: (WorkerID) -> Bool = { _ in false }
    ) -> [Claim] {
        var (idle, given) = (idle, [Claim]())
        let started = assignments.keys.sorted()
        for first in started {
            while let assignment = assignments[first], assignment.wantedCount > 0,
                let i = idle.firstIndex(where: { mayTake(assignment, $0, available) })
            {
                given.append(
                    give(assignment, to: idle.remove(at: i).id, assignment.finders.isEmpty ? .audit : nil, now))
            }
        }
        for (worker, share) in zip(
            idle,
            Pace.shares(of: open.reduce(0) { $0 + $1.count }, among: idle.map(\.leafTime), newcomers: newcomers))
        where share > 0 {
            guard let run = open.first else { break }
            let leaves = run.lowerBound..<min(run.lowerBound + share, run.upperBound)
            if leaves.upperBound < run.upperBound {
                open[0] = leaves.upperBound..<run.upperBound
            } else {
                open.removeFirst()
            }
            given.append(
                give(
                    Assignment(leaves: leaves, isAudited: isAudited && worker.isComparable), to: worker.id, .first, now)
            )
            idle.removeAll { $0.id == worker.id }
        }
        for first in started {
            guard let assignment = assignments[first], !assignment.workers.isEmpty, !assignment.isDisputed,
                assignment.workers.allSatisfy(isOverdue),
                let i = idle.firstIndex(where: { mayTake(assignment, $0, available) })
            else { continue }
            given.append(give(assignment, to: idle.remove(at: i).id, nil, now))
        }
        // What is known of such a worker is old; what it computes once more costs nobody anything.
        for worker in idle where worker.isUntried {
            guard let first = assignments.keys.sorted().last, let assignment = assignments[first],
                assignment.workers.count == 1, mayTake(assignment, worker, available)
            else { continue }
            given.append(give(assignment, to: worker.id, .trial, now))
        }
        return given
    }

    /// Whether a worker can compute leaves that others have, or had: it has not answered for them, nor found them not
    /// finite where there is somebody else.
    private func mayTake(_ assignment: Assignment, _ worker: Candidate, _ available: Set<WorkerID>) -> Bool {
        if assignment.isAudited, !worker.isComparable { return false }
        if assignment.workers.contains(worker.id) || assignment.answers.contains(where: { $0.worker == worker.id }) {
            return false
        }
        guard assignment.finders.contains(where: { $0.worker == worker.id }) else { return true }
        return available.allSatisfy { $0 == worker.id }
    }

    private mutating func give(
        _ assignment: Assignment, to worker: WorkerID, _ purpose: Claim.Purpose?, _ now: Duration
    ) -> Claim {
        let purpose = purpose ?? assignment.finders.first.map { .confirm(finder: $0) } ?? .backup
        let claim = Claim(id: nextID, worker: worker, leaves: assignment.leaves, purpose: purpose, since: now)
        nextID += 1
        claims[worker] = claim
        assignments[claim.leaves.lowerBound, default: assignment].workers.append(worker)
        return claim
    }

    /// Answers that nobody is left to compare with: they are taken as they are, or the coordinator has to compute their
    /// leaves, which are in dispute then.
    ///
    /// - Parameters:
    ///   - comparable: the workers that could give a second answer within reasonable time.
    ///   - areDisputed: whether the coordinator computes them.
    mutating func takeUnaudited(comparable: Set<WorkerID>, areDisputed: Bool) -> [Claim.Answer] {
        guard isAudited else { return [] }
        return assignments.keys.sorted().compactMap { first in
            guard let assignment = assignments[first], !assignment.isDisputed, assignment.finders.isEmpty,
                let answer = assignment.answers.first, comparable.allSatisfy({ $0 == answer.worker })
            else { return nil }
            if areDisputed { dispute(first) } else { settle(first) }
            return answer
        }
    }

    // MARK: - Answers

    /// Why a report can't be taken: it is late, repeated or unasked; nil for one of just what its worker was given.
    public func fault(of report: LeafReport, from worker: WorkerID) -> Refusal? {
        guard report.step == step else {
            return Refusal(.staleStep, "step \(step) is in hand, not step \(report.step)")
        }
        guard let claim = claims[worker], claim.id == report.claim, claim.leaves == report.leaves else {
            return Refusal(.notAssigned, "leaves \(report.leaves) of step \(step) are not this worker's")
        }
        if case .nodes(let nodes) = report.content, nodes.map(\.leaves) != shape.nodes(in: claim.leaves) {
            return Refusal(.notAssigned, "the nodes of leaves \(report.leaves) are others")
        }
        return nil
    }

    /// Whether a worker's answer is to be compared with another one's before it is taken.
    func isCompared(_ worker: WorkerID) -> Bool {
        claims[worker].flatMap { assignments[$0.leaves.lowerBound] }?.isAudited ?? false
    }

    /// Who found the sums of a worker's leaves not finite, by now.
    func finder(ofLeavesOf worker: WorkerID) -> Claim.Finder? {
        claims[worker].flatMap { assignments[$0.leaves.lowerBound] }?.finders.first
    }

    /// Takes note that the sums of what a worker was given are in the tree.
    public mutating func onSums(from worker: WorkerID) {
        if let claim = claims[worker] { settle(claim.leaves.lowerBound) }
    }

    /// The leaves are summed: whoever computes them still does it for nothing.
    private mutating func settle(_ first: Int) {
        guard let assignment = assignments.removeValue(forKey: first) else { return }
        for worker in assignment.workers { claims[worker] = nil }
        leavesLeft -= assignment.leaves.count
    }

    /// Takes note of an answer that has to be compared with another one; where two agree, the leaves are done.
    mutating func onAnswer(_ digest: String, from worker: WorkerID, named name: String) -> Verdict {
        guard let claim = release(worker) else { return .awaited }
        let first = claim.leaves.lowerBound
        let answer = Claim.Answer(
            claim: claim.id, leaves: claim.leaves, worker: worker, name: name, digest: digest)
        guard var assignment = assignments[first] else { return .awaited }
        assignment.answers.append(answer)
        assignments[first] = assignment
        if assignment.finders.isEmpty {
            guard let other = assignment.answers.first, other != answer else { return .awaited }
            if other.digest == digest {
                settle(first)
                return .agreed(other, answer)
            }
        }
        dispute(first)
        return .disputed
    }

    /// Takes note that a worker found sums of what it was given not to be finite.
    ///
    /// - Returns: `disputed` where that was found before, or another worker's sums are finite.
    public mutating func onNotFinite(from worker: WorkerID, named name: String) -> Verdict {
        guard let claim = release(worker), let assignment = assignments[claim.leaves.lowerBound] else {
            return .awaited
        }
        let first = claim.leaves.lowerBound
        assignments[first]?.finders.append(Claim.Finder(worker: worker, name: name))
        if assignment.finders.isEmpty, assignment.answers.isEmpty { return .awaited }
        dispute(first)
        return .disputed
    }

    private mutating func dispute(_ first: Int) {
        for worker in assignments[first]?.workers ?? [] { claims[worker] = nil }
        assignments[first]?.workers = []
        assignments[first]?.isDisputed = true
    }

    /// Takes a worker's claim from it; others may have the same leaves.
    private mutating func release(_ worker: WorkerID) -> Claim? {
        guard let claim = claims.removeValue(forKey: worker) else { return nil }
        assignments[claim.leaves.lowerBound]?.workers.removeAll { $0 == worker }
        return claim
    }

    /// Takes note of what the coordinator's own sums of disputed leaves are. Where an answer is the same, the leaves are
    /// done; otherwise they are given out again.
    ///
    /// - Parameters:
    ///   - leaves: the leaves.
    ///   - digest: what tells their sums; nil where they are not finite.
    /// - Returns: the answer that is right, and who said otherwise: of sums, or that they are not finite; nil where
    ///   nothing of these leaves is disputed.
    mutating func onSettled(
        _ leaves: Range<Int>, digest: String?
    ) -> (right: Claim.Answer?, lied: [Claim.Answer], found: [Claim.Finder])? {
        let first = leaves.lowerBound
        guard let assignment = assignments[first], assignment.isDisputed, assignment.leaves == leaves else {
            return nil
        }
        let right = assignment.answers.first { $0.digest == digest }
        if right == nil {
            assignments[first] = nil
            reopen(leaves)
        } else {
            settle(first)
        }
        return (right, assignment.answers.filter { $0.digest != digest }, digest == nil ? [] : assignment.finders)
    }

    // MARK: - Leaves that come back

    /// Takes a worker's leaves back to be given out again: it has gone, or does not know of them.
    public mutating func onLoss(by worker: WorkerID) {
        guard let claim = release(worker) else { return }
        reopenIfUnclaimed(claim.leaves.lowerBound)
    }

    /// Takes back what a worker was given to confirm, as if nobody had answered for it: two answers of one worker
    /// differ.
    mutating func onContradiction(by worker: WorkerID) {
        guard let claim = release(worker) else { return }
        assignments[claim.leaves.lowerBound]?.finders = []
        reopenIfUnclaimed(claim.leaves.lowerBound)
    }

    /// Takes back what was answered by a worker that is not believed any more.
    mutating func onLiar(_ worker: WorkerID) {
        for first in assignments.keys.sorted() where assignments[first]?.isDisputed == false {
            assignments[first]?.answers.removeAll { $0.worker == worker }
            reopenIfUnclaimed(first)
        }
        onLoss(by: worker)
    }

    /// Gives leaves out anew of which nobody has anything.
    private mutating func reopenIfUnclaimed(_ first: Int) {
        guard let assignment = assignments[first], assignment.workers.isEmpty, assignment.answers.isEmpty,
            assignment.finders.isEmpty, !assignment.isDisputed
        else { return }
        assignments[first] = nil
        reopen(assignment.leaves)
    }

    private mutating func reopen(_ leaves: Range<Int>) {
        let place = open.firstIndex { $0.lowerBound > leaves.lowerBound } ?? open.endIndex
        open.insert(leaves, at: place)
    }
}
