import CKernels
import Synchronization

extension FloatBlock {
    /// Adds `other`, which has the same count, value by value, on up to `threads` threads.
    ///
    /// - Returns: whether no sum is infinite or not a number, which costs nothing while they are made.
    @discardableResult
    public func add(_ other: FloatBlock, threads: Int = 1) -> Bool {
        precondition(other.count == count, "adding \(other.count) floats to \(count)")
        return holdsInParts(threads: threads) { part in
            kernel_add_finite(base + part.lowerBound, other.base + part.lowerBound, part.count)
        }
    }

    /// Whether no value is infinite or not a number.
    public var isFinite: Bool { isFinite(threads: 1) }

    /// Whether no value is infinite or not a number, found out on up to `threads` threads.
    public func isFinite(threads: Int) -> Bool {
        holdsInParts(threads: threads) { part in kernel_all_finite(base + part.lowerBound, part.count) }
    }

    /// Whether something is so in all parts that up to `threads` threads look at; each part is looked at.
    private func holdsInParts(threads: Int, _ body: @Sendable (Range<Int>) -> Bool) -> Bool {
        let holds = Atomic(true)
        inParts(of: count, threads: threads) { part in
            if !body(part) { holds.store(false, ordering: .relaxed) }
        }
        return holds.load(ordering: .relaxed)
    }
}

/// Whether no value is infinite or not a number.
public func isFinite(_ values: UnsafeBufferPointer<Float>) -> Bool {
    guard let base = values.baseAddress else { return true }
    return kernel_all_finite(base, values.count)
}
