import Datasets
import Foundation
import Numerics
import Readers
import Signals
import TestKit
import Testing

/// A folder in the publisher's layout; each subject has the epochs that `stages` lists.
private func folder(stages: [String: [String]], columns: [String: [String]] = [:]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (subject, stages) in stages {
        try folder.write(stages.map { $0 + "\n" }.joined(), to: "features_walch/\(subject)_psg_labels.out")
        for (scale, feature) in ["count", "hr", "time", "cosine"].enumerated() {
            let made = stages.indices.map { feature == "time" ? "\(Double($0) / 120)" : "\($0 * 10 + scale)" }
            let values = columns[feature] ?? made
            let text = values.map { $0 + "\n" }.joined()
            try folder.write(text, to: "features_walch/\(subject)_\(feature)_feature.out")
        }
    }
    return folder
}

@Test func aNightIsARecordingOfWindowsAroundEachEpoch() throws {
    let folder = try folder(stages: [
        "100": ["0.000000", "1", "2", "3"], "20": ["4.000000", "5.000000", "-1.000000"],
    ])
    _ = try SleepAccelFeatures(root: folder.url.path, window: 3).write(to: folder.path("data"))
    let dataset = try Dataset(opening: folder.path("data"))
    #expect((dataset.kind, dataset.vocabulary) == ("sleep-accel", .stage))
    #expect(dataset.subjects == ["20", "100"])
    #expect(dataset.recordingRanges.map(\.samples) == [0..<3, 3..<7])
    #expect(
        (0..<7).map { dataset.code(of: $0).map { dataset.codes[$0] } } == ["N3", "REM", nil, "W", "N1", "N2", "N3"])
    #expect((0..<7).map(dataset.position(of:)) == [0, 1, 2, 0, 1, 2, 3])
    #expect((dataset.samples.rows, dataset.samples.columns) == (4, 3))
    let hours = (0..<4).map { Float(Double($0) / 120) }
    #expect(Array(dataset.samples[3]) == [0, 0, 10, 1, 1, 11, hours[0], hours[0], hours[1], 3, 3, 13])
    #expect(Array(dataset.samples[4]) == [0, 10, 20, 1, 11, 21, hours[0], hours[1], hours[2], 3, 13, 23])
    #expect(Array(dataset.samples[6]) == [20, 30, 30, 21, 31, 31, hours[2], hours[3], hours[3], 23, 33, 33])
    #expect(dataset.content == ["count", "hr", "time", "cosine"])
}

@Test func aGapInTheHoursEndsARecording() throws {
    let hours = [0, 1, 2, 7, 8, 20].map { String(format: "%.6f", 100 + Double($0) / 120) }
    let folder = try folder(stages: ["9": Array(repeating: "2", count: 6)], columns: ["time": hours])
    let source = try SleepAccelFeatures(root: folder.url.path, features: ["hr"], window: 3)
    #expect(source.outline.recordings.map(\.name) == ["9", "9+7", "9+20"])
    _ = try source.write(to: folder.path("data"))
    let dataset = try Dataset(opening: folder.path("data"))
    #expect((0..<6).map(dataset.position(of:)) == [0, 1, 2, 7, 8, 20])
    #expect(Array(dataset.samples[2]) == [11, 21, 21] && Array(dataset.samples[3]) == [31, 31, 41])
    #expect(Array(dataset.samples[5]) == [51, 51, 51] && source.notes.isEmpty)
    try FileManager.default.removeItem(atPath: folder.path("features_walch/9_time_feature.out"))
    let unseen = try SleepAccelFeatures(root: folder.url.path, features: ["hr"], window: 3)
    #expect(unseen.outline.recordings.map(\.name) == ["9"] && unseen.notes.count == 1)
}

@Test(arguments: [
    ["0", "0.008333", "0.008333"], ["0", "0.008333", "0.004"], ["0", "0.0125", "1"], ["0", "1e30", "2e30"],
])
func hoursThatDoNotGrowBySleepEpochsAreRefused(hours: [String]) throws {
    let folder = try folder(stages: ["9": ["0", "0", "0"]], columns: ["time": hours])
    let error = #expect(throws: DatasetError.self) { try SleepAccelFeatures(root: folder.url.path) }
    #expect("\(try #require(error))".contains("9_time_feature.out, line "))
}

@Test(arguments: [1, 5, 11])
func theMiddleColumnIsTheEpochsOwnValue(window: Int) throws {
    let folder = try folder(stages: ["1": Array(repeating: "2", count: 6)])
    _ = try SleepAccelFeatures(root: folder.url.path, features: ["hr"], window: window).write(to: folder.path("data"))
    let dataset = try Dataset(opening: folder.path("data"))
    #expect((0..<6).map { dataset.samples[$0][window / 2] } == [1, 11, 21, 31, 41, 51])
}

