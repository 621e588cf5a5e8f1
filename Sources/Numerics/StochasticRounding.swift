import CKernels

/// Rounds floats to bfloat16 values by chance: up with the probability that makes the expected error zero.
///
/// The chance is a pure function of the key and a value's place, so whoever rounds the same floats gets the same bits.
/// No finite value becomes infinite: beyond the largest bfloat16, 3.39e38, it is that one. What is infinite or not a
/// number stays so.
public struct StochasticRounding: Sendable {
    private var draws: bfloat16_draws

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

    /// The same rounding, for values that begin at `place` of the vector that it is of.
    public func from(_ place: Int) -> StochasticRounding {
        var there = self
        there.draws.key0 &+= UInt32(truncatingIfNeeded: place) &* rounding_draw_stride
        return there
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
