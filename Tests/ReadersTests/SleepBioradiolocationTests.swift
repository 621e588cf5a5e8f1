import Datasets
import Foundation
import Readers
import Signals
import TestKit
import Testing

private let stages = ["W", "W", "1", "2", "2", "3", "3", "3", "2", "2", "R", "R", "2", "W"]

@discardableResult
private func record(
    _ name: String, in folder: TemporaryFolder, stages: [String] = stages, annotations: Data? = nil, seed: UInt64 = 1,
    change: (inout EDFBytes) -> Void = { _ in }
) throws -> String {
    var edf = RadarModel(stages: stages, seed: seed).edf
    change(&edf)
    let path = try edf.write(to: folder.path("\(name).edf"))
    try (annotations ?? RadarModel.annotations(stages)).write(to: URL(filePath: path + ".atr"))
    return path
}

private func error(_ folder: TemporaryFolder) throws -> String {
    "\(try #require(#expect(throws: DatasetError.self) { try SleepBioradiolocation(root: folder.url.path) }))"
}

@Test func aRadarNightBecomesWindows() throws {
    let folder = try TemporaryFolder()
    try record("sbj01", in: folder)
    try record("sbj02", in: folder, seed: 2)
    let source = try SleepBioradiolocation(root: folder.url.path)
    #expect(source.skipped.isEmpty)
    _ = try source.write(to: folder.path("data"))
    let dataset = try Dataset(opening: folder.path("data"))
    #expect(dataset.subjects == ["sbj01", "sbj02"] && dataset.kind == "sleepbrl" && dataset.samples.count == 28)
    #expect((dataset.samples.rows, dataset.samples.columns) == (20, 30))
    let codes = (0..<14).map { sample in dataset.code(of: sample).map { dataset.codes[$0] } }
    #expect(codes == ["W", "W", "N1", "N2", "N2", "N3", "N3", "N3", "N2", "N2", "REM", "REM", "N2", "W"])
    // Deep sleep is even breathing of 8 mm, and nothing else moves.
    let sample = Array(dataset.samples[6])
    let depth = (8 * sample[..<300].reduce(0) { $0 + $1 * $1 } / 300).squareRoot()
    #expect(abs(depth - 8) < 1.5 && (sample[300...].max() ?? 9) < 3)
}

@Test func aRadarNightBecomesFeatures() throws {
    let folder = try TemporaryFolder()
    try record("sbj01", in: folder)
    let source = try SleepBioradiolocation(root: folder.url.path, content: .features, window: 3)
    #expect((source.outline.rows, source.outline.columns) == (8, 3))
    _ = try source.write(to: folder.path("data"))
    let dataset = try Dataset(opening: folder.path("data"))
    #expect(abs(dataset.samples[6][1] - 13) < 1)  // breaths a minute in deep sleep
    #expect(dataset.samples[6][2] == dataset.samples[7][1])
}

@Test func anEpochWithoutSignalEndsARecording() throws {
    let folder = try TemporaryFolder()
    let long = stages + stages
    try record("sbj01", in: folder, stages: long) { edf in
        for signal in edf.signals.indices {
            for epoch in [12, 13, 15] {
                for sample in epoch * 1_500..<(epoch + 1) * 1_500 { edf.signals[signal].values[sample] = 7 }
            }
        }
    }
    let source = try SleepBioradiolocation(root: folder.url.path)
    #expect(source.outline.recordings.map(\.name) == ["sbj01", "sbj01+16"])
    #expect(source.outline.recordings.map(\.firstPosition) == [0, 16])
    #expect(source.outline.recordings.map(\.labels.count) == [12, 12] && source.outline.subjects == ["sbj01"])
    #expect(source.skipped.map(\.kind) == [.sleepEpoch, .sleepEpoch] && source.skipped.map(\.count) == [3, 1])
    _ = try source.write(to: folder.path("data"))
    #expect(try Dataset(opening: folder.path("data")).samples.count == 24)
}

@Test func annotationsThatNameNoEpochsStageAreCounted() throws {
    let folder = try TemporaryFolder()
    let notes = ["W", "x", "1", "4", "", "R", "2", "2", "2", "2", "2", "2", "W", "W", "W"]
    try record("sbj01", in: folder, annotations: RadarModel.annotations(notes))
    let source = try SleepBioradiolocation(root: folder.url.path)
    let labels = source.outline.recordings[0].labels.map { $0.map { source.outline.codes[$0] } }
    #expect(labels[..<6] == ["W", nil, "N1", "N3", nil, "REM"])
    #expect(source.skipped.allSatisfy { $0.kind == .annotation } && source.skipped.map(\.count) == [1, 1, 1])
    #expect(source.skipped.map(\.reason).prefix(2) == ["not a known stage: \"x\"", "it has no note"])
    #expect(source.notes == ["\(folder.path("sbj01.edf")).atr: 2 sleep epochs without a stage have no label"])

    // One ten samples late, then two for the second sleep epoch.
    var bytes: [UInt8] = [10, 1 << 2, 1, 63 << 2, 0x57, 0]
    bytes +=
        [0, 59 << 2, 0, 0, 0xD2, 0x05] + [0, 1 << 2, 1, 63 << 2, 0x57, 0] + [0, 1 << 2, 1, 63 << 2, 0x32, 0, 0, 0]
    try record("sbj01", in: folder, annotations: Data(bytes))
    let other = try SleepBioradiolocation(root: folder.url.path)
    #expect(other.skipped.map(\.count) == [1, 1] && other.outline.recordings[0].labels[1] != nil)
}

