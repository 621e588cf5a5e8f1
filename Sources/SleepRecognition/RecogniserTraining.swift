public import Datasets
public import Recognition
public import Signals

/// The downstream stage on a dataset: a recogniser trained on labelled samples, by the features that an encoder makes
/// of them where its settings ask for one.
public struct RecogniserTraining: Sendable {
    /// The dataset.
    public let dataset: Dataset
    /// What is told apart.
    public let scheme: LabelScheme
    /// What makes the features; nil where none are read.
    public let encoder: PretrainedEncoder?
    /// How the recogniser is built and trained.
    public let settings: NamedSettings
    /// The samples trained on, those without a label among them, in order.
    let training: [Int]
    private let labels: SchemeLabels
    /// That of the encoder, or the settings' where none is given.
    private let preparation: Preparation
    /// That of a sample whose values are read.
    private let shape: SampleShape
    /// The labels of the schemes that are learnt beside.
    private let others: [SchemeLabels]

    /// A training that can be carried out.
    ///
    /// - Parameters:
    ///   - dataset: labelled samples, of the kind that the encoder was trained on.
    ///   - scheme: what is told apart.
    ///   - encoder: what makes the features; nil where the settings' recogniser reads none.
    ///   - settings: the downstream stage's half counts.
    ///   - seed: what all random draws follow from.
    ///   - excluded: samples that take no part, as ranges in order, like those of `Dataset.samples(ofSubjects:)`.
    /// - Throws: `SleepRecognitionError` when the scheme does not fit the labels or the encoder not the samples, or
    ///   where there is none and the settings ask for one.
    public init(
        on dataset: Dataset, scheme: LabelScheme, encoder: PretrainedEncoder?, settings: NamedSettings,
        seed: UInt64 = 1, excluding excluded: [Range<Int>] = []
    ) throws(SleepRecognitionError) {
        let isExcluded = Set(excluded.joined())
        let recogniser = settings.values.recogniser
        guard recogniser.encoder.needsEncoder == (encoder != nil) else {
            throw encoder.map { .encoderNotRead($0.name) } ?? .noEncoder
        }
        training = (0..<dataset.samples.count).filter { !isExcluded.contains($0) }
        labels = try SchemeLabels(dataset, under: scheme).keeping(training)
        let kept = training
        others = try SchemeLabels.beside(scheme, of: dataset, settings: recogniser).map { $0.keeping(kept) }
        if let encoder {
            try encoder.encoder.sampleKind.check(dataset, for: encoder.name)
            try encoder.requireMapsAlike(dataset)
        }
        try labels.checkMirrors(of: dataset, settings: recogniser)
        let preparation = encoder?.encoder.record.preparation ?? settings.values.upstream.preparation
        let left = try about(dataset.path) {
            try dataset.preparationLeft(for: dataset.preparationOfValues(by: preparation))
        }
        shape = left.shape(rows: dataset.samples.rows, columns: dataset.samples.columns)
        self.preparation = preparation
        (self.dataset, self.scheme, self.encoder) = (dataset, scheme, encoder)
        var settings = settings
        settings.values.recogniser.seed = seed
        self.settings = settings
    }

    /// The classes that no sample trained on has a label of: the model will hardly ever answer them.
    ///
    /// None where no sample has any: that is refused when it is trained.
    public var absentClasses: [String] { labels.count(of: training) > 0 ? labels.absentClasses : [] }

