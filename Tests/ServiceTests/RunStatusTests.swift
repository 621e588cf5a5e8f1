import Coordination
import Foundation
import Service
import TestKit
import Testing

/// How a run stands, as its directory tells.
@Suite struct RunStatusTests {
    private let run: SmallRun
    private let lock: RunHold

    init() throws {
        run = try SmallRun()
        try run.makeFolders()
        lock = try RunHold(run.folder, for: run.job)
        try lock.write(#"{"job": \#(run.job.json)}"#, to: run.folder.jobFile)
    }

    /// A run in which these things happen.
    private func take(_ events: [RunEvent]) throws {
        let sinks: [any RunEventSink] = [
            try EventsFile(folder: run.folder), try MetricsSink(job: run.job, folder: run.folder, every: 2),
        ]
        for (i, event)
            in ([.started(step: 0, steps: 12, isResumed: false), .listening(endpoint: "tcp://a:1")] + events)
            .enumerated()
        {
            for sink in sinks { try sink.take(event, at: .seconds(i)) }
        }
    }

    private func joined(_ worker: String) -> RunEvent { .joined(worker: worker, processor: "fast", numerics: "AVX2") }

    private func round(_ leaves: [String: Int]) -> RunEvent {
        .roundTimed(
            RoundTimes(
                whole: .milliseconds(10),
                workers: leaves.sorted { $0.key < $1.key }.map {
                    .init(
                        name: $0.key, computing: .milliseconds(6), exchanging: .milliseconds(3), leafCount: $0.value)
                }))
    }

    private func step(_ step: Int) -> RunEvent {
        .stepDone(step: step, figures: [.init("loss", 0.5)], workers: 2)
    }

    private func status() throws -> RunStatus { try RunStatus(of: run.folder, at: Date()) }

    @Test func aFolderWithoutAJobIsNoRun() throws {
        #expect(throws: ServiceError.self) {
            try RunStatus(of: .init(run.temporary.path("elsewhere")), at: Date())
        }
    }

    /// Tasks of an array of Slurm's have a key each; what keys of one machine have in common is its name.
    @Test func workersOfSeveralKeysOnOneMachineAreOnOne() throws {
        try take(["4-1/node1:7", "4-2/node1:8", "n2/node2:9", "n2/node2:10", "n3/node3:11"].map(joined) + [step(1)])
        let status = try status()
        #expect(status.machines.map(\.name) == ["node1", "n2/node2", "n3/node3"])
        #expect(status.machines.map(\.workers) == [2, 2, 1])
        #expect(status.lines.contains("workers     5 on 3 machines"))
    }

    @Test func workersAndTheirMachinesHaveTheirShares() throws {
        try take([
            joined("lab1:1"), joined("lab1:2"), joined("lab2:9"), step(1),
            round(["lab1:1": 2, "lab1:2": 1, "lab2:9": 1]), step(2),
        ])
        let status = try status()
        #expect(status.state == .running && status.step == 2 && status.steps == 12 && status.workers == 3)
        #expect(status.endpoint == "tcp://a:1" && status.loss == 0.5 && status.checkpointStep == nil)
        #expect(status.machines.map(\.name) == ["lab1", "lab2"] && status.machines.map(\.workers) == [2, 1])
        #expect(status.machines.map(\.share) == [0.75, 0.25] && status.machines.map(\.processor) == ["fast", "fast"])
        #expect(status.machines.allSatisfy { $0.computing == 0.6 && $0.exchanging == 0.3 })
        let rate = try #require(status.rowsPerSecond)
        #expect(status.secondsLeft == Double(10 * run.job.rowsPerStep) / rate)
        #expect(status.problems.isEmpty)
        #expect(status.lines.contains("loss        0.5000, mean of steps 1 to 2"))
    }

    /// A coordinator that was stopped still holds its directory.
    @Test func aRunThatWritesNothingForManyRoundsStandsStill() throws {
        try take([joined("lab1:1"), step(1), step(2)])
        let now = try RunStatus(of: run.folder, at: Date())
        #expect(now.state == .running && !now.isStill && now.secondsLeft != nil)
        let later = try RunStatus(of: run.folder, at: Date(timeIntervalSinceNow: 300))
        #expect(later.state == .running && later.isStill && later.secondsLeft == nil)
        #expect(later.lines[0].contains(", and stands still: nothing was written for 5:0"))
        #expect(!later.lines[1].contains("rows/s") && !later.lines[1].contains("left"))
    }

