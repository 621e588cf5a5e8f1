/// What a blockwise order is made of.
public struct OrderBlocks: Equatable, Sendable {
    /// Samples a block.
    public let size: Int
    /// Blocks a window.
    public let window: Int

    /// Blocks of so many samples in windows of so many blocks.
    public init(size: Int, window: Int) { (self.size, self.window) = (size, window) }
}

/// Which of `0 ..< count` each shard of each step takes, where a shard is to read few blocks at a time.
///
/// Shards have *lanes*: equal parts of a training epoch's `BlockwisePermutation`, through which each shard goes on its
/// own, so many places a step, and begins anew in the next epoch's order. So a shard stays within a window for some
/// steps while all shards together read as many windows as there are lanes, and whoever computes the same shards step
/// after step needs few blocks. Where there is less than a number for each shard, shards share lanes.
struct BlockwiseOrder: Sendable {
    private let seed: UInt64
    private let count: Int
    private let blocks: OrderBlocks
    private let shardsPerStep, perShard, laneCount: Int
    /// The order that each lane is in.
    private var orders: [Int: (epoch: Int, BlockwisePermutation)] = [:]

    /// The order of `0 ..< count` for shards that take `perShard` of them a step.
    init(seed: UInt64, count: Int, blocks: OrderBlocks, shardsPerStep: Int, perShard: Int) {
        precondition(
            count > 0 && shardsPerStep > 0 && perShard > 0, "\(shardsPerStep) shards of \(perShard) of \(count)")
        (self.seed, self.count, self.blocks) = (seed, count, blocks)
        (self.shardsPerStep, self.perShard) = (shardsPerStep, perShard)
        laneCount = min(shardsPerStep, count)
    }

    /// What one shard of one step takes, in `0 ..< count`.
    mutating func places(step: Int, shard: Int) -> [Int] {
        let lane = shard % laneCount
        let places = lane * count / laneCount..<(lane + 1) * count / laneCount
        let shardsInLane = (shardsPerStep - lane + laneCount - 1) / laneCount
        let first = (step * shardsInLane + shard / laneCount) * perShard
        return (first..<first + perShard).map { position in
            number(at: places.lowerBound + position % places.count, epoch: position / places.count, lane: lane)
        }
    }

    private mutating func number(at place: Int, epoch: Int, lane: Int) -> Int {
        if orders[lane]?.epoch != epoch {
            let order = BlockwisePermutation(
                count: count, blockSize: blocks.size, windowBlocks: blocks.window, seed: seed, epoch: epoch)
            orders[lane] = (epoch, order)
        }
        return orders[lane]?.1.number(at: place) ?? 0
    }
}
