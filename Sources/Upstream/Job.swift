import Checkpoints
public import Encoders
import Foundation
public import Numerics
public import Signals

/// Everything that fixes the arithmetic of one run of the upstream stage: two runs of equal jobs give equal bits.
public struct Job: Codable, Equatable, Sendable {
    /// The form of jobs that this program reads; another form is refused.
    public static let format = 2

    private let format: Int
    /// The dataset file's digest.
    public var datasetDigest: String
    /// How many samples the dataset has.
    public var sampleCount: Int
    /// Rows of a sample.
    public var rows: Int
    /// Columns of a sample.
    public var columns: Int
    /// What the samples' values are, as the dataset says; empty where it does not.
    public var content: [String]
    /// The values' units, as the dataset says; empty where it does not.
    public var units: [String]
    /// The preset that the settings came from.
    public var preset: String
    /// What is learnt and how.
    public var settings: UpstreamSettings
    /// What all random draws follow from.
    public var seed: UInt64
    /// Shards a step, S.
    public var shardsPerStep: Int
    /// Originals a shard, n.
    public var originalsPerShard: Int
    /// How many steps there are in all.
    public var steps: Int
    /// How the samples lie and what their sensors read of nothing, where they are maps and the dataset says so.
    public var frame: MapFrame?
    /// Whether the dataset's samples are prepared already, in the way that the settings say; nil for no.
    public var isPrepared: Bool?
    /// The recordings that the samples are of, where the task needs to know.
    public var recordings: RecordingBounds?
    /// The samples that take no part, in order; empty for none.
    ///
    /// There is no other way to leave samples out.
    public var excludedSamples: [Range<Int>]

    /// A job.
    public init(
        datasetDigest: String, sampleCount: Int, rows: Int, columns: Int, content: [String] = [], units: [String] = [],
        preset: String,
        settings: UpstreamSettings, seed: UInt64, shardsPerStep: Int, originalsPerShard: Int, steps: Int,
        excludedSamples: [Range<Int>] = [], frame: MapFrame? = nil, isPrepared: Bool = false,
        recordings: RecordingBounds? = nil
    ) {
        format = Self.format
        (self.datasetDigest, self.sampleCount, self.content) = (datasetDigest, sampleCount, content)
        self.units = units
        (self.rows, self.columns) = (rows, columns)
        (self.preset, self.settings, self.seed) = (preset, settings, seed)
        (self.shardsPerStep, self.originalsPerShard, self.steps) = (shardsPerStep, originalsPerShard, steps)
        self.excludedSamples = excludedSamples
        (self.frame, self.recordings) = (frame, recordings)
        if isPrepared { self.isPrepared = true }
    }

    /// How many samples are trained on.
    public var trainedCount: Int { sampleCount - excludedSamples.reduce(0) { $0 + $1.count } }

    /// The samples that are trained on, in order; nil for all.
    ///
    /// - Precondition: the excluded ranges are in order, and none is beyond the samples.
    var trainedSamples: TrainedSamples? {
        excludedSamples.isEmpty ? nil : TrainedSamples(of: sampleCount, excluding: excludedSamples)
    }

    /// Rows and columns of a prepared sample.
    ///
    /// - Precondition: the preparation's validation for the samples passes.
    public var preparedShape: SampleShape {
        isPrepared == true
            ? SampleShape(rows: rows, columns: columns) : settings.preparation.shape(rows: rows, columns: columns)
    }

    /// The samples as the network reads them.
    ///
    /// - Parameters:
    ///   - samples: the dataset's.
    ///   - threads: how many may work on it; the bits are the same.
    /// - Returns: as many, in the same order.
    func prepared(_ samples: Samples, threads: Int) -> PreparedSamples {
        (isPrepared == true ? .none : settings.preparation).prepared(samples, frame: frame, threads: threads)
    }

    /// How maps lie that are trained on as they are, where the dataset's lie so; nil where they are brought into one
    /// form, or are no maps.
    public func frameKept(of frame: MapFrame?) -> MapFrame? { settings.preparation.readsFrame ? nil : frame }

    /// The samples that are trained on, by recording and person; nil where the task does not need to know.
    var groups: SampleGroups? {
        recordings.map { SampleGroups($0, sampleCount: sampleCount, trained: trainedSamples) }
    }