    /// Long before the first line of figures, and none is left out where it is stopped.
    @Test func aRunWithoutALineOfFiguresTellsHowFarItIs() throws {
        let sinks: [any RunEventSink] = [
            try EventsFile(folder: run.folder), try MetricsSink(job: run.job, folder: run.folder, every: 100),
            ProgressFile(job: run.job, folder: run.folder),
        ]
        func take(_ event: RunEvent, at seconds: Int) throws {
            for sink in sinks { try sink.take(event, at: .seconds(seconds)) }
        }
        try take(.started(step: 0, steps: 12, isResumed: false), at: 0)
        try take(joined("lab1:1"), at: 1)
        for (number, seconds) in [(1, 2), (2, 5), (3, 8)] { try take(step(number), at: seconds) }
        let status = try status()
        // The step of 5 s was told, and the next one would be three seconds later.
        #expect(status.state == .running && status.step == 2)
        #expect(status.rowsPerSecond == (Double(run.job.rowsPerStep) / 3).rounded() && status.secondsLeft != nil)
        try take(.stopped(step: 3, steps: 12), at: 9)
        let metrics = try String(contentsOfFile: run.folder.metricsFile, encoding: .utf8)
        #expect(metrics.split(separator: "\n").count == 1 && metrics.contains("\"step\":3"), "\(metrics)")
        #expect(!FileManager.default.fileExists(atPath: run.folder.progressFile))
    }

    /// Nobody's run has them, and a line with one would be the last that is told.
    @Test(arguments: ["1e300", "9223372036854775808", "-9223372036854775808", "-1", "1e400"])
    func numbersThatNoRunWritesAreNotRead(number: String) throws {
        try take([joined("lab1:1"), step(1), step(2)])
        let fields = #""event":"stopped","seconds":\#(number),"step":2,"steps":12,"time":"2026-11-30T20:00:00Z""#
        let file = try FileHandle(forWritingTo: URL(filePath: run.folder.eventsFile))
        try file.seekToEnd()
        try file.write(contentsOf: Data("{\(fields)}\n".utf8))
        for progress in [#"{"step":3,"rows_per_s":\#(number)}"#, #"{"step":\#(number),"rows_per_s":3}"#] {
            try progress.write(toFile: run.folder.progressFile, atomically: true, encoding: .utf8)
            let status = try status()
            #expect(status.state == .running && status.step == 2 && !status.lines.isEmpty)
        }
        #expect(RunHistory(of: run.folder)?.unreadableLines == 1)
    }

    @Test func whoLeftTakesNoPartAndProblemsAreCounted() throws {
        try take([
            joined("lab1:1"), joined("lab2:9"), .silent(worker: "lab1:1", lease: .seconds(3)), .left(worker: "lab2:9"),
            .refused(what: "this"), .refused(what: "that"),
        ])
        let status = try status()
        #expect(status.state == .waiting && status.workers == 0 && status.machines.isEmpty)
        #expect(status.problems.map(\.kind) == ["silent", "refused"] && status.problems.map(\.count) == [1, 2])
        #expect(status.problems.last?.text == "refused that")
    }

    @Test func whereTheEventsAreLostWhatWasMeasuredTellsWhoTakesPart() throws {
        try take([joined("lab1:1"), step(1), round(["lab1:1": 2]), step(2)])
        try Data().write(to: URL(filePath: run.folder.eventsFile))
        let status = try status()
        #expect(status.state == .running && status.workers == 1 && status.machines.map(\.name) == ["lab1"])
        try EventsFile(folder: run.folder).take(.left(worker: "lab1:1"), at: .seconds(9))
        #expect(try self.status().state == .waiting)
    }

    @Test func aFileOfARunThatCanNotBeReadIsNamed() throws {
        try take([joined("lab1:1")])
        #expect(run.folder.faultOfFiles == nil)
        try FileManager.default.removeItem(atPath: run.folder.eventsFile)
        #expect(run.folder.faultOfFiles == nil, "one that is not there is no fault")
        try FileManager.default.createSymbolicLink(
            atPath: run.folder.eventsFile, withDestinationPath: run.folder.eventsFile)
        #expect(run.folder.faultOfFiles?.contains("events.jsonl can't be read: ") ?? false)
    }

