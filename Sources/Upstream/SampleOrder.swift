import Numerics

/// Which originals each shard of each step takes.
///
/// A training epoch's order is a permutation drawn from the seed and the training epoch's number; steps take
/// consecutive places, and a step that reaches the end of one order goes on in the next.
public struct SampleOrder: Sendable {
    private let seed: UInt64
    private let sampleCount: Int
    private let shardsPerStep: Int
    private let originalsPerShard: Int
    private var permutation: Permutation?
    private var permutationEpoch = -1

    /// The order of a job's samples.
    public init(seed: UInt64, sampleCount: Int, shardsPerStep: Int, originalsPerShard: Int) {
        self.seed = seed
        self.sampleCount = sampleCount
        self.shardsPerStep = shardsPerStep
        self.originalsPerShard = originalsPerShard
    }

    /// The places of one shard's originals, in `0 ..< sampleCount`.
    public mutating func places(step: Int, shard: Int) -> [Int] {
        let first = (step * shardsPerStep + shard) * originalsPerShard
        return (first..<first + originalsPerShard).map { place in
            let epoch = place / sampleCount
            return order(ofEpoch: epoch)[place % sampleCount]
        }
    }

    private mutating func order(ofEpoch epoch: Int) -> Permutation {
        if let permutation, permutationEpoch == epoch { return permutation }
        let drawn = Permutation(count: sampleCount, seed: seed, stream: Stream.sampleOrder + UInt64(epoch))
        (permutation, permutationEpoch) = (drawn, epoch)
        return drawn
    }
}
