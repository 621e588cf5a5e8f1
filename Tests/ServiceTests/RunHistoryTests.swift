import Coordination
import Foundation
import Service
import Testing

/// What `ssrm inspect` tells of what happened in a run.
@Suite struct RunHistoryTests {
    private let run: SmallRun

    init() throws {
        run = try SmallRun()
        try run.makeFolders()
    }

    /// A part of the run in which this happens, after its begin.
    private func take(_ events: [RunEvent], isResumed: Bool = false) throws {
        let file = try EventsFile(folder: run.folder)
        for event in [.started(step: 0, steps: 12, isResumed: isResumed)] + events {
            try file.take(event, at: .milliseconds(1500))
        }
    }

    private func history() throws -> RunHistory { try #require(RunHistory(of: run.folder)) }

    /// The lines without their times.
    private func texts() throws -> [String] {
        try history().lines.map { $0.first?.isNumber ?? false ? String($0.dropFirst(21)) : $0 }
    }

    @Test func aRunWithoutTheFileHasNone() { #expect(RunHistory(of: run.folder) == nil) }

    @Test func eventsComeInOrderWithTheirTimesAndLines() throws {
        try take([.listening(endpoint: "tcp://a"), .left(worker: "lab:7")])
        try take([.silent(worker: "lab:8", lease: .seconds(3)), .finished(step: 12)], isResumed: true)
        #expect(
            try texts() == [
                "starting at the first step", "listening on tcp://a", "lab:7 left",
                "there is no checkpoint yet; starting at the first step",
                "lab:8 was not heard of for 3.0 seconds; its leaves go to others", "all 12 steps are done",
            ])
        let moment = try #require(try history().lines.first?.prefix(19))
        #expect(try Date("\(moment.replacing(" ", with: "T"))Z", strategy: .iso8601).timeIntervalSinceNow > -60)
    }

    @Test func ofManyOfAKindTheFirstAndTheLastAreShown() throws {
        try take((1...9).map { .checkpointWritten(step: $0) })
        #expect(
            try texts() == [
                "starting at the first step", "wrote the checkpoint of step 1",
                "  … 7 more of these (checkpoint_written) …", "wrote the checkpoint of step 9",
            ])
        #expect(try history().counts.map { "\($0.count) \($0.kind)" } == ["9 checkpoint_written", "1 started"])
    }

    @Test func whatAlternatesForLongIsCountedToo() throws {
        try take((1...500).flatMap { [RunEvent.lostWork(worker: "lab:\($0)"), .left(worker: "lab:\($0)")] })
        let texts = try texts()
        #expect(texts.count == 7, Comment(rawValue: texts.joined(separator: "\n")))
        #expect(texts[2] == "  … 498 more of these (lost_work) …" && texts[6] == "lab:500 left")
    }

    @Test func ofManyPartsThoseInTheMiddleAreCounted() throws {
        for _ in 0..<30 { try take([], isResumed: true) }
        let texts = try texts()
        #expect(texts.count == 21 && texts[10] == "… 10 more parts of the run, which --json tells …")
    }

    @Test func linesOfAnEarlierVersionTornOnesAndControlCharactersAreNoHindrance() throws {
        try take([.failed(worker: "a", reason: "b")])
        let old = #"{"event":"left","seconds":1.5,"time":"2026-01-02T03:04:05.678Z","worker":"lab\u001b[31m:7"}"#
        let file = URL(filePath: run.folder.eventsFile)
        try (Data(contentsOf: file) + Data("\(old)\n{\"event\":\"joi\n".utf8)).write(to: file)
        #expect(
            try history().lines.suffix(2) == ["2026-01-02 03:04:05  left  worker lab?[31m:7", "1 line can't be read"])
        #expect(try texts().contains("a can't go on: b"))
    }

    @Test func asJSONEveryEventIsThereWithAllThatItTells() throws {
        try take((1...50).map { .checkpointWritten(step: $0) })
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(try history())) as? [String: Any]
        let events = try #require(object?["events"] as? [[String: Any]])
        #expect(events.count == 51 && object?["unreadable_lines"] as? Int == 0)
        #expect(events[0]["resumed"] as? Bool == false && events[0]["steps"] as? Int == 12)
        #expect(events[50]["step"] as? Int == 50 && events[50]["seconds"] as? Double == 1.5)
        #expect(events[50]["text"] as? String == "wrote the checkpoint of step 50")
    }
}
