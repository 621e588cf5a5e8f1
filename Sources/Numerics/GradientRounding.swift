/// How the sums of leaves are rounded where they are exchanged in fewer bits: every node of the sum tree, whoever
/// computes it.
///
/// Carrying what rounding left over to the next round, as is usual, needs a sender that lives from round to round. Here
/// the sender of a sum is whoever was given its leaves, and may die. So a leaf's vector, and every sum of two nodes, is
/// itself defined as values of 16 or 8 bits, by a rounding that is right on average and depends on the seed, the round
/// and the node alone: a subtree's sum travels in so many bits without loss, and is the same bits wherever it was made.
public struct GradientRounding: Sendable {
    private let seed: UInt64
    private let stream: UInt64
    private let element: ElementType

    /// The rounding of a job's sums.
    ///
    /// - Parameters:
    ///   - seed: the job's seed.
    ///   - stream: plus the round, what tells its draws from others; see `CounterGenerator`.
    ///   - element: what values become.
    public init(seed: UInt64, stream: UInt64, to element: ElementType = .bfloat16) {
        (self.seed, self.stream, self.element) = (seed, stream, element)
    }

    /// The rounding of one node's sum.
    public func rounding(of leaves: Range<Int>, round: Int) -> StochasticRounding {
        StochasticRounding(
            seed: seed, stream: stream + UInt64(round), counter: UInt64(leaves.lowerBound) << 32 | UInt64(leaves.count),
            to: element)
    }
}
