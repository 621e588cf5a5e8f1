import Foundation
import TestKit
import Testing

/// The promise, with real processes: the same job gives the same bits.
@Suite(.serialized, .onOwnThreads) struct SameBitsTests {
    let folder: TemporaryFolder
    var run: String { folder.path("run") }

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [("2", "1"), ("3", "1"), ("5", "1"), ("7", "1"), ("1", "2"), ("2", "3")])
    func anyNumberOfWorkersAndThreadsGivesTheSameBits(workers: String, threads: String) throws {
        let endless = try EndlessRun.pretrain(run: run, "--workers", workers, "--threads", threads)
        let count = try #require(Int(workers))
        let joined = try endless.events.waits(for: .joined, count: count)
        #expect(Set(joined.map(\.pid)).count == count)
        try endless.waitsForProgress()
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
    }

    @Test func workersGiveTheSameBitsHoweverTheyExchangeThem() throws {
        let outcome = try Pretraining.pretrain(run: run, "--workers", "3", "--no-shared-memory")
        #expect(outcome.parameters_sha256 == (try Pretraining.undisturbed.get()))
        // One worker that shares memory and one that does not, in one run.
        let mixed = try EndlessRun.coordinator(run: folder.path("mixed"))
        let workers = try ["--shared-memory", "--no-shared-memory"].map { try mixed.worker($0) }
        for worker in workers { try mixed.waitsForJoining(of: worker.pid) }
        try mixed.waitsForProgress()
        try mixed.stopsWithTheBitsOfAnUndisturbedRun()
        for worker in workers { #expect(worker.result().status == 0) }
    }

    @Test func inspectTellsTheSameAsTheRun() throws {
        let outcome = try Pretraining.pretrain(run: run, "--workers", "2")
        #expect(try Pretraining.inspect(run) == outcome)
        let inspected = try ProgramRun.ssrm("inspect", run, "--json")
        #expect(inspected.output.contains("\"parameter_count\":41621"))  // 1728 * 24 + 24 + 24 * 5 + 5
    }

    @Test func aRunWhoseCoordinatorIsKilledBetweenCheckpointsGoesOnToTheSameBits() throws {
        let first = try EndlessRun.pretrain(run: run, "--workers", "2", "--checkpoint-every", "30")
        try first.events.waits(for: .checkpointWritten)
        try first.waitsForProgress()
        first.process.signal(SIGKILL)
        #expect(first.process.result().status == -SIGKILL)
        let steps = try Pretraining.inspect(run).step + 50
        let outcome = try Pretraining.pretrain(run: run, steps: steps, "--workers", "3", "--resume")
        #expect(outcome.parameters_sha256 == (try Pretraining.bits(afterSteps: steps)))
    }

    @Test func aRunThatIsInterruptedKeepsACheckpointAndGoesOnToTheSameBits() throws {
        // No checkpoint but the one at its end.
        let first = try EndlessRun.pretrain(run: run, "--workers", "2", "--checkpoint-every", "1000000")
        try first.waitsForProgress()
        let steps = try first.stop().step
        #expect(first.process.errorsSoFar.contains("stopped after step \(steps) of 1000000; go on with --resume"))
        let resumed = try Pretraining.pretrain(run: run, steps: steps + 50, "--workers", "1", "--resume")
        #expect(resumed.parameters_sha256 == (try Pretraining.bits(afterSteps: steps + 50)))
    }

    @Test func aRunThatFailsKeepsACheckpointOfItsLastStepAndGoesOnToTheSameBits() throws {
        // Where no worker comes, a run gives up.
        let first = try EndlessRun.coordinator(
            run: run, "--checkpoint-every", "1000000", "--wait-seconds", "30", "--lease", "1", "--heartbeat", "0.2")
        let worker = try first.worker()
        try first.waitsForProgress()
        worker.signal(SIGKILL)
        let result = first.process.result()
        #expect(result.status == 1 && result.errors.contains("no worker has been at"), Comment(rawValue: result.errors))
        let steps = try Pretraining.inspect(run).step
        #expect(steps > 0)
        let resumed = try Pretraining.pretrain(run: run, steps: steps + 50, "--workers", "1", "--resume")
        #expect(resumed.parameters_sha256 == (try Pretraining.bits(afterSteps: steps + 50)))
    }

    @Test func workersMayDieBePausedAndJoinWithoutChangingABit() throws {
        let endless = try EndlessRun.coordinator(run: run, "--lease", "1", "--heartbeat", "0.2")
        let paused = try endless.worker()
        try endless.waitsForJoining(of: paused.pid)
        let later = endless.events.later
        paused.signal(SIGSTOP)
        try later.waits(for: .silent) { $0.pid == paused.pid }
        let killed = try endless.worker("--data", try Pretraining.dataset.get())
        try endless.waitsForJoining(of: killed.pid)
        try endless.waitsForProgress()
        killed.signal(SIGKILL)
        killed.result()
        try endless.events.waits(for: .silent) { $0.pid == killed.pid }
        let last = try endless.worker("--threads", "2", "--cache", folder.path("cache"))
        try endless.waitsForJoining(of: last.pid)
        try endless.waitsForProgress()
        #expect(try !FileManager.default.contentsOfDirectory(atPath: folder.path("cache")).isEmpty)
        paused.signal(SIGCONT)
        try later.waits(for: .joined) { $0.pid == paused.pid }
        try endless.waitsForProgress()
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
        #expect(last.result().status == 0 && paused.result().status == 0)
    }

    @Test(arguments: ["--shared-memory", "--no-shared-memory"])
    func connectionsThatBreakCostNothingButTime(exchange: String) throws {
        let endless = try EndlessRun.coordinator(run: run, "--heartbeat", "0.1", "--lease", "60")
        let port = try endless.events.endpoint().split(separator: ":").last
        let proxy = CuttingProxy(to: try #require(UInt16(port ?? "")))
        defer { proxy.end() }
        let workers = try (0..<2).map { _ in
            try ProgramRun(["worker", "--connect", "tcp://127.0.0.1:\(proxy.port)", exchange])
        }
        for worker in workers { try endless.waitsForJoining(of: worker.pid) }
        for _ in 0..<20 {
            try endless.waitsForProgress()
            proxy.cut()
        }
        try endless.waitsForProgress()
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
        for worker in workers {
            worker.signal(SIGTERM)  // one whose connection was cut at the very end did not hear of it
            worker.result()
        }
    }

    @Test(arguments: ["worker", "relay"])
    func aBitThatIsFlippedOnTheWayCostsNothingButTime(peer: String) throws {
        let endless = try EndlessRun.coordinator(run: run, "--heartbeat", "0.1", "--lease", "60")
        let port = try endless.events.endpoint().split(separator: ":").last
        let proxy = CuttingProxy(to: try #require(UInt16(port ?? "")))
        defer { proxy.end() }
        let near = "tcp://127.0.0.1:\(proxy.port)"
        let isRelay = peer == "relay"
        let first = try ProgramRun(
            isRelay
                ? ["relay", "--connect", near, "--listen", "tcp://127.0.0.1:*"]
                : ["worker", "--connect", near, "--no-shared-memory"])
        var below: [ProgramRun] = []
        if isRelay {
            below.append(try ProgramRun(["worker", "--connect", first.relayedEndpoint()]))
        }
        try endless.waitsForJoining(of: first.pid)
        for (i, onTheWayBack) in [false, true, true, false].enumerated() {
            try endless.waitsForProgress()
            proxy.flip(onTheWayBack: onTheWayBack)
            try endless.waitsForJoining(of: first.pid, times: i + 2)
        }
        try endless.waitsForProgress()
        #expect(first.waits(for: "saying hello again"))
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
        for process in [first] + below { #expect(process.result().status == 0) }
    }

    @Test func aWorkerThatIsStoppedForLongerThanItsPatienceComesBack() throws {
        let endless = try EndlessRun.coordinator(run: run, "--lease", "0.5", "--heartbeat", "0.1")
        let worker = try endless.worker("--patience", "20")
        try endless.waitsForJoining(of: worker.pid)
        let later = endless.events.later
        worker.signal(SIGSTOP)
        try later.waits(for: .silent) { $0.pid == worker.pid }
        // Another one's patience tells how much time goes by.
        let other = try ProgramRun(["worker", "--connect", "tcp://127.0.0.1:9", "--patience", "21"])
        #expect(other.result().status == 1)
        worker.signal(SIGCONT)
        try later.waits(for: .joined) { $0.pid == worker.pid }
        try endless.waitsForProgress()
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
        #expect(worker.result().status == 0)
    }

    @Test func aLocalWorkerThatIsKilledIsReplaced() throws {
        let endless = try EndlessRun.pretrain(run: run, "--workers", "1")
        let killed = try #require(try endless.events.waits(for: .joined).pid)
        kill(killed, SIGKILL)
        let ended = try endless.events.waits(for: .ended)
        #expect(ended.process == killed && ended.how == "signal 9")
        try endless.events.waits(for: .joined) { $0.pid != killed }
        try endless.waitsForProgress()
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
    }

    @Test func aLocalWorkerIsReplacedHoweverOftenItIsKilledSoonAfterItJoined() throws {
        let endless = try EndlessRun.pretrain(run: run, "--workers", "1")
        for count in 1...5 {
            let joined = try endless.events.waits(for: .joined, count: count)
            kill(try #require(joined.last?.pid), SIGKILL)
            try endless.events.waits(for: .ended, count: count)
        }
        try endless.events.waits(for: .joined, count: 6)
        try endless.waitsForProgress()
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
    }

    /// As where a folder of the network was away when it began: its samples come from the coordinator.
    @Test func aLocalWorkerIsReplacedThoughItsDatasetIsGone() throws {
        let (copy, away) = (folder.path("copy.safetensors"), folder.path("away.safetensors"))
        try FileManager.default.copyItem(atPath: try Pretraining.dataset.get(), toPath: copy)
        let endless = try EndlessRun.pretrain(run: run, copy: copy, "--workers", "1")
        let killed = try #require(try endless.events.waits(for: .joined).pid)
        try FileManager.default.moveItem(atPath: copy, toPath: away)
        kill(killed, SIGKILL)
        try endless.events.waits(for: .joined) { $0.pid != killed }
        try endless.waitsForProgress()
        try FileManager.default.moveItem(atPath: away, toPath: copy)
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
    }

    /// As where a folder of the network is not right: more than three that follow one that worked find no dataset.
    @Test func aLocalWorkerIsReplacedOnceItsDatasetIsBackAndTheOthersGoOnMeanwhile() throws {
        let (copy, away) = (folder.path("copy.safetensors"), folder.path("away.safetensors"))
        try FileManager.default.copyItem(atPath: try Pretraining.dataset.get(), toPath: copy)
        let endless = try EndlessRun.pretrain(run: run, copy: copy, "--workers", "2")
        let pids = try endless.events.waits(for: .joined, count: 2).compactMap(\.pid)
        // Whoever is started from here on finds what is no dataset; those who have it open do.
        try FileManager.default.moveItem(atPath: copy, toPath: away)
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
        kill(pids[0], SIGKILL)
        try endless.events.waits(for: .ended, count: 6)
        try endless.waitsForProgress()
        try FileManager.default.removeItem(atPath: copy)
        try FileManager.default.moveItem(atPath: away, toPath: copy)
        try endless.events.waits(for: .joined, count: 3)
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
    }

    @Test func noWorkerOutlivesItsCoordinator() throws {
        let endless = try EndlessRun.pretrain(run: run, "--workers", "2")
        let pids = try endless.events.waits(for: .joined, count: 2).compactMap(\.pid)
        endless.process.signal(SIGKILL)
        endless.process.result()
        #expect(Set(pids).count == 2)
        for pid in pids { #expect(waitFor { !isRunning(pid) }) }
    }
}

/// Whether a process runs; one that ended and was not waited for does not.
func isRunning(_ pid: pid_t) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let state = status.split(separator: ")").last?.trimmingCharacters(in: .whitespaces).first
    else { return false }
    return state != "Z"
}
