import Foundation
import TestKit
import Testing

/// A run with so many steps that whatever a test does to it comes before its end; the test ends it, and compares the
/// bits.
struct EndlessRun {
    let folder: String
    let process: ProgramRun
    let events: RunEventLog
    private let jobFlags: [String]
    private let copy: String?

    /// A run of `ssrm` with this subcommand; some of its flags belong to the job.
    private init(
        _ subcommand: String, run: String, copy: String? = nil, descriptors: Int? = nil, _ flags: [String],
        job: [String]
    ) throws {
        (folder, jobFlags, self.copy) = (run, job, copy)
        let arguments =
            try [subcommand]
            + (Pretraining.jobFlags(run: run, steps: 1_000_000, copy: copy) + ["--report-every", "10"])
            .without(job + flags) + job + flags
        if let descriptors {
            process = try ProgramRun(
                ["-c", "ulimit -n \(descriptors) && exec \"$0\" \"$@\"", ProgramRun.ssrm] + arguments,
                program: "/bin/sh")
        } else {
            process = try ProgramRun(arguments)
        }
        events = RunEventLog(of: run, by: process)
    }

    /// `ssrm pretrain` with these further flags, on a copy of the dataset where one is given.
    static func pretrain(
        run: String, copy: String? = nil, job: [String] = [], _ flags: String...
    ) throws -> EndlessRun {
        try EndlessRun("pretrain", run: run, copy: copy, flags, job: job)
    }

    /// `ssrm coordinator` with these further flags.
    static func coordinator(
        run: String, at listen: String = "tcp://127.0.0.1:*", copy: String? = nil, job: [String] = [],
        _ flags: String...
    ) throws -> EndlessRun {
        try EndlessRun("coordinator", run: run, copy: copy, ["--listen", listen] + flags, job: job)
    }

    /// `ssrm coordinator` on a free port with these further flags, which can have so many files open and no more.
    static func coordinator(run: String, descriptors: Int?, _ flags: [String]) throws -> EndlessRun {
        try EndlessRun(
            "coordinator", run: run, descriptors: descriptors, ["--listen", "tcp://127.0.0.1:*"] + flags, job: [])
    }

    /// How many checkpoints were written.
    func checkpointCount() throws -> Int { try events.entries.count { $0.event == .checkpointWritten } }

    /// A worker for it.
    func worker(_ flags: String...) throws -> ProgramRun {
        try ProgramRun(["worker", "--connect", try events.endpoint()] + flags)
    }

    /// Waits until a worker has joined, for the `times`-th time.
    func waitsForJoining(of pid: Int32, times: Int = 1) throws {
        _ = try events.waits(for: .joined, count: times) { $0.pid == pid }
    }

    /// Waits until steps were done that were not begun before this call.
    func waitsForProgress() throws {
        let count = reportCount  // the steps of the next report may have been begun by now, those of the one after not
        let isThere = waitFor { reportCount > count + 1 || process.hasEnded }
        if !isThere || process.hasEnded { throw Pretraining.Failure(text: "no progress: \(process.errorsSoFar)") }
    }

    private var reportCount: Int {
        let content = FileManager.default.contents(atPath: folder + "/metrics.jsonl") ?? Data()
        return content.count { $0 == UInt8(ascii: "\n") }
    }

    /// Stops it after the step in hand, and returns how far it came.
    func stop(location: SourceLocation = #_sourceLocation) throws -> Pretraining.Outcome {
        process.signal(SIGINT)
        let result = process.result()
        #expect(result.status == 130, Comment(rawValue: result.errors), sourceLocation: location)
        let outcome = try Pretraining.inspect(folder)
        let stopped = try events.waits(for: .stopped)
        #expect(stopped.step == outcome.step, sourceLocation: location)
        return outcome
    }

    /// Stops it, and expects the bits that one worker comes to whom nobody disturbs.
    func stopsWithTheBitsOfAnUndisturbedRun(location: SourceLocation = #_sourceLocation) throws {
        let outcome = try stop(location: location)
        #expect(outcome.step > 0, sourceLocation: location)
        let bits = try Pretraining.bits(afterSteps: outcome.step, copy: copy, job: jobFlags)
        #expect(outcome.parameters_sha256 == bits, sourceLocation: location)
    }
}
