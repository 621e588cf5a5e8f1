import Foundation
import TestKit
import Testing

/// Where the compute threads of workers on this machine run.
@Suite struct PinningTests {
    /// The processors that a process may use, as the kernel lists them, like `0-1`.
    private static func processors(of pid: some CustomStringConvertible) -> String? {
        let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        return status?.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
            .map { $0.dropFirst("Cpus_allowed_list:".count).trimmingCharacters(in: .whitespaces) }
    }

    private static let processorCount = ProcessInfo.processInfo.activeProcessorCount

    /// The processors of the workers that `ssrm pretrain` with these flags starts, one for each processor.
    private func processorsOfWorkers(_ flags: [String] = []) throws -> [String?] {
        let folder = try TemporaryFolder()
        let count = Self.processorCount
        let run = folder.path("run")
        let process = try ProgramRun(
            ["pretrain"] + Pretraining.jobFlags(run: run, steps: 1_000_000) + ["--workers", "\(count)"] + flags)
        defer {
            process.signal(SIGINT)
            process.result()
        }
        let joined = try RunEventLog(of: run, by: process).waits(for: .joined, count: count)
        return joined.map { $0.pid.flatMap { Self.processors(of: $0) } }
    }

    @Test(.enabled(if: (2...8).contains(processorCount), "needs two processors, and not too many"))
    func workersThatTakeAllProcessorsHaveOneEach() throws {
        let found = try processorsOfWorkers()
        #expect(found.allSatisfy { $0?.wholeMatch(of: /\d+/) != nil } && Set(found).count == Self.processorCount)
    }

    @Test(.enabled(if: (2...8).contains(processorCount), "needs two processors, and not too many"))
    func threadsOfAWorkerThatTakeAllProcessorsHaveOneEach() throws {
        let folder = try TemporaryFolder()
        let run = folder.path("run")
        // With many more leaves than processors each thread has some.
        let leaves = ["--shards", "40", "--shard-size", "2"]
        let job = try Pretraining.jobFlags(run: run, steps: 1_000_000).without(leaves) + leaves
        let process = try ProgramRun(
            ["pretrain"] + job + ["--workers", "1", "--threads", "\(Self.processorCount)", "--checkpoint-every", "10"])
        defer {
            process.signal(SIGINT)
            process.result()
        }
        let log = RunEventLog(of: run, by: process)
        let pid = try #require(try log.waits(for: .joined, count: 1).first?.pid)
        try log.waits(for: .checkpointWritten)
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")
        let own = threads.compactMap { Self.processors(of: "\(pid)/task/\($0)") }.filter {
            $0.wholeMatch(of: /\d+/) != nil
        }
        #expect(own.count == Self.processorCount && Set(own).count == own.count)
    }

    @Test(.enabled(if: (2...8).contains(processorCount), "needs two processors, and not too many"))
    func workersRunAnywhereWhereThatIsWantedOrThereAreTooManyThreads() throws {
        let all = Self.processors(of: "self")
        for flags in [["--no-pinning"], ["--threads", "2"]] {
            #expect(try processorsOfWorkers(flags).allSatisfy { $0 == all })
        }
    }

    @Test(arguments: [
        (["--cpus", "99999"], "this process may not use processor 99999"), (["--cpus", "0,"], "no list of numbers"),
        (["--cpus", "x"], "no list of numbers"), (["--cpus", "0", "--threads", "2"], "one processor for each"),
        (["--cpus", "0,0", "--threads", "2"], "a processor twice"),
        (["--cpus", "-1"], "--cpus"), (["--cpus", ""], "no list of numbers"),
    ])
    func processorsThatCannotBeAreRefused(flags: [String], said: String) throws {
        let result = try ProgramRun(["worker", "--connect", "tcp://127.0.0.1:1"] + flags).result()
        #expect(result.status == 2 && result.errors.contains(said), Comment(rawValue: result.errors))
    }
}
