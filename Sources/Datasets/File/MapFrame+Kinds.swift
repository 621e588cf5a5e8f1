package import Signals

extension MapFrame {
    /// How maps of experiment I of pmd lie.
    package static let pmdI = MapFrame(baseline: 0, feetFirst: false)

    /// How maps of experiment II of pmd lie: a mat's own reading is in them, and the feet are first.
    package static let pmdII = MapFrame(baseline: 44, feetFirst: true)

    /// That of a dataset of this kind which does not say how its maps lie: older ones of pmd, and made-up maps, in
    /// which the mattress itself is seen; nil of another kind.
    init?(ofKind kind: String) {
        switch kind {
        case "pmd-i": self = .pmdI
        case "pmd-ii": self = .pmdII
        case "synthetic-pressure": self = MapFrame(baseline: 44, feetFirst: false)
        default: return nil
        }
    }
}
