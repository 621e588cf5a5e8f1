import Numerics
import Testing

private func leaf(_ shard: Int) -> LeafSum {
    var draw = RandomSequence(seed: 21, stream: UInt64(shard))
    return LeafSum(
        leaves: shard..<shard + 1, vector: FloatBlock((0..<33).map { _ in Float(draw.normal()) }),
        figures: [draw.uniform(), Double(shard)])
}

private func wholeSum(_ leafCount: Int, cutAt cuts: [Int], order: [Int]) -> LeafSum? {
    let shape = SumTreeShape(leafCount: leafCount)
    let bounds = [0] + cuts + [leafCount]
    var top = SumTree(shape)
    var pieces: [LeafSum] = []
    for (a, b) in zip(bounds, bounds.dropFirst()) {
        var part = SumTree(shape)
        for shard in order where (a..<b).contains(shard) { part.insert(leaf(shard)) }
        #expect(part.sums.map(\.leaves) == shape.nodes(in: a..<b))
        pieces += part.sums
    }
    for piece in pieces.reversed() { top.insert(piece) }
    return top.root
}

@Test(arguments: 1...17)
func theSumHasTheSameBitsForAnyCutsAndAnyOrder(leafCount: Int) throws {
    let plain = try #require(wholeSum(leafCount, cutAt: [], order: Array(0..<leafCount)))
    var draw = RandomSequence(seed: UInt64(leafCount), stream: 5)
    for _ in 0..<20 {
        let cuts = (1..<max(leafCount, 2)).filter { $0 < leafCount && draw.uniform() < 0.4 }
        let order = Array(0..<leafCount).shuffled(using: &draw)
        let sum = try #require(wholeSum(leafCount, cutAt: cuts, order: order))
        #expect(sum.vector.array.map(\.bitPattern) == plain.vector.array.map(\.bitPattern))
        #expect(sum.figures[0] == plain.figures[0])
        #expect(sum.figures[1] == Double((0..<leafCount).reduce(0, +)))
    }
}

@Test func aRunIsCutIntoTheFewestCompleteSubtrees() {
    let shape = SumTreeShape(leafCount: 11)
    #expect(shape.nodes(in: 0..<11) == [0..<11])
    #expect(shape.nodes(in: 1..<7) == [1..<2, 2..<4, 4..<6, 6..<7])
    #expect(shape.nodes(in: 4..<11) == [4..<8, 8..<11])
    #expect(shape.nodes(in: 3..<3) == [])
}
