import Datasets
import Foundation
import Numerics
import Readers
import Signals
import TestKit
import Testing

private func dataset(
    _ folder: TemporaryFolder, _ features: [HeartBeatFeature] = HeartBeatFeature.defaults, window: Int = 1
)
    throws -> (data: Dataset, skipped: [SkippedItem])
{
    let output = try TemporaryFolder()
    let written = try SlpdbRecords(root: folder.url.path, features: features, window: window).write(
        to: output.path("data"))
    return (try Dataset(opening: output.path("data")), written.skipped)
}

@Test func featuresAreThoseOfNumPyAndSciPy() throws {
    struct Expected: Decodable {
        let runs: [[Int]]
        let features: [String: [Double]]
    }
    let folder = try #require(Bundle.module.url(forResource: "Fixtures/slpdb", withExtension: nil))
    let expected = try JSONDecoder().decode(
        Expected.self, from: Data(contentsOf: folder.appending(path: "features.json")))
    let output = try TemporaryFolder()
    _ = try SlpdbRecords(root: folder.path, features: HeartBeatFeature.all, window: 1).write(to: output.path("data"))
    let data = try Dataset(opening: output.path("data"))
    #expect(data.subjects == ["slp90"] && data.recordings == ["slp90a", "slp90a+27"])
    #expect(data.recordingRanges.map { [data.position(of: $0.samples.lowerBound), $0.samples.count] } == expected.runs)
    #expect(Set(expected.features.keys) == Set(HeartBeatFeature.all.map(\.name)))
    for (row, feature) in HeartBeatFeature.all.enumerated() {
        let values = try #require(expected.features[feature.name])
        for (sample, value) in values.enumerated() {
            let found = Double(data.samples[sample][row])
            #expect(abs(found - value) <= 2e-6 * max(1, abs(value)), "\(feature.name) at sample \(sample)")
        }
    }
}

@Test func aSampleIsItsSleepEpochsFeaturesAndThoseAround() throws {
    let folder = try TemporaryFolder()
    try SlpdbRecordTexts().write(to: folder)
    let features = ["hr", "clock"].compactMap(HeartBeatFeature.init(name:))
    let data = try dataset(folder, features, window: 3).data
    #expect((data.kind, data.vocabulary) == ("slpdb", .stage))
    #expect((data.samples.count, data.samples.rows, data.samples.columns) == (20, 2, 3))
    #expect(data.samples[5].dropFirst(3).map { ($0 * 120).rounded() } == [4, 5, 6])
    #expect(data.samples[0].dropFirst(3).map { ($0 * 120).rounded() } == [0, 0, 1])
    #expect(data.samples[19][1] == data.samples[19][2] && data.samples[18][2] == data.samples[19][1])
    #expect((50...70).contains(data.samples[9][1]))
}

@Test func stagesAreThoseOfTheSleepEpochsThatTheyPrecede() throws {
    let folder = try TemporaryFolder()
    var record = SlpdbRecordTexts()
    record.stages[4] = record.stages[4].replacing("1 HA", with: "MT")
    record.stages[5] = record.stages[5].replacing("1 HA", with: "")
    record.stages[6] = record.stages[6].replacing(" \" ", with: " N ")
    record.stages.remove(at: 7)
    record.stages += [
        "9:00.000 135000 \" 0 0 0\tR", "2:10.000 32500 \" 0 0 0\tR", "10:30.000 157500 \" 0 0 0\tW",
    ]
    try record.write(to: folder)
    let (data, skipped) = try dataset(folder)
    let stages = (0..<20).map { data.code(of: $0).map { data.codes[$0] } ?? "-" }
    let expected = "W W W W - - - - N3 N3 N3 N3 N1 N1 REM REM REM REM REM N2"
    #expect(stages.joined(separator: " ") == expected)
    let annotations = skipped.filter { $0.kind == .annotation }
    #expect(annotations.allSatisfy { $0.count == 1 && $0.path == folder.path("slp01a.an") })
    #expect(
        annotations.map(\.reason) == [
            "after the record's last whole sleep epoch", "not a stage (W, 1, 2, 3, 4, R): \"MT\"",
            "not at a multiple of 30 s", "not notes (type \"): N", "of a sleep epoch that another line annotates",
            "without a stage",
        ])
}

