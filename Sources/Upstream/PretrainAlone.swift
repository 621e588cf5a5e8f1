import Dispatch
public import Numerics
public import Signals
import Synchronization

/// Trains a job in this process: the same shards, the same tree and the same optimiser as the distributed run, so the same bits.
///
/// For an evaluation's folds, where many small jobs follow one another and a selection of the samples is trained on.
///
/// - Parameters:
///   - job: what to train; its sample count is the selection's, where one is given.
///   - samples: the dataset's samples.
///   - selection: the samples to train on; nil for all.
///   - threads: how many shards are computed at once; the bits do not depend on it.
///   - progress: told the steps done and the loss, after each step, on the calling thread.
/// - Returns: the state after the last step.
/// - Throws: `UpstreamError` for an unfit job, products that this processor has not got, or a gradient that is not finite.
public func pretrainAlone(
    _ job: Job, samples: Samples, selection: [Int]? = nil, threads: Int = 1,
    progress: (Int, Double) -> Void = { _, _ in }
) throws -> TrainingState {
    if let fault = job.fault ?? ProductLibrary.fault(of: job.settings.products) { throw UpstreamError.unfit(fault) }
    precondition((selection?.count ?? samples.count) == job.sampleCount, "the job is of another number of samples")
    let pool = ShardPool(job: job, samples: samples, selection: selection, threads: threads)
    var state = TrainingState(startOf: job)
    while state.step < job.steps {
        let sums = try pool.compute(shards: 0..<job.shardsPerStep, step: state.step, parameters: state.published)
        state.advance(gradient: sums[0].vector)
        progress(state.step, sums[0].figures[0])
    }
    return state
}

/// Computes runs of shards on a few threads and sums their complete subtrees; owned by one thread.
public final class ShardPool {
    private struct Progress: ~Copyable {
        var next: Int
        var tree: SumTree
        var free: [FloatBlock]
    }
    private let computers: [ShardGradient]
    private let samples: Samples
    private let selection: [Int]?
    private let shape: SumTreeShape
    private let parameterCount: Int
    private let rounding: GradientRounding?
    private let enter: @Sendable (_ thread: Int) -> Void
    /// Every block there is; those that nobody else holds are written to again.
    private var blocks: [FloatBlock]

    /// A pool for the job's shards on `threads` threads.
    ///
    /// - Parameters:
    ///   - job: the job.
    ///   - samples: the dataset's samples.
    ///   - selection: the samples to train on; nil for all.
    ///   - threads: how many shards are computed at once.
    ///   - blocks: memory for sums, each as long as the parameters, that is used before any other.
    ///   - enter: called on a thread of a pool of several when it takes part in a run, with its number.
    public init(
        job: Job, samples: Samples, selection: [Int]? = nil, threads: Int, blocks: [FloatBlock] = [],
        enter: @escaping @Sendable (_ thread: Int) -> Void = { _ in }
    ) {
        precondition(threads > 0, "a pool of \(threads) threads")
        computers = (0..<min(threads, job.shardsPerStep)).map { _ in ShardGradient(job: job) }
        self.samples = samples
        self.selection = selection
        shape = SumTreeShape(leafCount: job.shardsPerStep)
        parameterCount = job.network.parameterCount
        rounding = job.gradientRounding
        self.blocks = blocks
        self.enter = enter
    }

    /// Computes a run of shards of one step.
    ///
    /// - Returns: one sum for each complete subtree in the run, from left to right. Their memory is used again once the caller, and
    ///   whoever it passed them to, has let go of them.
    /// - Throws: `UpstreamError.notFinite` when a sum is infinite or not a number.
    public func compute(shards: Range<Int>, step: Int, parameters: FloatBlock) throws -> [LeafSum] {
        var (free, lent): ([FloatBlock], [FloatBlock]) = ([], [])
        while var block = blocks.popLast() {
            if isKnownUniquelyReferenced(&block) { free.append(block) } else { lent.append(block) }
        }
        let progress = Mutex(
            Progress(next: shards.lowerBound, tree: SumTree(shape, step: step, rounding: rounding), free: free))
        let work = Work(computers: computers, samples: samples, selection: selection)
        let length = parameterCount
        let run: @Sendable (Int) -> Void = { thread in
            while true {
                let taken: (shard: Int, block: FloatBlock)? = progress.withLock { state in
                    guard state.next < shards.upperBound else { return nil }
                    defer { state.next += 1 }
                    return (state.next, state.free.popLast() ?? FloatBlock(count: length))
                }
                guard let taken else { return }
                let sum = work.computers[thread].compute(
                    shard: taken.shard, step: step, samples: work.samples, selection: work.selection,
                    parameters: parameters, into: taken.block)
                progress.withLock { $0.free += $0.tree.insert(sum) }
            }
        }
        let count = min(computers.count, shards.count)
        if count > 1 {
            DispatchQueue.concurrentPerform(iterations: count) { [enter] thread in
                enter(thread)
                run(thread)
            }
        } else if count == 1 {
            if computers.count > 1 { enter(0) }  // a run of several may have had it take part as another
            run(0)
        }
        let sums = progress.withLock { state in
            blocks = lent + state.free + state.tree.sums.map(\.vector)
            return state.tree.sums
        }
        for sum in sums where !sum.isFinite() {
            throw UpstreamError.notFinite(step: step, shards: sum.leaves)
        }
        return sums
    }
}

/// What the threads of one run share.
private struct Work: @unchecked Sendable {  // each computer is used by the one thread of its number
    let computers: [ShardGradient]
    let samples: Samples
    let selection: [Int]?
}
