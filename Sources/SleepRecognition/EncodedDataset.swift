import Datasets
import Encoders
import Numerics
import Recognition
import Signals

/// A dataset's samples as a recogniser reads them: each through the encoder, where there is one, with what else it
/// reads beside its features.
///
/// Training, recognition and every fold of an evaluation go through here.
struct EncodedDataset: Sendable {
    /// What is read of a sample beside the encoder's features.
    let inputs: RecogniserInputs
    /// Rows and columns of a prepared sample.
    let shape: SampleShape
    /// What is read of each sample, `[samples, width]`: by each encoder, or once where there is none.
    private let values: [Matrix]
    private let recordings: [Range<Int>]
    private let subjects: [Int]

    /// A dataset through encoders, with inputs that were fitted before.
    ///
    /// - Parameters:
    ///   - dataset: the samples.
    ///   - encoders: what makes features of them; nothing, or one or more that take the same samples.
    ///   - preparation: what is done to the samples first: the encoders', where there are any.
    ///   - inputs: what is read beside the features.
    ///   - threads: how many may prepare.
    /// - Throws: `EncoderError.unfit` where a feature is infinite or not a number, `TensorFileError.changed` where the
    ///   dataset was cut meanwhile, `DatasetError.unsuitable` for samples that can't be prepared.
    /// - Precondition: the samples have the encoders' shape.
    init(
        _ dataset: Dataset, by encoders: [Encoder], preparation: Preparation, inputs: RecogniserInputs, threads: Int
    ) throws {
        try self.init(
            dataset, by: encoders, preparation: preparation, threads: threads,
            readsSamples: inputs.includesSamples || inputs.components != nil
        ) { _ in inputs }
    }

    private init(
        _ dataset: Dataset, by encoders: [Encoder], preparation: Preparation, threads: Int, readsSamples: Bool,
        inputs makeInputs: (Samples) throws -> RecogniserInputs
    ) throws {
        let prepared = try dataset.samples(prepared: preparation, threads: threads)
        let samples = preparation.servesNetworksAlone || !readsSamples ? dataset.samples : prepared.samples
        let inputs = try makeInputs(samples)
        self.inputs = inputs
        shape = SampleShape(rows: prepared.rows, columns: prepared.columns)
        let features =
            encoders.isEmpty
            ? [Matrix(rows: samples.count, columns: 0)]
            : encoders.map { $0.features(of: prepared, 0..<samples.count) }
        values = features.map { inputs.matrix($0, samples: samples) }
        recordings = dataset.recordingRanges.map(\.samples)
        subjects = dataset.recordingRanges.map(\.subject)
        try dataset.requireWhole()  // also for what the inputs were fitted on
        // Parameters near the largest float make such features, and a recogniser would blame its own learning rate.
        guard values.allSatisfy({ $0.elements.allSatisfy(\.isFinite) }) else {
            throw EncoderError.unfit(
                "its features of \(dataset.path) are infinite or not numbers: pretrain with a lower learning rate")
        }
    }

    /// A dataset through encoders, with inputs that are fitted on the samples `training` alone.
    init(
        _ dataset: Dataset, by encoders: [Encoder], preparation: Preparation, fittingOn training: [Int],
        settings: RecogniserSettings, threads: Int
    ) throws {
        try self.init(
            dataset, by: encoders, preparation: preparation, threads: threads,
            readsSamples: settings.includeInputs || settings.principalComponents > 0
        ) {
            try RecogniserInputs(of: $0, training: training, settings: settings)
        }
    }

    /// A recogniser trained on the samples `training`; see `Recogniser.fit`.
    ///
    /// - Parameter targets: what is told apart, and after it what is learnt beside.
    func fit(
        _ targets: [SchemeLabels], training: [Int], settings: RecogniserSettings, threads: Int,
        progress: @escaping @Sendable (Recogniser.Progress) -> Void = { _ in }
    ) throws(RecognitionError) -> Recogniser.Fitted {
        let data = RecogniserData(
            values: values[0], recordings: recordings, subjects: subjects, training: training,
            targets: targets.map { RecogniserData.Target(labels: $0.labels, classes: $0.classes.count) })
        return try Recogniser.fit(data, settings: settings, threads: threads, progress: progress)
    }

    /// What the recogniser answers for every sample of the recordings that have one of `wanted`; nil recognises all.
    func recognise(by recogniser: Recogniser, wanted: [Int]? = nil, threads: Int) -> Recogniser.Recognition {
        let isWanted = wanted.map { Set($0) }
        let chosen = recordings.filter { recording in isWanted.map { !$0.isDisjoint(with: recording) } ?? true }
        return recogniser.recognise([Recogniser.Reading(values)], recordings: chosen, threads: threads)
    }
}