@Test func annotationsOfOneSleepEpochThatDisagreeAreNotedAndTheUserChooses() throws {
    let folder = try TemporaryFolder()
    func twice(_ count: Int) throws -> String {
        // After the night back to its start, by an interval below 0, and on from there.
        let back: [UInt8] = [0, 59 << 2, 0xFF, 0xFF] + withUnsafeBytes(of: Int16(-13 * 1_500).littleEndian, Array.init)
        let again = RadarModel.annotations(Array(repeating: "R", count: count))
        return try record("sbj01", in: folder, annotations: RadarModel.annotations(stages).dropLast(2) + back + again)
    }
    func first(_ preference: HypnogramReading.Preference?) throws -> (code: String?, notes: [String]) {
        let source = try SleepBioradiolocation(
            root: folder.url.path, reading: HypnogramReading(preference: preference))
        return (source.outline.recordings[0].labels[0].map { source.outline.codes[$0] }, source.notes)
    }
    let path = try twice(1)
    let what = "\(path).atr: on 1 of 14 sleep epochs two of its annotations disagree; the one that comes"
    #expect(try first(nil) == ("REM", ["\(what) last in the file counts"]))
    #expect(try first(.first) == ("W", ["\(what) first in the file counts"]))
    _ = try twice(4)
    #expect(
        try error(folder)
            == "\(path).atr: on 4 of 14 sleep epochs two of its annotations disagree: choose the one that comes first or last "
            + "in the file with --prefer")
    #expect(try first(.first).code == "W" && first(.last).code == "REM")
}

@Test func notesOfAnotherEncodingStayDifferentAndAreCounted() throws {
    let folder = try TemporaryFolder()
    var notes = RadarModel.annotations(stages.dropLast(2) + ["é", "è"])
    for letter: [UInt8] in [[0xC3, 0xA9], [0xC3, 0xA8]] {
        let range = try #require(notes.firstRange(of: letter))
        notes.replaceSubrange(range, with: [letter[1] + 0x40, 0])
    }
    let path = try record("sbj01", in: folder, annotations: notes)
    let source = try SleepBioradiolocation(root: folder.url.path, reading: HypnogramReading(ignoresUnknownStages: true))
    #expect(source.skipped.map(\.reason) == ["not a known stage: \"è\"", "not a known stage: \"é\""])
    #expect(source.notes.first == "\(path).atr: 2 annotations are no UTF-8, and read as Latin-1")
}

@Test func aPairInTwoUnitsIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = try record("sbj01", in: folder) { edf in
        for index in edf.signals.indices where edf.signals[index].name == "S4" { edf.signals[index].unit = "mV" }
    }
    #expect(try error(folder).hasPrefix("\(path): channel \"S3\" is in \"uV\" and \"S4\" in \"mV\", where a pair"))
}

@Test func recordsThatCannotBeUsedAreCountedUnlessNoneIsLeft() throws {
    let folder = try TemporaryFolder()
    let short = try record("sbj01", in: folder, stages: Array(stages.prefix(9)))
    #expect(try error(folder).hasPrefix("\(short): no record is left: nowhere are there 10 sleep epochs"))
    let unscored = try record("sbj02", in: folder, annotations: Data([0, 0]))
    #expect(
        try error(folder)
            == "\(folder.url.path): no record is left: \(short): nowhere are there 10 sleep epochs with a signal one after "
            + "another; \(unscored): no sleep epoch has a stage")
    try record("sbj03", in: folder)
    let lone = try record("sbj04", in: folder)
    try FileManager.default.removeItem(atPath: lone + ".atr")
    try folder.write("x", to: "RECORDS")
    let source = try SleepBioradiolocation(root: folder.url.path)
    #expect(source.outline.subjects == ["sbj03"])
    #expect(source.skipped.map(\.kind) == [.file, .recording, .recording, .recording])
    #expect(source.skipped.map(\.path) == [folder.path("RECORDS"), short, unscored, lone])
}

@Test func wrongFilesAreNamed() throws {
    let folder = try TemporaryFolder()
    #expect(try error(folder).contains("expected files like sbj01.edf"))
    let path = try record("sbj01", in: folder) { $0.signals.removeAll { $0.name == "S7" } }
    #expect(try error(folder).hasPrefix("\(path): there is no channel \"S7\" in it: it has S9, S10"))
    try record("sbj01", in: folder) { edf in
        edf.signals[3].rate = 25
        edf.signals[3].values.removeLast(edf.signals[3].values.count / 2)
    }
    #expect(try error(folder) == "\(path): channel \"S15\" has 25.0 Hz where sleepbrl has 50.0 Hz")
    let annotations = RadarModel.annotations(stages)
    try record("sbj01", in: folder, annotations: annotations.dropLast(2))
    #expect(try error(folder).hasPrefix("\(path).atr, byte \(annotations.count - 2): the annotations end"))
}

