public import Numerics
public import Signals
import Synchronization

/// Computes runs of leaves on a few threads and sums their complete subtrees; owned by one thread.
public final class LeafPool {
    private struct Progress: ~Copyable {
        var next: Int
        var tree: SumTree
        var free: [FloatBlock]
    }
    private let computers: [any LeafWork]
    private let samples: PreparedSamples?
    /// Why none could be prepared; nil where they were, or come with each run.
    private let samplesFault: String?
    private let job: Job
    private let threadCount: Int
    private let threads: LeafThreads
    private let shape: SumTreeShape
    private let vectorCount: Int
    private let rounding: GradientRounding?
    private static let touchedFault = "the samples' file is touched again and again while it is read"
    /// Every block there is; those that nobody else holds are written to again.
    private var blocks: [FloatBlock]

    /// A pool for the job's leaves on `threads` threads.
    ///
    /// - Parameters:
    ///   - job: the job.
    ///   - samples: the dataset's samples; where their preparation is much work, it is done here for all of them, and
    ///     again where they are touched meanwhile. Nil where they come with each run.
    ///   - threads: how many leaves are computed at once.
    ///   - blocks: memory for sums, each as long as what is published, that is used before any other.
    ///   - enter: called once on each of the pool's own threads, with its number from 1; the owner's is 0.
    public init(
        job: Job, samples: Samples?, threads: Int, blocks: [FloatBlock] = [],
        enter: @escaping @Sendable (_ thread: Int) -> Void = { _ in }
    ) {
        precondition(threads > 0, "a pool of \(threads) threads")
        computers = (0..<min(threads, job.shardsPerStep)).map { _ in job.makeLeafWork() }
        let prepared = samples.flatMap { samples in samples.whole { job.prepared(samples, threads: threads) } }
        self.samples = prepared
        // Though the file be what it was later on: nothing was prepared of that.
        samplesFault = prepared == nil ? samples.map { $0.fault ?? Self.touchedFault } : nil
        (self.job, threadCount) = (job, threads)
        self.threads = LeafThreads(count: computers.count - 1, enter: enter)
        shape = SumTreeShape(leafCount: job.shardsPerStep)
        vectorCount = job.exchangeCount
        rounding = job.sumRounding
        self.blocks = blocks
    }

    /// Samples that were brought together for a run of leaves as the network reads them, to the same bits as among all
    /// others; where that is much work, threads do it that begin where the calling one may be.
    public func prepared(_ samples: GatheredSamples) -> PreparedSamples {
        samples.prepared(for: job, threads: threadCount)
    }

    /// Computes a run of leaves of one round from the samples that the pool was made with.
    ///
    /// - Returns: one sum for each complete subtree in the run, from left to right. Their memory is used again once the
    ///   caller, and whoever it passed them to, has let go of them.
    /// - Throws: `UpstreamError.samplesChanged` when the samples were not whole any more, `.notFinite` when a sum is
    ///   infinite or not a number.
    /// - Precondition: it was made with samples.
    public func compute(leaves: Range<Int>, round: Int, parameters: FloatBlock) throws(UpstreamError) -> [LeafSum] {
        if let samplesFault { throw .samplesChanged(samplesFault) }
        guard let samples else { preconditionFailure("leaves \(leaves) to compute without samples") }
        return try compute(leaves: leaves, round: round, parameters: parameters, from: samples)
    }

    /// Computes a run of leaves of one round.
    ///
    /// - Parameters:
    ///   - leaves: the run.
    ///   - round: counted from 0.
    ///   - parameters: what is published at this round.
    ///   - samples: all that the leaves read, prepared.
    /// - Returns: as `compute(leaves:round:parameters:)` does.
    /// - Throws: as that does.
    public func compute(
        leaves: Range<Int>, round: Int, parameters: FloatBlock, from samples: PreparedSamples
    ) throws(UpstreamError) -> [LeafSum] {
        let sums = samples.whole { sumsAsRead(leaves: leaves, round: round, parameters: parameters, from: samples) }
        guard let sums else {
            throw .samplesChanged(samples.fault ?? Self.touchedFault)
        }
        for sum in sums where !sum.isFinite() {
            throw UpstreamError.notFinite(step: round * job.stepsPerRound, leaves: sum.leaves)
        }
        return sums
    }

    /// The sums of what the samples are while they are read, whatever that is.
    private func sumsAsRead(
        leaves: Range<Int>, round: Int, parameters: FloatBlock, from samples: PreparedSamples
    ) -> [LeafSum] {
        var (free, lent): ([FloatBlock], [FloatBlock]) = ([], [])
        while var block = blocks.popLast() {
            if isKnownUniquelyReferenced(&block) { free.append(block) } else { lent.append(block) }
        }
        let progress = Mutex(
            Progress(next: leaves.lowerBound, tree: SumTree(shape, round: round, rounding: rounding), free: free))
        let work = Work(computers: computers, samples: samples)
        let length = vectorCount
        let run: @Sendable (Int) -> Void = { thread in
            while true {
                let taken: (leaf: Int, block: FloatBlock)? = progress.withLock { state in
                    guard state.next < leaves.upperBound else { return nil }
                    defer { state.next += 1 }
                    return (state.next, state.free.popLast() ?? FloatBlock(count: length))
                }
                guard let taken else { return }
                var sum = work.computers[thread].compute(
                    leaf: taken.leaf, round: round, samples: work.samples, parameters: parameters, into: taken.block)
                while let pair = progress.withLock({ $0.tree.match(sum) }) {
                    sum = pair.added()
                    progress.withLock { $0.free.append(pair.right.vector) }
                }
            }
        }
        threads.run(beside: max(0, min(computers.count, leaves.count) - 1), run)
        return progress.withLock { state in
            blocks = lent + state.free + state.tree.sums.map(\.vector)
            return state.tree.sums
        }
    }
}

/// What the threads of one run share.
private struct Work: @unchecked Sendable {  // each computer is used by the one thread of its number
    let computers: [any LeafWork]
    let samples: PreparedSamples
}
