import Datasets
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
    /// The classes that samples of the dataset are of and no training sample is.
    let absentClasses: [String]
    private let dataset: Dataset
    /// The pre-training; nil where the recogniser reads no features.
    private let pretraining: Pretraining?
    private let labels: SchemeLabels
    private let others: [SchemeLabels]
    private let settings: PresetSettings

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
        absentClasses = labels.keeping(fold.training).absentClasses.filter { !labels.absentClasses.contains($0) }
        var values = settings.values
        values.recogniser.seed = seed
        self.settings = values
        guard values.recogniser.encoder.needsEncoder else {
            pretraining = nil
            return
        }
        values.steps = values.foldSteps
        values.fitStep(to: fold.training.count)
        do throws(SleepRecognitionError) {
            pretraining = try Pretraining(
                on: dataset, settings: NamedSettings(name: settings.name, values: values), seed: seed,
                excluding: gaps(between: fold.training, in: dataset.samples.count))
        } catch {
            throw refusal(error.reason)
        }
    }

    /// The pre-training's job; nil where there is none.
    var job: Job? { pretraining?.job }

    /// What came of a fold.
    struct Result: Sendable {
        let fold: EvaluationFold
        let scores: ClassificationScores
        /// Scores by subject, for the subjects that have labelled samples held out.
        let bySubject: [Int: ClassificationScores]
    }

    /// Carries it out.
    func run(threads: Int) throws(SleepRecognitionError) -> Result {
        let found: Recogniser.Recognition
        do {
            let encoder = try pretraining?.run(threads: threads).encoder
            let encoded = try EncodedDataset(dataset, by: encoder, fittingOn: samples.training, settings: settings)
            let fitted = try encoded.fit(
                ([labels] + others).map { $0.keeping(samples.training) }, training: samples.training,
                settings: settings.recogniser, threads: threads)
            found = try EncodedDataset(dataset, by: fitted.encoders, inputs: encoded.inputs).recognise(
                by: fitted.recogniser, mirror: settings.recogniser.mirrorAverage ? try labels.mirroredClasses : nil,
                wanted: samples.test, threads: threads)
        } catch {
            let reason = SleepRecognitionError(error, of: dataset.path).reason
            throw .fold(dataset: dataset.path, name: name, reason: reason)
        }
        let labelled = samples.test.filter { labels.labels[$0] != nil }
        return Result(
            fold: self, scores: labels.scores(of: found.labels, for: labelled),
            bySubject: Dictionary(grouping: labelled) { dataset.subject(of: $0) }
                .mapValues { labels.scores(of: found.labels, for: $0) })
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
