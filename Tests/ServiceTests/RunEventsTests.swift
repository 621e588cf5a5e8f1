import Coordination
import Foundation
import Service
import Synchronization
import TestKit
import Testing
import Upstream

/// What happens in a run, and who is told.
@Suite struct RunEventsTests {
    /// A sink that fails while it is told to.
    private final class Unreliable: RunEventSink {
        struct Failure: Error, CustomStringConvertible { let description = "full" }
        var fails = true

        func take(_ event: RunEvent, at time: Duration) throws { if fails { throw Failure() } }
    }

    private func lines(_ path: String) throws -> [[String: any Sendable]] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: any Sendable])
        }
    }

    private func step(_ step: Int, loss: Double = 1) -> RunEvent {
        .stepDone(step: step, figures: [.init("loss", loss), .init("pretext_accuracy", 0.25)], workers: 2)
    }

    @Test func aSinkThatFailsIsToldOfOnceAndTheOthersGoOn() {
        let (good, bad) = (CollectedEvents(), Unreliable())
        let events = RunEvents([bad, good])
        for _ in 0..<3 { events.tell(.left(worker: "a")) }
        let failed = RunEvent.recordFailed(reason: "full")
        #expect(good.events == [failed, .left(worker: "a"), .left(worker: "a"), .left(worker: "a")])
        bad.fails = false
        events.tell(.left(worker: "b"))
        bad.fails = true
        events.tell(.left(worker: "c"))
        #expect(good.events.suffix(3) == [.left(worker: "b"), failed, .left(worker: "c")])
        events.end()
        #expect(good.isOver)
    }

    @Test func metricsAreTheMeansOfTheirSteps() throws {
        let run = try SmallRun(steps: 5)
        try run.makeFolders()
        let metrics = try MetricsSink(job: run.job, folder: run.folder, every: 2)
        try metrics.take(.started(step: 0, steps: 5, isResumed: false), at: .zero)
        for i in 1...5 { try metrics.take(step(i, loss: Double(i)), at: .seconds(i)) }
        let lines = try lines(run.folder.metricsFile)
        #expect(lines.map { $0["step"] as? Int } == [2, 4, 5])
        #expect(lines.map { $0["loss"] as? Double } == [1.5, 3.5, 5])
        #expect(lines.map { $0["pretext_accuracy"] as? Double } == [0.25, 0.25, 0.25])
        // 75 rows a step and a step a second; the first step only starts the clock.
        #expect(lines.map { $0["rows_per_s"] as? Double } == [75, 75, 75])
        #expect(lines.map { $0["workers"] as? Int } == [2, 2, 2])
        #expect(lines.map { $0["seconds"] as? Double } == [2, 4, 5])
    }

    @Test(arguments: [0, 4, 5])
    func onResumingMetricsOfStepsThatAreDoneAgainAreDropped(resumedAt: Int) throws {
        let run = try SmallRun()
        try run.makeFolders()
        let earlier = try MetricsSink(job: run.job, folder: run.folder, every: 2)
        try earlier.take(.started(step: 0, steps: 12, isResumed: false), at: .zero)
        for i in 1...9 { try earlier.take(step(i), at: .seconds(i)) }
        let torn = try Data(contentsOf: URL(filePath: run.folder.metricsFile)) + Data(#"{"step":10,"lo"#.utf8)
        try torn.write(to: URL(filePath: run.folder.metricsFile))

        let later = try MetricsSink(job: run.job, folder: run.folder, every: 2)
        try later.take(.started(step: resumedAt, steps: 12, isResumed: true), at: .zero)
        for i in resumedAt + 1...12 { try later.take(step(i), at: .seconds(i)) }
        #expect(try lines(run.folder.metricsFile).map { $0["step"] as? Int } == [2, 4, 6, 8, 10, 12])
    }

    @Test func eventsAreKeptFromOnePartOfARunToTheNextAndStepsAreNotAmongThem() throws {
        let run = try SmallRun()
        try run.makeFolders()
        try EventsFile(folder: run.folder).take(.listening(endpoint: "tcp://a"), at: .milliseconds(1500))
        let torn = try Data(contentsOf: URL(filePath: run.folder.eventsFile)) + Data(#"{"event":"joi"#.utf8)
        try torn.write(to: URL(filePath: run.folder.eventsFile))
        let file = try EventsFile(folder: run.folder)
        try file.take(step(1), at: .zero)
        try file.take(.left(worker: "lab:7"), at: .zero)
        let entries = try RunEventLog(of: run.folder.path).entries
        #expect(entries.map(\.event) == [.listening, .left])
        #expect(entries[0].seconds == 1.5 && entries[0].endpoint == "tcp://a" && entries[1].pid == 7)
        let time = try Date(entries[0].time, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        #expect(abs(time.timeIntervalSinceNow) < 60)
    }

    @Test func aFileThatCannotBeWrittenIsNamed() throws {
        let run = try SmallRun()
        let noFolder = #expect(throws: ServiceError.self) { try EventsFile(folder: run.folder) }
        #expect(noFolder?.description.contains("events.jsonl: there is no folder") ?? false)
        try run.temporary.write("", to: "run/metrics.jsonl/in-the-way")
        let folder = #expect(throws: ServiceError.self) { try MetricsSink(job: run.job, folder: run.folder, every: 1) }
        #expect(folder?.description.contains("metrics.jsonl can't be written: Is a directory") ?? false)
    }

    @Test func inADirectoryThatIsAnothersNoLineIsWritten() throws {
        let run = try SmallRun()
        try run.makeFolders()
        let isHeld = Atomic(true)
        let file = try EventsFile(folder: run.folder, isHeld: { isHeld.load(ordering: .relaxed) })
        try file.take(.listening(endpoint: "tcp://a"), at: .zero)
        try FileManager.default.removeItem(atPath: run.folder.path)
        try run.makeFolders()
        try Data("theirs\n".utf8).write(to: URL(filePath: run.folder.eventsFile))
        isHeld.store(false, ordering: .relaxed)
        let fault = #expect(throws: ServiceError.self) { try file.take(.listening(endpoint: "tcp://b"), at: .zero) }
        #expect("\(fault.map { "\($0)" } ?? "")".contains("was removed or replaced under this run"))
        #expect(try String(contentsOfFile: run.folder.eventsFile, encoding: .utf8) == "theirs\n")
        // Once it is this run's again, what waited is written.
        isHeld.store(true, ordering: .relaxed)
        try file.take(.listening(endpoint: "tcp://c"), at: .zero)
        let lines = try String(contentsOfFile: run.folder.eventsFile, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 3 && lines[1].contains("tcp://b") && lines[2].contains("tcp://c"))
    }
}
