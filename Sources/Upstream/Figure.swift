/// A number that a pretext task reports beside the gradient, and how a step's value of it is made.
///
/// Each leaf reports a part; parts add up through the tree, and a step's value is their sum divided by `divisor`. Tree,
/// wire, coordinator and reporter carry figures without knowing what they mean.
public struct Figure: Equatable, Sendable {
    /// Names that lines of metrics have for themselves, beside figures.
    static let reserved: Set = ["step", "seconds", "workers", "rows_per_s", "round_ms", "time"]
    /// Its name in metrics, like `loss`: another than a task's other figures have, and than `step`, `seconds`,
    /// `workers`, `rows_per_s`, `round_ms` and `time`.
    public let name: String
    /// What a step's sum is divided by.
    public let divisor: Double
    /// The largest part that one leaf can honestly report; nil for any finite number.
    public let largestPerLeaf: Double?

    /// A figure.
    public init(name: String, divisor: Double, largestPerLeaf: Double? = nil) {
        (self.name, self.divisor, self.largestPerLeaf) = (name, divisor, largestPerLeaf)
    }
}
