/// What one or more neighbouring leaves of a step came to, summed: a vector, and the figures that are counted beside
/// it.
public struct LeafSum: Sendable {
    /// The leaves summed, a complete subtree.
    public let leaves: Range<Int>
    /// Their vectors' sum, as long as the parameters: a gradient where a leaf is a shard's.
    public let vector: FloatBlock
    /// Their figures' sums, in the order in which the job names them; the loss is the first.
    public let figures: [Double]

    /// A sum over `leaves`.
    public init(leaves: Range<Int>, vector: FloatBlock, figures: [Double]) {
        (self.leaves, self.vector, self.figures) = (leaves, vector, figures)
    }

    /// Whether every value of the vector and every figure is a finite number.
    public func isFinite(threads: Int = 1) -> Bool {
        figures.allSatisfy(\.isFinite) && vector.isFinite(threads: threads)
    }
}
