import Recognition
import Upstream

/// The values of a preset: both stages, and the sizes of the upstream stage's jobs.
struct PresetSettings: Equatable {
    /// What the upstream stage learns and how.
    var upstream: UpstreamSettings
    /// Shards a step.
    var shards: Int
    /// Originals a shard.
    var shardSize: Int
    /// Steps of `pretrain`.
    var steps: Int
    /// Steps in each fold of `evaluate`.
    var foldSteps: Int
    /// How a recogniser is built and trained; its seed is no part of a preset.
    var recogniser: RecogniserSettings

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
            try recogniser.validate()
        } catch UpstreamError.badSetting(let name, let value, let wanted) {
            throw Fault(key: "upstream.\(name)", value: value, wanted: wanted)
        } catch RecognitionError.badSetting(let name, let value, let wanted) {
            throw Fault(key: "recogniser.\(name)", value: value, wanted: wanted)
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

extension PresetSettings: Encodable {
    private struct Name: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    /// Every value, under the names of preset files.
    func encode(to encoder: any Swift.Encoder) throws {
        var sections = encoder.container(keyedBy: Name.self)
        for section in PresetKey.sections {
            var values = sections.nestedContainer(keyedBy: Name.self, forKey: Name(section))
            for key in PresetKey.all where key.section == section {
                try values.encode(key.value(self), forKey: Name(key.name))
            }
        }
    }
}
