import Coordination
import Numerics

/// The sums of the round in hand: a tree for each part of the vectors, and one for the figures.
struct RoundSums {
    let parts: VectorParts
    private var trees: [SumTree]
    private var figures: SumTree
    private static let nothing = FloatBlock(count: 0)

    /// Sums of nothing yet; `makeTree` makes a tree for vectors that begin at a place.
    init(_ parts: VectorParts, makeTree: (_ place: Int) -> SumTree) {
        self.parts = parts
        trees = (0..<parts.count).map { makeTree(parts[$0].lowerBound) }
        figures = SumTree(trees[0].shape)
    }

    /// Takes a part of a node's sum, unless it is covered already.
    mutating func insert(_ leaves: Range<Int>, part: Int, _ vector: FloatBlock) {
        trees[part].insertUncovered(LeafSum(leaves: leaves, vector: vector, figures: []))
    }

    /// Takes a node's figures, whose vector's parts are here or come with them.
    mutating func insert(_ leaves: Range<Int>, figures: [Double], vector: FloatBlock? = nil) {
        self.figures.insert(LeafSum(leaves: leaves, vector: Self.nothing, figures: figures))
        guard let vector else { return }
        for part in 0..<parts.count { insert(leaves, part: part, Self.slice(vector, parts[part])) }
    }

    private static func slice(_ block: FloatBlock, _ range: Range<Int>) -> FloatBlock {
        if range.count == block.count { return block }
        return FloatBlock(borrowing: block.base + range.lowerBound, count: range.count, from: block)
    }

    /// The sum of all leaves' parts, once they are all there.
    func root(part: Int) -> LeafSum? { trees[part].root }

    /// The sums of just these nodes' parts, once they are all there.
    func sums(part: Int, of nodes: [Range<Int>]) -> [LeafSum]? {
        let sums = trees[part].sums
        return sums.map(\.leaves) == nodes ? sums : nil
    }

    /// The sums of figures that nothing has been added to yet, from left to right.
    var figureSums: [LeafSum] { figures.sums }

    /// The sums of all leaves' figures, once they are all there.
    var rootFigures: [Double]? { figures.root?.figures }
}

extension FloatBlock {
    /// Parts of the block, which they keep.
    func cut(_ parts: VectorParts) -> [FloatBlock] {
        if parts.count == 1 { return [self] }
        return (0..<parts.count).map {
            FloatBlock(borrowing: base + parts[$0].lowerBound, count: parts[$0].count, from: self)
        }
    }
}
