import ArgumentParser
import Datasets
import Numerics
import Service
import SleepRecognition
import Upstream

/// `ssrm plan`: what a job would take on other machines, before any of them is started.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Says how long a job of the upstream stage would take on several machines, and which settings help.",
        discussion: """
            Measures for a few seconds how long one thread of this machine takes for a shard of the job, then simulates the \
            run on machines like this one whose links all end at the coordinator, or at relays among which the workers are divided. Efficiency is the part of the workers' time \
            in which they compute. With local steps, each shard makes so many steps on its own between two exchanges; without, \
            every step is exchanged, and with overlap (--overlap of `ssrm pretrain`) the next one is computed meanwhile. What \
            that does to the loss depends on the task, and no plan tells it. The last line says which flags to give `ssrm \
            pretrain` or `ssrm coordinator`.

            Example:
              ssrm plan --data maps.safetensors --preset paper --steps 5000 --workers 8 \\
                --link 1gbit --delay 1ms --local-steps 0,10,50
            """)

    @Option(help: "The dataset file, made by `ssrm data`.", completion: .file())
    var data: String

    @OptionGroup var presetOptions: PresetOptions

    @Option(help: "Steps in all; by default the preset's.")
    var steps: Int?

    @Option(help: "Shards a step; by default the preset's, or as many as the samples fill.")
    var shards: Int?

    @Option(help: "Originals a shard. By default the preset's.")
    var shardSize: Int?

    @Option(help: "Workers, each on a machine of its own.")
    var workers: Int

    @Option(help: "Compute threads of each worker.")
    var threads = 1

    @Option(
        help: "What each machine's link carries, each way, like 1gbit, 100mbit or 10gbit.", transform: LinkText.rate)
    var link: Double

    @Option(
        help: "How long a message is underway at least, one way, like 20ms or 1s; 0.1ms by default.",
        transform: LinkText.delay)
    var delay = 0.0001

    @Option(
        help: """
            Steps that each shard makes on its own between two exchanges, like 0,10,50; 0 exchanges every step. Others must \
            divide the job's steps. By default 0 and numbers near 10, 50 and 100 that do, with four exchanges or more.
            """)
    var localSteps: String?

    @Option(help: "How sums and parameters travel, like float32 or float32,bfloat16.")
    var wire = ElementType.allCases.map(\.rawValue).joined(separator: ",")

    @Option(
        help: """
            Relays among which the workers are divided, like 0,2,4; with 0 all connect to the coordinator. By default 0, and \
            what is advised behind as many as suit the workers.
            """)
    var relays: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        for (name, value) in [("--workers", workers), ("--threads", threads)] where !(1...4096).contains(value) {
            throw ValidationError("\(name) must be 1 to 4096, not \(value)")
        }
        for (name, value) in [("--shards", shards), ("--shard-size", shardSize), ("--steps", steps)] {
            if let value, value < 1 { throw ValidationError("\(name) must be at least 1, not \(value)") }
        }
        _ = (try localStepCounts(), try wires(), try relayCounts())
    }

    /// The numbers of steps that are asked for; nil where nobody asked.
    private func localStepCounts() throws -> [Int]? {
        try localSteps.map {
            try numbers(in: $0, 0...1_000_000, "--local-steps takes numbers of steps like 0,10,50")
        }
    }

    /// The numbers of relays that are asked for; nil where nobody asked.
    private func relayCounts() throws -> [Int]? {
        try relays.map {
            try numbers(in: $0, 0...workers, "--relays takes numbers up to that of workers, like 0,2,4")
        }
    }

    private func numbers(in text: String, _ range: ClosedRange<Int>, _ need: String) throws -> [Int] {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
        guard numbers.allSatisfy(range.contains), numbers.count <= 32 else {
            throw ValidationError("\(need), not '\(text)'")
        }
        return numbers
    }

    private func wires() throws -> [ElementType] {
        try wire.split(separator: ",", omittingEmptySubsequences: false).map { text in
            guard let element = ElementType(rawValue: String(text)) else {
                let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--wire takes some of \(known), not '\(text)'")
            }
            return element
        }
    }

    func run() throws {
        var settings = try presetOptions.settings(
            unused: ["recogniser", "upstream.fold_steps"], standard: presetOptions.standard(for: data))
        settings.values.shards = shards ?? settings.values.shards
        settings.values.shardSize = shardSize ?? settings.values.shardSize
        settings.values.steps = steps ?? settings.values.steps
        let dataset = try Dataset(opening: data)
        if shards == nil, shardSize == nil { _ = settings.values.fitStep(to: dataset.samples.count) }
        let job = try Pretraining(on: dataset, settings: settings).job
        if let fault = job.settings.arithmetic.fault ?? job.memoryFault(threads: 1) {
            throw ProgramError("the job can't be measured here: \(fault)")
        }
        let asked = try localStepCounts()
        if let most = asked?.max(), most > job.steps {
            throw ProgramError(
                "--local-steps \(most) is more than the job's \(many(job.steps, "step")); ask for fewer")
        }
        if asked == nil, let note = LocalStepCounts.note(for: job.steps) { Terminal.error(note) }
        let machines = RunPlan.Machines(
            workers: workers, threads: threads, bitsPerSecond: link, delaySeconds: delay)
        let plan = RunPlan(
            job, measured: try MeasuredWorker(job, samples: dataset.samples), machines: machines,
            localSteps: asked ?? [0] + LocalStepCounts.planned(for: job.steps), wires: try wires(),
            relays: try relayCounts())
        if let fault = dataset.samples.fault { throw ProgramError(fault) }
        if json { try printJSON(plan) } else { print(plan.text(of: job)) }
        if let fault = plan.fault { throw ProgramError(fault) }
    }
}
