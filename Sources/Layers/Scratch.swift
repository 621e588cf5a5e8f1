public import Numerics

/// Memory that is used again for every batch and replaced only when a batch needs more.
public struct Scratch {
    /// The memory; at least as long as asked for.
    public private(set) var block = FloatBlock(count: 0)

    /// Memory of no length yet.
    public init() {}

    /// The first value.
    public var base: UnsafeMutablePointer<Float> { block.base }

    /// Makes room for `count` values; they are undefined where there was not enough before.
    public mutating func reserve(_ count: Int) {
        if block.count < count { block = FloatBlock(uninitialised: count) }
    }
}
