import CXXHash
public import Numerics
import Synchronization

/// Floats that go with a message: behind its header, with a checksum, or in memory that both sides share.
public struct RawFrame: Sendable {
    /// The floats.
    public let block: FloatBlock
    private let computed = Computed()

    private final class Computed: Sendable {
        let checksum = Mutex<UInt64?>(nil)
    }

    /// A frame to send.
    public init(_ block: FloatBlock) { self.block = block }

    /// XXH3-64 of the bytes; computed when first needed, and once however many workers the frame goes to.
    public var checksum: UInt64 {
        computed.checksum.withLock { checksum in
            if let checksum { return checksum }
            let made = Self.checksum(of: block.bytes)
            checksum = made
            return made
        }
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
