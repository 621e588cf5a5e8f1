public import Numerics

/// What a job computes in and what travels: part of the job, because it fixes the bits, and of the probe that workers
/// are held to.
public struct Arithmetic: Codable, Equatable, Sendable {
    /// How vectors of leaves and parameters are exchanged.
    public var wire: ElementType
    /// What the factors of the hidden layers' products are rounded to.
    public var products: ElementType

    /// An arithmetic; plain 32-bit floats without arguments.
    public init(wire: ElementType = .float32, products: ElementType = .float32) {
        (self.wire, self.products) = (wire, products)
    }

    /// Why this processor can't compute so, in one line; nil where it can.
    public var fault: String? { ProductLibrary.fault(of: products) }

    /// What is to be said of computing so on this processor, in one line; nil for nothing.
    public var note: String? { ProductLibrary.note(on: products) }
}
