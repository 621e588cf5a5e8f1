import CKernels

/// A run of bfloat16 values at a fixed address, 64-byte aligned; what holds for a `FloatBlock`'s threads holds for it.
public final class HalfBlock: @unchecked Sendable {  // as FloatBlock: the pointer never changes
    /// The first value.
    public let base: UnsafeMutablePointer<UInt16>
    /// How many values there are.
    public let count: Int

    /// A block whose values are to be written before they are read.
    public init(count: Int) {
        precondition(count >= 0, "a block of \(count) values")
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: max(2 * count, 1), alignment: 64)
        base = bytes.bindMemory(to: UInt16.self, capacity: count)
        self.count = count
    }

    deinit { UnsafeMutableRawPointer(base).deallocate() }

    /// All values as raw bytes, for reading.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: 2 * count) }

    /// Replaces the first values by the bfloat16 values nearest to `floats`.
    ///
    /// Of two that are as near, the one with the even last bit is taken. No finite value becomes infinite.
    public func take(nearestTo floats: UnsafePointer<Float>, count: Int) {
        precondition(count <= self.count, "\(count) values in a block of \(self.count)")
        kernel_bfloat16_nearest(base, floats, count)
    }
}
