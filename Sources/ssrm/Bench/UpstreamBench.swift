import ArgumentParser
import CLinux
import Checkpoints
import Datasets
import Encoders
import Foundation
import Layers
import Numerics
import Service
import Signals
import SleepRecognition
import Upstream

/// A run of the upstream stage on made-up samples, with real worker processes.
struct UpstreamBench {
    let inputs: Int
    let hiddenUnits: [Int]
    let classes: Int
    let views: Int
    let samples: Int
    let shards: Int
    let shardSize: Int

    struct Result: Encodable {
        let samplesPerSecond: Double
        let samplesPerSecondQuartiles: [Double]
        let stepMicroseconds: Double
        let stepMicrosecondsQuartiles: [Double]
        let timedSteps: Int
        let workers: Int
        let rowsPerStep: Int
        let network: [Int]
        let parameterCount: Int
        let parametersSHA256: String
        let coordinatorMegabytes: Double
        let time: StepTimes.Means

        enum CodingKeys: String, CodingKey {
            case workers, network, time
            case samplesPerSecond = "samples_per_s"
            case samplesPerSecondQuartiles = "samples_per_s_quartiles"
            case stepMicroseconds = "step_us"
            case stepMicrosecondsQuartiles = "step_us_quartiles"
            case timedSteps = "timed_steps"
            case rowsPerStep = "rows_per_step"
            case parameterCount = "parameter_count"
            case parametersSHA256 = "parameters_sha256"
            case coordinatorMegabytes = "coordinator_anonymous_mb"
        }
    }

    func run(_ options: UpstreamBenchOptions) throws -> Result {
        let signals = try SignalInbox()
        let folder = FileManager.default.temporaryDirectory.appending(path: "ssrm-bench-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // what is left in the temporary folder harms nobody
        let data = folder.appending(path: "samples.safetensors").path
        try writeSamples(to: data)
        malloc_trim(0)  // what making the samples took is not the coordinator's
        let dataset = try Dataset(opening: data)
        let run = RunFolder(folder.path)
        try FileManager.default.createDirectory(atPath: run.checkpointFolder, withIntermediateDirectories: true)

        var settings = try Preset.named("paper").settings.upstream
        settings.network = NetworkSettings(MLPSettings(hiddenUnits: hiddenUnits, weightDeviation: 0.1))
        settings.task = TaskSettings(
            ViewSettings(
                views: Array(SampleView.published.prefix(views)), crossEntropyWeight: 0.8, divergenceWeight: 0.2,
                outputUnits: classes))
        // One view alone is soon told without a mistake: gradients would become so small that a processor multiplies
        // them a hundred times slower, as no task's do that teaches something. So the parameters hardly move.
        settings.optimiser = .adam(AdamSettings(learningRate: 1e-7))
        options.elements.replace(&settings)
        if let fault = settings.arithmetic.fault { throw ProgramError(fault) }
        let job = Job(
            datasetDigest: dataset.digest, sampleCount: samples, rows: dataset.samples.rows,
            columns: dataset.samples.columns, preset: "paper", settings: settings, seed: 1, shardsPerStep: shards,
            originalsPerShard: shardSize, steps: options.steps)
        try job.validate()
        var coordinator = CoordinatorSettings(listen: "tcp://127.0.0.1:*")
        (coordinator.sharesMemory, coordinator.keepsStepEnds) = (options.sharesMemory, true)
        coordinator.audit = options.audit
        (coordinator.checkpointEvery, coordinator.keepCheckpoints) = (.steps(options.steps), 1)
        (coordinator.patience, coordinator.localWorkers) = (.seconds(60), options.workers)
        let events = RunEvents([TerminalSink(job: job)])
        let shell = try CoordinatorShell(
            coordinator, from: TrainingCheckpoint(job: job, state: TrainingState(startOf: job)),
            samples: dataset.samples,
            checkpoints: CheckpointPlaces(folder: run, copy: nil, kept: coordinator.keepCheckpoints), signals: signals,
            events: events)
        defer { events.end() }
        let local = try LocalWorkers(
            LocalWorkersSettings(count: options.workers, threads: options.threads, pins: options.pinning.pinning),
            endpoint: options.loopback ? shell.endpoint : shell.localEndpoint, data: data)
        if case .stopped(let signal) = try shell.run(with: local) { throw ExitCode(128 + signal) }
        guard shell.times.steps > 0 else {
            throw ProgramError("all workers were there for the last step alone; give more --steps")
        }
        let (times, rows) = (shell.times.perStep, Double(job.rowsPerStep))
        return Result(
            samplesPerSecond: times.rate(of: rows).rounded(),
            samplesPerSecondQuartiles: times.roundedRateQuartiles(of: rows),
            stepMicroseconds: (1e6 * times.median).rounded(),
            stepMicrosecondsQuartiles: times.quartiles.map { (1e6 * $0).rounded() },
            timedSteps: shell.times.steps, workers: options.workers, rowsPerStep: job.rowsPerStep,
            network: [inputs] + hiddenUnits + [classes],
            parameterCount: job.network.parameterCount, parametersSHA256: sha256(of: shell.finalState.parameters),
            coordinatorMegabytes: Self.anonymousMegabytes, time: shell.times.means(workers: options.workers))
    }

    /// This process's memory that is neither a mapped file nor shared, in 10^6 bytes.
    private static var anonymousMegabytes: Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
        return (kilobytes * 1024 / 1e5).rounded() / 10
    }

    /// Made-up samples, a recording of all; those of the mattress's size are matrices like it.
    private func writeSamples(to path: String) throws {
        let (rows, columns) = inputs == 1728 ? (64, 27) : (inputs, 1)
        let recording = DatasetOutline.Recording(
            name: "made up", subject: 0, firstPosition: 0, labels: Array(repeating: nil, count: samples))
        let outline = DatasetOutline(
            kind: "bench", vocabulary: .posture, rows: rows, columns: columns, subjects: ["made up"], codes: [],
            recordings: [recording])
        var writer = try DatasetWriter(path: path, outline: outline)
        var draw = RandomSequence(seed: 1, stream: 0)
        for start in stride(from: 0, to: samples, by: 1024) {
            let values = (0..<min(1024, samples - start) * inputs).map { _ in Float(draw.uniform()) }
            try writer.append(values)
        }
        _ = try writer.finish()
    }
}
