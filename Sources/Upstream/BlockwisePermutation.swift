import Numerics

/// A pseudo-random order of `0 ..< count` that stays within a few blocks of neighbouring numbers at a time.
///
/// Blocks are put in a random order; so many of them one after another are a *window*, and the numbers of a window's
/// blocks are put in a random order among themselves. Like a `Permutation` it is computed place by place and never
/// stored.
public struct BlockwisePermutation: Sendable {
    /// How many numbers are put in order.
    public let count: Int
    /// Numbers in each block but the last, which may have fewer.
    public let blockSize: Int
    /// Blocks in each window but the last, which may have fewer.
    public let windowBlocks: Int
    private let seed: UInt64
    private let epoch: Int
    private let blocks: Permutation
    /// How many numbers the last block lacks, and where that block is in the order of blocks.
    private let lack, lackPlace: Int
    private var inHand: (window: Int, Permutation)?

    /// The order of `0 ..< count` in one training epoch.
    ///
    /// - Parameters:
    ///   - count: how many numbers.
    ///   - blockSize: numbers a block.
    ///   - windowBlocks: blocks a window.
    ///   - seed: what all draws follow from.
    ///   - epoch: the training epoch, from 0.
    public init(count: Int, blockSize: Int, windowBlocks: Int, seed: UInt64, epoch: Int) {
        precondition(count > 0 && blockSize > 0 && windowBlocks > 0, "\(count) numbers in blocks of \(blockSize)")
        (self.count, self.blockSize, self.windowBlocks) = (count, blockSize, windowBlocks)
        (self.seed, self.epoch) = (seed, epoch)
        let blockCount = (count + blockSize - 1) / blockSize
        blocks = Permutation(count: blockCount, seed: seed, stream: Stream.blockOrder + UInt64(epoch))
        lack = blockCount * blockSize - count
        lackPlace = blocks.place(of: blockCount - 1)
    }

    /// How many windows there are.
    public var windowCount: Int { (blocks.count + windowBlocks - 1) / windowBlocks }

    /// The places of a window, whose blocks' numbers are at them and nowhere else.
    public func places(ofWindow window: Int) -> Range<Int> { first(ofWindow: window)..<first(ofWindow: window + 1) }

    private func first(ofWindow window: Int) -> Int {
        let block = min(window * windowBlocks, blocks.count)
        return block * blockSize - (block > lackPlace ? lack : 0)
    }

    /// The number at `place`, which is in `0 ..< count`.
    public mutating func number(at place: Int) -> Int {
        precondition(place >= 0 && place < count, "place \(place) of an order of \(count)")
        // At or below the place's window, as a block that lacks numbers moves all behind it forward.
        var window = place / (windowBlocks * blockSize)
        if place >= first(ofWindow: window + 1) { window += 1 }
        let places = places(ofWindow: window)
        let inner = order(of: window, count: places.count)[place - places.lowerBound]
        var (block, offset) = (inner / blockSize, inner % blockSize)
        let lacking = lackPlace - window * windowBlocks
        if lacking >= 0, lacking < windowBlocks, inner >= (lacking + 1) * blockSize - lack {
            (block, offset) = ((inner + lack) / blockSize, (inner + lack) % blockSize)
        }
        return blocks[window * windowBlocks + block] * blockSize + offset
    }

    private mutating func order(of window: Int, count: Int) -> Permutation {
        if let inHand, inHand.window == window { return inHand.1 }
        let drawn = Permutation(
            count: count, seed: seed, stream: Stream.windowOrder + UInt64(epoch * windowCount + window))
        inHand = (window, drawn)
        return drawn
    }
}
