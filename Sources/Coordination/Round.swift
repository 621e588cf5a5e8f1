public import Numerics
public import Wire

/// One step: which shards are whose, which are summed, and which are still to be given out.
public struct Round: Sendable {
    /// The step, counted from 0.
    public let step: Int
    private var unassigned: [Range<Int>]
    private var assigned: [WorkerID: Range<Int>] = [:]
    private var tree: SumTree

    /// A step of which nothing is done; with a rounding, sums are rounded by it.
    ///
    /// Sums are made on up to `threads` threads.
    public init(step: Int, shardCount: Int, rounding: GradientRounding? = nil, threads: Int = 1) {
        self.step = step
        unassigned = [0..<shardCount]
        tree = SumTree(SumTreeShape(leafCount: shardCount), step: step, rounding: rounding, threads: threads)
    }

    /// The sum of all shards, once they are all there.
    public var sum: LeafSum? { tree.root }

    /// The run that a worker was given and has not reported on.
    public func run(of worker: WorkerID) -> Range<Int>? { assigned[worker] }

    /// Gives what is to be done to idle workers: to each one run, by its number of threads.
    public mutating func onIdle(_ workers: [(id: WorkerID, threads: Int)]) -> [(worker: WorkerID, shards: Range<Int>)] {
        var given: [(worker: WorkerID, shards: Range<Int>)] = []
        var threadsLeft = workers.reduce(0) { $0 + $1.threads }
        for (id, threads) in workers where !unassigned.isEmpty {
            let shardsLeft = unassigned.reduce(0) { $0 + $1.count }
            let share = max(1, (shardsLeft * threads + threadsLeft - 1) / threadsLeft)
            let first = unassigned.removeFirst()
            let run = first.lowerBound..<min(first.lowerBound + share, first.upperBound)
            if run.upperBound < first.upperBound { unassigned.insert(run.upperBound..<first.upperBound, at: 0) }
            assigned[id] = run
            given.append((id, run))
            threadsLeft -= threads
        }
        return given
    }

    /// Takes one run's sums; a report that is late, repeated or unasked changes nothing and is refused.
    ///
    /// - Precondition: there is one gradient for each subtree of the report, each as long as the parameters.
    public mutating func onReport(_ report: GradientReport, _ gradients: [FloatBlock], from worker: WorkerID)
        -> Refusal?
    {
        guard report.step == step else {
            return Refusal(.staleStep, "step \(step) is in hand, not step \(report.step)")
        }
        guard let run = assigned[worker], run == report.shards,
            report.subtrees.map(\.shards) == tree.shape.nodes(in: run)
        else {
            return Refusal(.notAssigned, "shards \(report.shards) of step \(step) are not this worker's")
        }
        assigned[worker] = nil
        for (subtree, gradient) in zip(report.subtrees, gradients) {
            tree.insert(
                LeafSum(
                    leaves: subtree.shards, vector: gradient, figures: [subtree.loss, Double(subtree.correct)]))
        }
        return nil
    }

    /// Takes a worker's shards back to be given out again.
    public mutating func onDeparture(of worker: WorkerID) {
        guard let run = assigned.removeValue(forKey: worker) else { return }
        unassigned.append(run)
        unassigned.sort { $0.lowerBound < $1.lowerBound }
    }
}