    /// Trains.
    ///
    /// - Parameters:
    ///   - threads: how many threads to use; the result does not depend on it.
    ///   - kept: what `kept(in:version:tell:)` made of a folder; nil where nothing is kept.
    ///   - progress: called after each training epoch.
    /// - Returns: the model, and figures of its training.
    /// - Throws: `SleepRecognitionError.recognition` when no sample has a label, when they differ too little for the
    ///   settings, or when the training diverges.
    public func run(
        threads: Int = 1, keeping kept: KeptTraining? = nil,
        progress: @escaping @Sendable (Recogniser.Progress) -> Void = { _ in }
    ) throws(SleepRecognitionError) -> TrainedModel {
        let settings = settings.values.recogniser
        let (inputs, fitted) = try about(encoder?.name ?? dataset.path) {
            let inputs = try RecogniserInputs(
                of: dataset, by: preparation, fittingOn: training, settings: settings, threads: threads)
            let encoded = try EncodedDataset(
                dataset, by: encoder?.encoder, inputs: inputs, settings: self.settings.values)
            let fitted = try encoded.fit(
                [labels] + others, training: training, settings: settings, threads: threads, keeping: kept,
                progress: progress)
            return (inputs, fitted)
        }
        // What has no label is cut out of what it learns from, unless it is kept or taught beside the rest.
        let isAllRead =
            settings.unlabelled == .keep || labels.selfTrainingSteps(of: settings, on: dataset, training: training) > 0
        let labelled = training.filter { labels.labels[$0] != nil }
        let learntFrom = isAllRead ? training : labelled
        let (people, labelledPeople) = (dataset.subjects(of: learntFrom), dataset.subjects(of: labelled))
        let record = fitted.encoders.first?.record
        let content = dataset.content.isEmpty ? record?.content ?? [] : dataset.content
        let units = dataset.units.isEmpty ? record?.units ?? [] : dataset.units
        let encoderJob = try encoder.map { encoder throws(SleepRecognitionError) in
            try about(encoder.name) { try encoder.job.digest }
        }
        let prepares = (record?.preparation ?? inputs.preparation).readsFrame
        let lay = prepares || dataset.preparation != nil ? nil : dataset.frame
        let model = RecogniserModel(
            encoders: fitted.encoders, rows: shape.rows, columns: shape.columns, inputs: inputs,
            recogniser: fitted.recogniser, scheme: scheme, vocabulary: dataset.vocabulary, classes: labels.classes,
            content: content, units: units, frame: lay, reader: dataset.reader, preset: self.settings.name,
            provenance: RecogniserModel.Provenance(
                encoderJob: encoderJob, encoderDataset: encoder?.job.datasetDigest,
                encoderSubjects: encoder.flatMap { dataset.subjects(trainedOnBy: $0.job) }, dataset: dataset.digest,
                subjects: people, labelledSubjects: labelledPeople == people ? nil : labelledPeople))
        let (isTrainedOn, isLabelled) = (Set(learntFrom), Set(labelled))
        let read = dataset.recordingRanges.filter { $0.samples.contains(where: isTrainedOn.contains) }
        let scored = read.count { $0.samples.contains(where: isLabelled.contains) }
        let figures = TrainingFigures(
            scheme: scheme.rawValue, preset: self.settings.name, classes: labels.classes,
            samples: labels.count(of: training),
            recordings: scored, unlabelledRecordings: read.count > scored ? read.count - scored : nil,
            epochs: settings.trainedEpochs, steps: settings.steps,
            stepsBefore: fitted.stepsBefore > 0 ? fitted.stepsBefore : nil, members: settings.members,
            loss: fitted.loss, encoderIdentity: encoder?.encoder.identity)
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
    /// Recordings that they are of.
    public let recordings: Int
    /// Recordings without labels that were read beside them, or taught with the recogniser's own answers; nil for none.
    public let unlabelledRecordings: Int?
    /// How often each sequence was trained on; 0 where `steps` says how long.
    public let epochs: Int
    /// How many batches were trained on; 0 for so many epochs.
    public let steps: Int
    /// How many went before, of self-training; nil where there was none.
    public let stepsBefore: Int?
    /// How many recognisers answer together.
    public let members: Int
    /// The last training epoch's mean negative log-likelihood per sample, in nats, the mean over members; where
    /// held-out people chose the epoch, theirs in that epoch; that of the scheme asked for, whatever is learnt beside.
    public let loss: Double
    /// SHA-256 of the encoder's parameters, as it was given; nil where there was none.
    public let encoderIdentity: String?

    private enum CodingKeys: String, CodingKey {
        case scheme, preset, classes, samples, recordings, epochs, steps, members, loss
        case unlabelledRecordings = "unlabelled_recordings"
        case stepsBefore = "steps_before"
        case encoderIdentity = "encoder_identity"
    }
}
