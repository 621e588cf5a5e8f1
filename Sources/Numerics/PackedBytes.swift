import CKernels

/// Values as they travel, in fewer bytes than floats take; what holds for a `FloatBlock`'s threads holds for it.
public final class PackedBytes: @unchecked Sendable {  // as FloatBlock: the pointer never changes
    /// All bytes, for reading.
    public let bytes: UnsafeRawBufferPointer

    /// Those of values that were rounded to `element` before, by `StochasticRounding`.
    public init(_ block: FloatBlock, as element: ElementType) {
        let count = element.byteCount(of: block.count)
        let start = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 64)
        switch element {
        case .float32: start.copyMemory(from: block.base, byteCount: count)
        case .bfloat16:
            kernel_bfloat16_pack(start.bindMemory(to: UInt16.self, capacity: block.count), block.base, block.count)
        case .int8: kernel_byte_pack(start.bindMemory(to: UInt8.self, capacity: count), block.base, block.count)
        }
        bytes = UnsafeRawBufferPointer(start: start, count: count)
    }

    deinit { UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.deallocate() }
}

extension FloatBlock {
    /// Replaces all values by those in `bytes`, which need no alignment.
    ///
    /// - Precondition: there are as many bytes as `element` needs for them.
    public func take(packed bytes: UnsafeRawBufferPointer, as element: ElementType) {
        precondition(bytes.count == element.byteCount(of: count), "\(bytes.count) bytes for \(count) values")
        guard let start = bytes.baseAddress else { return }
        switch element {
        case .float32: UnsafeMutableRawPointer(base).copyMemory(from: start, byteCount: bytes.count)
        case .bfloat16: kernel_bfloat16_unpack(base, start, count)
        case .int8: kernel_byte_unpack(base, start.assumingMemoryBound(to: UInt8.self), count)
        }
    }
}
