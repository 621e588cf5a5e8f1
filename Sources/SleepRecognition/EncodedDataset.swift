import Datasets
import Encoders
import Numerics
import Recognition

/// A dataset's samples as a recogniser reads them: each through the encoder, where there is one, with what else it
/// reads beside its features.
///
/// Training, recognition and every fold of an evaluation go through here.
struct EncodedDataset: Sendable {
    /// What is read of a sample beside the encoder's features.
    let inputs: RecogniserInputs
    /// What is read of each sample, `[samples, width]`: by each encoder, or once where there is none.
    private let values: [Matrix]
    private let recordings: [Range<Int>]
    private let subjects: [Int]

    /// A dataset through encoders, with inputs that were fitted before.
    ///
    /// - Throws: `EncoderError.unfit` where a feature is infinite or not a number, `TensorFileError.changed` where the
    ///   dataset was cut meanwhile.
    /// - Precondition: the samples have the encoders' shape.
    init(_ dataset: Dataset, by encoders: [Encoder], inputs: RecogniserInputs) throws {
        let samples = dataset.samples
        self.inputs = inputs
        let features =
            encoders.isEmpty
            ? [Matrix(rows: samples.count, columns: 0)]
            : encoders.map { $0.features(of: $0.record.preparation.prepared(samples), 0..<samples.count) }
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
        _ dataset: Dataset, by encoders: [Encoder], fittingOn training: [Int], settings: RecogniserSettings
    ) throws {
        let inputs = try RecogniserInputs(of: dataset.samples, training: training, settings: settings)
        try self.init(dataset, by: encoders, inputs: inputs)
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
