public import Datasets
public import Recognition
public import Signals

/// The downstream stage on a dataset: a recogniser trained on the features that an encoder makes of labelled samples.
public struct RecogniserTraining: Sendable {
    /// The dataset.
    public let dataset: Dataset
    /// What is told apart.
    public let scheme: LabelScheme
    /// What makes the features.
    public let encoder: PretrainedEncoder
    /// How the recogniser is built and trained.
    public let settings: NamedSettings
    /// The samples trained on, those without a label among them, in order.
    private let training: [Int]
    private let labels: SchemeLabels

    /// A training that can be carried out.
    ///
    /// - Parameters:
    ///   - dataset: labelled samples, of the kind that the encoder was trained on.
    ///   - scheme: what is told apart.
    ///   - encoder: what makes the features.
    ///   - settings: the downstream stage's half counts.
    ///   - seed: what all random draws follow from.
    ///   - excluded: samples that take no part, as ranges in order, like those of `Dataset.samples(ofSubjects:)`.
    /// - Throws: `SleepRecognitionError` when the scheme does not fit the labels or the encoder not the samples.
    public init(
        on dataset: Dataset, scheme: LabelScheme, encoder: PretrainedEncoder, settings: NamedSettings,
        seed: UInt64 = 1, excluding excluded: [Range<Int>] = []
    ) throws(SleepRecognitionError) {
        let isExcluded = Set(excluded.joined())
        training = (0..<dataset.samples.count).filter { !isExcluded.contains($0) }
        labels = try SchemeLabels(dataset, under: scheme).keeping(training)
        try encoder.encoder.sampleKind.check(dataset, for: encoder.name)
        (self.dataset, self.scheme, self.encoder) = (dataset, scheme, encoder)
        var settings = settings
        settings.values.recogniser.seed = seed
        self.settings = settings
    }

    /// The classes that no sample trained on has a label of: the model will hardly ever answer them.
    public var absentClasses: [String] { labels.absentClasses }

    /// Trains.
    ///
    /// - Parameters:
    ///   - threads: how many threads to use; the result does not depend on it.
    ///   - progress: called after each training epoch.
    /// - Returns: the model, and figures of its training.
    /// - Throws: `SleepRecognitionError.recognition` when no sample has a label, when they differ too little for the
    ///   settings, or when the training diverges.
    public func run(
        threads: Int = 1, progress: (Recogniser.Progress) -> Void = { _ in }
    ) throws(SleepRecognitionError) -> TrainedModel {
        let settings = settings.values.recogniser
        var loss = 0.0
        let (inputs, recogniser) = try about(encoder.name) {
            let encoded = try EncodedDataset(dataset, by: encoder.encoder, fittingOn: training, settings: settings)
            let recogniser = try encoded.fit(
                labels: labels.labels, classes: labels.classes.count, settings: settings, threads: threads
            ) {
                loss = $0.loss
                progress($0)
            }
            return (encoded.inputs, recogniser)
        }
        let isTrainedOn = Set(training)
        let record = encoder.encoder.record
        let content = dataset.content.isEmpty ? record.content : dataset.content
        let units = dataset.units.isEmpty ? record.units : dataset.units
        let model = RecogniserModel(
            encoder: encoder.encoder, inputs: inputs, recogniser: recogniser, scheme: scheme,
            vocabulary: dataset.vocabulary, classes: labels.classes, content: content, units: units,
            preset: self.settings.name,
            provenance: RecogniserModel.Provenance(
                encoderJob: try about(encoder.name) { try encoder.job.digest },
                encoderDataset: encoder.job.datasetDigest, dataset: dataset.digest,
                subjects: dataset.subjects(of: training)))
        let figures = TrainingFigures(
            scheme: scheme.rawValue, preset: self.settings.name, classes: labels.classes,
            samples: labels.count(of: training),
            recordings: dataset.recordingRanges.count { isTrainedOn.contains($0.samples.lowerBound) },
            epochs: settings.epochs, loss: loss, encoderIdentity: encoder.encoder.identity)
        return TrainedModel(model: model, figures: figures)
    }
}

/// What a training leaves.
public struct TrainedModel: Sendable {
    /// All that recognition needs.
    public let model: RecogniserModel
    /// Figures of its training.
    public let figures: TrainingFigures
}

/// Figures of a training.
public struct TrainingFigures: Codable, Sendable, Equatable {
    /// What is told apart, by name.
    public let scheme: String
    /// The name of the settings.
    public let preset: String
    /// The classes' names, in order.
    public let classes: [String]
    /// Labelled samples that were trained on.
    public let samples: Int
    /// Recordings that took part.
    public let recordings: Int
    /// How often each sequence was trained on.
    public let epochs: Int
    /// The last training epoch's mean negative log-likelihood per sample, in nats.
    public let loss: Double
    /// SHA-256 of the encoder's parameters.
    public let encoderIdentity: String

    private enum CodingKeys: String, CodingKey {
        case scheme, preset, classes, samples, recordings, epochs, loss
        case encoderIdentity = "encoder_identity"
    }
}
