/// The shape of the tree that sums a round's leaves: neighbours in pairs, level by level, an odd one out passed up.
///
/// A node covers the leaves `k * 2^level ..< (k + 1) * 2^level`, cut at the leaf count, so the shape depends on the
/// leaf count alone. Two sums of the same leaves are the same bits wherever they were made.
public struct SumTreeShape: Sendable, Equatable {
    /// How many leaves there are.
    public let leafCount: Int

    /// The tree over `leafCount` leaves.
    public init(leafCount: Int) {
        precondition(leafCount > 0, "a tree over \(leafCount) leaves")
        self.leafCount = leafCount
    }

    /// The largest node that starts at `start` and ends at or before `end`.
    private func largestNode(from start: Int, to end: Int) -> Range<Int> {
        var size = 1
        while start % (2 * size) == 0, size < leafCount, min(start + 2 * size, leafCount) <= end { size *= 2 }
        return start..<min(start + size, leafCount)
    }

    /// The fewest nodes that together are `run`, from left to right.
    public func nodes(in run: Range<Int>) -> [Range<Int>] {
        precondition(run.lowerBound >= 0 && run.upperBound <= leafCount, "leaves \(run) of \(leafCount)")
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
        if node.count == leafCount { return nil }
        var size = 1
        while true {
            let start = node.lowerBound / size * size
            let parent = start..<min(start + size, leafCount)
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
