import Encoders
import Foundation
public import Numerics
import Signals

extension Job {
    /// Refuses what can't be trained: the only truth about a job's limits.
    ///
    /// A worker gets its job from the network, so sizes are held to limits before anything is allocated.
    ///
    /// - Throws: `UpstreamError.badSetting` or `.unfit`, in one line.
    public func validate() throws(UpstreamError) {
        do throws(SettingFault) {
            try settings.validate()
            try checkSizes()
            if isPrepared != true {
                // Columns of a table that are a map have names, too.
                try settings.preparation.validate(
                    rows: rows, columns: columns, content: frame == nil ? content : [])
            }
            let (task, shape) = (settings.task.choice, preparedShape)
            try task.validate(rows: shape.rows, columns: shape.columns)
            try settings.augmentation.validate(rows: shape.rows, columns: shape.columns)
            try SettingFault.check(
                !settings.augmentation.mirrors || content.isEmpty || frame != nil || isPrepared == true, "augmentation",
                settings.augmentation.kind,
                "none or window for samples of \(content.prefix(3).joined(separator: ", ")): they are no maps")
            try settings.network.validate(
                rows: shape.rows, columns: shape.columns, head: task.head(rows: shape.rows, columns: shape.columns))
            let names = figures.map(\.name)
            try SettingFault.check(
                Set(names).count == names.count && Figure.reserved.isDisjoint(with: names), "task", settings.task.kind,
                "one whose figures (\(names.joined(separator: ", "))) have names that metrics have for nothing else")
            if let size = task.order.groupSize {
                try SettingFault.check(
                    originalsPerShard % size == 0, "shard_size", originalsPerShard,
                    "a multiple of \(size): task \(settings.task.kind) takes so many originals together")
            }
            try SettingFault.check(
                steps % stepsPerRound == 0, "local_steps", stepsPerRound,
                "a number that divides the \(steps) steps of the job\(divisorsNearLocalSteps)")
        } catch {
            throw .badSetting(error)
        }
        var end = 0
        for range in excludedSamples {
            guard range.lowerBound >= end, !range.isEmpty, range.upperBound <= sampleCount else {
                throw .unfit(
                    "samples \(range.lowerBound) to \(range.upperBound) can't be excluded: not in order, or not there")
            }
            end = range.upperBound
        }
        try checkRecordings()
        if originalsPerStep > trainedCount, settings.task.choice.order == .samples {
            throw .unfit(
                """
                a step takes \(originalsPerStep) originals (\(shardsPerStep) shards of \(originalsPerShard)) but there \
                are \(trainedCount) samples to train on; take fewer with --shards or --shard-size
                """)
        }
    }

    /// The next smaller and the next larger number that would do, in words; nothing where none is near.
    private var divisorsNearLocalSteps: String {
        let place = min(stepsPerRound, steps + 1)
        let near = (max(1, place - 1000)...place + 1000).filter { $0 <= steps && steps % $0 == 0 }
        let both = [near.last { $0 < stepsPerRound }, near.first { $0 > stepsPerRound }].compactMap { $0 }
        return both.isEmpty ? "" : ", like \(both.map(String.init).joined(separator: " or "))"
    }

    private func checkRecordings() throws(UpstreamError) {
        guard let recordings else {
            if settings.task.choice.needsRecordings {
                throw .unfit("task \(settings.task.kind) needs to know the samples' recordings, and the job has none")
            }
            return
        }
        try recordings.validate(sampleCount: sampleCount)
        guard let groups, !groups.recordings.isEmpty else {
            throw .unfit("all samples are excluded; leave some to train on")
        }
        switch settings.task.choice.order {
        case .recordings where !groups.recordings.contains { $0.count > 1 }:
            throw .unfit(
                """
                no recording has two samples, and task \(settings.task.kind) (upstream.task) tells samples of one recording \
                apart; take recordings of several samples, like nights, or a preset with another task
                """)
        case .persons where !groups.persons.contains { $0.count > 1 }:
            throw .unfit("no person has two recordings that could be told apart; take others than those of a person")
        default: break
        }
    }

