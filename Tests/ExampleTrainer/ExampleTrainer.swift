import Datasets
import Encoders
import Examples
import Foundation
import Layers
import Service
import Upstream

/// A trainer of a network and a pretext task of one's own, by real processes: a coordinator that starts workers, or a
/// worker.
///
/// `ExampleTrainer pretrain DATASET RUN WORKERS STEPS [--resume]` prints the result as JSON; workers are this program
/// too, started by the coordinator as `ExampleTrainer worker --connect …`.
@main
enum ExampleTrainer {
    static func main() throws {
        // Before anything else, and in each process.
        NetworkSettings.kinds.add(SquareUnitsSettings.kind, SquareUnitsSettings.self)
        TaskSettings.kinds.add(ShiftSettings.kind, ShiftSettings.self)
        let words = Array(CommandLine.arguments.dropFirst())
        do {
            if words.first == "worker" { try work(words) } else { try pretrain(words) }
        } catch {
            FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func pretrain(_ words: [String]) throws {
        guard words.count >= 5, let workers = Int(words[3]), let steps = Int(words[4]) else {
            throw Misuse("use: ExampleTrainer pretrain DATASET RUN WORKERS STEPS [--resume]")
        }
        let signals = try SignalInbox()
        let dataset = try Dataset(opening: words[1])
        let job = Job(
            datasetDigest: dataset.digest, sampleCount: dataset.samples.count, rows: dataset.samples.rows,
            columns: dataset.samples.columns, content: dataset.content, preset: "example",
            settings: UpstreamSettings(
                network: NetworkSettings(SquareUnitsSettings(units: 24)),
                task: TaskSettings(ShiftSettings(shifts: 8)),
                optimiser: .adam(AdamSettings(learningRate: 0.01))),
            seed: 5, shardsPerStep: 6, originalsPerShard: 8, steps: steps)
        try job.validate()
        var coordinator = CoordinatorSettings(listen: "tcp://127.0.0.1:*")
        coordinator.checkpointEvery = .steps(40)
        var settings = RunSettings(data: words[1], folder: words[2], coordinator: coordinator)
        settings.workers = LocalWorkersSettings(count: workers, threads: 1, pins: false)
        settings.reportEvery = 10
        settings.resumes = words.contains("--resume")
        switch try UpstreamRun(settings, job: job, dataset: dataset).run(signals: signals) {
        case .complete(let result): print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
        case .stopped(let signal): exit(128 + signal)
        }
    }

    private static func work(_ words: [String]) throws {
        func value(_ name: String) -> String? {
            words.firstIndex(of: name).flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
        }
        guard let endpoint = value("--connect") else { throw Misuse("a worker needs --connect") }
        if let parent = value("--parent").flatMap({ Int32($0) }) { try ParentProcess.endThisWith(parent) }
        let signals = try SignalInbox()
        let dataset = try value("--data").map { try Dataset(opening: $0) }
        let shell = try WorkerShell(WorkerSettings(endpoint: endpoint), dataset: dataset, signals: signals) {
            Terminal.tell($0, isQuiet: true)
        }
        if case .stopped(let signal) = try shell.work() { exit(128 + signal) }
    }

    private struct Misuse: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }
}
