import Checkpoints
import Foundation
public import Layers

/// Everything that fixes the arithmetic of one run of the upstream stage: two runs of equal jobs give equal bits.
public struct Job: Codable, Equatable, Sendable {
    /// The dataset file's digest.
    public var datasetDigest: String
    /// How many samples the dataset has.
    public var sampleCount: Int
    /// Rows of a sample.
    public var rows: Int
    /// Columns of a sample.
    public var columns: Int
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
    /// The samples that take no part, in order; nil for none, which leaves the job's digest what it was without this entry.
    public var excludedSamples: [Range<Int>]?

    /// A job.
    public init(
        datasetDigest: String, sampleCount: Int, rows: Int, columns: Int, preset: String, settings: UpstreamSettings,
        seed: UInt64, shardsPerStep: Int, originalsPerShard: Int, steps: Int, excludedSamples: [Range<Int>]? = nil
    ) {
        self.datasetDigest = datasetDigest
        self.sampleCount = sampleCount
        self.rows = rows
        self.columns = columns
        self.preset = preset
        self.settings = settings
        self.seed = seed
        self.shardsPerStep = shardsPerStep
        self.originalsPerShard = originalsPerShard
        self.steps = steps
        self.excludedSamples = excludedSamples
    }

    /// How many samples are trained on.
    public var trainedCount: Int { sampleCount - (excludedSamples ?? []).reduce(0) { $0 + $1.count } }

    /// The samples that are trained on; nil for all.
    var selection: [Int]? {
        guard let excludedSamples else { return nil }
        var next = 0
        return (excludedSamples + [sampleCount..<sampleCount]).flatMap { excluded in
            defer { next = excluded.upperBound }
            return next..<excluded.lowerBound
        }
    }

    /// The network that the job trains.
    public var network: MLP {
        MLP(sizes: [rows * columns] + settings.hiddenUnits + [settings.outputUnits ?? settings.views.count])
    }

    /// Originals a step over all shards.
    public var originalsPerStep: Int { shardsPerStep * originalsPerShard }

    /// Rows through the network a step: each original in each of its views.
    public var rowsPerStep: Int { originalsPerStep * settings.views.count }

    /// The job as JSON with sorted keys; equal jobs give equal text.
    public var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// Reads a job from its JSON.
    public init(json: String) throws {
        self = try JSONDecoder().decode(Job.self, from: Data(json.utf8))
    }

    /// SHA-256 of the job's JSON, 64 hexadecimal digits.
    public var digest: String {
        get throws {
            try Array(json.utf8).withUnsafeBytes { SHA256Digest.hex(of: $0) }
        }
    }

    /// What can't be trained, in one line; nil when all is well.
    ///
    /// A worker gets its job from the network, so sizes are held to limits before anything is allocated.
    public var fault: String? {
        let limit = 1 << 31
        let positive = [sampleCount, rows, columns, shardsPerStep, originalsPerShard] + settings.hiddenUnits
        if positive.contains(where: { $0 < 1 || $0 >= limit }) || !(0..<1 << 40).contains(steps) {
            return "every size of a job must be at least 1, and steps from 0 to 2^40"
        }
        var end = 0
        for range in excludedSamples ?? [] {
            guard range.lowerBound >= end, !range.isEmpty, range.upperBound <= sampleCount else {
                return
                    "samples \(range.lowerBound) to \(range.upperBound) can't be excluded: not in order, or not there"
            }
            end = range.upperBound
        }
        if settings.views.first != .identity || Set(settings.views).count != settings.views.count {
            return "a job's first view must be the identity, and no view may come twice"
        }
        if let units = settings.outputUnits, units < settings.views.count || units >= limit {
            return "\(units) output units can't tell \(settings.views.count) views apart"
        }
        let values = rows * columns  // no overflow: both are below 2^31
        if values >= 1 << 24 || shardsPerStep > 65_536 || originalsPerShard > 1 << 20 {
            return """
                \(shardsPerStep) shards of \(originalsPerShard) samples [\(rows), \(columns)] are beyond what a job may have \
                (65536 shards, 2^20 originals a shard, 2^24 values a sample)
                """
        }
        if settings.views.contains(.spectrum), max(rows, columns) > 4096 {
            return "the spectrum is for samples of at most 4096 rows and columns, not [\(rows), \(columns)]"
        }
        let units = [values] + settings.hiddenUnits + [settings.outputUnits ?? settings.views.count]
        var parameters = 0
        for (inputs, outputs) in zip(units, units.dropFirst()) where parameters < 1 << 29 {
            parameters += (inputs + 1) * outputs  // no overflow: each is below 2^31
        }
        if parameters >= 1 << 29 {
            return "a network of \(units.map(String.init).joined(separator: "-")) is too large"
        }
        if originalsPerStep > trainedCount {
            return """
                a step takes \(originalsPerStep) originals (\(shardsPerStep) shards of \(originalsPerShard)) but there \
                are \(trainedCount) samples to train on; take fewer with --shards or --shard-size
                """
        }
        return nil
    }

    /// How this job differs from another, a phrase each; a different number of steps alone is no difference.
    ///
    /// Steps are left out because no step's arithmetic depends on how many will follow, so a job can be resumed to run longer.
    public func differences(from other: Job) -> [String] {
        var found: [String] = []
        func compare<T: Equatable>(_ name: String, _ path: KeyPath<Job, T>) {
            if self[keyPath: path] != other[keyPath: path] {
                found.append("\(name) \(other[keyPath: path]) there, \(self[keyPath: path]) here")
            }
        }
        compare("dataset", \.datasetDigest)
        compare("samples", \.sampleCount)
        compare("rows", \.rows)
        compare("columns", \.columns)
        compare("preset", \.preset)
        compare("seed", \.seed)
        compare("shards", \.shardsPerStep)
        compare("shard size", \.originalsPerShard)
        if excludedSamples != other.excludedSamples { found.append("excluded subjects are others") }
        compare("hidden units", \.settings.hiddenUnits)
        compare("learning rate", \.settings.adam.learningRate)
        compare("views", \.settings.views)
        compare("wire", \.settings.wire.rawValue)
        compare("products", \.settings.products.rawValue)
        if found.isEmpty, settings != other.settings { found.append("settings \(other.settings) there") }
        return found
    }
}
