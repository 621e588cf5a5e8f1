import Recognition

extension KeptParts {
    // MARK: - Folds

    /// A fold's result in a file.
    private struct Fold: Codable {
        /// For each sample held out, in order, its class.
        let answers: [Int]
        /// Likewise the probability of each class.
        let probabilities: [[Float]]
        let chosen: String?
        let candidates: [SettingsChoice.Found]?
    }

    private func name(ofFold number: Int) -> String { "fold-\(number + 1)" }

    /// What came of a fold, whose number counts from 0; nil where that is not kept.
    func result(ofFold number: Int, _ fold: EvaluationFold) -> EvaluationFold.Result? {
        let (samples, classes) = (fold.samples.test, fold.labels.classes.count)
        let kept: Fold? = part(name(ofFold: number)) { kept in
            kept.answers.count == samples.count && kept.probabilities.count == samples.count
                && kept.answers.allSatisfy((0..<classes).contains)
                && kept.probabilities.allSatisfy { $0.count == classes && Self.areProbabilities($0) }
        }
        guard let kept else { return nil }
        var result = EvaluationFold.Result(
            of: fold,
            answers: samples.indices.map {
                EvaluationFold.Answer(
                    sample: samples[$0], label: kept.answers[$0], probabilities: kept.probabilities[$0])
            })
        (result.chosen, result.candidates) = (kept.chosen, kept.candidates)
        return result
    }

    /// Whether a sample's classes have these probabilities: parts of a whole.
    private static func areProbabilities(_ values: [Float]) -> Bool {
        values.allSatisfy { (0...1.0001).contains($0) } && abs(values.reduce(0, +) - 1) < 0.001
    }

    /// Keeps what came of a fold.
    func keep(_ result: EvaluationFold.Result, ofFold number: Int) {
        keep(
            Fold(
                answers: result.answers.map(\.label), probabilities: result.answers.map(\.probabilities),
                chosen: result.chosen, candidates: result.candidates),
            name(ofFold: number))
    }

    // MARK: - Choices

    /// A fold inside a fold's training people, in which a candidate's settings are tried; all count from 0.
    struct Choice {
        let fold, group, candidate: Int

        var name: String { "fold-\(fold + 1)-group-\(group + 1)-candidate-\(candidate + 1)" }
    }

    /// What a candidate's settings reached; nil where that is not kept.
    func scores(of choice: Choice, classes: [String]) -> ClassificationScores? {
        let kept: [[Int]]? = part(choice.name) { isConfusion($0, of: classes) }
        return kept.map { ClassificationScores(classes: classes, confusion: $0) }
    }

    /// Keeps what a candidate's settings reached.
    func keep(_ scores: ClassificationScores, of choice: Choice) { keep(scores.confusion, choice.name) }

    // MARK: - Draws

    /// A draw of a label curve in a file.
    private struct Draw: Codable {
        /// For each arm and each subject held out, by name.
        let confusion: [[String: [[Int]]]]
        let steps: [Int]
        let isConverged: Bool
        let absentClasses: [String]

        private enum CodingKeys: String, CodingKey {
            case confusion, steps
            case isConverged = "converged"
            case absentClasses = "absent_classes"
        }
    }

    private func name(ofFold number: Int, _ draw: LabelCurveFold.Draw) -> String {
        "\(name(ofFold: number))-labelled-\(draw.labelled)-draw-\(draw.draw + 1)"
    }

    /// What came of a draw in a fold, whose number counts from 0; nil where that is not kept.
    func outcome(ofFold number: Int, _ draw: LabelCurveFold.Draw, _ fold: LabelCurveFold) -> LabelCurveFold.Outcome? {
        let (names, classes) = (fold.fold.dataset.subjects, fold.fold.labels.classes)
        let counts = Dictionary(uniqueKeysWithValues: fold.fold.scoredCounts.map { (names[$0.key], $0.value) })
        let arms = LabelCurve.Arm.allCases.count
        let kept: Draw? = part(name(ofFold: number, draw)) { kept in
            kept.confusion.count == arms && kept.steps.count == arms
                && kept.confusion.allSatisfy { arm in
                    arm.count == counts.count
                        && arm.allSatisfy {
                            isConfusion($0.value, of: classes) && $0.value.joined().reduce(0, +) == counts[$0.key]
                        }
                }
        }
        guard let kept else { return nil }
        let places = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: min)
        let scores = kept.confusion.map { arm in
            Dictionary(
                uniqueKeysWithValues: arm.map {
                    (places[$0.key] ?? 0, ClassificationScores(classes: classes, confusion: $0.value))
                })
        }
        return LabelCurveFold.Outcome(
            labelled: draw.labelled, draw: draw.draw, scores: scores, steps: kept.steps, isConverged: kept.isConverged,
            absentClasses: kept.absentClasses)
    }

    /// Keeps what came of a draw in a fold of this dataset.
    func keep(_ outcome: LabelCurveFold.Outcome, ofFold number: Int, _ draw: LabelCurveFold.Draw, names: [String]) {
        keep(
            Draw(
                confusion: outcome.scores.map { arm in
                    Dictionary(uniqueKeysWithValues: arm.map { (names[$0.key], $0.value.confusion) })
                },
                steps: outcome.steps, isConverged: outcome.isConverged, absentClasses: outcome.absentClasses),
            name(ofFold: number, draw))
    }

    private func isConfusion(_ counts: [[Int]], of classes: [String]) -> Bool {
        counts.count == classes.count
            && counts.allSatisfy { $0.count == classes.count && $0.allSatisfy { (0..<1 << 40).contains($0) } }
    }
}
