import Numerics
import Testing

private func leaf(_ shard: Int) -> ShardSum {
    var draw = RandomSequence(seed: 21, stream: UInt64(shard))
    return ShardSum(
        shards: shard..<shard + 1, gradient: FloatBlock((0..<33).map { _ in Float(draw.normal()) }),
        loss: draw.uniform(), correct: shard)
}

private func wholeSum(_ shardCount: Int, cutAt cuts: [Int], order: [Int]) -> ShardSum? {
    let shape = SumTreeShape(shardCount: shardCount)
    let bounds = [0] + cuts + [shardCount]
    var top = SumTree(shape)
    var pieces: [ShardSum] = []
    for (a, b) in zip(bounds, bounds.dropFirst()) {
        var part = SumTree(shape)
        for shard in order where (a..<b).contains(shard) { part.insert(leaf(shard)) }
        #expect(part.sums.map(\.shards) == shape.nodes(in: a..<b))
        pieces += part.sums
    }
    for piece in pieces.reversed() { top.insert(piece) }
    return top.root
}

@Test(arguments: 1...17)
func theSumHasTheSameBitsForAnyCutsAndAnyOrder(shardCount: Int) throws {
    let plain = try #require(wholeSum(shardCount, cutAt: [], order: Array(0..<shardCount)))
    var draw = RandomSequence(seed: UInt64(shardCount), stream: 5)
    for _ in 0..<20 {
        let cuts = (1..<max(shardCount, 2)).filter { $0 < shardCount && draw.uniform() < 0.4 }
        let order = Array(0..<shardCount).shuffled(using: &draw)
        let sum = try #require(wholeSum(shardCount, cutAt: cuts, order: order))
        #expect(sum.gradient.array.map(\.bitPattern) == plain.gradient.array.map(\.bitPattern))
        #expect(sum.loss == plain.loss)
        #expect(sum.correct == (0..<shardCount).reduce(0, +))
    }
}

@Test func aRunIsCutIntoTheFewestCompleteSubtrees() {
    let shape = SumTreeShape(shardCount: 11)
    #expect(shape.nodes(in: 0..<11) == [0..<11])
    #expect(shape.nodes(in: 1..<7) == [1..<2, 2..<4, 4..<6, 6..<7])
    #expect(shape.nodes(in: 4..<11) == [4..<8, 8..<11])
    #expect(shape.nodes(in: 3..<3) == [])
}
