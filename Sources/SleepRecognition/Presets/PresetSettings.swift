import Encoders
import Layers
import Numerics
public import Recognition
public import Upstream

/// The values of a preset: both stages, and the sizes of the upstream stage's jobs.
public struct PresetSettings: Equatable, Sendable {
    /// What the upstream stage learns and how.
    public var upstream: UpstreamSettings
    /// Shards a step.
    public var shards: Int
    /// Originals a shard.
    public var shardSize: Int
    /// Steps of a pre-training.
    public var steps: Int
    /// Steps of the pre-training in each fold of an evaluation.
    public var foldSteps: Int
    /// How a recogniser is built and trained; its seed is no part of a preset, and what uses these settings replaces it.
    public var recogniser: RecogniserSettings

    /// Settings of one's own.
    public init(
        upstream: UpstreamSettings, shards: Int, shardSize: Int, steps: Int, foldSteps: Int,
        recogniser: RecogniserSettings
    ) {
        (self.upstream, self.shards, self.shardSize) = (upstream, shards, shardSize)
        (self.steps, self.foldSteps, self.recogniser) = (steps, foldSteps, recogniser)
    }

    /// A value that makes no sense.
    struct Fault: Error {
        /// The setting's full name.
        let key: String
        let value: String
        let wanted: String
    }

    /// Refuses values that make no sense.
    ///
    /// - Throws: `Fault` for the first of them.
    func validate() throws {
        do {
            try upstream.validate()
        } catch {
            throw Fault(key: "upstream.\(error.name)", value: error.value, wanted: error.wanted)
        }
        do {
            try recogniser.validate()
        } catch {
            throw Fault(key: "recogniser.\(error.name)", value: error.value, wanted: error.wanted)
        }
        let limits = [
            ("shards", shards, 1...65_536), ("shard_size", shardSize, 1...1 << 20), ("steps", steps, 0...1 << 40),
            ("fold_steps", foldSteps, 0...1 << 40),
        ]
        for (name, value, range) in limits where !range.contains(value) {
            throw Fault(
                key: "upstream.\(name)", value: "\(value)", wanted: "\(range.lowerBound) to \(range.upperBound)")
        }
    }
}

extension PresetSettings {
    /// The settings that are not as `other` has them, like `recogniser.epochs 5`.
    public func differences(from other: PresetSettings) -> [String] {
        PresetKey.all.compactMap { key in
            let value = key.value(self)
            return value == key.value(other) ? nil : "\(key.path) \(value.yaml)"
        }
    }

    /// Every value as the text of a preset file.
    public var yaml: String {
        PresetKey.sections.map { section in
            let keys = PresetKey.all.filter { $0.section == section }
            return "\(section):\n" + keys.map { "  \($0.name): \($0.value(self).yaml)\n" }.joined()
        }.joined()
    }
}

extension PresetSettings: Codable {
    private struct Name: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    /// No values yet: what a reader starts from.
    static let empty = PresetSettings(
        upstream: UpstreamSettings(
            network: NetworkSettings(MLPSettings(hiddenUnits: [], weightDeviation: 0)),
            task: TaskSettings(ViewSettings(views: [], crossEntropyWeight: 0, divergenceWeight: 0)),
            optimiser: .adam(AdamSettings(learningRate: 0))),
        shards: 0, shardSize: 0, steps: 0, foldSteps: 0, recogniser: RecogniserSettings(epochs: 0))

    /// Writes every value, under the names of preset files.
    public func encode(to encoder: any Swift.Encoder) throws {
        var sections = encoder.container(keyedBy: Name.self)
        for section in PresetKey.sections {
            var values = sections.nestedContainer(keyedBy: Name.self, forKey: Name(section))
            for key in PresetKey.all where key.section == section {
                try values.encode(key.value(self), forKey: Name(key.name))
            }
        }
    }

    /// Reads what `encode(to:)` wrote.
    public init(from decoder: any Swift.Decoder) throws {
        self = .empty
        let sections = try decoder.container(keyedBy: Name.self)
        for section in PresetKey.sections {
            let values = try sections.nestedContainer(keyedBy: Name.self, forKey: Name(section))
            for key in PresetKey.all where key.section == section {
                let value = try values.decode(PresetValue.self, forKey: Name(key.name))
                guard key.set(value, &self) else {
                    throw DecodingError.dataCorruptedError(
                        forKey: Name(key.name), in: values,
                        debugDescription: "\(key.path) is \(value.description): use \(key.kind)")
                }
            }
        }
    }
}
