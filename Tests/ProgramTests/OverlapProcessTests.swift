import Foundation
import TestKit
import Testing

/// The promise where steps overlap, with real processes.
@Suite(.serialized, .onOwnThreads)
struct OverlapProcessTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func pretrain(_ name: String, steps: Int = 100, _ flags: [String]) throws -> Pretraining.Outcome {
        try Pretraining.pretrain(run: folder.path(name), steps: steps, flags)
    }

    @Test func workersThatComeAndGoStreamAndStandBehindRelaysChangeNoBit() throws {
        let run = try EndlessRun.coordinator(
            run: folder.path("run"), job: ["--overlap", "--wire", "bfloat16"], "--audit", "0.1", "--lease", "1",
            "--heartbeat", "0.2")
        let relay = try ProgramRun([
            "relay", "--connect", try run.events.endpoint(), "--listen", "tcp://127.0.0.1:*",
        ])
        let endpoint = relay.relayedEndpoint()
        let below = try (0..<2).map { _ in
            try ProgramRun(["worker", "--connect", endpoint, "--data", Pretraining.dataset.get()])
        }
        let streaming = try run.worker("--sample-memory", "1")
        let owner = try run.worker("--data", try Pretraining.dataset.get())
        for pid in [relay.pid, streaming.pid, owner.pid] { try run.waitsForJoining(of: pid) }
        for worker in below { #expect(relay.waits(for: ":\(worker.pid) joined")) }
        try run.waitsForProgress()
        let later = run.events.later
        owner.signal(SIGSTOP)
        try later.waits(for: .silent) { $0.pid == owner.pid }
        below[0].signal(SIGKILL)
        try run.waitsForProgress()
        owner.signal(SIGCONT)
        try later.waits(for: .joined) { $0.pid == owner.pid }
        streaming.signal(SIGKILL)
        try run.events.waits(for: .silent) { $0.pid == streaming.pid }
        try run.waitsForProgress()
        try run.stopsWithTheBitsOfAnUndisturbedRun()
        for process in [relay, owner, below[1]] {
            let result = process.result()
            #expect(result.status == 0, Comment(rawValue: result.errors))
        }
    }

    @Test func whereItDoesNotGoItIsRefusedInALine() throws {
        /// What is said; usage is shown only where the options alone are at fault, and not what settings they meet.
        func refusal(_ flags: [String], status: Int32 = 1) throws -> String {
            let job = try Pretraining.jobFlags(run: folder.path("run"), steps: 12)
            let result = try ProgramRun(["pretrain", "--workers", "1"] + job + flags).result()
            #expect(result.status == status && result.output.isEmpty)
            #expect(result.errors.contains("Usage:") == (status == 2), "\(result.errors)")
            return result.errors
        }
        #expect(
            try refusal(["--overlap", "--local-steps", "4"], status: 2).contains(
                "--overlap exchanges every step, --local-steps 4 does not; leave one of them out"))
        #expect(
            try refusal(["--overlap", "--set", "upstream.exchange=local"]).contains(
                "--overlap exchanges every step, and the settings say upstream.exchange=local; add --local-steps 0"))
        #expect(
            try refusal(["--set", "upstream.exchange=delayed", "--local-steps", "4"]).contains(
                "upstream.exchange is delayed, which exchanges every step; leave --local-steps 4 out"))
        #expect(
            try refusal(["--preset", "posture"]) == "ssrm: --hidden is for a perceptron, not for convolution\n")
    }

    @Test func aRunIsNotResumedWithoutIt() throws {
        _ = try pretrain("run", steps: 10, ["--workers", "1", "--set", "upstream.exchange=delayed"])
        let job = try Pretraining.jobFlags(run: folder.path("run"), steps: 20)
        let result = try ProgramRun(["pretrain", "--resume", "--workers", "1"] + job).result()
        #expect(result.status == 1 && result.errors.contains("exchange delayed there, synchronous here"))
        let resumed = try pretrain("run", steps: 20, ["--workers", "2", "--resume", "--overlap"])
        #expect(try resumed == pretrain("whole", steps: 20, ["--workers", "1", "--overlap"]))
    }
}
