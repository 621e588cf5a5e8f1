import Encoders
import Layers
public import Numerics
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
    /// How a recogniser is built and trained; its seed is no part of a preset, and what uses these settings replaces
    /// it.
    public var recogniser: RecogniserSettings

    /// Settings of one's own.
    public init(
        upstream: UpstreamSettings, shards: Int, shardSize: Int, steps: Int, foldSteps: Int,
        recogniser: RecogniserSettings
    ) {
        (self.upstream, self.shards, self.shardSize) = (upstream, shards, shardSize)
        (self.steps, self.foldSteps, self.recogniser) = (steps, foldSteps, recogniser)
    }

    /// Takes fewer shards a step, or a smaller one, where so many samples don't fill a step.
    ///
    /// - Returns: whether something was changed.
    @discardableResult
    public mutating func fitStep(to sampleCount: Int) -> Bool {
        // Whole recordings or persons have their turns as often as it takes.
        if upstream.task.choice.order != .samples { return false }
        let before = (shards, shardSize)
        shardSize = min(shardSize, max(sampleCount, 1))
        shards = min(shards, max(sampleCount / shardSize, 1))
        return before != (shards, shardSize)
    }

    /// Refuses values that make no sense, whatever the samples are.
    ///
    /// - Throws: `SettingFault` for the first of them, under its full name in preset files.
    public func validate() throws(SettingFault) {
        do {
            try upstream.validate()
            // Not the task's own rule: with jobs of one view `ssrm bench` counts rows, and older checkpoints of such
            // are still opened.
            if let task = upstream.task.choice as? ViewSettings {
                try SettingFault.check(
                    task.views.count > 1, "views", task.views.map(\.rawValue),
                    "two views or more: which one it is of one is nothing to learn")
                try SettingFault.check(
                    task.crossEntropyWeight > 0, "cross_entropy_weight", task.crossEntropyWeight,
                    "a number above 0: the divergence alone is least where training starts")
            }
            if let task = upstream.task.choice as? ContrastSettings, task.negatives == .anywhere {
                try SettingFault.check(
                    shardSize > 1, "shard_size", shardSize, "2 or more: a pair has nothing else to be told from")
            }
            try Job.validate(shards: shards, shardSize: shardSize, steps: steps)
            try Job.validate(shards: shards, shardSize: shardSize, steps: foldSteps, stepsName: "fold_steps")
        } catch {
            throw error.inSection("upstream")
        }
        do { try recogniser.validate() } catch { throw error.inSection("recogniser") }
    }
}

extension PresetSettings {
    /// What a reader starts from: the standard kinds; nothing of it counts unless it was read.
    static let unread = PresetSettings(
        upstream: UpstreamSettings(
            network: NetworkSettings(MLPSettings.standard), task: TaskSettings(ViewSettings.standard),
            optimiser: OptimiserSettings.Kind.adam.standard),
        shards: 1, shardSize: 1, steps: 0, foldSteps: 0, recogniser: RecogniserSettings(epochs: 1))

    /// The sizes of jobs, as files have them.
    struct Sizes: Codable {
        let shards, shardSize, steps, foldSteps: Int

        private enum CodingKeys: String, CodingKey {
            case shards
            case shardSize = "shard_size"
            case steps
            case foldSteps = "fold_steps"
        }
    }

    /// The sizes of jobs.
    var sizes: Sizes {
        get { Sizes(shards: shards, shardSize: shardSize, steps: steps, foldSteps: foldSteps) }
        set {
            (shards, shardSize, steps, foldSteps) = (
                newValue.shards, newValue.shardSize, newValue.steps, newValue.foldSteps
            )
        }
    }

    /// Every setting of a section with its value, in the order in which files have them; one of several parts once.
    func values(in section: String) -> [(name: String, value: PresetValue)] {
        var seen: Set<String> = []
        return PresetPart.all.filter { $0.section == section }.flatMap { part in
            let values = part.values(self)
            return part.keys(self).compactMap { key in values[key.name].map { (key.name, $0) } }
        }.filter { seen.insert($0.0).inserted }
    }

    /// The settings that are not as `other` has them, like `recogniser.epochs 5`.
    public func differences(from other: PresetSettings) -> [String] {
        PresetPart.sections.flatMap { section in
            let others = Dictionary(other.values(in: section), uniquingKeysWith: { first, _ in first })
            return values(in: section).filter { others[$0.name] != $0.value }.map {
                "\(section).\($0.name) \($0.value.yaml)"
            }
        }
    }

    /// Every value as the text of a preset file.
    public var yaml: String {
        PresetPart.sections.map { section in
            "\(section):\n" + values(in: section).map { "  \($0.name): \($0.value.yaml)\n" }.joined()
        }.joined()
    }
}

extension PresetSettings: Codable {
    /// Writes every value, under the names of preset files.
    public func encode(to encoder: any Swift.Encoder) throws {
        try Dictionary(
            uniqueKeysWithValues: PresetPart.sections.map {
                ($0, Dictionary(values(in: $0), uniquingKeysWith: { first, _ in first }))
            }
        ).encode(to: encoder)
    }

    /// Reads what `encode(to:)` wrote.
    public init(from decoder: any Swift.Decoder) throws {
        let sections = try [String: [String: PresetValue]](from: decoder)
        var reader = PresetReader()
        do { try reader.read(sections, from: "settings") } catch {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "\(error)"))
        }
        self = reader.settings
    }
}