/// The note at the start of an annotation file that says how many of its samples make a second.
private func resolution(_ rate: String) -> Data {
    let note = Array("## time resolution: \(rate)".utf8)
    let padding = Array(repeating: UInt8(0), count: note.count % 2)
    return Data([0, 22 << 2, UInt8(note.count), 63 << 2] + note + padding + [0, 236, 255, 255, 255, 255, 1, 0])
}

@Test(arguments: ["50", "50.0", "25"])
func annotationsMayCountSamplesOfTheirOwn(rate: String) throws {
    let folder = try TemporaryFolder()
    // Of 25 samples a second, 1,500 are two sleep epochs.
    let isHalf = rate == "25"
    let notes = isHalf ? stride(from: 0, to: stages.count, by: 2).map { stages[$0] } : stages
    try record("sbj01", in: folder, annotations: resolution(rate) + RadarModel.annotations(notes))
    let source = try SleepBioradiolocation(root: folder.url.path)
    let labels = source.outline.recordings[0].labels.map { $0.map { source.outline.codes[$0] } }
    #expect(
        labels.map { $0 ?? "-" }.joined(separator: " ")
            == (isHalf
                ? "W - N1 - N2 - N3 - N2 - REM - N2 -" : "W W N1 N2 N2 N3 N3 N3 N2 N2 REM REM N2 W"))
    #expect(source.skipped.isEmpty)
}

@Test func recordsWhoseStagesAreMostlyUnknownAreRefusedUnlessTheUserSaysWhatTheyAre() throws {
    let folder = try TemporaryFolder()
    let words = stages.map { ["W": "Wach", "R": "REM"][$0] ?? "Stage \($0)" }
    let path = try record("sbj01", in: folder, annotations: RadarModel.annotations(words))
    #expect(
        try error(folder)
            == "\(path).atr: 3 of 14 sleep epochs have a text that is no known stage: \"Wach\" (3); say what they are with "
            + "--stage-map, like \"Wach=STAGE\" (W, N1, N2, N3 or REM; nothing behind = for no stage), or leave them without a label with "
            + "--ignore-unknown-stages")
    func wakeCount(_ reading: HypnogramReading) throws -> Int {
        let source = try SleepBioradiolocation(root: folder.url.path, reading: reading)
        #expect(
            source.outline.recordings[0].labels.compactMap(\.self).count == (reading.ignoresUnknownStages ? 11 : 14))
        let wake = source.outline.codes.firstIndex(of: "W")
        return source.outline.recordings[0].labels.count { $0 != nil && $0 == wake }
    }
    #expect(try wakeCount(HypnogramReading(stageMap: ["wach": "W"])) == 3)
    #expect(try wakeCount(HypnogramReading(ignoresUnknownStages: true)) == 0)
}

@Test func recordsWithoutStagesAreTakenWhenAsked() throws {
    let folder = try TemporaryFolder()
    try record("sbj01", in: folder)
    let lone = try record("sbj02", in: folder, seed: 2)
    try FileManager.default.removeItem(atPath: lone + ".atr")
    try record("sbj03", in: folder, annotations: Data([0, 0]), seed: 3)
    let source = try SleepBioradiolocation(root: folder.url.path, unlabelled: true)
    #expect(source.outline.subjects == ["sbj01", "sbj02", "sbj03"] && source.skipped.isEmpty && source.notes.isEmpty)
    #expect(source.outline.recordings.map { $0.labels.compactMap(\.self).count } == [14, 0, 0])
    _ = try source.write(to: folder.path("data"))
    #expect(try Dataset(opening: folder.path("data")).samples.count == 42)
}

@Test func recordsThatDifferInCaseAloneAreRefused() throws {
    let folder = try TemporaryFolder()
    try record("sbj01", in: folder)
    try record("SBJ01", in: folder)
    #expect(try error(folder).contains("subjects \"SBJ01\" and \"sbj01\" differ in case or blanks alone"))
}

@Test func recordsThatDifferInANumbersZerosAloneAreRefused() throws {
    let folder = try TemporaryFolder()
    try record("sbj01", in: folder)
    try record("sbj1", in: folder)
    #expect(
        try error(folder).contains("subjects \"sbj01\" and \"sbj1\" differ in case, blanks or a number's zeros alone"))
}

@Test func aMapOfStagesThatNoNoteIsCalledIsNoted() throws {
    let folder = try TemporaryFolder()
    try record("sbj01", in: folder)
    let source = try SleepBioradiolocation(
        root: folder.url.path, reading: HypnogramReading(stageMap: ["Wakk": "REM"]))
    #expect(source.notes.contains { $0.hasPrefix("--stage-map: nothing is called \"Wakk\": the texts are ") })
}
