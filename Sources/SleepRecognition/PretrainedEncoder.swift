public import Datasets
public import Encoders
import Signals
public import Upstream

/// An encoder and the job that trained it.
public struct PretrainedEncoder: Sendable {
    /// What makes a sample's features.
    public let encoder: Encoder
    /// The job that trained it.
    public let job: Job
    /// How many of the job's steps it is of.
    public let step: Int
    /// What errors call it.
    let name: String
    /// How the maps lay that it was trained on as they are; nil where that is nothing to it, or nobody knows.
    let frame: MapFrame?

    /// The encoder in a checkpoint.
    ///
    /// - Parameters:
    ///   - checkpoint: a state of the upstream stage.
    ///   - name: what errors call it.
    /// - Throws: `SleepRecognitionError.upstream` when a parameter is infinite or not a number.
    public init(_ checkpoint: TrainingCheckpoint, name: String = "the encoder") throws(SleepRecognitionError) {
        encoder = try about(name) { try checkpoint.encoder }
        (job, step, self.name, frame) = (checkpoint.job, checkpoint.state.step, name, checkpoint.frame)
    }

    /// The encoder in a file.
    ///
    /// - Parameters:
    ///   - path: a checkpoint file, or a run directory, whose newest checkpoint is taken.
    ///   - skipped: is told of each newer checkpoint that is not whole, and why.
    /// - Throws: `SleepRecognitionError` when there is none.
    public init(opening path: String, skipped: (String) -> Void = { _ in }) throws(SleepRecognitionError) {
        try self.init(try about(path) { try RunFolder.checkpoint(at: path, skipped: skipped) }, name: path)
    }

    /// Refuses a dataset of maps that lie otherwise than those that it was trained on as they are.
    ///
    /// - Throws: `SleepRecognitionError.otherSamples`.
    public func requireMapsAlike(_ dataset: Dataset) throws(SleepRecognitionError) {
        try dataset.requireMaps(lyingAs: frame, for: name)
    }
}
