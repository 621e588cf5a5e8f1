import Datasets
import Encoders
import Numerics
import Recognition

/// A dataset's samples as a recogniser reads them: each through the encoder, with what else it reads beside its
/// features.
///
/// Training, recognition and every fold of an evaluation go through here.
struct EncodedDataset: Sendable {
    /// What is read of a sample beside the encoder's features.
    let inputs: RecogniserInputs
    /// What is read of each sample, `[samples, width]`.
    private let values: Matrix
    private let recordings: [Range<Int>]

    /// A dataset through an encoder, with inputs that were fitted before.
    ///
    /// - Throws: `EncoderError.unfit` where a feature is infinite or not a number, `TensorFileError.changed` where the
    ///   dataset was cut meanwhile.
    /// - Precondition: the samples have the encoder's shape.
    init(_ dataset: Dataset, by encoder: Encoder, inputs: RecogniserInputs) throws {
        let samples = dataset.samples
        self.inputs = inputs
        values = inputs.matrix(
            encoder.features(of: encoder.record.preparation.prepared(samples), 0..<samples.count), samples: samples)
        recordings = dataset.recordingRanges.map(\.samples)
        try dataset.requireWhole()  // also for what the inputs were fitted on
        // Parameters near the largest float make such features, and a recogniser would blame its own learning rate.
        guard values.elements.allSatisfy(\.isFinite) else {
            throw EncoderError.unfit(
                "its features of \(dataset.path) are infinite or not numbers: pretrain with a lower learning rate")
        }
    }

    /// A dataset through an encoder, with inputs that are fitted on the samples `training` alone.
    init(
        _ dataset: Dataset, by encoder: Encoder, fittingOn training: [Int], settings: RecogniserSettings
    ) throws {
        let inputs = try RecogniserInputs(of: dataset.samples, training: training, settings: settings)
        try self.init(dataset, by: encoder, inputs: inputs)
    }

    /// A recogniser trained on the samples that have a label here; see `Recogniser.fit`.
    func fit(
        labels: [Int?], classes: Int, settings: RecogniserSettings, threads: Int,
        progress: (Recogniser.Progress) -> Void = { _ in }
    ) throws(RecognitionError) -> Recogniser {
        try Recogniser.fit(
            values, recordings: recordings, labels: labels, classes: classes, settings: settings, threads: threads,
            progress: progress)
    }

    /// What the recogniser answers for every sample of the recordings that have one of `wanted`; nil recognises all.
    func recognise(by recogniser: Recogniser, wanted: [Int]? = nil, threads: Int) -> Recogniser.Recognition {
        let isWanted = wanted.map { Set($0) }
        let chosen = recordings.filter { recording in isWanted.map { !$0.isDisjoint(with: recording) } ?? true }
        return recogniser.recognise(values, recordings: chosen, threads: threads)
    }
}
