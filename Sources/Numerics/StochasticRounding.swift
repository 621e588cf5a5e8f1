import CKernels

/// Rounds floats to bfloat16 values by chance: up with the probability that makes the expected error zero.
///
/// The chance is a pure function of the key and a value's place, so whoever rounds the same floats gets the same bits. No finite
/// value becomes infinite: beyond the largest bfloat16, 3.39e38, it is that one. What is infinite or not a number stays so.
public struct StochasticRounding: Sendable {
    private let draws: bfloat16_draws

    /// A rounding for one purpose; see `CounterGenerator`.
    ///
    /// - Parameters:
    ///   - seed: the job's seed.
    ///   - stream: what is rounded.
    ///   - counter: which of them.
    ///   - turn: is added to every draw's 16 bits, modulo 2^16.
    public init(seed: UInt64, stream: UInt64, counter: UInt64, turn: UInt16 = 0) {
        let words = CounterGenerator(seed: seed, stream: stream).block(counter)
        draws = bfloat16_draws(key0: words[0], key1: words[1], turn: UInt32(turn))
    }

    /// Rounds every value of `block`.
    public func round(_ block: FloatBlock) { kernel_bfloat16_round(block.base, block.count, draws) }

    /// Replaces `copy` by the rounded values of `block`, which is another one of the same count.
    public func round(_ block: FloatBlock, into copy: FloatBlock) {
        precondition(copy.count == block.count, "rounding \(block.count) floats into \(copy.count)")
        kernel_bfloat16_round_copy(copy.base, block.base, block.count, draws)
    }

    /// Adds `other`, which has the same count, to `sum` as 32-bit floats, and rounds.
    public func add(_ other: FloatBlock, to sum: FloatBlock) {
        precondition(other.count == sum.count, "adding \(other.count) floats to \(sum.count)")
        kernel_bfloat16_add_round(sum.base, other.base, sum.count, draws)
    }
}

/// How the sums of gradients are rounded where they are exchanged as bfloat16: every node of the sum tree, whoever computes it.
///
/// Carrying what rounding left over to the next step, as is usual, needs a sender that lives from step to step. Here the sender of
/// a sum is whoever was given its leaves, and may die. So a leaf's gradient, and every sum of two nodes, is itself defined as a
/// bfloat16 value, by a rounding that is right on average and depends on the seed, the step and the node alone: a subtree's sum
/// goes over the wire in 16 bits without loss, and is the same bits wherever it was made.
public struct GradientRounding: Sendable {
    private let seed: UInt64
    private let stream: UInt64

    /// The rounding of a job's gradients.
    ///
    /// - Parameters:
    ///   - seed: the job's seed.
    ///   - stream: plus the step, what tells its draws from others; see `CounterGenerator`.
    public init(seed: UInt64, stream: UInt64) { (self.seed, self.stream) = (seed, stream) }

    /// The rounding of one node's sum.
    public func rounding(of leaves: Range<Int>, step: Int) -> StochasticRounding {
        StochasticRounding(
            seed: seed, stream: stream + UInt64(step), counter: UInt64(leaves.lowerBound) << 32 | UInt64(leaves.count))
    }
}
