/// What other programs call the classes of sleep.
struct StageNames {
    /// What EDF+ and YASA call a class: EDF+'s own texts where it has one.
    private static let known: [String: (edf: String, yasa: String)] = [
        "wake": ("Sleep stage W", "WAKE"), "N1": ("Sleep stage N1", "N1"), "N2": ("Sleep stage N2", "N2"),
        "N3": ("Sleep stage N3", "N3"), "REM": ("Sleep stage R", "REM"), "NREM": ("Sleep stage N", "NREM"),
        "light": ("Sleep stage light", "LIGHT"), "deep": ("Sleep stage deep", "DEEP"),
        "sleep": ("Sleep stage asleep", "SLEEP"),
    ]

    /// - Throws: `ExportError` for classes that are no stages of sleep.
    init(_ classes: [String], for format: AnswerFormat) throws(ExportError) {
        if let other = classes.first(where: { Self.known[$0] == nil }) {
            throw ExportError(
                "--format \(format.rawValue) is for stages of sleep, and '\(other)' is a class of this model: use csv or json"
            )
        }
    }

    func edf(_ label: String) -> String { Self.known[label]?.edf ?? label }
    func yasa(_ label: String) -> String { Self.known[label]?.yasa ?? label }
}
