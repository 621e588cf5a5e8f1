/// An interval that holds a figure; in JSON a list of its two ends.
public struct Interval: Sendable, Equatable {
    /// The lower end.
    public let low: Double
    /// The upper end.
    public let high: Double

    /// The interval between two ends.
    public init(low: Double, high: Double) { (self.low, self.high) = (low, high) }
}

extension Interval: Codable {
    /// Reads a list of two numbers.
    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        (low, high) = (try container.decode(Double.self), try container.decode(Double.self))
    }

    /// Writes a list of two numbers.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(low)
        try container.encode(high)
    }
}
