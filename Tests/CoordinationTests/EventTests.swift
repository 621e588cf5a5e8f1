import Coordination
import Foundation
import Testing

private func json(_ event: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(event), as: UTF8.self)
}

@Test func anEventIsOneFlatObject() throws {
    #expect(
        try json(RunEvent.notFinite(worker: "lab:4", step: 7, leaves: 2..<5, isConfirmed: false))
            == #"{"confirmed":false,"event":"not_finite","first_leaf":2,"leaf_count":3,"step":7,"worker":"lab:4"}"#)
    #expect(
        try json(RunEvent.stepDone(step: 3, figures: [.init("loss", 0.5)], workers: 2))
            == #"{"event":"step","loss":0.5,"step":3,"workers":2}"#)
    #expect(
        try json(RunEvent.checkpointMadeRoom(step: 9, older: 3, folder: "runs/a"))
            == #"{"event":"checkpoint_made_room","folder":"runs\/a","older":3,"step":9}"#)
    #expect(try json(WorkerEvent.forgotten) == #"{"event":"forgotten"}"#)
}

/// What a sink writes: its own keys beside the event's.
private struct Line: Encodable {
    let event: RunEvent

    enum CodingKeys: CodingKey { case seconds }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(1.5, forKey: .seconds)
        try event.encode(to: encoder)
    }
}

@Test func aSinkCanPutKeysBesideAnEvents() throws {
    #expect(try json(Line(event: .silent(worker: "a", lease: .seconds(5)))).contains(#""seconds":1.5"#))
    #expect(try json(Line(event: .silent(worker: "a", lease: .seconds(5)))).contains(#""lease_s":5"#))
}

@Test func whatAPeerSaysMovesNoCursorAndTurnsNoText() {
    #expect("mill\u{1B}[2J\n\u{2028}\u{2029}x".printable == "mill?[2J???x")
    #expect("a\u{202E}b\u{2066}c\u{200F}".printable == "a?b?c?")
    #expect("Mühle 水車".printable == "Mühle 水車" && String(repeating: "x", count: 400).printable.count == 300)
}

@Test(arguments: [
    (0.9, "0:00"), (7, "0:07"), (3765, "1:02:45"), (259_199, "71:59:59"), (259_200, "3 d 00:00:00"),
    (273_906, "3 d 04:05:06"), (-1, "0:00"), (.nan, "0:00"),
])
func aLengthOfTimeIsAClockAndFromThreeDaysOnHasDays(seconds: Double, said: String) {
    #expect(seconds.asClock == said)
}
