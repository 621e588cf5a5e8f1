/// A tree of questions whether a value is at most a threshold; each of its leaves has a probability for each class.
public struct DecisionTree: Sendable, Equatable {
    /// A question, or a leaf.
    public struct Node: Sendable, Equatable {
        /// Which value is asked for; -1 in a leaf.
        public let input: Int32
        /// The largest value that goes to the first child.
        public let threshold: Float
        /// The first child's number, which the second's follows; in a leaf its row in `shares`.
        public let next: Int32

        /// A node from its parts.
        public init(input: Int32, threshold: Float, next: Int32) {
            (self.input, self.threshold, self.next) = (input, threshold, next)
        }

        /// A leaf with this row.
        static func leaf(_ row: Int) -> Node { Node(input: -1, threshold: 0, next: Int32(row)) }
    }

    /// The nodes, the root first; children come after their parent.
    public let nodes: [Node]
    /// `[leaves, classes]`: what part of the samples that came to a leaf in training was of each class.
    public let shares: [Float]

    /// A tree from its parts.
    ///
    /// - Precondition: `isSound`, for the inputs and classes that it is used with.
    public init(nodes: [Node], shares: [Float]) { (self.nodes, self.shares) = (nodes, shares) }

    /// Whether every way through it ends in one of its leaves, which have shares from 0 to 1.
    ///
    /// - Parameters:
    ///   - inputs: how many values a sample has.
    ///   - classes: how many classes there are.
    /// - Returns: whether it can be used on such samples.
    public func isSound(inputs: Int, classes: Int) -> Bool {
        guard !nodes.isEmpty, shares.count.isMultiple(of: classes), shares.allSatisfy({ (0...1).contains($0) }) else {
            return false
        }
        return nodes.indices.allSatisfy { place in
            let (node, next) = (nodes[place], Int(nodes[place].next))
            if node.input < 0 { return next >= 0 && next < shares.count / classes }
            // Children that come later make no circle.
            return node.input < inputs && node.threshold.isFinite && next > place && next + 1 < nodes.count
        }
    }

    /// Where the shares of the leaf begin that a sample comes to.
    ///
    /// - Parameters:
    ///   - sample: as many values as the tree was made for.
    ///   - classes: how many classes there are.
    /// - Returns: a place in `shares`.
    @inline(__always)
    func leaf(of sample: UnsafePointer<Float>, classes: Int) -> Int {
        nodes.withUnsafeBufferPointer { nodes in
            var place = 0
            while true {
                let node = nodes[place]
                if node.input < 0 { return Int(node.next) * classes }
                place = Int(node.next) + (sample[Int(node.input)] <= node.threshold ? 0 : 1)
            }
        }
    }
}
