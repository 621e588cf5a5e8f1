import Recognition
import SleepRecognition

extension LabelCurveFigures {
    /// The curve as a table, with what is to be said of it.
    var text: String {
        let head = ["labelled", "arm", "steps", "accuracy", "kappa", "macro F1"]
        let rows = points.flatMap { point -> [[String]] in
            point.arms.map { [String(point.labelledSubjects), $0.arm.words, $0.stepWords] + $0.figures.cells }
                + point.differences.map {
                    [String(point.labelledSubjects), "  gain over \($0.arm.words)", ""] + $0.figures.cells
                }
        }
        let unfinished = points.flatMap(\.arms).reduce(0) { $0 + ($1.notConverged ?? 0) }
        let steps = folds.map(\.pretrainingSteps).max() ?? 0
        let lines =
            [
                "\(data): \(scheme), \(protocolName) over \(folds.count) folds, preset \(preset), \(draws) draws, "
                    + "\(samples) samples held out, \(steps) steps of pre-training a fold",
                changes.isEmpty ? "" : "not as in \(preset): \(changes.joined(separator: ", "))\n",
                table([head] + rows),
                "",
            ] + notes + (unfinished > 0 ? ["logistic regression had not converged \(unfinished) times"] : [])
        return (lines + [comparison, intervals + undefinedKappas, verdict]).joined(separator: "\n")
    }
}

extension LabelCurveFigures.ArmFigures {
    fileprivate var stepWords: String {
        guard let steps, let least = steps.first, let most = steps.last else { return "" }
        return least == most ? "\(least)" : "\(least)-\(most)"
    }
}

extension PooledFigures {
    fileprivate var cells: [String] {
        [
            fixed(accuracy, 3) + accuracyInterval.text, fixed(kappa, 3) + kappaInterval.text,
            fixed(macroF1, 3) + macroF1Interval.text,
        ]
    }
}