@Test(arguments: [
    ("23:07:00", "23:07:00"), ("23:07:00.5 7/1/1990", "1990-01-07T23:07:00.5"), ("23:07:00 31/02/1990", "23:07:00"),
    ("23:07", nil), ("7:00:61", nil), ("", nil),
])
func aRecordBeganWhenItsHeaderSays(text: String, start: String?) throws {
    let folder = try TemporaryFolder()
    var record = SlpdbRecordTexts()
    record.header = "slp01a 4 250/0.033(9) 150000 \(text)\n"
    try record.write(to: folder)
    #expect(try dataset(folder).data.starts == [start.flatMap { RecordingStart($0) }])
}

@Test func recordsOfOnePersonAreOneSubject() throws {
    let folder = try TemporaryFolder()
    for name in ["slp02b", "slp02a", "slp14", "slp67x", "other", "slp1", "slp10", "slp1a"] {
        try SlpdbRecordTexts().write(to: folder, name)
    }
    let data = try dataset(folder).data
    #expect(data.recordings == ["other", "slp02a", "slp02b", "slp1", "slp10", "slp14", "slp1a", "slp67x"])
    #expect(data.subjects == ["other", "slp02", "slp1", "slp10", "slp14", "slp67"])
    #expect(data.recordingRanges.map(\.subject) == [0, 1, 1, 2, 3, 4, 2, 5])
}

@Test func aPauseOfTheBeatsEndsARecording() throws {
    let folder = try TemporaryFolder()
    try SlpdbRecordTexts(pause: 305..<320).write(to: folder)
    let (data, skipped) = try dataset(folder)
    #expect(data.recordings == ["slp01a"] && data.samples.count == 10)
    #expect(
        skipped.filter { $0.kind == .sleepEpoch } == [
            SkippedItem(
                path: folder.path("slp01a.hea"), kind: .sleepEpoch, reason: "less than 15 s of normal heart beats"),
            SkippedItem(
                path: folder.path("slp01a.hea"), kind: .sleepEpoch, count: 9,
                reason: "fewer than 10 in a row between gaps"),
        ])
}

@Test func lineEndsMarksEncodingsOrderAndRepeatedRowsChangeNoValue() throws {
    let plain = try TemporaryFolder()
    try SlpdbRecordTexts().write(to: plain)
    let digest = try dataset(plain).data.digest
    let dos = try TemporaryFolder()
    try SlpdbRecordTexts().write(to: dos, lineEnd: "\r\n")
    #expect(try dataset(dos).data.digest == digest)
    let mixed = try TemporaryFolder()
    var record = SlpdbRecordTexts()
    record.beats[7] += "\r"
    record.stages[3] += "\r"
    record.beats += [record.beats[9], record.beats[9]]
    record.beats.swapAt(3, 300)
    record.stages.swapAt(3, 11)
    try record.write(to: mixed)
    let (data, skipped) = try dataset(mixed)
    #expect(data.digest == digest)
    #expect(skipped.contains { $0.kind == .row && $0.count == 2 && $0.reason == "the same as another" })
    for (encoding, mark) in [
        (String.Encoding.utf8, "\u{FEFF}"), (.utf16LittleEndian, "\u{FEFF}"), (.utf16BigEndian, "\u{FEFF}"),
    ] {
        let folder = try TemporaryFolder()
        for name in ["slp01a.hea", "slp01a.an", "slp01a.rr"] {
            let text = try String(contentsOf: plain.url.appending(path: name), encoding: .utf8)
            try #require((mark + text).data(using: encoding)).write(to: folder.url.appending(path: name))
        }
        #expect(try dataset(folder).data.digest == digest, "\(encoding)")
    }
}

