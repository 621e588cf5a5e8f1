/// Sums leaves in the fixed tree, in whatever order they arrive.
///
/// A sum waits for its sibling and is then added to it, left plus right, in the left one's memory; so at most one sum a
/// level waits for each run that is being worked on.
public struct SumTree: Sendable {
    /// The tree's shape.
    public let shape: SumTreeShape
    private let round: Int
    private let rounding: GradientRounding?
    private let threads: Int
    private let place: Int
    private var waiting: [Range<Int>: LeafSum] = [:]

    /// An empty tree of this shape, for one round, that adds on up to `threads` threads; with a rounding, every sum
    /// that it makes is rounded.
    ///
    /// Of a tree of parts of vectors, `place` is where in the vectors the part begins.
    public init(
        _ shape: SumTreeShape, round: Int = 0, rounding: GradientRounding? = nil, threads: Int = 1, place: Int = 0
    ) {
        (self.shape, self.round, self.rounding, self.threads, self.place) = (shape, round, rounding, threads, place)
    }

    /// Takes a node's sum, adds what can be added, and hands back the blocks that are free again.
    ///
    /// - Precondition: `sum.leaves` is a node, and no part of it was taken before.
    /// - Returns: the blocks that were added into others.
    @discardableResult
    public mutating func insert(_ sum: LeafSum) -> [FloatBlock] {
        var sum = sum
        var freed: [FloatBlock] = []
        while let pair = match(sum) {
            sum = pair.added()
            freed.append(pair.right.vector)
        }
        return freed
    }

    /// Two neighbours' sums that are to be added, left plus right, in the left one's memory.
    public struct Pair: Sendable {
        let parent: Range<Int>
        let left: LeafSum
        /// What is added, and free after that.
        public let right: LeafSum
        fileprivate let rounding: StochasticRounding?
        fileprivate let threads: Int

        /// Adds them.
        public func added() -> LeafSum {
            var isFinite: Bool?
            if let rounding {
                rounding.add(right.vector, to: left.vector)
            } else {
                isFinite = left.vector.add(right.vector, threads: threads)
            }
            return LeafSum(
                leaves: parent, vector: left.vector, figures: zip(left.figures, right.figures).map { $0 + $1 },
                isVectorFinite: isFinite)
        }
    }

    /// Hands a node's sum back with its neighbour's where that is here, to be added and matched again; or keeps it.
    ///
    /// Several threads can add at the same time so.
    ///
    /// - Precondition: as for `insert`.
    public mutating func match(_ sum: LeafSum) -> Pair? {
        if let (parent, sibling) = shape.parentAndSibling(of: sum.leaves),
            let other = waiting.removeValue(forKey: sibling)
        {
            let (left, right) = sum.leaves.lowerBound < other.leaves.lowerBound ? (sum, other) : (other, sum)
            let rounding = rounding?.rounding(of: parent, round: round).from(place)
            return Pair(parent: parent, left: left, right: right, rounding: rounding, threads: threads)
        }
        precondition(waiting[sum.leaves] == nil, "leaves \(sum.leaves) were summed before")
        waiting[sum.leaves] = sum
        return nil
    }

    /// Takes a node's sum as `insert` does, but for what was taken before: of leaves that are covered it is left out,
    /// and where it covers smaller sums it takes their place.
    ///
    /// Sums of the same leaves are the same bits, whoever made them. A worker that died while it sent parts may have
    /// left some here.
    public mutating func insertUncovered(_ sum: LeafSum) {
        if waiting.keys.contains(where: { $0.clamped(to: sum.leaves) == sum.leaves }) { return }
        for smaller in waiting.keys where sum.leaves.overlaps(smaller) { waiting[smaller] = nil }
        insert(sum)
    }

    /// The sums that nothing has been added to yet, from left to right.
    public var sums: [LeafSum] { waiting.values.sorted { $0.leaves.lowerBound < $1.leaves.lowerBound } }

    /// The sum of all leaves, once they are all there.
    public var root: LeafSum? { waiting[0..<shape.leafCount] }
}
