/// The gradient of one or more neighbouring shards, summed, with what is counted beside it.
public struct ShardSum: Sendable {
    /// The shards summed, a complete subtree.
    public let shards: Range<Int>
    /// Their gradients' sum.
    public let gradient: FloatBlock
    /// Their losses' sum; a step's loss is the sum over all its shards.
    public let loss: Double
    /// How many rows the network got right.
    public let correct: Int

    /// A sum over `shards`.
    public init(shards: Range<Int>, gradient: FloatBlock, loss: Double, correct: Int) {
        (self.shards, self.gradient, self.loss, self.correct) = (shards, gradient, loss, correct)
    }
}

/// The shape of the tree that sums a step's shards: neighbours in pairs, level by level, an odd one out passed up.
///
/// A node covers the shards `k * 2^level ..< (k + 1) * 2^level`, cut at the shard count, so the shape depends on the shard
/// count alone. Two sums of the same shards are the same bits wherever they were made.
public struct SumTreeShape: Sendable, Equatable {
    /// How many leaves there are.
    public let shardCount: Int

    /// The tree over `shardCount` shards.
    public init(shardCount: Int) {
        precondition(shardCount > 0, "a tree over \(shardCount) shards")
        self.shardCount = shardCount
    }

    /// The largest node that starts at `start` and ends at or before `end`.
    private func largestNode(from start: Int, to end: Int) -> Range<Int> {
        var size = 1
        while start % (2 * size) == 0, size < shardCount, min(start + 2 * size, shardCount) <= end { size *= 2 }
        return start..<min(start + size, shardCount)
    }

    /// The fewest nodes that together are `run`, from left to right.
    public func nodes(in run: Range<Int>) -> [Range<Int>] {
        precondition(run.lowerBound >= 0 && run.upperBound <= shardCount, "shards \(run) of \(shardCount)")
        var nodes: [Range<Int>] = []
        var start = run.lowerBound
        while start < run.upperBound {
            nodes.append(largestNode(from: start, to: run.upperBound))
            start = nodes[nodes.count - 1].upperBound
        }
        return nodes
    }

    /// The node above `node` and the node beside it, or nil for the root.
    func parentAndSibling(of node: Range<Int>) -> (parent: Range<Int>, sibling: Range<Int>)? {
        if node.count == shardCount { return nil }
        var size = 1
        while true {
            let start = node.lowerBound / size * size
            let parent = start..<min(start + size, shardCount)
            if parent != node, parent.lowerBound <= node.lowerBound, parent.upperBound >= node.upperBound {
                let isLeft = parent.lowerBound == node.lowerBound
                return (
                    parent,
                    isLeft ? node.upperBound..<parent.upperBound : parent.lowerBound..<node.lowerBound
                )
            }
            size *= 2
        }
    }
}

/// Sums shards in the fixed tree, in whatever order they arrive.
///
/// A sum waits for its sibling and is then added to it, left plus right, in the left one's memory; so at most one sum a level
/// waits for each run that is being worked on.
public struct SumTree: Sendable {
    /// The tree's shape.
    public let shape: SumTreeShape
    private let step: Int
    private let rounding: GradientRounding?
    private let threads: Int
    private var waiting: [Range<Int>: ShardSum] = [:]

    /// An empty tree of this shape, for one step, that adds on up to `threads` threads; with a rounding, every sum that it makes is
    /// rounded.
    public init(_ shape: SumTreeShape, step: Int = 0, rounding: GradientRounding? = nil, threads: Int = 1) {
        (self.shape, self.step, self.rounding, self.threads) = (shape, step, rounding, threads)
    }

    /// Takes a node's sum, adds what can be added, and hands back the blocks that are free again.
    ///
    /// - Precondition: `sum.shards` is a node, and no part of it was taken before.
    /// - Returns: the blocks that were added into others.
    @discardableResult
    public mutating func insert(_ sum: ShardSum) -> [FloatBlock] {
        var sum = sum
        var freed: [FloatBlock] = []
        while let (parent, sibling) = shape.parentAndSibling(of: sum.shards) {
            guard let other = waiting.removeValue(forKey: sibling) else { break }
            let (left, right) = sum.shards.lowerBound < other.shards.lowerBound ? (sum, other) : (other, sum)
            if let rounding {
                rounding.rounding(of: parent, step: step).add(right.gradient, to: left.gradient)
            } else {
                left.gradient.add(right.gradient, threads: threads)
            }
            freed.append(right.gradient)
            sum = ShardSum(
                shards: parent, gradient: left.gradient, loss: left.loss + right.loss,
                correct: left.correct + right.correct)
        }
        precondition(waiting[sum.shards] == nil, "shards \(sum.shards) were summed before")
        waiting[sum.shards] = sum
        return freed
    }

    /// The sums that nothing has been added to yet, from left to right.
    public var sums: [ShardSum] { waiting.values.sorted { $0.shards.lowerBound < $1.shards.lowerBound } }

    /// The sum of all shards, once they are all there.
    public var root: ShardSum? { waiting[0..<shape.shardCount] }
}
