public import Numerics

/// Where a leaf stands in its job: all that a pretext task may draw from, so that whoever computes the leaf draws the
/// same.
public struct LeafPlace: Sendable, Equatable {
    /// The job's seed.
    public let seed: UInt64
    /// The step, from 0.
    public let step: Int
    /// The leaf's shard, from 0.
    public let shard: Int
    /// Originals in all shards of the step.
    public let originalsPerStep: Int

    /// A place.
    public init(seed: UInt64, step: Int, shard: Int, originalsPerStep: Int) {
        (self.seed, self.step, self.shard, self.originalsPerStep) = (seed, step, shard, originalsPerStep)
    }

    /// Random numbers for one purpose of a task at this place; another purpose, shard or step has others.
    ///
    /// - Parameter purpose: tells a task's uses apart, like masks and noise.
    /// - Returns: a sequence that begins anew at each call.
    public func draws(for purpose: UInt8) -> RandomSequence {
        // A sequence of 2^40 numbers for each shard (below 2^16) and purpose.
        RandomSequence(
            seed: seed, stream: Stream.task + UInt64(step),
            firstCounter: UInt64(shard) << 48 | UInt64(purpose) << 40)
    }
}