    /// The network that the job trains, and the task's head behind it.
    ///
    /// - Precondition: the job is valid.
    public var network: HeadedNetwork {
        let shape = preparedShape
        return HeadedNetwork(
            settings.network.makeNetwork(rows: shape.rows, columns: shape.columns),
            head: settings.task.choice.head(rows: shape.rows, columns: shape.columns))
    }

    /// The encoder in these parameters, as long as the network's: what is left once the task's head is taken off.
    ///
    /// - Throws: `EncoderError.unfit` where a parameter is not finite.
    /// - Precondition: the job is valid.
    public func encoder(of parameters: FloatBlock) throws(EncoderError) -> Encoder {
        let (count, shape) = (network.body.parameterCount, preparedShape)
        let kept = FloatBlock(uninitialised: count)
        kept.base.update(from: parameters.base, count: count)
        return try Encoder(
            record: Encoder.Record(
                network: settings.network, preparation: settings.preparation, rows: shape.rows, columns: shape.columns,
                content: content, units: units),
            parameters: kept)
    }

    /// What the job's leaves report beside their vectors, the loss first.
    public var figures: [Figure] {
        settings.task.choice.figures(originalsPerStep: originalsPerGradient, originalsPerLeaf: originalsPerShard)
    }

    /// Originals that one gradient is the mean over: a step's, or a replica's alone.
    var originalsPerGradient: Int { settings.exchange.localSteps == nil ? originalsPerStep : originalsPerShard }

    /// Steps from one exchange to the next.
    public var stepsPerRound: Int { settings.exchange.stepsPerRound }

    /// How many rounds are computed at once.
    public var roundsAtOnce: Int { settings.exchange.roundsAtOnce }

    /// How many exchanges there are in all.
    public var rounds: Int { steps / stepsPerRound }

    /// How many floats are published, and how many a sum of leaves has: the parameters, and with averaged inner state
    /// the optimiser's vectors behind them.
    public var exchangeCount: Int {
        let vectors = settings.exchange.localSteps?.innerState == .averaged ? settings.optimiser.vectorNames.count : 0
        return (1 + vectors) * network.parameterCount
    }

    /// How many vectors a checkpoint keeps, the parameters among them.
    public var stateVectorCount: Int { 1 + stateVectorNames.count }

    /// The names of the vectors that the state has beside the parameters, each as long as they are.
    var stateVectorNames: [String] {
        guard let local = settings.exchange.localSteps else {
            return settings.optimiser.vectorNames + (roundsAtOnce > 1 ? ["exchange.published"] : [])
        }
        return (local.innerState == .averaged ? settings.optimiser.vectorNames : [])
            + (local.outer == .momentum ? ["outer.velocity"] : [])
    }

    /// Originals a step over all shards.
    public var originalsPerStep: Int { shardsPerStep * originalsPerShard }

    /// Rows through the network a step.
    public var rowsPerStep: Int { originalsPerStep * settings.task.choice.rowsPerOriginal }

    /// Parameters before the first step.
    public func initialParameters() -> FloatBlock {
        network.initialParameters(seed: seed, stream: Stream.initialWeights)
    }

    /// The job as JSON with sorted keys; equal jobs give equal text.
    public var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// Reads a job from its JSON; it may still be one that can't be trained.
    ///
    /// - Throws: `UpstreamError.unfit` for one of another form or of kinds that are not known here, `DecodingError` for
    ///   what is no job at all.
    public init(json: String) throws {
        struct Form: Decodable { let format: Int? }
        let data = Data(json.utf8)
        let format = try JSONDecoder().decode(Form.self, from: data).format ?? 1
        guard format == Self.format else {
            throw UpstreamError.unfit(
                "a job of form \(format), where this ssrm knows form \(Self.format); use the same ssrm everywhere")
        }
        do {
            self = try JSONDecoder().decode(Job.self, from: data)
        } catch let fault as SettingFault {
            throw UpstreamError.badSetting(fault)
        }
    }

    /// SHA-256 of the job's JSON, 64 hexadecimal digits.
    public var digest: String {
        get throws {
            try Array(json.utf8).withUnsafeBytes { SHA256Digest.hex(of: $0) }
        }
    }
}
