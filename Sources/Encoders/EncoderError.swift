/// Why something is no encoder.
public enum EncoderError: Error, Equatable, CustomStringConvertible {
    /// Its parts don't belong together, or have impossible values.
    case unfit(String)

    /// The one line that a person reads.
    public var description: String {
        switch self {
        case .unfit(let reason): reason
        }
    }
}
