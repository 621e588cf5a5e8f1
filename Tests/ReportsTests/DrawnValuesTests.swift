import Foundation
import Reports
import Testing

/// Which values of a sample are drawn below a night.
@Suite struct DrawnValuesTests {
    @Test(arguments: [
        (["count", "hr", "hr-level"], ["1", "1/min", ""], [1, 0]),
        (["count", "hr", "hr-level"], ["1", "1", "1"], [2, 0]),
        (["count", "hr", "hr-level"], [], [2, 0]), (["hr", "movement"], [], [0, 1]),
        (["activity", "heart rate", "hr"], ["1", "1/min", "1/min"], [1, 0]), (["hr", "time"], ["1", "h"], [0]),
    ])
    func theHeartRateIsDrawnAndNotItsVariation(content: [String], units: [String], places: [Int]) {
        let drawn = RecordedNight.drawnValues(of: content, units: units)
        #expect(drawn.map(\.place) == places)
        #expect(drawn.contains { $0.name.hasPrefix("variation") } == (units == ["1", "h"]))
    }

    @Test(arguments: [
        (["x", "hr", "act"], ["m", "bpm", "count"]), (["x", "HR", "Counts"], ["m", "BPM", ""]),
        (["x", "heart_rate", "steps"], []), (["x", "Heart-Rate", "activity_counts"], ["", "beats/min", ""]),
        (["x", "pulse", "ACTIVITY"], ["", "/min", "g"]), (["x", "bpm", "act"], ["1", "1", "1"]),
    ])
    func peoplesNamesAndUnitsAreKnownInAnyCase(content: [String], units: [String]) {
        let drawn = RecordedNight.drawnValues(of: content, units: units)
        #expect(drawn.map(\.place) == [1, 2] && drawn.map(\.name) == Array(content.dropFirst()))
    }

    @Test func whereNothingIsKnownTheFirstTwoValuesAreDrawn() {
        let drawn = RecordedNight.drawnValues(of: ["hours", "x", "y", "z"], units: ["h", "m", "m", "1"])
        #expect(drawn.map(\.place) == [1, 2] && drawn.map(\.name) == ["x", "y"])
        #expect(RecordedNight.drawnValues(of: ["x"], units: []).map(\.place) == [0])
        #expect(RecordedNight.drawnValues(of: [], units: []).isEmpty)
    }
}
