import Encoders
import Recognition

/// One fold of a curve over numbers of labelled people.
struct LabelCurveFold: Sendable {
    let fold: EvaluationFold
    /// Who has labels among those trained on.
    let people: [Int]
    /// For each draw these people, in the order in which they keep their labels.
    let orders: [[Int]]

    init(_ fold: EvaluationFold, number: Int, draws: Int, seed: UInt64) {
        let labelled = fold.samples.training.filter { fold.labels.labels[$0] != nil }
        let people = Set(labelled.map { fold.dataset.subject(of: $0) }).sorted()
        (self.fold, self.people) = (fold, people)
        orders = (0..<draws).map { LabelledPeople.order(of: people, fold: number, draw: $0, seed: seed) }
    }

    /// What all draws have in common.
    struct Prepared: Sendable {
        /// Everything through the encoder that was trained on all samples of the fold, without a label.
        let pretrained: EncodedDataset
        /// Everything through an encoder that was not trained.
        let untrained: EncodedDataset
    }

    /// Pre-trains.
    func prepared(threads: Int) throws(SleepRecognitionError) -> Prepared {
        try fold.naming {
            guard let pretraining = fold.pretraining else { preconditionFailure("a curve without pre-training") }
            let inputs = try fold.inputs(threads: threads)
            return Prepared(
                pretrained: try fold.encoded(by: pretraining.run(threads: threads).encoder, inputs: inputs),
                untrained: try fold.encoded(by: pretraining.untrained.encoder, inputs: inputs))
        }
    }

    /// One draw.
    struct Draw: Sendable {
        /// How many people keep their labels, and the draw's number.
        let labelled, draw: Int
    }

    /// What came of one draw.
    struct Outcome: Sendable {
        /// How many people kept their labels, and the draw's number.
        let labelled, draw: Int
        /// For each arm, in order, the scores of each subject held out.
        let scores: [[Int: ClassificationScores]]
        /// For each arm its steps with labels or answers; 0 for logistic regression.
        let steps: [Int]
        /// Whether logistic regression converged.
        let isConverged: Bool
        /// The classes that samples of the fold are of and none with a label kept is.
        let absentClasses: [String]
    }

    /// Trains and scores every arm on the labels of the first so many people of a draw.
    func outcome(
        of drawn: Draw, prepared: Prepared, inputs: RegressionInputs, threads: Int
    ) throws(SleepRecognitionError) -> Outcome {
        let (count, draw) = (drawn.labelled, drawn.draw)
        let kept = Set(orders[draw].prefix(count))
        let samples = fold.samples.training.filter { kept.contains(fold.dataset.subject(of: $0)) }
        let labels = fold.labels.keeping(samples)
        var settings = fold.settings
        settings.seed &+= UInt64(draw)
        var lastSteps = 0
        /// `first` is how the networks are trained with labels first, which is all without self-training.
        func answers(_ encoded: EncodedDataset, first: RecogniserSettings) throws -> (answers: [Int], steps: Int) {
            let (found, steps, before) = try fold.recognition(
                encoded, labelled: samples, settings: settings, first: first, threads: threads)
            lastSteps = steps
            return (found.labels, before + steps)
        }
        return try fold.naming {
            let pretrained = try answers(prepared.pretrained, first: settings)
            var fromScratch = settings
            (fromScratch.encoder, fromScratch.steps) = (.tuned, lastSteps)
            let short = try answers(prepared.untrained, first: fromScratch)
            fromScratch.steps += fold.job?.steps ?? 0
            let scratch = try answers(prepared.untrained, first: fromScratch)
            let regression = try LogisticRegression(
                fitting: inputs.values, labels: labels.labels, classes: labels.classes.count, c: RegressionInputs.c,
                threads: threads)
            let plain = inputs.answers(by: regression, for: fold.samples.test)
            let arms = LabelCurve.Arm.allCases.map { arm in
                switch arm {
                case .pretrained: pretrained
                case .scratch: scratch
                case .scratchShort: short
                case .regression: (answers: plain, steps: 0)
                }
            }
            return Outcome(
                labelled: count, draw: draw, scores: arms.map { fold.scores(of: $0.answers) }, steps: arms.map(\.steps),
                isConverged: regression.isConverged,
                absentClasses: labels.absentClasses.filter {
                    !(fold.absentClasses + fold.labels.absentClasses).contains($0)
                })
        }
    }
}
