import Recognition
import SleepRecognition

/// What figures in a file may be: no program counts more than this, and shares of a whole are no larger than it.
private enum FigureLimits {
    static let counts = 0...1 << 53
    static let totals = 0.0...0x1p53
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
            ?? outside(FigureLimits.totals, [confusion.joined().reduce(0) { $0 + Double($1) }]) {
                "\($0) as a number of samples"
            }
    }

    /// Whether its folds are of one person each, so that nothing is drawn.
    var isDividedByPeopleAlone: Bool { protocolName == "loso" }

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

}

extension PooledFigures {
    /// The first figure that none comes to, in words; nil where there is none.
    ///
    /// - Parameter isDifference: whether they are differences of two such figures.
    /// - Returns: the figure.
    func fault(isDifference: Bool) -> String? {
        let share = isDifference ? -FigureLimits.parts.upperBound...FigureLimits.parts.upperBound : FigureLimits.parts
        let kappas =
            isDifference ? 2 * FigureLimits.kappas.lowerBound...2 * FigureLimits.kappas.upperBound : FigureLimits.kappas
        return outside(share, [accuracy, macroF1] + ends(accuracyInterval) + ends(macroF1Interval)) {
            "\($0) as a part of a whole"
        } ?? outside(kappas, [kappa].compactMap(\.self) + ends(kappaInterval)) { "\($0) as a kappa" }
    }
}

extension BaselineFigures {
    /// The first figure that no tool comes to, in words; nil where there is none.
    var fault: String? {
        (tools + (differences ?? [])).lazy.compactMap { $0.figures.fault(isDifference: $0.minus != nil) }.first
    }
}

extension LabelCurveFigures {
    /// The first figure that no curve comes to, in words; nil where there is none.
    var fault: String? {
        points.lazy.compactMap { point in
            point.arms.lazy.compactMap { $0.figures.fault(isDifference: false) }.first
                ?? point.differences.lazy.compactMap { $0.figures.fault(isDifference: true) }.first
        }.first
    }
}

private func outside<Value>(
    _ limits: ClosedRange<Value>, _ values: [Value], words: (Value) -> String
) -> String? {
    values.first { !limits.contains($0) }.map(words)
}

private func ends(_ interval: Interval?) -> [Double] { interval.map { [$0.low, $0.high] } ?? [] }
