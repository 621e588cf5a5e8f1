/// Blocks of floats that are written to again once nobody else holds them, so that what is repeated allocates once.
public struct BlockPool: Sendable {
    private var blocks: [FloatBlock]
    private let limit: Int

    /// A pool that starts with these blocks and gives no more than `limit` a second time.
    public init(_ blocks: [FloatBlock] = [], limit: Int) { (self.blocks, self.limit) = (blocks, limit) }

    /// A block of `count` values that nobody else holds, with whatever values it had.
    public mutating func take(count: Int) -> FloatBlock {
        blocks.removeAll { $0.count != count }
        for i in blocks.indices where isKnownUniquelyReferenced(&blocks[i]) { return blocks[i] }
        let block = FloatBlock(count: count)
        if blocks.count < limit { blocks.append(block) }
        return block
    }
}
