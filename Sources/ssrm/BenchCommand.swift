import ArgumentParser
import Datasets
import Foundation
import Numerics
import Signals
import Upstream

/// `ssrm bench`: the project's own timings, of the code that users run.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures this program's speed on this machine.",
        discussion: "Example: ssrm bench pretrain --workers 1 --views 1 --shard-size 128 --json",
        subcommands: [BenchPretrainCommand.self, BenchRecogniseCommand.self])
}

/// `ssrm bench pretrain`: rows a second of the upstream stage with real worker processes.
struct BenchPretrainCommand: ParsableCommand {
    private struct Result: Encodable {
        let samplesPerSecond: Double
        let stepMicroseconds: Double
        let workers: Int
        let rowsPerStep: Int
        let network: [Int]
        let parametersSHA256: String
        let time: StepTimes.Means

        enum CodingKeys: String, CodingKey {
            case workers, network, time
            case samplesPerSecond = "samples_per_s"
            case stepMicroseconds = "step_us"
            case rowsPerStep = "rows_per_step"
            case parametersSHA256 = "parameters_sha256"
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "pretrain",
        abstract: "Rows a second of the upstream stage: a coordinator, worker processes, made-up samples.",
        discussion: """
            A row is one view of one sample on its way through the network. The time counts from the first step done to the \
            last, so it leaves out start-up.

            Example: ssrm bench pretrain --workers 1 --views 1 --shard-size 128 --steps 500 --json
            """)

    @Option(help: "Worker processes.") var workers = 1
    @Option(help: "Compute threads of each worker.") var threads = 1
    @Option(help: "Shards a step.") var shards = 8
    @Option(help: "Originals a shard.") var shardSize = 128
    @Option(help: "Views of an original: 1, the original alone, to 5.") var views = 1
    @Option(help: "Values of a sample.") var inputs = 1728
    @Option(help: "Units of the hidden layers.") var hidden = "128"
    @Option(help: "Output units.") var classes = 5
    @Option(help: "Samples in the made-up dataset.") var samples = 8192
    @Option(help: "Steps.") var steps = 300
    @Flag(
        inversion: .prefixedNo, help: "Exchange floats through shared memory; otherwise through the loopback interface."
    )
    var sharedMemory = true
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        let numbers = [workers, threads, shards, shardSize, views, inputs, classes, samples, steps]
        if numbers.contains(where: { $0 < 1 }) { throw ValidationError("all sizes must be at least 1") }
        if numbers.contains(where: { $0 > 1 << 31 }) || samples * inputs > 1 << 31 {
            throw ValidationError("--samples times --inputs must be at most 2^31 values")
        }
        if steps < 2 { throw ValidationError("--steps must be at least 2: the time counts from the first one's end") }
        if views > SampleView.allCases.count { throw ValidationError("there are \(SampleView.allCases.count) views") }
        if hidden.split(separator: ",").contains(where: { Int($0) ?? 0 < 1 }) {
            throw ValidationError("--hidden takes numbers of units like 128 or 1024,1024, not '\(hidden)'")
        }
    }

    func run() throws {
        let signals = try SignalInbox([SIGINT, SIGTERM, SIGCHLD])
        let folder = FileManager.default.temporaryDirectory.appending(path: "ssrm-bench-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // what is left in the temporary folder harms nobody
        let data = folder.appending(path: "samples.safetensors").path
        try writeSamples(to: data)
        let dataset = try Dataset(opening: data)
        let run = RunFolder(folder.path)
        try FileManager.default.createDirectory(atPath: run.checkpointFolder, withIntermediateDirectories: true)

        var settings = UpstreamSettings.paper
        settings.views = Array(SampleView.allCases.prefix(views))
        settings.hiddenUnits = hidden.split(separator: ",").compactMap { Int($0) }
        settings.outputUnits = classes
        let job = Job(
            datasetDigest: dataset.digest, sampleCount: samples, rows: dataset.samples.rows,
            columns: dataset.samples.columns, preset: "paper", settings: settings, seed: 1, shardsPerStep: shards,
            originalsPerShard: shardSize, steps: steps)
        if let fault = job.fault { throw UpstreamError.unfit(fault) }
        let shell = try CoordinatorShell(
            CoordinatorSettings(
                listen: "tcp://127.0.0.1:*", heartbeat: .seconds(1), lease: .seconds(10),
                refusesOtherArithmetic: false, sharesMemory: sharedMemory, checkpointEvery: steps, keepCheckpoints: 1,
                reportEvery: steps,
                patience: .seconds(60)),
            job: job, samples: dataset.samples, state: TrainingState(startOf: job), folder: run, signals: signals)
        let local = try LocalWorkers(count: workers, endpoint: shell.endpoint, data: data, threads: threads)
        if case .stopped(let signal) = try shell.run(with: local) { throw ExitCode(128 + signal) }
        let rate = shell.speed.rowsPerSecond
        let result = Result(
            samplesPerSecond: rate.rounded(), stepMicroseconds: (1e6 * Double(job.rowsPerStep) / rate).rounded(),
            workers: workers, rowsPerStep: job.rowsPerStep, network: job.network.sizes,
            parametersSHA256: sha256(of: shell.finalState.parameters),
            time: shell.times.means(workers: workers))
        if json { return try printJSON(result) }
        let (coordinator, worker) = (result.time.coordinator, result.time.worker)
        print(
            """
            \(Int(result.samplesPerSecond)) rows/s, \(Int(result.stepMicroseconds)) us a step of \(job.rowsPerStep) rows
            coordinator: waits \(Int(coordinator.waiting)) us, optimiser \(Int(coordinator.optimising)) us, \
            messages and sums \(Int(coordinator.messages)) us
            a worker: computes \(Int(worker.computing)) us, exchange and waiting \(Int(worker.rest)) us
            """)
    }

    /// Made-up samples; those of the mattress's size are matrices like it.
    private func writeSamples(to path: String) throws {
        let (rows, columns) = inputs == 1728 ? (64, 27) : (inputs, 1)
        var draw = RandomSequence(seed: 1, stream: 0)
        let values = (0..<samples * inputs).map { _ in Float(draw.uniform()) }
        let recording = DatasetOutline.Recording(
            name: "made up", subject: 0, firstPosition: 0, labels: Array(repeating: nil, count: samples))
        try DatasetOutline(
            kind: "bench", vocabulary: .posture, rows: rows, columns: columns, subjects: ["made up"],
            codes: [], recordings: [recording]
        ).write(values, to: path)
    }
}
