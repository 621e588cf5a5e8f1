import Foundation
import TestKit
import Testing

/// What the signals of terminals and batch systems do to a run.
@Suite struct EndingSignalsTests {
    let folder: TemporaryFolder
    var run: String { folder.path("run") }

    init() throws { folder = try TemporaryFolder() }

    private static let names = [
        SIGHUP: "SIGHUP", SIGQUIT: "SIGQUIT", SIGUSR1: "SIGUSR1", SIGUSR2: "SIGUSR2", SIGXCPU: "SIGXCPU",
    ]

    /// Starts `ssrm` with no signal ignored but SIGHUP, where that is asked for, however these tests were started.
    private func start(_ arguments: [String], ignoringHangup: Bool = false) throws -> ProgramRun {
        let first = ["--default-signal=HUP,QUIT,USR1,USR2,XCPU"] + (ignoringHangup ? ["--ignore-signal=HUP"] : [])
        return try ProgramRun(first + [ProgramRun.ssrm] + arguments, program: "/usr/bin/env")
    }

    private func startPretraining(_ flags: String...) throws -> [String] {
        try ["pretrain", "--workers", "1"] + Pretraining.jobFlags(run: run, steps: 1_000_000) + flags
    }

    @Test(arguments: [SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGXCPU])
    func aRunThatIsAskedToEndWritesACheckpointAndSaysWhy(signal: Int32) throws {
        let process = try start(startPretraining("--checkpoint-every", "5"))
        try RunEventLog(of: run, by: process).waits(for: .checkpointWritten)
        process.signal(signal)
        let result = process.result()
        #expect(result.status == 128 + signal, Comment(rawValue: result.errors))
        let name = try #require(Self.names[signal])
        #expect(result.errors.contains("ended by \(name)"), Comment(rawValue: result.errors))
        let stopped = try RunEventLog(of: run).waits(for: .stopped)
        #expect(try Pretraining.inspect(run).step == stopped.step)
    }

    @Test func aRunThatIsEndedBeforeItsFirstStepLeavesNothingToResumeAndCanBeStartedAgain() throws {
        let command =
            try ["coordinator", "--listen", "tcp://127.0.0.1:*"] + Pretraining.jobFlags(run: run, steps: 1_000_000)
        for _ in 0..<2 {
            let process = try ProgramRun(command)
            #expect(process.waits(for: "listening on "))
            process.signal(SIGTERM)
            let result = process.result()
            #expect(result.status == 128 + SIGTERM, Comment(rawValue: result.errors))
            #expect(result.errors.contains("stopped before its first step; the same command starts it again"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints").isEmpty)
        }
    }

    @Test func aRunThatIsToIgnoreAHangupGoesOn() throws {
        let process = try start(startPretraining("--checkpoint-every", "5"), ignoringHangup: true)
        let events = RunEventLog(of: run, by: process)
        try events.waits(for: .checkpointWritten)
        process.signal(SIGHUP)
        let count = try events.entries.count { $0.event == .checkpointWritten }
        try events.waits(for: .checkpointWritten, count: count + 2)
        #expect(!process.hasEnded)
        process.signal(SIGTERM)
        #expect(process.result().status == 128 + SIGTERM)
    }

    @Test func aRunWhoseReaderIsGoneGoesOn() throws {
        // `read` takes the first line, and then nobody reads any more.
        let flags = try Pretraining.jobFlags(run: run, steps: 100) + ["--workers", "1"]
        let script = "{ \"$@\" 2>&1; echo $? >'\(folder.path("status"))'; } | read -r line; exit 0"
        let pipe = try ProgramRun(
            ["-c", script, "bash", ProgramRun.ssrm, "pretrain"] + flags, program: "/usr/bin/bash")
        pipe.result()
        #expect(try Pretraining.inspect(run).step == 100)
    }

