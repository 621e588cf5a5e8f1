import CWire
import CXXHash
package import Numerics
import Synchronization

/// Floats that go with a message: behind its header, with a checksum, or in memory that both sides share.
package struct RawFrame: Sendable {
    /// The floats.
    package let block: FloatBlock
    /// How the frame keeps them where it is sent; in memory that both sides share they lie as they are.
    package let element: ElementType
    private let computed = Computed()

    private final class Computed: Sendable {
        let packed = Mutex<PackedBytes?>(nil)
        let checksum = Mutex<UInt64?>(nil)
    }

    /// A frame to send.
    ///
    /// - Parameters:
    ///   - block: its floats.
    ///   - element: how they are sent; they were rounded to such values before.
    package init(_ block: FloatBlock, as element: ElementType = .float32) {
        (self.block, self.element) = (block, element)
    }

    /// What is sent, and who keeps it; made when first needed, and once however many workers the frame goes to.
    package var content: (bytes: UnsafeRawBufferPointer, owner: AnyObject) {
        if element == .float32 { return (block.bytes, block) }
        let packed = computed.packed.withLock { packed in
            if let packed { return packed }
            let made = PackedBytes(block, as: element)
            packed = made
            return made
        }
        return (packed.bytes, packed)
    }

    /// XXH3-64 of the bytes; computed when first needed, and once however many workers the frame goes to.
    package var checksum: UInt64 {
        computed.checksum.withLock { checksum in
            if let checksum { return checksum }
            let (bytes, owner) = content
            let made = withExtendedLifetime(owner) { Self.checksum(of: bytes) }
            checksum = made
            return made
        }
    }

    static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt64 {
        xxhash_64(bytes.baseAddress, bytes.count)
    }
}

/// One received part of a message, in memory that `owner` keeps.
package struct ReceivedPart {
    /// The bytes.
    package let bytes: UnsafeRawBufferPointer
    /// What keeps them.
    package let owner: AnyObject

    /// A part in `owner`'s memory.
    package init(bytes: UnsafeRawBufferPointer, owner: AnyObject) {
        (self.bytes, self.owner) = (bytes, owner)
    }

    /// The bytes as floats, in place where they are floats and aligned for it.
    ///
    /// - Precondition: the part has as many bytes as `count` such values take.
    func floats(_ count: Int, kept element: ElementType, _ place: (_ count: Int) -> FloatBlock) -> FloatBlock {
        if element != .float32 {
            let block = place(count)
            block.take(packed: bytes, as: element)
            return block
        }
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

extension ElementType {
    /// As a header has it.
    var onWire: Ssrm__Wire__ElementType {
        switch self {
        case .float32: SSRM__WIRE__ELEMENT_TYPE__ELEMENT_TYPE_FLOAT32
        case .bfloat16: SSRM__WIRE__ELEMENT_TYPE__ELEMENT_TYPE_BFLOAT16
        case .int8: SSRM__WIRE__ELEMENT_TYPE__ELEMENT_TYPE_INT8
        }
    }

    init?(onWire type: Ssrm__Wire__ElementType) {
        guard let found = Self.allCases.first(where: { $0.onWire == type }) else { return nil }
        self = found
    }
}
