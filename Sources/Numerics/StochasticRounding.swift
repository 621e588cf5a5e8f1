import CKernels

/// Rounds floats to bfloat16 values, or to 8 bits, by chance: up with the probability that makes the expected error
/// zero.
///
/// The chance is a pure function of the key and a value's place, so whoever rounds the same floats gets the same bits.
/// No finite value becomes infinite: beyond the largest one, 3.39e38 or 3.37e38, it is that one. What is infinite or
/// not a number stays so.
public struct StochasticRounding: Sendable {
    private var draws: rounding_draws
    private let element: ElementType

    /// A rounding for one purpose; see `CounterGenerator`.
    ///
    /// - Parameters:
    ///   - seed: the job's seed.
    ///   - stream: what is rounded.
    ///   - counter: which of them.
    ///   - turn: is added to every draw's 16 bits, modulo 2^16.
    ///   - element: what values become.
    /// - Precondition: that is no `float32`, which needs none.
    public init(
        seed: UInt64, stream: UInt64, counter: UInt64, turn: UInt16 = 0, to element: ElementType = .bfloat16
    ) {
        precondition(element != .float32, "rounding floats to floats")
        self.element = element
        let words = CounterGenerator(seed: seed, stream: stream).block(counter)
        draws = rounding_draws(key0: words[0], key1: words[1], turn: UInt32(turn))
    }

    /// The same rounding, for values that begin at `place` of the vector that it is of; a multiple of 256 for 8 bits.
    public func from(_ place: Int) -> StochasticRounding {
        var there = self
        there.draws.key0 &+= UInt32(truncatingIfNeeded: place) &* rounding_draw_stride
        return there
    }

    /// Rounds every value of `block`.
    public func round(_ block: FloatBlock) {
        if element == .int8 {
            kernel_byte_round(block.base, block.count, draws)
        } else {
            kernel_bfloat16_round(block.base, block.count, draws)
        }
    }

    /// Replaces `copy` by the rounded values of `block`, which is another one of the same count.
    public func round(_ block: FloatBlock, into copy: FloatBlock) {
        precondition(copy.count == block.count, "rounding \(block.count) floats into \(copy.count)")
        guard element == .bfloat16 else {
            copy.copy(from: block)
            return round(copy)
        }
        kernel_bfloat16_round_copy(copy.base, block.base, block.count, draws)
    }

    /// Adds `other`, which has the same count, to `sum` as 32-bit floats, and rounds.
    public func add(_ other: FloatBlock, to sum: FloatBlock) {
        precondition(other.count == sum.count, "adding \(other.count) floats to \(sum.count)")
        if element == .int8 {
            kernel_byte_add_round(sum.base, other.base, sum.count, draws)
        } else {
            kernel_bfloat16_add_round(sum.base, other.base, sum.count, draws)
        }
    }
}
