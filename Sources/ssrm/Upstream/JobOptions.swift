import ArgumentParser
import Datasets
import Encoders
import Foundation
import Service
import SleepRecognition
import Upstream

/// What fixes a job, and how the run directory is kept.
struct JobOptions: ParsableArguments {
    @Option(help: "The dataset file, made by `ssrm data`.", completion: .file())
    var data: String

    @Option(
        help: "The run directory: checkpoints, job.json, metrics.jsonl and events.jsonl go there.",
        completion: .directory)
    var run: String

    @OptionGroup var presetOptions: PresetOptions

    @Option(help: "Steps in all; by default the preset's.")
    var steps: Int?

    @Option(help: "What all random draws follow from.")
    var seed: UInt64 = 1

    @Option(
        help: """
            Shards a step; at most so many workers compute at once. By default the preset's, or as many as the samples fill.
            """)
    var shards: Int?

    @Option(help: "Originals a shard; each goes through the network in every view. By default the preset's.")
    var shardSize: Int?

    @Option(help: "Units of the hidden layers, like 128 or 1024,1024; by default the preset's.")
    var hidden: String?

    @Option(help: "Adam's step size; by default the preset's.")
    var learningRate: Double?

    @OptionGroup var elements: ElementOptions

    @OptionGroup var orderOptions: OrderOptions

    @Option(
        help: """
            Steps that each shard makes on its own from one exchange to the next, as a replica; 0 exchanges every step. Where \
            the preset says nothing of how, it is done as was measured for its task. By default the preset's.
            """)
    var localSteps: Int?

    @Flag(
        help: """
            Exchange every step and compute the next one meanwhile: gradients are taken at the parameters of a step before, so \
            that nobody waits for a network that takes no longer than computing does. Not with --local-steps.
            """)
    var overlap = false

    @Option(
        help: ArgumentHelp(
            """
            Subjects whose samples take no part, like S1,S4: an encoder for them to be recognised with later; a name with a \
            comma in double quotes.
            """, valueName: "subjects"))
    var excludeSubjects: [String] = []

    @Option(help: "How often a checkpoint is written: a number of steps, or a time like 90s, 5m, 2h.")
    var checkpointEvery = "500"

    @Option(
        help: ArgumentHelp(
            """
            A second folder, best on another disk or machine, where each checkpoint is written too. With --resume the newest \
            whole one of both places counts, so a lost run goes on from there.
            """, valueName: "folder"),
        completion: .directory)
    var checkpointCopy: String?

    @Option(help: "How many of the last checkpoints are kept.")
    var keepCheckpoints = 3

    @Option(help: "Steps between lines in metrics.jsonl.")
    var reportEvery = 50

    @Flag(help: "Go on from the run directory's newest checkpoint.")
    var resume = false

    func validate() throws {
        for (name, value) in [
            ("--shards", shards ?? 1), ("--shard-size", shardSize ?? 1), ("--keep-checkpoints", keepCheckpoints),
            ("--report-every", reportEvery),
        ] where value < 1 {
            throw ValidationError("\(name) must be at least 1, not \(value)")
        }
        if CheckpointInterval(checkpointEvery) == nil {
            throw ValidationError(
                "--checkpoint-every takes a number of steps, at least 1, or a time like 90s, 5m or 2h, not \(checkpointEvery)"
            )
        }
        if checkpointCopy?.isEmpty ?? false { throw ValidationError("--checkpoint-copy needs the name of a folder") }
        if run.isEmpty { throw ValidationError("--run needs the name of a folder") }
        if let localSteps, localSteps < 0 { throw ValidationError("--local-steps must not be negative") }
        if overlap, let localSteps, localSteps > 0 {
            throw ValidationError(
                "--overlap exchanges every step, --local-steps \(localSteps) does not; leave one of them out")
        }
        if let steps, steps < 0 { throw ValidationError("--steps must not be negative") }
        if let learningRate, !(learningRate > 0 && learningRate.isFinite) {
            throw ValidationError("--learning-rate must be positive, not \(learningRate)")
        }
        _ = try hiddenUnits()
    }

    private func hiddenUnits() throws -> [Int]? {
        guard let hidden else { return nil }
        let units = hidden.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard units.allSatisfy({ $0 > 0 }) else {
            throw ValidationError("--hidden takes numbers of units like 128 or 1024,1024, not '\(hidden)'")
        }
        return units
    }

