import CKernels

extension FloatBlock {
    /// Adds `other`, which has the same count, value by value.
    public func add(_ other: FloatBlock) {
        precondition(other.count == count, "adding \(other.count) floats to \(count)")
        kernel_add(base, other.base, count)
    }

    /// Whether no value is infinite or not a number.
    public var isFinite: Bool { Numerics.isFinite(values) }
}

/// Whether no value is infinite or not a number.
public func isFinite(_ values: UnsafeBufferPointer<Float>) -> Bool {
    guard let base = values.baseAddress else { return true }
    return kernel_all_finite(base, values.count)
}