@Test func recordsThatCannotBeUsedDoNotStopOthers() throws {
    let folder = try TemporaryFolder()
    try SlpdbRecordTexts().write(to: folder, "slp03")
    try SlpdbRecordTexts().write(to: folder, "slp04")
    try SlpdbRecordTexts().write(to: folder, "slp14")
    var unscored = SlpdbRecordTexts()
    unscored.stages = []
    try unscored.write(to: folder, "slp16")
    var short = SlpdbRecordTexts()
    short.header = short.header.replacing("150000", with: "67500")
    short.stages.removeLast(11)
    try short.write(to: folder, "slp37")
    try SlpdbRecordTexts(pause: 100..<550).write(to: folder, "slp45")
    try FileManager.default.removeItem(atPath: folder.path("slp04.an"))
    try FileManager.default.removeItem(atPath: folder.path("slp14.rr"))
    for name in ["slp03.dat", "slp03.st", "slp03.ecg", "RECORDS", "SHA256SUMS.txt", "notes"] {
        try folder.write("", to: name)
    }
    let (data, skipped) = try dataset(folder)
    #expect(data.recordings == ["slp03"])
    #expect(skipped.filter { $0.kind == .file }.map(\.path) == [folder.path("notes")])
    let left = skipped.filter { $0.kind == .recording }
    #expect(left.map(\.path) == ["slp04.hea", "slp14.an", "slp16.hea", "slp37.hea", "slp45.hea"].map(folder.path))
    #expect(
        left.map { $0.reason.prefix(24) } == [
            "there is no slp04.an bes", "there is no slp14.rr bes", "no sleep epoch has a sta",
            "no 10 sleep epochs in a ",
            "no 10 sleep epochs in a ",
        ])
}

@Test(arguments: [
    ("hea", "", "slp01a.hea is empty"), ("hea", "# nothing\n", "slp01a.hea is empty"),
    ("hea", "slp01a 4 250\n", "slp01a.hea, line 1: a WFDB header starts with"),
    ("hea", "\nslp01a 4 0 15000\n", "slp01a.hea, line 2: a WFDB header"),
    ("hea", "slp01a 4 250 1e99\n", "up to a week"), ("hea", "slp01a 4 250 -5\n", "up to a week"),
    ("hea", "slp01a 4 nan 5\n", "up to a week"),
    ("an", "", "slp01a.an is empty"), ("an", "0:00.004 1\n", "slp01a.an, line 1: not an annotation"),
    ("an", "x 1 \" 0 0 0 W\n", "line 1: not an annotation"),
    ("an", "0:01 -7 \" 0 0 0 W\n", "line 1: not an annotation"),
    ("an", "[23:07:00.000 19/01/1989] 1 \" 0 0 0 W\n", "line 1: the time of day is given"),
    ("rr", "", "slp01a.rr is empty"), ("rr", "\n\n0:00.000 N 0.9 N\n", "slp01a.rr, line 3: 4 columns where 5"),
    ("rr", "-0:01.000 N 0.9 N 0:01.000\n", "line 1, column 1: \"-0:01.000\" is not a time from the record's start"),
    ("rr", "0:01.000 N -0.9 N 0:01.900\n", "line 1, column 3: \"-0.9\" is not a number of seconds from 0"),
    ("rr", "0:01.000 N nan N 0:01.900\n", "line 1, column 3: \"nan\" is not a number of seconds from 0"),
    ("rr", "0:01.000 N 0.9 N 1:1:1:1\n", "line 1, column 5: \"1:1:1:1\" is not a time"),
    ("rr", "0:01.000 N 0.9 N 0:0x1\n", "line 1, column 5: \"0:0x1\" is not a time"),
    ("rr", "0:01.1 N 0.9 N 0:02\n0:01.2 N 0.8 N 0:02\n", "line 2: another line has a beat at the same time"),
    ("rr", "0:00.040 N 0.9 N 0:00.940\n0:00.940 N 0.96 N 0:01.", "line 2: its beats are 0.060 s apart where the int"),
])
func aMalformedTextIsNamedWithItsPlace(ending: String, content: String, expected: String) throws {
    let folder = try TemporaryFolder()
    try SlpdbRecordTexts().write(to: folder)
    try folder.write(content, to: "slp01a.\(ending)")
    let error = #expect(throws: DatasetError.self) { try SlpdbRecords(root: folder.url.path) }
    #expect(
        error?.description.contains(expected) == true && error?.description.contains("\n") == false, "\(error as Any)")
}