    @Test func aRunWaitsSinceTheLastOfItsWorkersWent() throws {
        try take([joined("lab1:1"), .left(worker: "lab1:1")])
        // All but the last line of an hour before.
        let date = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let begin = Date(timeIntervalSince1970: 1_700_000_000)
        let lines = try String(contentsOfFile: run.folder.eventsFile, encoding: .utf8).split(separator: "\n")
        let moved = lines.enumerated().map { place, line in
            let time = place == lines.count - 1 ? begin.addingTimeInterval(3_600) : begin
            return line.replacing(/"time":"[^"]*"/, with: "\"time\":\"\(time.formatted(date))\"") + "\n"
        }
        try moved.joined().write(toFile: run.folder.eventsFile, atomically: true, encoding: .utf8)
        let status = try RunStatus(of: run.folder, at: begin.addingTimeInterval(3_670))
        #expect(status.state == .waiting && status.seconds == 3_670 && status.waitingSeconds == 70)
        #expect(status.lines.contains { $0.contains("waits for workers for 1:10") })
    }

    @Test func aWorkerWhoseProcessHasEndedTakesNoPart() throws {
        try take([joined("lab1:1"), joined("lab1:2"), .ended(process: 1, worker: "lab1:1", how: "signal 9")])
        let status = try status()
        #expect(status.state == .running && status.workers == 1 && status.machines.map(\.workers) == [1])
    }

    @Test func whoSaysHelloAnewIsCountedOnce() throws {
        try take([joined("lab1:1"), .cameAgain(worker: "lab1:1"), joined("lab1:1")])
        #expect(try status().workers == 1)
    }

    @Test func figuresThatWereGivenUpAreInNoLine() throws {
        try take([
            joined("lab1:1"), step(1), step(2), .stepDone(step: 3, figures: [.init("loss", 1e6)], workers: 1),
            .wentBack(step: 2), step(3), step(4),
        ])
        #expect(try status().loss == 0.5)
        #expect(try status().lines.contains("loss        0.5000, mean of steps 3 to 4"))
    }

    @Test func aRunThatIsOverTellsHowItEnded() throws {
        try take([joined("lab1:1"), step(1), round(["lab1:1": 5]), step(2), .finished(step: 12)])
        let finished = try status()
        #expect(finished.state == .finished && finished.step == 12 && finished.secondsLeft == nil)
        #expect(finished.workers == 0 && finished.machines.map(\.share) == [1])
    }

    @Test func keysThatCanNotBeReadAreAProblem() throws {
        try take([joined("lab1:1"), .keysUnreadable(reason: "keys/authorized: it is gone"), .keysChanged(count: 2)])
        #expect(try status().problems.map(\.kind) == ["keys_unreadable"])
    }

    @Test func aNewPartOfTheRunForgetsTheOldOnesProblems() throws {
        try take([joined("lab1:1"), .refused(what: "this"), .stopped(step: 4, steps: 12)])
        try take([])
        #expect(try status().problems.isEmpty && status().state == .waiting)
    }

    /// Files of a run may have come from anywhere: numbers that no run writes count for nothing.
    @Test(arguments: [
        #""step": -9223372036854775808, "rows_per_s": 1"#, #""step": 9223372036854775807, "rows_per_s": 1"#,
        #""step": 4, "rows_per_s": 1e300"#, #""step": 4, "rows_per_s": 1e-300"#,
        #""step": 4, "round_ms": 1e-308, "time": [{"worker": "a:1", "compute_ms": 1e308, "exchange_ms": 1e308, "wait_ms": 0}]"#,
        #""step": 4, "time": [{"worker": "a:1", "compute_ms": 1, "exchange_ms": 1, "wait_ms": 0, "leaves": 1e308}]"#,
    ])
    func numbersThatNoRunWritesAreNoTrap(numbers: String) throws {
        try take([joined("a:1")])
        let line = "{\"seconds\": 1, \"workers\": 1, \(numbers)}\n"
        try line.write(toFile: run.folder.metricsFile, atomically: true, encoding: .utf8)
        let status = try RunStatus(of: run.folder, at: Date())
        #expect((0...12).contains(status.step) && !status.lines.isEmpty)
    }

    /// How a run stands that nobody can tell is not guessed.
    @Test(arguments: ["job.json", "events.jsonl"]) func aFileThatCantBeReadIsNamed(name: String) throws {
        try take([joined("a:1")])
        let file = run.folder.path + "/" + name
        unlink(file)
        #expect(symlink(name, file) == 0)  // leads to itself
        let error = #expect(throws: ServiceError.self) { try RunStatus(of: run.folder, at: Date()) }
        let words = "\(file) can't be read: Too many levels of symbolic links"
        #expect(error.map { "\($0)" } == words)
        let follower = RunFollower(run.folder)
        _ = follower.read()
        #expect(follower.fault == words)
    }

    @Test func aJobThatNobodyCanTrainIsRefused() throws {
        try take([])
        var other = run.job
        other.steps = .max
        other.shardsPerStep = .max
        try #"{"job": \#(other.json)}"#.write(toFile: run.folder.jobFile, atomically: true, encoding: .utf8)
        #expect(throws: ServiceError.self) { try RunStatus(of: run.folder, at: Date()) }
    }
}

