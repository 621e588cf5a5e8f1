import Numerics
public import Wire

/// One step: which leaves are whose, which are summed, and which are still to be given out.
public struct Ledger: Sendable {
    private struct Run {
        var leaves: Range<Int>
        /// Who found their sums not finite; nil for leaves that nobody has answered for.
        var finder: Claim.Finder?
    }
    /// The step, counted from 0.
    public let step: Int
    /// The number of its first claim; whatever has a smaller one is over.
    public let firstID: UInt64
    /// The number that the next claim gets.
    public private(set) var nextID: UInt64
    /// Whether the vectors of each answer are looked at: the step was done before, and its sum was not finite.
    public let isLookedThrough: Bool
    private let shape: SumTreeShape
    private var open: [Run]
    private var claims: [WorkerID: Claim] = [:]
    private var leavesLeft: Int

    /// A step of which nothing is done, whose claims are numbered from `firstID`.
    public init(step: Int, leafCount: Int, firstID: UInt64, isLookedThrough: Bool = false) {
        self.init(
            step: step, leaves: 0..<leafCount, of: leafCount, firstID: firstID, isLookedThrough: isLookedThrough)
    }

    /// A run of a step's `leafCount` leaves of which nothing is done: a relay's.
    init(step: Int, leaves: Range<Int>, of leafCount: Int, firstID: UInt64, isLookedThrough: Bool) {
        (self.step, self.firstID, nextID, self.isLookedThrough) = (step, firstID, firstID, isLookedThrough)
        shape = SumTreeShape(leafCount: leafCount)
        open = leaves.isEmpty ? [] : [Run(leaves: leaves)]
        leavesLeft = leaves.count
    }

    /// Whether the sums of all leaves were taken.
    public var isComplete: Bool { leavesLeft == 0 }

    /// Whether there are leaves that nobody computes.
    public var hasOpenLeaves: Bool { !open.isEmpty }

    /// What a worker was given and has not reported on.
    public func claim(of worker: WorkerID) -> Claim? { claims[worker] }

    /// The complete subtrees among a claim's leaves, from left to right.
    func nodes(of claim: Claim) -> [Range<Int>] { shape.nodes(in: claim.leaves) }

    /// Gives what is to be done to idle workers: to each one run, by its number of threads.
    ///
    /// Sums that were found not to be finite are given as they are, to another worker than their finder where
    /// `readyCount` says that there is one.
    public mutating func onIdle(
        _ workers: [(id: WorkerID, threads: Int)], readyCount: Int, at now: Duration
    ) -> [Claim] {
        var given: [Claim] = []
        var idle = workers
        for run in open {
            guard let finder = run.finder,
                let other = idle.firstIndex(where: { readyCount == 1 || $0.id != finder.worker })
            else { continue }
            given.append(claim(run.leaves, for: idle.remove(at: other).id, .confirm(finder: finder), now))
        }
        open.removeAll { run in run.finder != nil && given.contains { $0.leaves == run.leaves } }
        var threadsLeft = idle.reduce(0) { $0 + $1.threads }
        for (id, threads) in idle {
            guard let first = open.firstIndex(where: { $0.finder == nil }) else { break }
            let leavesLeft = open.reduce(0) { $0 + ($1.finder == nil ? $1.leaves.count : 0) }
            let share = max(1, (leavesLeft * threads + threadsLeft - 1) / threadsLeft)
            let leaves = open[first].leaves
            let run = leaves.lowerBound..<min(leaves.lowerBound + share, leaves.upperBound)
            if run.upperBound < leaves.upperBound {
                open[first].leaves = run.upperBound..<leaves.upperBound
            } else {
                open.remove(at: first)
            }
            given.append(claim(run, for: id, .first, now))
            threadsLeft -= threads
        }
        return given
    }

    private mutating func claim(
        _ leaves: Range<Int>, for worker: WorkerID, _ purpose: Claim.Purpose, _ now: Duration
    ) -> Claim {
        let claim = Claim(id: nextID, worker: worker, leaves: leaves, purpose: purpose, since: now)
        nextID += 1
        claims[worker] = claim
        return claim
    }

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

    /// Takes note that the sums of what a worker was given are in the tree.
    public mutating func onSums(from worker: WorkerID) {
        guard let claim = claims.removeValue(forKey: worker) else { return }
        leavesLeft -= claim.leaves.count
    }

    /// Takes note that a worker found sums of what it was given not to be finite.
    ///
    /// - Returns: whether that was found before. If not, the leaves are to be given out again.
    public mutating func onNotFinite(from worker: WorkerID, named name: String) -> Bool {
        guard let claim = claims.removeValue(forKey: worker) else { return false }
        if case .confirm = claim.purpose { return true }
        reopen(Run(leaves: claim.leaves, finder: Claim.Finder(worker: worker, name: name)))
        return false
    }

    /// Takes a worker's leaves back to be given out again: it has gone, or does not know of them.
    public mutating func onLoss(by worker: WorkerID) {
        guard let claim = claims.removeValue(forKey: worker) else { return }
        if case .confirm(let finder) = claim.purpose {
            reopen(Run(leaves: claim.leaves, finder: finder))
        } else {
            reopen(Run(leaves: claim.leaves))
        }
    }

    /// Takes back what a worker was given to confirm, as if nobody had answered for it: two answers of one worker
    /// differ.
    mutating func onContradiction(by worker: WorkerID) {
        guard let claim = claims.removeValue(forKey: worker) else { return }
        reopen(Run(leaves: claim.leaves))
    }

    private mutating func reopen(_ run: Run) {
        let place = open.firstIndex { $0.leaves.lowerBound > run.leaves.lowerBound } ?? open.endIndex
        open.insert(run, at: place)
    }
}