@Test func aFolderWithoutAUsableRecordSaysWhy() throws {
    let folder = try TemporaryFolder()
    let none = #expect(throws: DatasetError.self) { try SlpdbRecords(root: folder.url.path) }
    #expect(none?.description.contains("expected texts like slp01a.hea, slp01a.rr and slp01a.an") == true)
    var record = SlpdbRecordTexts()
    record.stages = []
    try record.write(to: folder)
    let unscored = #expect(throws: DatasetError.self) { try SlpdbRecords(root: folder.url.path) }
    let reason = "no record can be used; \(folder.path("slp01a.hea")): no sleep epoch has a stage"
    #expect(unscored == .unsuitable(path: folder.url.path, reason: reason))
}

/// A text cut anywhere is read or refused, and never stops the program.
@Test func aTextCutAnywhereIsReadOrRefused() throws {
    let folder = try TemporaryFolder()
    try SlpdbRecordTexts().write(to: folder)
    for ending in ["hea", "an", "rr"] {
        let whole = try Data(contentsOf: folder.url.appending(path: "slp01a.\(ending)"))
        for length in stride(from: 0, to: whole.count, by: max(whole.count / 60, 1)) {
            try whole.prefix(length).write(to: folder.url.appending(path: "slp01a.\(ending)"))
            do {
                _ = try SlpdbRecords(root: folder.url.path, window: 3)
            } catch {
                #expect(error.description.contains(folder.url.path) && !error.description.contains("\n"))
            }
        }
        try whole.write(to: folder.url.appending(path: "slp01a.\(ending)"))
    }
}

@Test func everyFeatureHasOneName() {
    #expect(Set(HeartBeatFeature.all.map(\.name)).count == HeartBeatFeature.all.count)
    #expect(HeartBeatFeature.all.allSatisfy { HeartBeatFeature(name: $0.name) == $0 })
    #expect(["", "HR", "clock-night", "hr-night-night", "-night"].allSatisfy { HeartBeatFeature(name: $0) == nil })
}

@Test func sleepEpochsWithoutALineAreCounted() throws {
    let folder = try TemporaryFolder()
    var record = SlpdbRecordTexts()
    try record.write(to: folder)
    #expect(try SlpdbRecords(root: folder.url.path).notes == [])
    record.stages.removeLast()
    try record.write(to: folder)
    #expect(
        try SlpdbRecords(root: folder.url.path).notes
            == ["\(folder.path("slp01a.an")): 1 sleep epoch without a line has no label"])
    record.stages.removeLast(6)
    try record.write(to: folder)
    #expect(
        try SlpdbRecords(root: folder.url.path).notes
            == ["\(folder.path("slp01a.an")): 7 sleep epochs without a line have no label"])
}

@Test func recordsWithoutAnnotationsAreTakenWhenAsked() throws {
    let folder = try TemporaryFolder()
    try SlpdbRecordTexts().write(to: folder)
    try SlpdbRecordTexts().write(to: folder, "slp02a")
    try FileManager.default.removeItem(atPath: folder.path("slp02a.an"))
    var unscored = SlpdbRecordTexts()
    unscored.stages = []
    try unscored.write(to: folder, "slp03")
    let labelled = try SlpdbRecords(root: folder.url.path)
    #expect(labelled.outline.subjects == ["slp01"])
    let skipped = labelled.skipped.filter { $0.kind == .recording }.map(\.path)
    #expect(skipped == [folder.path("slp02a.hea"), folder.path("slp03.hea")])
    let all = try SlpdbRecords(root: folder.url.path, unlabelled: true)
    #expect(all.outline.subjects == ["slp01", "slp02", "slp03"])
    #expect(!all.skipped.contains { $0.kind == .recording })
    #expect(all.outline.recordings.map { $0.labels.count } == [20, 20, 20])
    #expect(all.outline.recordings.dropFirst().allSatisfy { $0.labels.allSatisfy { $0 == nil } })
}