/// A directory that no coordinator holds.
@Suite struct RunStatusWithoutACoordinatorTests {
    private func status(after events: [RunEvent]) throws -> RunStatus {
        let run = try SmallRun()
        try run.makeFolders()
        try run.temporary.write(#"{"job": \#(run.job.json)}"#, to: "run/job.json")
        try run.temporary.write("", to: "run/lock")
        let file = try EventsFile(folder: run.folder)
        for event in [.started(step: 0, steps: 12, isResumed: false)] + events { try file.take(event, at: .zero) }
        return try RunStatus(of: run.folder, at: Date())
    }

    @Test func whoseCoordinatorEndedWithoutAWordIsInterrupted() throws {
        #expect(try status(after: []).state == .interrupted)
        #expect(try status(after: [.stopped(step: 4, steps: 12)]).state == .stopped)
    }

    /// Only where there is a checkpoint does `--resume` go on.
    @Test func whatGoesOnWithItDependsOnItsCheckpoints() throws {
        let run = try SmallRun()
        try run.makeFolders()
        try run.temporary.write(#"{"job": \#(run.job.json)}"#, to: "run/job.json")
        try run.temporary.write("", to: "run/lock")
        func lines() throws -> [String] { try RunStatus(of: run.folder, at: Date()).lines }
        #expect(try lines()[0].hasSuffix("there is no checkpoint, and the same command without --resume begins anew"))
        #expect(UpstreamRun.ending(in: [run.folder]).hasSuffix("no checkpoint, so there is nothing to resume"))
        for step in [4, 8] { try run.checkpoint(step: step).write(to: run.folder.checkpointFile(step: step)) }
        #expect(try lines()[0].hasSuffix("; the same command with --resume goes on"))
        try run.temporary.write("5 a1\n", to: "run/doubt")
        let text = try lines().joined(separator: "\n")
        #expect(text.contains("checkpoint  step 4, ") && text.contains("; 1 in doubt, as workers disagreed"))
        #expect(UpstreamRun.ending(in: [run.folder]).hasSuffix("of step 4, and --resume goes on from it"))
        try run.temporary.write("1 a1\n", to: "run/doubt")
        #expect(try lines()[0].hasSuffix("is to be believed, and the same command with --resume begins anew"))
        #expect(UpstreamRun.ending(in: [run.folder]).hasSuffix("; --resume begins anew"))
        try run.temporary.write("what?\n", to: "run/doubt")
        #expect(try lines()[0].hasSuffix("; first see to its checkpoints, then the same command with --resume goes on"))
        #expect(try lines().contains { $0.hasPrefix("checkpoint  can't be told: \(run.folder.doubtFile): ") })
    }

    @Test func aCheckpointThatIsCutIsNoneToGoOnWith() throws {
        let run = try SmallRun()
        try run.makeFolders()
        try run.temporary.write(#"{"job": \#(run.job.json)}"#, to: "run/job.json")
        func line() throws -> String? {
            try RunStatus(of: run.folder, at: Date()).lines.first { $0.hasPrefix("checkpoint ") }
        }
        for step in [4, 8] { try run.checkpoint(step: step).write(to: run.folder.checkpointFile(step: step)) }
        #expect(try line()?.hasPrefix("checkpoint  step 8, ") == true)
        #expect(truncate(run.folder.checkpointFile(step: 8), 700) == 0)
        #expect(try line()?.hasPrefix("checkpoint  step 4, ") == true)
        #expect(truncate(run.folder.checkpointFile(step: 4), 3) == 0)
        let text = try line() ?? ""
        #expect(text.hasPrefix("checkpoint  none can be used: \(run.folder.checkpointFile(step: 8)) "), "\(text)")
    }

    @Test func thatCouldNotGoOnTellsWhyAndTheNextStartForgetsIt() throws {
        let fault = RunEvent.brokenOff(reason: "the gradient of step 2 is infinite")
        let failed = try status(after: [fault])
        #expect(failed.state == .failed && failed.problems.map(\.kind) == ["broken_off"])
        #expect(failed.lines[0].contains(": ended by a fault: the gradient of step 2 is infinite; once that is"))
        let again = RunEvent.started(step: 0, steps: 12, isResumed: true)
        #expect(try status(after: [fault, again]).state == .interrupted)
    }
}
