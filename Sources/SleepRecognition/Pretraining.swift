public import Datasets
public import Upstream

/// The upstream stage on a dataset: features learnt from samples without their labels.
public struct Pretraining: Sendable {
    /// The dataset.
    public let dataset: Dataset
    /// What fixes the result's bits; coordinator and workers train the same job to the same bits.
    public let job: Job

    /// The pre-training that these settings ask for.
    ///
    /// - Parameters:
    ///   - dataset: what to learn from; labels are not looked at.
    ///   - settings: the upstream stage's half counts.
    ///   - seed: what all random draws follow from.
    ///   - excluded: samples that take no part, as ranges in order, like those of `Dataset.samples(ofSubjects:)`.
    /// - Throws: `SleepRecognitionError.upstream` when the settings don't fit the dataset.
    public init(
        on dataset: Dataset, settings: NamedSettings, seed: UInt64 = 1, excluding excluded: [Range<Int>] = []
    ) throws(SleepRecognitionError) {
        let samples = dataset.samples
        var values = settings.values
        values.upstream.order = values.upstream.order.settled(bytes: samples.count * samples.valuesPerSample * 4)
        self.dataset = dataset
        let left = try about(dataset.path) { try dataset.preparationLeft(for: values.upstream.preparation) }
        job = Job(
            datasetDigest: dataset.digest, sampleCount: samples.count, rows: samples.rows, columns: samples.columns,
            content: dataset.content, units: dataset.units, preset: settings.name, settings: values.upstream,
            seed: seed,
            shardsPerStep: values.shards,
            originalsPerShard: values.shardSize, steps: values.steps,
            excludedSamples: excluded, frame: values.upstream.preparation.choice.readsFrame ? dataset.frame : nil,
            isPrepared: left != values.upstream.preparation,
            recordings: values.upstream.task.choice.needsRecordings ? dataset.recordingBounds : nil)
        do { try job.validate() } catch { throw .upstream(subject: dataset.path, error) }
    }

    /// Trains in this process.
    ///
    /// - Parameters:
    ///   - threads: how many threads to use; the bits do not depend on it.
    ///   - progress: told the steps done and the last one's loss, after each step.
    /// - Returns: the encoder.
    /// - Throws: `SleepRecognitionError.upstream` when the training diverges.
    public func run(
        threads: Int = 1, progress: (_ step: Int, _ loss: Double) -> Void = { _, _ in }
    ) throws(SleepRecognitionError) -> PretrainedEncoder {
        let job = job
        let state = try about(dataset.path) {
            try pretrainAlone(job, samples: dataset.samples, threads: threads, progress: progress)
        }
        return try PretrainedEncoder(
            TrainingCheckpoint(job: job, state: state, frame: job.frameKept(of: dataset.frame)))
    }

    /// The encoder before its first step.
    var untrained: PretrainedEncoder {
        get throws(SleepRecognitionError) {
            try PretrainedEncoder(TrainingCheckpoint(job: job, state: TrainingState(startOf: job)))
        }
    }
}
