/// What the arithmetic of a run's first worker gave for a made-up leaf: all others are held against it, in later
/// processes too.
public struct ArithmeticProbe: Codable, Equatable, Sendable {
    /// The digest of what the probe gave.
    public let digest: String
    /// Whose it was, for people.
    public let name: String

    /// The name of a coordinator's own.
    private static let ownName = "this coordinator"

    /// A probe.
    public init(digest: String, name: String) { (self.digest, self.name) = (digest, name) }

    /// A coordinator's own.
    public init(ofThisProcess digest: String) { self.init(digest: digest, name: Self.ownName) }

    /// The probe in a later process of the run, whose own is `own`: that where both are the same.
    public func remembered(beside own: ArithmeticProbe) -> ArithmeticProbe {
        if digest == own.digest { return own }
        return name == Self.ownName ? ArithmeticProbe(digest: digest, name: "an earlier process of this run") : self
    }
}