@Test func annotationsOfALongerRecordAreRefused() throws {
    let folder = try TemporaryFolder()
    var record = SlpdbRecordTexts()
    record.stages += (20..<40).map { "\($0 / 2):\($0 % 2 == 0 ? "00" : "30").000 \($0 * 7_500) \" 0 0 0\tR" }
    try record.write(to: folder)
    let error = "\(try #require(#expect(throws: DatasetError.self) { try dataset(folder) }))"
    #expect(error.contains("slp01a.an: 20 of its 40 annotations come after the record's last whole sleep epoch"))
}

@Test func measuresOfTheHeartRateStandBehindThoseOfTheBeats() throws {
    let folder = try TemporaryFolder()
    let record = SlpdbRecordTexts(pause: 320..<395)  // sleep epochs 11 and 12 have no beats
    try record.write(to: folder)
    let output = try TemporaryFolder()
    func made(_ features: [HeartBeatFeature], _ measures: [HeartRateMeasure]) throws -> Dataset {
        let source = try SlpdbRecords(root: folder.url.path, features: features, heartRate: measures, window: 1)
        _ = try source.write(to: output.path("data"))
        return try Dataset(opening: output.path("data"))
    }
    let beats = [HeartBeatFeature(.high, isRelative: true), HeartBeatFeature(.clock)]
    let measures: [HeartRateMeasure] = [.level, .slow, .rank]
    let both = try made(beats, measures)
    #expect(both.content == ["hf-night", "clock", "hr-level", "hr-slow-30min", "hr-rank"])
    #expect(both.units == ["1", "h", "1", "1", "1"] && both.recordings == ["slp01a"])
    let (alone, plain) = (try made([], measures), try made(beats, []))
    // The whole record's heart rate, from the first sleep epoch that is used to the last.
    let rows = record.beats.compactMap { line -> (end: Double, rate: Double)? in
        let fields = line.split(separator: "\t")
        guard let seconds = Double(fields[2]), fields[1] == "N", seconds < 2 else { return nil }
        let parts = fields[4].split(separator: ":").compactMap { Double($0) }
        return (parts.reduce(0) { $0 * 60 + $1 }, 60 / seconds)
    }
    let series = UnevenSeries(times: rows.map(\.end), values: rows.map(\.rate))
    let positions = (0..<both.samples.count).map(both.position(of:))
    let (first, last) = (positions[0], positions[positions.count - 1])
    let night = HeartRateMeasures(
        HeartRateMeasures.grid(series, from: Double(first) * 30, epochCount: last - first + 1))
    for sample in 0..<both.samples.count {
        let expected = measures.map { Float(night[$0][positions[sample] - first]) }
        #expect(zip(both.samples[sample].dropFirst(2), expected).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(Array(both.samples[sample]) == Array(plain.samples[sample]) + Array(alone.samples[sample]))
    }
}

@Test(arguments: [("an", "; --unlabelled takes it without labels"), ("rr", ""), ("hea", "")])
func aLoneRecordThatLacksAFileNamesIt(ending: String, remedy: String) throws {
    let folder = try TemporaryFolder()
    try SlpdbRecordTexts().write(to: folder)
    try FileManager.default.removeItem(atPath: folder.path("slp01a.\(ending)"))
    let error = #expect(throws: DatasetError.self) { _ = try SlpdbRecords(root: folder.url.path) }
    let text = "\(try #require(error))"
    #expect(text.contains("/slp01a.") && text.contains(": there is no slp01a.\(ending) beside it; "), "\(text)")
    #expect(text.hasSuffix("makes .rr and .an of .ecg and .st\(remedy)"), "\(text)")
}
