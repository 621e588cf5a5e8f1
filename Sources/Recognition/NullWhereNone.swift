/// A number that files always have a key for: null where there is none.
///
/// An optional without it has no key, and whoever reads the file can't tell whether it was forgotten. Reading takes
/// null and a number; a key that is missing is an error.
@propertyWrapper
public struct NullWhereNone: Codable, Sendable, Equatable {
    /// The number.
    public var wrappedValue: Double?

    /// A number or none.
    public init(wrappedValue: Double?) { self.wrappedValue = wrappedValue }

    /// Reads a number or null.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        wrappedValue = container.decodeNil() ? nil : try container.decode(Double.self)
    }

    /// Writes the number or null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
    }
}
