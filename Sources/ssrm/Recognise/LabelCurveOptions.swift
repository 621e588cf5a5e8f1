import ArgumentParser
import SleepRecognition

/// A curve over numbers of labelled people: options of `ssrm evaluate`.
struct LabelCurveOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            In each fold only so many of the people trained on keep their labels, like 1,2,4,8: compares pre-training \
            with none and with logistic regression.
            """, valueName: "counts"))
    var labelledSubjects: String?

    @Option(help: "How often these people are drawn. (default: 3)")
    var draws: Int?

    func validate() throws {
        if let draws, draws < 1 { throw ValidationError("--draws must be at least 1, not \(draws)") }
        _ = try counts
    }

    private var counts: [Int]? {
        get throws {
            try labelledSubjects?.split(separator: ",", omittingEmptySubsequences: false).map { text in
                guard let count = Int(text), count > 0 else {
                    throw ValidationError(
                        "--labelled-subjects are whole numbers above 0 with commas between them, like 1,2,4,8")
                }
                return count
            }
        }
    }

    /// The curve asked for; nil where none is.
    func curve(_ evaluation: Evaluation) throws -> LabelCurve? {
        guard let counts = try counts else { return nil }
        do { return try LabelCurve(evaluation, labelledCounts: counts, draws: draws ?? 3) } catch {
            if case .labelCurve(let reason) = error { throw ProgramError("--labelled-subjects: \(reason)") }
            throw error
        }
    }
}