    /// What `--local-steps` stands for where the preset exchanges every step: the task's own way, which `--set` may
    /// change further.
    private func localAssignments(_ standard: PresetOptions.Standard) throws -> [String] {
        guard let localSteps, localSteps > 0, !presetOptions.set.contains(where: { $0.hasPrefix("upstream.exchange=") })
        else { return [] }
        let task = presetOptions.set.filter { $0.hasPrefix("upstream.task=") }
        var plain = presetOptions
        plain.set = task
        let upstream = try plain.settings(unused: [], standard: standard).values.upstream
        if upstream.exchange.localSteps != nil { return [] }
        let local = upstream.task.choice.localSteps(localSteps)
        return [
            "upstream.exchange=local", "upstream.local_steps=\(local.steps)",
            "upstream.inner_state=\(local.innerState.rawValue)", "upstream.outer=\(local.outer.rawValue)",
            "upstream.outer_rate=\(local.outerRate)", "upstream.outer_momentum=\(local.outerMomentum)",
            "upstream.rate_scale=\(local.rateScale)",
        ]
    }

    /// The preset's settings with what these options replace.
    func settings() throws -> NamedSettings {
        let standard = presetOptions.standard(for: data)
        var settings = try presetOptions.settings(
            unused: ["recogniser", "upstream.fold_steps"], before: localAssignments(standard),
            standard: standard)
        if let units = try hiddenUnits() {
            guard var perceptron = settings.values.upstream.network.choice as? MLPSettings else {
                throw ProgramError("--hidden is for a perceptron, not for \(settings.values.upstream.network.kind)")
            }
            perceptron.hiddenUnits = units
            settings.values.upstream.network = NetworkSettings(perceptron)
        }
        if let learningRate {
            switch settings.values.upstream.optimiser {
            case .adam(var adam):
                adam.learningRate = learningRate
                settings.values.upstream.optimiser = .adam(adam)
            case .adamw(var adamw):
                adamw.adam.learningRate = learningRate
                settings.values.upstream.optimiser = .adamw(adamw)
            }
        }
        if let localSteps, var local = settings.values.upstream.exchange.localSteps {
            local.steps = localSteps
            settings.values.upstream.exchange = localSteps == 0 ? .synchronous : .local(local)
        }
        try replaceExchange(&settings.values.upstream.exchange)
        elements.replace(&settings.values.upstream)
        orderOptions.replace(&settings.values.upstream.order)
        settings.values.shards = shards ?? settings.values.shards
        settings.values.shardSize = shardSize ?? settings.values.shardSize
        settings.values.steps = steps ?? settings.values.steps
        return settings
    }

    /// Has what is exchanged overlap with computing where that was asked for.
    private func replaceExchange(_ exchange: inout ExchangeSettings) throws {
        if exchange == .delayed, let localSteps, localSteps > 0 {
            throw ProgramError(
                "upstream.exchange is delayed, which exchanges every step; leave --local-steps \(localSteps) out")
        }
        guard overlap else { return }
        if exchange.localSteps != nil {
            throw ProgramError(
                "--overlap exchanges every step, and the settings say upstream.exchange=local; add --local-steps 0")
        }
        exchange = .delayed
    }

    /// The job that these options ask for, on a dataset that was opened.
    func job(on dataset: Dataset, settings: NamedSettings) throws -> Job {
        let excluded = try samplesOfSubjects(excludeSubjects, in: dataset)
        var settings = settings
        let count = dataset.samples.count - excluded.reduce(0) { $0 + $1.count }
        let (wanted, size) = (settings.values.shards, settings.values.shardSize)
        if shards == nil, shardSize == nil, count > 0, settings.values.fitStep(to: count) {
            Terminal.error(
                """
                note: \(many(count, "sample")) don't fill a step of \(settings.name) (\(many(wanted, "shard")) of \(size)); a \
                step takes \(settings.values.shards) of \(settings.values.shardSize) here (--shards, --shard-size)
                """)
        }
        let job = try Pretraining(on: dataset, settings: settings, seed: seed, excluding: excluded).job
        if let note = LocalStepCounts.noteOnFewExchanges(job.stepsPerRound, of: job.steps) { Terminal.error(note) }
        return job
    }
}
