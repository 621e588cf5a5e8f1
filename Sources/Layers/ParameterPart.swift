/// A named part of a flat parameter vector.
public struct ParameterPart: Sendable, Equatable {
    /// What it is, like `forward.recurrent_weights`.
    public let name: String
    /// Where it begins in the vector.
    public let offset: Int
    /// Its shape, row-major.
    public let shape: [Int]

    /// The values from `offset` on.
    public init(name: String, offset: Int, shape: [Int]) {
        (self.name, self.offset, self.shape) = (name, offset, shape)
    }

    /// How many values it has.
    public var count: Int { shape.reduce(1, *) }

    /// The first place after it.
    public var end: Int { offset + count }

    /// Its places in the vector.
    public var range: Range<Int> { offset..<end }
}
