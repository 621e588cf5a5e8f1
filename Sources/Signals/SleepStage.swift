/// A stage of sleep, or waking, as the rules of the American Academy of Sleep Medicine tell them apart.
///
/// Rechtschaffen and Kales' stages 3 and 4 are both N3. The order is from wake over ever deeper sleep to REM sleep; a
/// stage's raw value is its place in it, and so the index of its code in the codes of `LabelVocabulary.stage`.
public enum SleepStage: Int, Sendable, CaseIterable, Comparable {
    /// Awake.
    case wake
    /// The lightest sleep, of falling asleep.
    case n1
    /// Light sleep.
    case n2
    /// Deep sleep, of slow waves.
    case n3
    /// Sleep with rapid eye movements.
    case rem

    /// The stage of a code; nil where it is none.
    public init?(code: String) {
        guard let stage = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = stage
    }

    /// What datasets call it.
    public var code: String {
        switch self {
        case .wake: return "W"
        case .n1: return "N1"
        case .n2: return "N2"
        case .n3: return "N3"
        case .rem: return "REM"
        }
    }

    /// Whether a stage comes before another in the order.
    public static func < (a: SleepStage, b: SleepStage) -> Bool { a.rawValue < b.rawValue }
}
