import Foundation
import TestKit
import Testing

/// The promise, with real processes: the same job gives the same bits.
@Suite(.serialized) struct SameBitsTests {
    let folder: TemporaryFolder
    var run: String { folder.path("run") }

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [("2", "1"), ("3", "1"), ("5", "1"), ("7", "1"), ("1", "2"), ("2", "3")])
    func anyNumberOfWorkersAndThreadsGivesTheSameBits(workers: String, threads: String) throws {
        let outcome = try Pretraining.pretrain(run: run, "--workers", workers, "--threads", threads)
        #expect(outcome.parameters_sha256 == (try Pretraining.undisturbed.get()))
        #expect(outcome.step == 200)
    }

    @Test func workersGiveTheSameBitsHoweverTheyExchangeThem() throws {
        let outcome = try Pretraining.pretrain(run: run, "--workers", "3", "--no-shared-memory")
        #expect(outcome.parameters_sha256 == (try Pretraining.undisturbed.get()))
        // One worker that shares memory and one that does not, in one run.
        let mixed = folder.path("mixed")
        let coordinator = try ProgramRun(
            ["coordinator", "--json", "--listen", "tcp://127.0.0.1:*"] + Pretraining.jobFlags(run: mixed, steps: 200))
        let endpoint = try RunEventLog(of: mixed, by: coordinator).endpoint()
        let workers = try ["--shared-memory", "--no-shared-memory"].map {
            try ProgramRun(["worker", "--connect", endpoint, $0])
        }
        let result = coordinator.result()
        #expect(result.output.contains(try Pretraining.undisturbed.get()), Comment(rawValue: result.errors))
        for worker in workers { worker.result() }
    }

    @Test func inspectTellsTheSameAsTheRun() throws {
        let outcome = try Pretraining.pretrain(run: run, "--workers", "2")
        let inspected = try ProgramRun.ssrm("inspect", run, "--json")
        #expect(try JSONDecoder().decode(Pretraining.Outcome.self, from: Data(inspected.output.utf8)) == outcome)
        #expect(inspected.output.contains("\"parameter_count\":41621"))  // 1728 * 24 + 24 + 24 * 5 + 5
    }

    @Test func aRunWhoseCoordinatorIsKilledBetweenCheckpointsGoesOnToTheSameBits() throws {
        let flags =
            ["pretrain"] + (try Pretraining.jobFlags(run: run, steps: 1000)) + [
                "--workers", "2", "--checkpoint-every", "30", "--keep-checkpoints", "100",
            ]
        let first = try ProgramRun(flags)
        try RunEventLog(of: run, by: first).waits(for: .checkpointWritten)
        first.signal(SIGKILL)
        #expect(first.result().status == -SIGKILL)
        let outcome = try Pretraining.pretrain(run: run, steps: 1000, "--workers", "3", "--resume")
        let whole = try Pretraining.pretrain(run: folder.path("whole"), steps: 1000, "--workers", "1")
        #expect(outcome.parameters_sha256 == whole.parameters_sha256)
    }

    @Test func aRunThatIsInterruptedKeepsACheckpointAndGoesOnToTheSameBits() throws {
        let first = try ProgramRun(
            ["pretrain"] + Pretraining.jobFlags(run: run, steps: 100_000) + ["--workers", "2", "--report-every", "1"])
        #expect(
            waitFor {
                (try? String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8))?.contains("\"step\":2") ?? false
            })
        first.signal(SIGINT)
        let result = first.result()
        #expect(result.status == 130)
        #expect(result.errors.contains("--resume"))
        let inspected = try ProgramRun.ssrm("inspect", run, "--json").output
        let steps = try JSONDecoder().decode(Pretraining.Outcome.self, from: Data(inspected.utf8)).step
        let resumed = try Pretraining.pretrain(run: run, steps: steps + 50, "--workers", "1", "--resume")
        let whole = try Pretraining.pretrain(run: folder.path("whole"), steps: steps + 50, "--workers", "2")
        #expect(resumed.parameters_sha256 == whole.parameters_sha256)
    }

    @Test func workersMayDieBePausedAndJoinWithoutChangingABit() throws {
        let coordinator = try ProgramRun(
            ["coordinator", "--json", "--listen", "tcp://127.0.0.1:*", "--lease", "1", "--heartbeat", "0.2"]
                + Pretraining.jobFlags(run: run, steps: 200))
        let events = RunEventLog(of: run, by: coordinator)
        let endpoint = try events.endpoint()
        func worker(_ flags: String...) throws -> ProgramRun {
            try ProgramRun(["worker", "--connect", endpoint] + flags)
        }

        // The first is paused before anybody else is there, so the run can't be over before the others come.
        let paused = try worker()
        try events.waits(for: .joined) { $0.pid == paused.pid }
        paused.signal(SIGSTOP)
        try events.waits(for: .silent) { $0.pid == paused.pid }
        // Stopped as soon as it is there, it has at most begun with its work; killed, it never does it.
        let killed = try worker("--data", try Pretraining.dataset.get())
        try events.waits(for: .joined) { $0.pid == killed.pid }
        killed.signal(SIGKILL)
        let last = try worker("--threads", "2", "--cache", folder.path("cache"))
        let result = coordinator.result()
        #expect(result.status == 0, Comment(rawValue: result.errors))
        let outcome = try JSONDecoder().decode(Pretraining.Outcome.self, from: Data(result.output.utf8))
        #expect(outcome.parameters_sha256 == (try Pretraining.undisturbed.get()))
        #expect(last.result().status == 0)
        #expect(try !FileManager.default.contentsOfDirectory(atPath: folder.path("cache")).isEmpty)
        paused.signal(SIGKILL)
        paused.result()
    }

    @Test(arguments: ["--shared-memory", "--no-shared-memory"])
    func connectionsThatBreakCostNothingButTime(exchange: String) throws {
        let coordinator = try ProgramRun(
            ["coordinator", "--json", "--listen", "tcp://127.0.0.1:*", "--heartbeat", "0.1", "--lease", "60"]
                + Pretraining.jobFlags(run: run, steps: 2000))
        #expect(waitFor { FileManager.default.fileExists(atPath: run + "/endpoint") })
        let endpoint = try String(contentsOfFile: run + "/endpoint", encoding: .utf8)
        let proxy = CuttingProxy(to: try #require(UInt16(endpoint.split(separator: ":").last?.dropLast() ?? "")))
        defer { proxy.end() }
        let workers = try (0..<2).map { _ in
            try ProgramRun(["worker", "--connect", "tcp://127.0.0.1:\(proxy.port)", exchange])
        }
        #expect(coordinator.waits(for: "joined"))
        var cuts = 0
        while isRunning(coordinator.pid), cuts < 200 {
            proxy.cut()
            cuts += 1
            usleep(150_000)
        }
        let result = coordinator.result()
        #expect(result.status == 0, Comment(rawValue: result.errors))
        #expect(cuts > 1)
        let whole = try Pretraining.pretrain(run: folder.path("whole"), steps: 2000, "--workers", "1")
        #expect(result.output.contains(whole.parameters_sha256))
        for worker in workers {
            worker.signal(SIGTERM)  // one whose connection was cut at the very end did not hear of it
            worker.result()
        }
    }

    @Test func aLocalWorkerThatIsKilledIsReplaced() throws {
        let run = try ProgramRun(
            ["pretrain", "--json"] + Pretraining.jobFlags(run: run, steps: 3000) + ["--workers", "1"])
        #expect(run.waits(for: " joined"))
        let joined = try #require(run.errorsSoFar.firstMatch(of: /:(\d+) joined/))
        kill(try #require(pid_t(joined.1)), SIGKILL)
        let result = run.result()
        #expect(result.status == 0, Comment(rawValue: result.errors))
        #expect(result.errors.contains("worker process \(joined.1) ended (signal 9); its shards go to others"))
    }

    @Test func noWorkerOutlivesItsCoordinator() throws {
        let run = try ProgramRun(["pretrain"] + Pretraining.jobFlags(run: run, steps: 1_000_000) + ["--workers", "2"])
        #expect(waitFor { run.errorsSoFar.matches(of: /:(\d+) joined/).count == 2 })
        let pids = run.errorsSoFar.matches(of: /:(\d+) joined/).compactMap { pid_t($0.1) }
        run.signal(SIGKILL)
        run.result()
        #expect(pids.count == 2)
        for pid in pids { #expect(waitFor { !isRunning(pid) }) }
    }
}

/// Polls for something that another process brings about, for a minute at most.
func waitFor(_ happened: () -> Bool) -> Bool {
    for _ in 0..<6000 {
        if happened() { return true }
        usleep(10_000)
    }
    return false
}

/// Whether a process runs; one that ended and was not waited for does not.
func isRunning(_ pid: pid_t) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let state = status.split(separator: ")").last?.trimmingCharacters(in: .whitespaces).first
    else { return false }
    return state != "Z"
}
