import CXXHash
public import Numerics

/// Floats that travel behind a header, with their checksum.
public struct RawFrame: Sendable {
    /// The floats.
    public let block: FloatBlock
    /// XXH3-64 of their bytes.
    public let checksum: UInt64

    /// A frame to send; the checksum is computed once, however many workers it goes to.
    public init(_ block: FloatBlock) {
        self.block = block
        checksum = Self.checksum(of: block.bytes)
    }

    static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt64 {
        XXH3_64bits(bytes.baseAddress, bytes.count)
    }
}

/// One received part of a message, in memory that `owner` keeps.
public struct ReceivedPart {
    /// The bytes.
    public let bytes: UnsafeRawBufferPointer
    /// What keeps them.
    public let owner: AnyObject

    /// A part in `owner`'s memory.
    public init(bytes: UnsafeRawBufferPointer, owner: AnyObject) {
        (self.bytes, self.owner) = (bytes, owner)
    }

    /// The bytes as floats, in place where they are aligned for it.
    func floats() -> FloatBlock {
        let count = bytes.count / MemoryLayout<Float>.stride
        if let base = bytes.baseAddress, Int(bitPattern: base) % MemoryLayout<Float>.alignment == 0 {
            let start = UnsafeMutableRawPointer(mutating: base).bindMemory(to: Float.self, capacity: count)
            return FloatBlock(borrowing: start, count: count, from: owner)
        }
        let block = FloatBlock(count: count)
        UnsafeMutableRawBufferPointer(start: block.base, count: count * MemoryLayout<Float>.stride).copyMemory(
            from: bytes)
        return block
    }
}
