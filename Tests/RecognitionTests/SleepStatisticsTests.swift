import Foundation
import Recognition
import Testing

/// Statistics computed by `Scripts/fixtures/sleep_statistics.py`; minutes and per cent.
private struct Reference: Decodable {
    let stages: [Int]
    let figures: [String: Double?]

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        stages = try container.decode([Int].self, forKey: Key(stringValue: "stages"))
        figures = Dictionary(
            uniqueKeysWithValues: try container.allKeys.filter { $0.stringValue != "stages" }.map {
                ($0.stringValue, try container.decodeIfPresent(Double.self, forKey: $0))
            })
    }

    subscript(_ name: String) -> Double? { figures[name].flatMap(\.self) }
}

private let classes = ["wake", "N1", "N2", "N3", "REM"]

private func isSame(_ own: Double?, _ theirs: Double?) -> Bool {
    guard let own, let theirs else { return own == nil && theirs == nil }
    return abs(own - theirs) < 1e-9
}

@Test func statisticsOfANightAreThoseOfYASA() throws {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/sleep_statistics", withExtension: "json"))
    let references = try JSONDecoder().decode([Reference].self, from: Data(contentsOf: url))
    #expect(references.count == 8)
    for theirs in references {
        let own = SleepStatistics(of: theirs.stages.map(\.self), classes: classes)
        #expect(isSame(own.timeInBed, theirs["TIB"]))
        #expect(isSame(own.totalSleepTime, theirs["TST"]))
        #expect(isSame(100 * own.sleepEfficiency, theirs["SE"]))
        #expect(isSame(own.sleepOnsetLatency, theirs["SOL"]))
        #expect(isSame(own.wakeWithinSleep, theirs["WASO"]))
        // By the AASM's definitions, where YASA's differ; see the script.
        let afterOnset = try #require(theirs["TIB"]) - (try #require(theirs["SOL"])) - (try #require(theirs["TST"]))
        #expect(isSame(own.wakeAfterSleepOnset, afterOnset))
        #expect(isSame(own.remLatency, theirs["Lat_REM"].flatMap { rem in theirs["SOL"].map { rem - $0 } }))
        for stage in own.stages {
            #expect(isSame(stage.minutes, theirs[stage.name]))
            #expect(isSame(stage.part.map { 100 * $0 }, theirs["%\(stage.name)"]))
        }
    }
}

@Test func aNightWithoutSleepHasNoLatency() {
    let night = SleepStatistics(of: [0, 0, 0, 0], classes: classes)
    #expect(night.timeInBed == 2 && night.totalSleepTime == 0 && night.sleepEfficiency == 0)
    #expect(night.sleepOnsetLatency == nil && night.wakeAfterSleepOnset == nil && night.remLatency == nil)
    #expect(night.stages.allSatisfy { $0.minutes == 0 && $0.part == nil })
}

@Test func nothingRecordedIsANightOfNothing() {
    let night = SleepStatistics(of: [], classes: classes)
    #expect(night.timeInBed == 0 && night.sleepEfficiency == 0 && night.sleepOnsetLatency == nil)
}

@Test func whatNobodyScoredIsTimeInBedAndNoStage() {
    let night = SleepStatistics(of: [nil, 0, 2, nil, 2, 0], classes: classes)
    #expect(night.timeInBed == 3 && night.totalSleepTime == 1 && night.sleepOnsetLatency == 1)
    #expect(night.wakeAfterSleepOnset == 0.5 && night.wakeWithinSleep == 0)
}

@Test func wakeAndSleepAloneAreEnough() {
    let night = SleepStatistics(of: [0, 1, 1, 0], classes: ["wake", "sleep"])
    #expect(night.stages.map(\.name) == ["sleep"] && night.stages[0].minutes == 1 && night.stages[0].part == 1)
    #expect(night.remLatency == nil)
}
