import Encoders
import Layers
import Numerics
import Signals
import Upstream

/// A job small enough for every test, on samples drawn from a seed.
enum SmallJob {
    static let sampleCount = 40

    static func job(shards: Int = 5, perShard: Int = 3, steps: Int = 12, seed: UInt64 = 7, rate: Double = 0.01) -> Job {
        var settings = UpstreamSettings.paper
        settings.network = NetworkSettings(MLPSettings(hiddenUnits: [9], weightDeviation: 0.1))
        settings.optimiser = .adam(AdamSettings(learningRate: rate))
        return Job(
            datasetDigest: "none", sampleCount: sampleCount, rows: 4, columns: 3, preset: "paper", settings: settings,
            seed: seed, shardsPerStep: shards, originalsPerShard: perShard, steps: steps)
    }

    static var samples: Samples { samples { _ in false } }

    /// The samples as the paper prepares them.
    static var prepared: PreparedSamples { Preparation.norm.prepared(samples) }

    /// Some of the samples, as if there were no others.
    static func samples(_ chosen: [Int]) -> Samples {
        let all = samples
        let values = withExtendedLifetime(all) { FloatBlock(chosen.flatMap { Array(all[$0]) }) }
        return Samples(count: chosen.count, rows: 4, columns: 3, base: UnsafePointer(values.base), owner: values)
    }

    /// The samples, with something that is not a number in those that `isPoisoned` names.
    static func samples(isPoisoned: (Int) -> Bool) -> Samples {
        var draw = RandomSequence(seed: 99, stream: 0)
        let values = FloatBlock((0..<sampleCount * 12).map { _ in Float(draw.normal()) })
        for i in 0..<sampleCount where isPoisoned(i) { values[i * 12 + 5] = .nan }
        return Samples(count: sampleCount, rows: 4, columns: 3, base: UnsafePointer(values.base), owner: values)
    }
}

extension UpstreamSettings {
    /// Five views, 0.8 cross-entropy and 0.2 divergence, Adam at 0.001: what the paper gives.
    static let paper = UpstreamSettings(
        network: NetworkSettings(MLPSettings.standard), task: TaskSettings(ViewSettings.standard),
        optimiser: .adam(AdamSettings(learningRate: 0.001)))
}
