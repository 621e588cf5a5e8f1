/// A run of 32-bit floats at a fixed address, 64-byte aligned when it is its own.
///
/// Blocks are what moves on the hot path: parameters, gradients, optimiser state, a network's buffers. A block either
/// owns its memory or borrows somebody else's (a received message, a mapped file) and keeps that owner alive.
///
/// A block carries no lock. Whoever holds it alone may write to it; once handed to another thread it is read only until
/// that thread lets go.
public final class FloatBlock: @unchecked Sendable {  // Sendable by the hand-over rule above; the pointer never changes
    /// The first value.
    public let base: UnsafeMutablePointer<Float>
    /// How many values there are.
    public let count: Int
    private let lender: AnyObject?

    /// A block of its own, filled with zeros.
    public convenience init(count: Int) {
        self.init(uninitialised: count)
        base.initialize(repeating: 0, count: max(count, 1))
    }

    /// A block of its own of `count` values that are to be written before they are read.
    public init(uninitialised count: Int) {
        precondition(count >= 0, "a block of \(count) floats")
        let bytes = UnsafeMutableRawPointer.allocate(
            byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
        base = bytes.bindMemory(to: Float.self, capacity: max(count, 1))
        self.count = count
        lender = nil
    }

    /// A block over memory that `lender` owns and keeps in place for as long as it lives.
    public init(borrowing base: UnsafeMutablePointer<Float>, count: Int, from lender: AnyObject) {
        self.base = base
        self.count = count
        self.lender = lender
    }

    /// What keeps its memory: itself, or who lent it, and so on.
    public var holder: AnyObject { lender.map { ($0 as? FloatBlock)?.holder ?? $0 } ?? self }

    /// A block of its own with another one's values.
    public convenience init(copying other: FloatBlock) {
        self.init(uninitialised: other.count)
        copy(from: other)
    }

    /// A block of its own with these values.
    public convenience init(_ values: some Collection<Float>) {
        self.init(count: values.count)
        _ = UnsafeMutableBufferPointer(start: base, count: count).update(fromContentsOf: values)
    }

    deinit {
        if lender == nil { UnsafeMutableRawPointer(base).deallocate() }
    }

    /// The value at `index`; not checked.
    public subscript(index: Int) -> Float {
        get { base[index] }
        set { base[index] = newValue }
    }

    /// A copy of all values.
    public var array: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

    /// All values, for reading while somebody holds the block.
    ///
    /// Swift releases what no name holds (`make().values`), what is bound to `_`, and the blocks of a local array after
    /// its last mention, before the values are read: hold those with `withExtendedLifetime`.
    public var values: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: base, count: count) }

    /// All values as raw bytes, for reading.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(values) }

    /// Copies every value of `other`, which has the same count.
    public func copy(from other: FloatBlock) {
        precondition(other.count == count, "copying \(other.count) floats into \(count)")
        base.update(from: other.base, count: count)
    }
}
