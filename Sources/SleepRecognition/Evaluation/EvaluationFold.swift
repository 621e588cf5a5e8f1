import Datasets
import Encoders
import Recognition
import Upstream

/// Both stages on the training samples of one fold, scored on its held-out samples.
struct EvaluationFold: Sendable {
    /// Its number's samples.
    let samples: EvaluationProtocol.Fold
    /// What it holds out, in the words of a person.
    let name: String
    /// The subjects held out, by name.
    let heldOut: [String]
    /// The classes that no training sample is of; nobody's may be.
    let absentClasses: [String]
    let dataset: Dataset
    /// The pre-training; nil where the recogniser reads no features.
    let pretraining: Pretraining?
    let labels: SchemeLabels
    let others: [SchemeLabels]
    let settings: RecogniserSettings
    private let preset: PresetSettings

    /// A fold that can be carried out.
    ///
    /// Its pre-training has steps of the settings' size, or smaller ones if the samples are fewer.
    init(
        _ fold: EvaluationProtocol.Fold, of dataset: Dataset, labels: SchemeLabels, others: [SchemeLabels],
        settings: NamedSettings, seed: UInt64
    ) throws(SleepRecognitionError) {
        let heldOut = fold.heldOutSubjects.map { dataset.subjects[$0] }
        let without = "without \(heldOut.count == 1 ? "subject" : "subjects") \(heldOut.joined(separator: ", "))"
        let name = heldOut.isEmpty ? "random draw" : without
        func refusal(_ reason: String) -> SleepRecognitionError {
            .fold(dataset: dataset.path, name: name, reason: reason)
        }
        if labels.count(of: fold.training) == 0 { throw refusal("no training sample has a label under this scheme") }
        (self.labels, self.heldOut, self.name, samples) = (labels, heldOut, name, fold)
        (self.dataset, self.others) = (dataset, others)
        absentClasses = labels.keeping(fold.training).absentClasses
        var values = settings.values
        values.recogniser.seed = seed
        (self.settings, preset) = (values.recogniser, values)
        do { _ = try dataset.preparationLeft(for: dataset.preparationOfValues(by: values.upstream.preparation)) } catch
        {
            throw refusal(SleepRecognitionError(error, of: dataset.path).reason)
        }
        guard values.recogniser.encoder.needsEncoder else {
            pretraining = nil
            return
        }
        values.steps = values.foldSteps
        values.fitStep(to: fold.trainingCount)
        do throws(SleepRecognitionError) {
            pretraining = try Pretraining(
                on: dataset, settings: NamedSettings(name: settings.name, values: values), seed: seed,
                excluding: gaps(between: fold.training, in: dataset.samples.count))
        } catch {
            throw refusal(error.reason)
        }
    }

    /// Steps of self-training that take place.
    var selfTrainingSteps: Int {
        labels.selfTrainingSteps(of: settings, on: dataset, training: samples.training)
    }

    /// The pre-training's job; nil where there is none.
    var job: Job? { pretraining?.job }

    /// What was recognised of a sample held out.
    struct Answer: Sendable {
        let sample: Int
        /// Its class.
        let label: Int
        /// The probability of each class.
        let probabilities: [Float]
    }

    /// What came of a fold.
    struct Result: Sendable {
        let fold: EvaluationFold
        let scores: ClassificationScores
        /// Scores by subject, for the subjects that have labelled samples held out.
        let bySubject: [Int: ClassificationScores]
        /// What was answered for each sample held out, labelled or not.
        let answers: [Answer]
        /// The settings that were chosen, and what all candidates reached; nil where there was nothing to choose.
        var chosen: String?
        var candidates: [SettingsChoice.Found]?

        /// The result of these answers.
        init(of fold: EvaluationFold, answers: [Answer]) {
            (self.fold, self.answers) = (fold, answers)
            var labels = Array(repeating: 0, count: fold.dataset.samples.count)
            for answer in answers { labels[answer.sample] = answer.label }
            bySubject = fold.scores(of: labels)
            var scores = ClassificationScores(classes: fold.labels.classes)
            for subject in bySubject.values { scores.count(subject) }
            self.scores = scores
        }
    }

    /// Carries it out.
    func run(threads: Int) throws(SleepRecognitionError) -> Result {
        let inputs = try inputs(threads: threads)  // what can't be fitted is refused before anything is pre-trained
        return try run(encoder: pretrained(threads: threads), inputs: inputs, threads: threads)
    }