    @Test func aRunWhoseStandardErrorIsFullAndNotReadGoesOnAndEndsWhenAsked() throws {
        let pipe = folder.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let end = open(pipe, O_RDWR | O_NONBLOCK)
        defer { close(end) }
        let piece = [UInt8](repeating: UInt8(ascii: "\n"), count: 4096)
        while write(end, piece, piece.count) > 0 {}
        #expect(errno == EAGAIN)
        let script = "exec \"$@\" 2>'\(pipe)'"
        let process = try ProgramRun(
            ["-c", script, "sh", ProgramRun.ssrm] + startPretraining("--checkpoint-every", "5"), program: "/bin/sh")
        let events = RunEventLog(of: run, by: process)
        kill(try #require(try events.waits(for: .joined).pid), SIGKILL)
        try events.waits(for: .joined, count: 2)
        let count = try events.entries.count { $0.event == .checkpointWritten }
        try events.waits(for: .checkpointWritten, count: count + 2)
        process.signal(SIGTERM)
        #expect(process.result().status == 128 + SIGTERM)
        let stopped = try RunEventLog(of: run).waits(for: .stopped)
        #expect(try Pretraining.inspect(run).step == stopped.step)
    }

    /// A run of two workers, who are stopped once it has a checkpoint.
    private func startWithStoppedWorkers() throws -> (process: ProgramRun, workers: [Int32]) {
        let process = try ProgramRun(
            ["pretrain", "--workers", "2", "--checkpoint-every", "5"]
                + Pretraining.jobFlags(run: run, steps: 1_000_000))
        let events = RunEventLog(of: run, by: process)
        let workers = try events.waits(for: .joined, count: 2).compactMap(\.pid)
        try events.waits(for: .checkpointWritten)
        for worker in workers { kill(worker, SIGSTOP) }
        return (process, workers)
    }

    @Test func aRunWhoseWorkersAreStoppedEndsWhenAskedAndLeavesNone() throws {
        let (process, workers) = try startWithStoppedWorkers()
        process.signal(SIGINT)
        let result = process.result(seconds: 60)
        #expect(result.status == 128 + SIGINT, Comment(rawValue: result.errors))
        let stopped = try RunEventLog(of: run).waits(for: .stopped)
        #expect(try Pretraining.inspect(run).step == stopped.step)
        for worker in workers { #expect(!isRunning(worker)) }
    }

    @Test func whoInsistsEndsARunAtOnceAndLosesNothingWritten() throws {
        let (process, workers) = try startWithStoppedWorkers()
        process.signal(SIGINT)
        // Those that come right behind the first one are its echo.
        _ = waitFor {
            process.signal(SIGTERM)
            return process.hasEnded
        }
        #expect(process.result().status == 128 + SIGTERM)
        for worker in workers { #expect(waitFor { !isRunning(worker) }) }
        let step = try Pretraining.inspect(run).step
        #expect(step > 0)
        let resumed = try Pretraining.pretrain(run: run, steps: step + 50, "--workers", "1", "--resume")
        #expect(resumed.parameters_sha256 == (try Pretraining.bits(afterSteps: step + 50)))
    }

    @Test(arguments: [SIGHUP, SIGUSR1])
    func aWorkerThatIsAskedToEndLeavesItsCoordinator(signal: Int32) throws {
        let run = try EndlessRun.coordinator(run: run)
        let worker = try start(["worker", "--connect", try run.events.endpoint()])
        try run.events.waits(for: .joined)
        worker.signal(signal)
        #expect(worker.result().status == 128 + signal)
        try run.events.waits(for: .left)
        run.process.signal(SIGTERM)
        #expect(run.process.result().status == 128 + SIGTERM)
    }

    @Test func aCoordinatorEndsWithTheProcessThatStartedItWhenAskedTo() throws {
        let flags = try Pretraining.jobFlags(run: run, steps: 1_000_000) + ["--listen", "tcp://127.0.0.1:*"]
        let script = "\"$@\" --parent $$ & echo $!; read -r line"
        // Its standard input is empty: it ends when the program has been started.
        let parent = try ProgramRun(["-c", script, "sh", ProgramRun.ssrm, "coordinator"] + flags, program: "/bin/sh")
        let pid = try #require(Int32(parent.result(seconds: 60).output.split(separator: "\n").first ?? ""))
        defer { if pid > 1, kill(pid, 0) == 0 { kill(pid, SIGKILL) } }
        #expect(waitFor { kill(pid, 0) != 0 })
    }

    @Test func aParentThatIsNoneIsToldFromOneThatHasEnded() throws {
        func worker(parent: Int32) throws -> String {
            let result = try ProgramRun(["worker", "--connect", "tcp://127.0.0.1:9", "--parent", "\(parent)"]).result()
            #expect(result.status == 1, "\(result.errors)")
            return result.errors
        }
        let other = try ProgramRun(["100"], program: "/bin/sleep")
        defer { other.signal(SIGKILL) }
        let said = try worker(parent: other.pid)
        let words = "ssrm: process \(other.pid) is not the one that started this one (\(getpid()) did), "
        #expect(said.hasPrefix(words) && said.contains("leave --parent out"), "\(said)")
        other.signal(SIGKILL)
        other.result()
        #expect(try worker(parent: other.pid) == "ssrm: process \(other.pid), which started this one, has ended\n")
    }

    /// A dataset of eight gigabytes of nothing: whoever opens it hashes for seconds before he knows that it is none.
    private func makeLongDataset() throws -> String {
        let bytes = try Data(contentsOf: URL(filePath: try Pretraining.dataset.get()))
        let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let object = try JSONSerialization.jsonObject(with: bytes[8..<8 + length])
        var header = try #require(object as? [String: Any])
        let end = bytes.count - 8 - length
        header["z"] = ["dtype": "F32", "shape": [1 << 31], "data_offsets": [end, end + (1 << 33)]]
        var json = try JSONSerialization.data(withJSONObject: header)
        json.append(Data(repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
        let path = folder.path("long.safetensors")
        try (withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) } + json).write(to: URL(filePath: path))
        #expect(truncate(path, off_t(8 + json.count + end + (1 << 33))) == 0)
        return path
    }

    private static let nowhere = ["--connect", "tcp://127.0.0.1:9"]

    @Test(arguments: [
        (["coordinator", "--listen", "tcp://127.0.0.1:*"], "before its first step: RUN has no checkpoint, so there"),
        (["pretrain", "--resume"], "before a step was done: RUN has the checkpoint of step 2, and --resume goes on"),
        (["worker"] + nowhere, "before it said hello"),
        (["relay", "--listen", "tcp://127.0.0.1:*"] + nowhere, "before it relayed anything"),
    ])
    func whoIsEndedWhileItStillReadsItsDatasetSaysSoAndWhatThereIsToResume(
        command: [String], words: String
    ) throws {
        let isRun = !command.contains("--connect")
        if command.contains("--resume") { _ = try Pretraining.pretrain(run: run, steps: 2, "--workers", "1") }
        let data = try makeLongDataset()
        let flags = isRun ? ["--run", run, "--preset", "posture"] : []
        let process = try ProgramRun(command + ["--data", data] + flags)
        #expect(
            waitFor {
                let maps = try? String(contentsOfFile: "/proc/\(process.pid)/maps", encoding: .utf8)
                return process.hasEnded || maps?.contains(data) ?? false
            })
        process.signal(SIGTERM)
        let result = process.result(seconds: 60)
        #expect(result.status == 128 + SIGTERM, Comment(rawValue: result.errors))
        let line = "ssrm: ended by SIGTERM \(words.replacing("RUN", with: run))"
        #expect(result.errors.hasPrefix(line), Comment(rawValue: result.errors))
        #expect(result.errors.split(separator: "\n").count == 1)
    }
}
