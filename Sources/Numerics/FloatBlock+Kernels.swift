import CKernels
import Synchronization

extension FloatBlock {
    /// Adds `other`, which has the same count, value by value, on up to `threads` threads.
    ///
    /// - Returns: whether no sum is infinite or not a number, which costs nothing while they are made.
    @discardableResult
    public func add(_ other: FloatBlock, threads: Int = 1) -> Bool {
        precondition(other.count == count, "adding \(other.count) floats to \(count)")
        let isFinite = Atomic(true)
        inParts(of: count, threads: threads) { part in
            if !kernel_add_finite(base + part.lowerBound, other.base + part.lowerBound, part.count) {
                isFinite.store(false, ordering: .relaxed)
            }
        }
        return isFinite.load(ordering: .relaxed)
    }

    /// Whether no value is infinite or not a number.
    public var isFinite: Bool { isFinite(threads: 1) }

    /// Whether no value is infinite or not a number, found out on up to `threads` threads.
    public func isFinite(threads: Int) -> Bool {
        let isFinite = Atomic(true)
        inParts(of: count, threads: threads) { part in
            if !kernel_all_finite(base + part.lowerBound, part.count) { isFinite.store(false, ordering: .relaxed) }
        }
        return isFinite.load(ordering: .relaxed)
    }
}

/// Whether no value is infinite or not a number.
public func isFinite(_ values: UnsafeBufferPointer<Float>) -> Bool {
    guard let base = values.baseAddress else { return true }
    return kernel_all_finite(base, values.count)
}
