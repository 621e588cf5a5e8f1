/// What the arithmetic of a run's first worker gave for a made-up leaf: all others are held against it, in later
/// processes too.
public struct ArithmeticProbe: Codable, Equatable, Sendable {
    /// The digest of what the probe gave.
    public let digest: String
    /// Whose it was, for people.
    public let name: String

    /// A probe.
    public init(digest: String, name: String) { (self.digest, self.name) = (digest, name) }
}