@Test func decimalsAreRoundedAsDoublesAndThenToFloats() throws {
    var random = RandomSequence(seed: 11, stream: 0)
    var texts = [
        "0", "-0", "+5", ".5", "5.", "-.25e+2", "1E-3", "16777217", "9999999", "12345678", "0.1", "3.4028235e38",
        "1e-50",
        "1.00000017881393432617187499", "123456789012345678901234567890", "0.00000000000000000000000000001e29",
        "-258819.045102520700000000", "0e99999", "4.9e-324", "0000000000000000000000007",
    ]
    for _ in 0..<2_000 {
        let value = random.normal() * pow(10, Double(Int.random(in: -12...12, using: &random)))
        texts.append(Bool.random(using: &random) ? "\(value)" : "\(Float(value))")
        texts.append(String(format: "%.6f", value))
        texts.append(String(format: "%.12e", value))
        texts.append("\(Int(random.normal() * 1e6))")
    }
    let folder = try folder(stages: ["1": texts.map { _ in "0" }], columns: ["hr": texts])
    _ = try SleepAccelFeatures(root: folder.url.path, features: ["hr"], window: 1).write(to: folder.path("data"))
    let dataset = try Dataset(opening: folder.path("data"))
    for (index, text) in texts.enumerated() {
        let expected = try #require(
            Double(text.hasSuffix(".") ? text + "0" : text.hasPrefix(".") ? "0" + text : text)
                ?? Double(text.replacing("-.", with: "-0.")))
        #expect(dataset.samples[index][0].bitPattern == Float(expected).bitPattern, "\(text)")
    }
}

@Test func filesOfOneNightMustHaveEquallyManyLines() throws {
    let folder = try folder(stages: ["7": ["0", "1", "2"]], columns: ["time": ["1", "2"]])
    let path = folder.path("features_walch/7")
    #expect(
        throws: DatasetError.unequalLines(
            path: path + "_time_feature.out", lines: 2, other: path + "_psg_labels.out", otherLines: 3)
    ) { try SleepAccelFeatures(root: folder.url.path) }
}

@Test func aMissingFileOfANightIsNamed() throws {
    let folder = try folder(stages: ["7": ["0", "1", "2"]])
    let path = folder.path("features_walch/7_circadian_feature.out")
    #expect(throws: DatasetError.unreadable(path: path, reason: "No such file or directory")) {
        try SleepAccelFeatures(root: folder.url.path, features: ["count", "circadian"])
    }
    try FileManager.default.removeItem(atPath: folder.path("features_walch/7_psg_labels.out"))
    let error = #expect(throws: DatasetError.self) { try SleepAccelFeatures(root: folder.url.path) }
    #expect("\(try #require(error))".contains("--unlabelled"))
}

@Test func nightsWithoutStagesAreCountedOrTakenWithoutLabels() throws {
    let folder = try folder(stages: ["7": ["0", "1", "2"], "8": ["0", "1"]])
    try FileManager.default.removeItem(atPath: folder.path("features_walch/8_psg_labels.out"))
    let labelled = try SleepAccelFeatures(root: folder.url.path, window: 1)
    #expect(labelled.outline.subjects == ["7"] && labelled.skipped.map(\.kind) == [.recording])
    #expect(labelled.skipped[0].path == "\(folder.path("features_walch")), subject 8")
    let all = try SleepAccelFeatures(root: folder.url.path, window: 1, unlabelled: true)
    #expect(all.outline.recordings.map(\.labels) == [[0, 1, 2], [nil, nil]] && all.skipped.isEmpty)
    _ = try all.write(to: folder.path("data"))
    let dataset = try Dataset(opening: folder.path("data"))
    #expect(Array(dataset.samples[4]) == [10, 11, Float(1.0 / 120), 13])
}

@Test(arguments: [("6", 6.0), ("-2", -2), ("1.5", 1.5)])
func aStageThatDoesNotExistIsNamedWithItsLine(text: String, value: Float) throws {
    let folder = try folder(stages: ["7": ["0", text]])
    let path = folder.path("features_walch/7_psg_labels.out")
    #expect(throws: DatasetError.unknownStage(path: path, line: 2, value: value)) {
        try SleepAccelFeatures(root: folder.url.path)
    }
}

@Test func aFolderWithoutNightsIsNamed() throws {
    let folder = try TemporaryFolder()
    let root = folder.url.path
    #expect(throws: DatasetError.nothingFound(path: root, wanted: "a folder features_walch in it")) {
        try SleepAccelFeatures(root: root)
    }
    try folder.write("", to: "features_walch/README")
    #expect(
        throws: DatasetError.nothingFound(path: "\(root)/features_walch", wanted: "files like 46343_psg_labels.out")
    ) {
        try SleepAccelFeatures(root: root)
    }
}

@Test func otherFilesAreNamedAndLeftOut() throws {
    let folder = try folder(stages: ["7": ["0", "1"]])
    try folder.write("notes", to: "features_walch/notes.txt")
    try folder.write("3\n3\n", to: "features_walch/7_circadian_feature.out")
    let source = try SleepAccelFeatures(root: folder.url.path)
    #expect(source.skipped.map(\.path) == [folder.path("features_walch/notes.txt")])
}
