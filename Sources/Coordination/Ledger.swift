import Numerics

/// One round: which leaves are whose, which are summed, and which are still to be given out.
///
/// Leaves that were given out stay together as one assignment until their sums are taken, however many workers compute
/// them: one, a second where the first is overdue, two where answers are compared.
package struct Ledger: Sendable {
    /// A worker that has nothing to do.
    package struct Candidate: Sendable {
        /// The worker.
        package let id: WorkerID
        /// Seconds that it needs for a leaf; nil before its first answer.
        package let leafTime: Double?
        /// Its compute threads, by its word: what it is given before anybody's first answer.
        package let threads: Int
        /// Whether its answers can be compared with the coordinator's own arithmetic.
        package let isComparable: Bool
        /// Whether it is given no leaves that nobody has.
        package let isResting: Bool
        /// Whether it has had no leaves for so long that how fast it is has to be found out anew.
        package let isUntried: Bool

        /// A worker.
        package init(
            _ id: WorkerID, leafTime: Double? = nil, threads: Int = 1, isComparable: Bool = true,
            isUntried: Bool = false, isResting: Bool = false
        ) {
            (self.id, self.leafTime, self.threads) = (id, leafTime, threads)
            (self.isComparable, self.isUntried, self.isResting) = (isComparable, isUntried, isResting)
        }
    }
    /// What a second answer, or word that sums are not finite, came to.
    package enum Verdict: Equatable, Sendable {
        /// Another worker is to answer.
        case awaited
        /// Two answers agree.
        case agreed(Claim.Answer, Claim.Answer)
        /// Two answers differ, or two say that sums are not finite: the coordinator itself has to compute the leaves.
        case disputed
    }
    struct Assignment {
        let leaves: Range<Int>
        /// Whether two workers have to agree.
        var isAudited: Bool
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
    /// The round, counted from 0.
    package let round: Int
    /// The number of its first claim; whatever has a smaller one is over.
    package let firstID: UInt64
    /// The number that the next claim gets.
    package internal(set) var nextID: UInt64
    /// Whether the vectors of each answer are looked at: the round was done before, and its sum was not finite.
    package let isLookedThrough: Bool
    /// Whether all leaves are computed by two workers, whose answers have to agree.
    package let isAudited: Bool
    let shape: SumTreeShape
    /// Leaves that nobody was given, or whose only worker has gone.
    var open: [Range<Int>]
    var claims: [WorkerID: Claim] = [:]
    /// By their first leaf.
    var assignments: [Int: Assignment] = [:]
    /// Whose word the answers of those are that were here in this round; see `Present`.
    var parties: [WorkerID: String] = [:]
    /// Whether parts of sums are held until their reports: the round was given up before for parts without one.
    var areAllPartsHeld = false
    /// How many leaves it has.
    let leafCount: Int
    var leavesLeft: Int
    /// How long the worker computed that computed longest, by the workers' word.
    var longest = Duration.zero
    /// How many leaves were summed, and how many of them are audited.
    var (summed, audited) = (0, 0)

    /// A round of which nothing is done, whose claims are numbered from `firstID`.
    package init(
        round: Int, leafCount: Int, firstID: UInt64, isLookedThrough: Bool = false, isAudited: Bool = false
    ) {
        self.init(
            round: round, leaves: 0..<leafCount, of: leafCount, firstID: firstID, isLookedThrough: isLookedThrough,
            isAudited: isAudited)
    }

    /// A run of a round's `leafCount` leaves of which nothing is done: a relay's.
    init(
        round: Int, leaves: Range<Int>, of leafCount: Int, firstID: UInt64, isLookedThrough: Bool,
        isAudited: Bool = false
    ) {
        (self.round, self.firstID, nextID) = (round, firstID, firstID)
        (self.isLookedThrough, self.isAudited) = (isLookedThrough, isAudited)
        shape = SumTreeShape(leafCount: leafCount)
        open = leaves.isEmpty ? [] : [leaves]
        (self.leafCount, leavesLeft) = (leaves.count, leaves.count)
    }

    /// Whether the sums of all leaves were taken.
    package var isComplete: Bool { leavesLeft == 0 }

    /// Whether there are leaves that nobody computes, or that one more worker is to compute.
    package var hasOpenLeaves: Bool { !open.isEmpty || assignments.values.contains { $0.wantedCount > 0 } }

    /// Whether an answer is doubted, or all are as the round was done before.
    var isDoubted: Bool {
        isLookedThrough || assignments.values.contains { !$0.finders.isEmpty || $0.isDisputed }
    }

    /// What a worker was given and has not reported on.
    package func claim(of worker: WorkerID) -> Claim? { claims[worker] }

    /// The complete subtrees among a claim's leaves, from left to right.
    func nodes(of claim: Claim) -> [Range<Int>] { shape.nodes(in: claim.leaves) }

    /// Whether the parts of a claim's sums are to be held until its report is taken.
    func holdsParts(of claim: Claim) -> Bool {
        areAllPartsHeld || isLookedThrough || isAudited || claim.purpose != .first
    }

    // MARK: - Leaves that come back

    /// Takes a worker's leaves back to be given out again: it has gone, or does not know of them.
    package mutating func onLoss(by worker: WorkerID) {
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
    mutating func reopenIfUnclaimed(_ first: Int) {
        guard let assignment = assignments[first], assignment.workers.isEmpty, assignment.answers.isEmpty,
            assignment.finders.isEmpty, !assignment.isDisputed
        else { return }
        assignments[first] = nil
        reopen(assignment.leaves)
    }

    mutating func reopen(_ leaves: Range<Int>) {
        let place = open.firstIndex { $0.lowerBound > leaves.lowerBound } ?? open.endIndex
        open.insert(leaves, at: place)
    }
}