    /// The encoder that it pre-trains; nil where the recogniser reads no features.
    func pretrained(threads: Int) throws(SleepRecognitionError) -> Encoder? {
        try naming { try pretraining?.run(threads: threads).encoder }
    }

    /// Trains and scores with an encoder that was pre-trained.
    func run(encoder: Encoder?, inputs: RecogniserInputs, threads: Int) throws(SleepRecognitionError) -> Result {
        let found = try naming { () throws -> Recogniser.Recognition in
            let encoded = try encoded(by: encoder, inputs: inputs)
            let found = try recognition(encoded, labelled: samples.training, settings: settings, threads: threads).found
            guard samples.test.allSatisfy({ found.probabilities.row($0).allSatisfy(\.isFinite) }) else {
                throw SleepRecognitionError.other(
                    "its recogniser's probabilities are no numbers, so large have its parameters grown; use a lower "
                        + "learning rate")
            }
            return found
        }
        let answers = samples.test.map { sample in
            Answer(
                sample: sample, label: found.labels[sample], probabilities: Array(found.probabilities.row(sample)))
        }
        return Result(of: self, answers: answers)
    }

    /// What `work` gives; what it throws, with the fold's name.
    func naming<Value>(_ work: () throws -> Value) throws(SleepRecognitionError) -> Value {
        do { return try work() } catch {
            let reason = SleepRecognitionError(error, of: dataset.path).reason
            throw .fold(dataset: dataset.path, name: name, reason: reason)
        }
    }

    /// What is read beside features, fitted on the training samples.
    func inputs(threads: Int) throws(SleepRecognitionError) -> RecogniserInputs {
        try naming {
            try RecogniserInputs(
                of: dataset, by: preset.upstream.preparation, fittingOn: samples.training, settings: settings,
                threads: threads)
        }
    }

    /// All samples for this encoder, where there is one, with what else is read.
    func encoded(by encoder: Encoder?, inputs: RecogniserInputs) throws -> EncodedDataset {
        try EncodedDataset(dataset, by: encoder, inputs: inputs, settings: preset)
    }

    /// Per sample of the recordings held out what a recogniser answers that was trained on these samples' labels, how
    /// many steps each of its members made, and how many went before, in self-training.
    func recognition(
        _ encoded: EncodedDataset, labelled: [Int], settings: RecogniserSettings, first: RecogniserSettings? = nil,
        threads: Int
    ) throws -> (found: Recogniser.Recognition, steps: Int, stepsBefore: Int) {
        let fitted = try encoded.fit(
            ([labels] + others).map { $0.keeping(labelled) }, training: samples.training, settings: settings,
            first: first, threads: threads)
        let found = try EncodedDataset(dataset, by: fitted.encoders, inputs: encoded.inputs).recognise(
            by: fitted.recogniser, mirror: settings.mirrorAverage ? try labels.mirroredClasses : nil,
            wanted: samples.test, threads: threads)
        return (found, fitted.steps, fitted.stepsBefore)
    }

    /// How far the probabilities of the labelled samples held out mean what they say.
    func calibration(of answers: [Answer]) -> Calibration.Counts {
        var counts = Calibration.Counts(classes: labels.classes.count)
        for answer in answers {
            if let truth = labels.labels[answer.sample] {
                counts.count(truth: truth, probabilities: answer.probabilities)
            }
        }
        return counts
    }

    /// Answers counted for each subject that has labelled samples held out.
    func scores(of answers: [Int]) -> [Int: ClassificationScores] {
        scored.mapValues { labels.scores(of: answers, for: $0) }
    }

    /// How many samples of each subject held out are scored.
    var scoredCounts: [Int: Int] { scored.mapValues(\.count) }

    private var scored: [Int: [Int]] {
        Dictionary(grouping: samples.test.filter { labels.labels[$0] != nil }) { dataset.subject(of: $0) }
    }
}

/// What lies between these numbers, which are in order, and below `count`: runs of the others.
private func gaps(between numbers: [Int], in count: Int) -> [Range<Int>] {
    var (next, gaps) = (0, [Range<Int>]())
    for number in numbers + [count] {
        if number > next { gaps.append(next..<number) }
        next = number + 1
    }
    return gaps
}
