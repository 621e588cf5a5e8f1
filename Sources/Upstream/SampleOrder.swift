import Numerics

/// Which originals each shard of each step takes.
///
/// A training epoch's order is a permutation drawn from the seed and the training epoch's number; steps take consecutive places,
/// and a step that reaches the end of one order goes on in the next.
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

    /// The originals of one shard, as places in `0 ..< sampleCount`.
    public mutating func originals(step: Int, shard: Int) -> [Int] {
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

/// The random streams of one seed; each use has its own, so that none disturbs another.
enum Stream {
    /// Sample orders, plus the training epoch's number.
    static let sampleOrder: UInt64 = 1 << 48
    /// The initial weights, plus the layer's number.
    static let initialWeights: UInt64 = 2 << 48
    /// The samples of the probe.
    static let probe: UInt64 = 3 << 48
    /// The rounding of gradients, plus the step.
    static let gradientRounding: UInt64 = 4 << 48
    /// The rounding of parameters.
    static let parameterRounding: UInt64 = 5 << 48
}
