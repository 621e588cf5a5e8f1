/// How the sums of gradients are rounded where they are exchanged as bfloat16: every node of the sum tree, whoever
/// computes it.
///
/// Carrying what rounding left over to the next step, as is usual, needs a sender that lives from step to step. Here
/// the sender of a sum is whoever was given its leaves, and may die. So a leaf's gradient, and every sum of two nodes,
/// is itself defined as a bfloat16 value, by a rounding that is right on average and depends on the seed, the step and
/// the node alone: a subtree's sum goes over the wire in 16 bits without loss, and is the same bits wherever it was
/// made.
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
