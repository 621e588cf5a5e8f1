/// How the pressure maps of a dataset were taken: what makes maps of different mats comparable.
public struct MapFrame: Codable, Equatable, Sendable {
    /// What a sensor reads that carries nothing, in the samples' unit; anything below is nothing, too.
    public var baseline: Float
    /// Whether the first row is at the feet; otherwise it is at the head.
    public var feetFirst: Bool

    private enum CodingKeys: String, CodingKey {
        case baseline
        case feetFirst = "feet_first"
    }

    /// A frame.
    public init(baseline: Float, feetFirst: Bool) { (self.baseline, self.feetFirst) = (baseline, feetFirst) }
}
