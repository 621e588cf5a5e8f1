/// What the label codes of a dataset mean.
public enum LabelVocabulary: String, Sendable, CaseIterable {
    /// Experiment I of the PhysioNet Pressure Map Dataset: posture codes "1" to "17".
    case pmdI = "pmd-i"
    /// Experiment II of the same: "B1" to "F7", and "G1" to "G3", which one subject has and the documentation does not
    /// name.
    case pmdII = "pmd-ii"
    /// Sleep postures by name: "supine", "right", "left".
    case posture
    /// Sleep stages: the codes of `SleepStage`, "W", "N1", "N2", "N3" and "REM".
    case stage

    /// Every code, in the order in which they are listed.
    public var codes: [String] {
        switch self {
        case .pmdI: return (1...17).map(String.init)
        case .pmdII: return documentedCodesOfPmdII + numbered("G", 1...3)
        case .posture: return ["supine", "right", "left"]
        case .stage: return SleepStage.allCases.map(\.code)
        }
    }

    /// The codes that the publisher's documentation names, in order: the classes of `LabelScheme.postureFine`.
    var documentedCodes: [String] { self == .pmdII ? documentedCodesOfPmdII : codes }

    private var documentedCodesOfPmdII: [String] {
        numbered("B", 1...10) + numbered("C", 1...3) + numbered("D", 1...3) + numbered("E", 1...6)
            + numbered("F", 1...7)
    }

    private func numbered(_ letter: String, _ numbers: ClosedRange<Int>) -> [String] {
        numbers.map { "\(letter)\($0)" }
    }

    /// Which way a posture's code has the sleeper lie; nil for a code that the documentation does not name.
    func posture(of code: String) -> String? {
        switch self {
        case .pmdI:
            // Supine 15 to 17 with the bed raised; right 4 and 5, left 6 and 7 with the body rolled; 13 and 14 fetal.
            switch Int(code) {
            case 1, 8, 9, 10, 11, 12, 15, 16, 17: return "supine"
            case 2, 4, 5, 13: return "right"
            case 3, 6, 7, 14: return "left"
            default: return nil
            }
        case .pmdII:
            guard documentedCodesOfPmdII.contains(code) else { return nil }
            switch code {
            case "E1", "E2", "E5": return "right"
            case "E3", "E4", "E6": return "left"
            default: return code.hasPrefix("C") ? "right" : code.hasPrefix("D") ? "left" : "supine"
            }
        case .posture: return codes.contains(code) ? code : nil
        case .stage: return nil
        }
    }

    /// The code of a posture's mirror image, left and right exchanged; nil for a code that the documentation does not
    /// name, and for stages: a night has no mirror.
    ///
    /// For codes of pmd that names left and right it is the other side's by name; the others were found by comparing
    /// the mean map of each posture with the mirrored means of all.
    func mirrorImage(of code: String) -> String? {
        guard documentedCodes.contains(code) else { return nil }
        let pairs: [(String, String)]
        switch self {
        case .pmdI: pairs = [("2", "3"), ("4", "6"), ("5", "7"), ("11", "12"), ("13", "14")]
        case .pmdII:
            pairs = [
                ("B1", "B3"), ("B4", "B5"), ("B9", "B10"), ("C1", "D1"), ("C2", "D2"), ("C3", "D3"), ("E1", "E3"),
                ("E2", "E4"), ("E5", "E6"),
            ]
        case .posture: pairs = [("right", "left")]
        case .stage: return nil
        }
        if let pair = pairs.first(where: { $0.0 == code }) { return pair.1 }
        return pairs.first { $0.1 == code }?.0 ?? code
    }
}
