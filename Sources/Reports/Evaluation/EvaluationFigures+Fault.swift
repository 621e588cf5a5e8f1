import Recognition
import SleepRecognition

/// What figures in a file may be: no program counts more than this, and shares of a whole are no larger than it.
private enum FigureLimits {
    static let counts = 0...1 << 53
    static let parts = -1e-6...1 + 1e-6  // means of 32-bit floats may be rounded up
    static let kappas = -1 - 1e-6...1 + 1e-6
    /// Sums of squares of a class's probability, less 1 or not, over all classes.
    static let brier = 0.0...2 + 1e-6
}

extension EvaluationFigures {
    /// The first figure that no evaluation comes to, in words; nil where there is none.
    var fault: String? {
        outside(FigureLimits.counts, counts) { "\($0) as a number of samples or of steps" }
            ?? outside(FigureLimits.parts, parts) { "\($0) as a part of a whole" }
            ?? outside(FigureLimits.kappas, kappas) { "\($0) as a kappa" }
            ?? [accuracyInterval, kappaInterval, macroF1Interval].compactMap(\.self).first { $0.low > $0.high }
            .map { "an interval from \($0.low) down to \($0.high)" }
            ?? outside(FigureLimits.brier, [calibration?.brier ?? 0]) { "\($0) as a Brier score" }
    }

    private func outside<Value>(
        _ limits: ClosedRange<Value>, _ values: [Value], words: (Value) -> String
    ) -> String? {
        values.first { !limits.contains($0) }.map(words)
    }

    private var bins: [Calibration.Bin] { calibration.map { $0.answers + $0.classes.flatMap(\.self) } ?? [] }

    private var counts: [Int] {
        let matrices = [confusion] + subjects.map(\.confusion) + folds.map(\.confusion)
        let ofFolds = folds.flatMap {
            [$0.samples, $0.trainingSamples, $0.shards, $0.shardSize, $0.selfTrainingSteps ?? 0]
        }
        return matrices.flatMap { $0.flatMap(\.self) } + [
            samples, recordings ?? 0, steps, epochs, undefinedKappaResamples ?? 0,
        ]
            + classes.map(\.samples) + subjects.map(\.samples) + ofFolds + bins.map(\.samples)
    }

    private var parts: [Double] {
        [accuracy, macroF1, meanSubjectAccuracy, calibration?.expectedError ?? 0]
            + ends(accuracyInterval) + ends(macroF1Interval) + classes.flatMap { [$0.precision, $0.recall, $0.f1] }
            + subjects.map(\.accuracy) + folds.flatMap { [$0.accuracy, $0.macroF1] }
            + bins.flatMap { [$0.low, $0.probability, $0.frequency] }
    }

    private var kappas: [Double] {
        ([kappa] + subjects.map(\.kappa) + folds.map(\.kappa) + folds.flatMap { ($0.candidates ?? []).map(\.kappa) })
            .compactMap(\.self) + ends(kappaInterval)
    }

    private func ends(_ interval: Interval?) -> [Double] { interval.map { [$0.low, $0.high] } ?? [] }
}
