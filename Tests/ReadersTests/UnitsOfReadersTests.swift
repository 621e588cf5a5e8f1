import Signals
import TestKit
import Testing

import Datasets
import Readers

@Test func madeUpRecordingsSayTheirUnits() {
    #expect(SyntheticNight(subjectCount: 1, seed: 1).outline.units == ["1/min", "ms", "ms", "1/min", "1", "1", "h"])
    #expect(SyntheticPressure(subjectCount: 1, seed: 1).outline.units == ["1"])
}

@Test func featuresOfHeartBeatsSayTheirUnits() {
    for feature in HeartBeatFeature.all where feature.isRelative { #expect(feature.unit == "1") }
    let others = HeartBeatFeature.all.filter { $0.unit != "1" }.map { "\($0.name) \($0.unit)" }
    #expect(others == ["hr 1/min", "range30 1/min", "hr5 1/min", "hr-change 1/min", "breathing Hz", "clock h"])
}

@Test func featuresOfBreathingSayTheirUnits() {
    #expect(BreathingFeatures.units.count == BreathingFeatures.names.count)
    #expect(zip(BreathingFeatures.names, BreathingFeatures.units).filter { $1 != "1" }.map(\.0) == ["rate", "depth"])
}

@Test func publishedFeaturesSayTheirUnitsWhereTheyAreKnown() throws {
    let folder = try TemporaryFolder()
    let names = ["count", "hr", "time", "cosine", "other"]
    for name in names {
        let lines = (0..<12).map { name == "time" ? "\(Double($0) / 120)\n" : "1\n" }
        try folder.write(lines.joined(), to: "features_walch/7_\(name)_feature.out")
    }
    try folder.write(String(repeating: "2\n", count: 12), to: "features_walch/7_psg_labels.out")
    let source = try SleepAccelFeatures(root: folder.url.path, features: names)
    #expect(source.outline.units == ["1", "1", "h", "1", ""])
    _ = try source.write(to: folder.path("data"))
    #expect(try Dataset(opening: folder.path("data")).units == source.outline.units)
}

@Test func signalsOfTheWristSayTheirUnits() {
    #expect(SleepAccelRecordings.Channel.allCases.map(\.unit) == ["g", "g", "g", "g", "100/min"])
    #expect(SleepAccelRecordings.Feature.allCases.map(\.unit) == ["1", "1", "h", "1", "1"])
}
