import Foundation
import TestKit
import Testing

/// Steps of about half a second: a worker is then in the midst of one at nearly any moment.
@Suite(.serialized, .onOwnThreads) struct SlowStepsTests {
    private static let lease = ["--lease", "5", "--heartbeat", "0.5"]
    private let folder: TemporaryFolder
    private var run: String { folder.path("run") }
    private let data: String

    init() throws {
        folder = try TemporaryFolder()
        data = folder.path("maps.safetensors")
        let made = try ProgramRun.ssrm(
            "data", "synthetic", "--kind", "pressure", "--subjects", "20", "--seed", "5", "--out", data)
        #expect(made.status == 0, Comment(rawValue: made.errors))
    }

    private func job(run: String, steps: Int) -> [String] {
        [
            "--data", data, "--run", run, "--steps", "\(steps)", "--seed", "7", "--shards", "6", "--shard-size", "200",
            "--hidden", "2560",
        ]
    }

    private func start(at endpoint: String, _ flags: String...) throws -> (process: ProgramRun, events: RunEventLog) {
        let isResumed = flags.contains("--resume")
        let events = RunEventLog(of: run, isResumed: isResumed)
        let process = try ProgramRun(
            ["coordinator", "--listen", endpoint, "--checkpoint-every", "1"] + Self.lease
                + job(run: run, steps: 1_000_000) + flags)
        return (process, events)
    }

    private func waitsForStep(after events: RunEventLog) throws {
        let count = try events.entries.count { $0.event == .checkpointWritten }
        try events.waits(for: .checkpointWritten, count: count + 2)
    }

    @Test(arguments: ["--shared-memory", "--no-shared-memory"])
    func workersComeBackFromWhateverStopsOneSideAndTheBitsAreTheSame(exchange: String) throws {
        var (coordinator, events) = try start(at: "tcp://127.0.0.1:*")
        let endpoint = try events.endpoint()
        let workers = try (0..<2).map { _ in
            try ProgramRun(["worker", "--connect", endpoint, "--data", data, exchange])
        }
        for worker in workers { try events.waits(for: .joined) { $0.pid == worker.pid } }
        try waitsForStep(after: events)
        for _ in 0..<2 {
            coordinator.signal(SIGKILL)
            coordinator.result()
            (coordinator, events) = try start(at: endpoint, "--resume")
            for worker in workers { try events.waits(for: .joined) { $0.pid == worker.pid } }
            try waitsForStep(after: events)
        }
        let stopped = workers[0]
        let later = events.later
        stopped.signal(SIGSTOP)
        try later.waits(for: .silent) { $0.pid == stopped.pid }
        stopped.signal(SIGCONT)
        try later.waits(for: .joined) { $0.pid == stopped.pid }
        try waitsForStep(after: events)
        // For longer than the lease: another one's patience tells how much time goes by.
        coordinator.signal(SIGSTOP)
        #expect(try ProgramRun.ssrm("worker", "--connect", "tcp://127.0.0.1:9", "--patience", "7").status == 1)
        coordinator.signal(SIGCONT)
        try waitsForStep(after: events)
        coordinator.signal(SIGINT)
        #expect(coordinator.result().status == 128 + SIGINT)
        for worker in workers { #expect(worker.result().status == 0, Comment(rawValue: worker.errorsSoFar)) }
        let outcome = try Pretraining.inspect(run)
        let undisturbed = try ProgramRun(
            ["pretrain", "--json", "--workers", "2"] + job(run: folder.path("undisturbed"), steps: outcome.step)
        ).result()
        let bits = try JSONDecoder().decode(Pretraining.Outcome.self, from: Data(undisturbed.output.utf8))
        #expect(outcome.parameters_sha256 == bits.parameters_sha256)
    }
}