    private func checkSizes() throws(SettingFault) {
        try SettingFault.check((1..<1 << 40).contains(sampleCount), "samples", sampleCount, "1 to 2^40 samples")
        // The network's validation says what a sample may be; here it is that no product of these overflows.
        try SampleShape.validate(rows: rows, columns: columns)
        try SettingFault.check(
            sampleCount <= (1 << 56) / (rows * columns), "samples", sampleCount, "fewer: 2^56 values in all at most")
        try Self.validate(shards: shardsPerStep, shardSize: originalsPerShard, steps: steps)
    }

    /// Refuses sizes that no job may have, whatever its samples are.
    ///
    /// - Parameters:
    ///   - shards: shards a step.
    ///   - shardSize: originals a shard.
    ///   - steps: steps in all.
    ///   - stepsName: what a fault calls the steps.
    /// - Throws: `SettingFault` for the first of them, under its name in preset files.
    public static func validate(
        shards: Int, shardSize: Int, steps: Int, stepsName: String = "steps"
    ) throws(SettingFault) {
        try SettingFault.check((1...65_536).contains(shards), "shards", shards, "1 to 65536")
        try SettingFault.check((1...1 << 20).contains(shardSize), "shard_size", shardSize, "1 to 1048576")
        // So the place of an original in the order of all steps has 48 bits, and no training epoch's stream meets
        // another's.
        let mostSteps = min(1 << 40, (1 << 48) / (shards * shardSize))
        try SettingFault.check((0...mostSteps).contains(steps), stepsName, steps, "0 to \(mostSteps)")
    }

    /// How this job differs from another, a phrase each; a different number of steps alone is no difference.
    ///
    /// Steps are left out where no step's arithmetic depends on how many will follow, so that a job can be resumed to
    /// run longer.
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
        compare("values", \.content)
        compare("units", \.units)
        compare("preset", \.preset)
        compare("seed", \.seed)
        compare("shards", \.shardsPerStep)
        compare("shard size", \.originalsPerShard)
        if settings.optimiser.dependsOnStepCount { compare("steps", \.steps) }
        if frame != other.frame { found.append("the maps' frame is another") }
        if (isPrepared ?? false) != (other.isPrepared ?? false) { found.append("one has prepared samples") }
        if recordings != other.recordings { found.append("the recordings are others") }
        if excludedSamples != other.excludedSamples { found.append("excluded samples are others") }
        let (mine, theirs) = (settings.texts, other.settings.texts)
        let differing = Set(mine.keys).union(theirs.keys).filter { mine[$0] != theirs[$0] }
        for name in differing.sorted(by: { ($0.name, $0.section) < ($1.name, $1.section) }) {
            let isShared = mine.keys.contains { $0.name == name.name && $0.section != name.section }
            let shown = isShared ? "\(name.name) of the \(name.section)" : name.name
            found.append("\(shown) \(theirs[name] ?? "not set") there, \(mine[name] ?? "not set") here")
        }
        return found
    }
}

extension UpstreamSettings {
    /// A setting as preset files call it, and its section: two sections may have one of the same name.
    fileprivate struct Name: Hashable {
        let section, name: String
    }

    /// Every setting as text.
    fileprivate var texts: [Name: String] {
        guard let json = try? JSONEncoder().encode(self),
            let sections = try? JSONSerialization.jsonObject(with: json) as? [String: [String: Any]]
        else { preconditionFailure("settings that are no JSON objects: \(self)") }
        var texts = [Name(section: "exchange", name: "exchange"): exchange.kind.rawValue]
        for (section, values) in sections {
            for (name, value) in values {
                let text = (value as? [Any]).map { "[\($0.map { "\($0)" }.joined(separator: ", "))]" } ?? "\(value)"
                texts[Name(section: section, name: name == "kind" ? section : name)] = text
            }
        }
        return texts
    }
}
