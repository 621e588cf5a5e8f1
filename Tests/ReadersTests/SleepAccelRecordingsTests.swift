import Datasets
import Foundation
import Numerics
import Readers
import Signals
import TestKit
import Testing

private let allFeatures = SleepAccelRecordings.Content.features(SleepAccelRecordings.Feature.allCases, window: 3)
private let allChannels = SleepAccelRecordings.Content.windows(SleepAccelRecordings.Channel.allCases, rate: 10)

/// The dataset that is made of nights, and its source's report.
private struct Made {
    let folder: TemporaryFolder
    let dataset: Dataset
    let skipped: [SkippedItem]
    let notes: [String]

    init(
        _ nights: [MadeUpNight], _ content: SleepAccelRecordings.Content = allFeatures, start: String = "",
        lineEnd: (Int) -> String = { _ in "\n" }
    ) throws {
        folder = try TemporaryFolder()
        for night in nights { try night.write(to: folder, start: start, lineEnd: lineEnd) }
        let source = try SleepAccelRecordings(root: folder.url.path, content: content)
        notes = source.notesInFull
        skipped = try source.write(to: folder.path("data")).skipped
        dataset = try Dataset(opening: folder.path("data"))
    }

    func count(_ kind: SkippedItem.Kind, _ reason: String) -> Int {
        skipped.filter { $0.kind == kind && $0.reason.contains(reason) }.reduce(0) { $0 + $1.count }
    }

    var codes: [String?] {
        (0..<dataset.samples.count).map { dataset.code(of: $0).map { dataset.codes[$0] } }
    }
}

private func refusal(
    _ nights: [MadeUpNight], _ content: SleepAccelRecordings.Content = allFeatures,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> DatasetError? {
    #expect(throws: DatasetError.self, sourceLocation: sourceLocation) { try Made(nights, content) }
}

@Test func aRawNightHasItsScoredAndUnscoredEpochsButTheFirstAndTheLast() throws {
    let made = try Made([MadeUpNight()])
    let dataset = made.dataset
    #expect((dataset.kind, dataset.vocabulary, dataset.subjects) == ("sleep-accel-raw", .stage, ["46343"]))
    #expect((dataset.samples.rows, dataset.samples.columns, dataset.samples.count) == (5, 3, 38))
    #expect((0..<38).map(dataset.position(of:)) == Array(1...38))
    #expect(dataset.recordings == ["46343"])
    let stages: [String?] = [nil, "W", "N1", "N2", "N3", "N3", "REM"]
    #expect(made.codes == (1...38).map { stages[$0 % 7] })
    #expect(made.count(.sleepEpoch, "labels, heart rate and motion share") == 2)
    #expect(made.notes == [])
    // Time runs from sleep epoch 1, the first that was scored: its row is the third, its middle column the second.
    #expect((0..<38).allSatisfy { dataset.samples[$0][2 * 3 + 1] == Float(Double($0 * 30) / 3600) })
    #expect(Array(dataset.samples[0][6..<9]) == [0, 0, Float(30.0 / 3600)])
    #expect(made.count(.row, "first in the night") == 1)
    #expect(made.count(.row, "not in the night") > 2)
}

@Test func featuresAreThoseOfTheSignalsInTheNight() throws {
    let night = MadeUpNight()
    let dataset = try Made([night]).dataset
    func rows(_ lines: [String]?) -> [[Double]] {
        (lines ?? []).map { line in line.split { " ,".contains($0) }.compactMap { Double($0) } }
            .filter { $0[0] >= 0 && $0[0] < 1_170 }
    }
    let motion = rows(night.motion)
    let heart = rows(night.heartRate).dropFirst()
    let counts = ActivityCounts(UnevenSeries(times: motion.map { $0[0] }, values: motion.map { $0[3] }))
    let variation = HeartRateVariation(UnevenSeries(times: heart.map { $0[0] }, values: heart.map { $0[1] }))
    for sample in 0..<38 {
        let start = Double(sample + 1) * 30
        #expect(dataset.samples[sample][1] == Float(counts.value(atSleepEpoch: start)))
        #expect(dataset.samples[sample][4] == Float(variation.value(atSleepEpoch: start)))
        #expect(dataset.samples[sample][10] == Float(ClockFeatures.cosine(start - 30)))
    }
    #expect(dataset.samples[0][13] > 0 && dataset.samples[37][13] == 0)  // steps before the night
}

@Test func aWindowHasARowASecondAndChannelsSideBySide() throws {
    var night = MadeUpNight()
    // A row each tenth of a second.
    night.motion = (-50..<13_000).map { row in
        "\(Double(row * 10 + 1) / 100) \(Double(row / 10) / 1024) 0 \(Double(row % 10) / 1024)"
    }
    night.heartRate = (-2...300).map { "\($0 * 5),\(60 + $0 % 2)" }
    let content = SleepAccelRecordings.Content.windows([.x, .z, .hr], rate: 10)
    let dataset = try Made([night], content).dataset
    #expect((dataset.kind, dataset.samples.rows, dataset.samples.columns) == ("sleep-accel-windows", 30, 30))
    for second in 0..<30 {
        let row = Array(dataset.samples[4][second * 30..<(second + 1) * 30])
        #expect(row[..<10].allSatisfy { $0 == Float(150 + second) / 1024 })  // sleep epoch 5 starts at 150 s
        #expect(row[10..<20].elementsEqual((0..<10).map { Float($0) / 1024 }))
        #expect(row[20...].allSatisfy { abs($0) <= 0.01 })
    }
    let magnitude = try Made([night], .windows([.magnitude], rate: 10)).dataset
    #expect((magnitude.samples.rows, magnitude.samples.columns) == (30, 10))
    #expect(magnitude.samples[0][0] < 0 && magnitude.samples[37][299] > 0)
}

@Test(arguments: [("\u{FEFF}", [" \r\n"]), ("", ["\r\n"]), ("", ["\n", "\r\n", " \n"]), ("\u{FEFF}", ["\n"])])
func lineEndsAndByteOrderMarksChangeNoBit(start: String, ends: [String]) throws {
    for content in [allFeatures, allChannels] {
        let plain = try Made([MadeUpNight()], content)
        let other = try Made([MadeUpNight()], content, start: start) { ends[$0 % ends.count] }
        #expect(
            plain.dataset.digest == other.dataset.digest && plain.skipped.map(\.count) == other.skipped.map(\.count))
    }
}

@Test func theOrderOfRowsAndRepeatedRowsChangeNoBit() throws {
    var random = RandomSequence(seed: 3, stream: 0)
    var night = MadeUpNight()
    let plain = try Made([night])
    let heartRateInNight = 214 + 7
    night.labels = ((night.labels ?? []) + ["60 1", "60 1"]).shuffled(using: &random)
    night.heartRate = ((night.heartRate ?? []) + (night.heartRate ?? [])).shuffled(using: &random)
    night.motion = ((night.motion ?? []) + (night.motion ?? [])[5_000..<5_010]).shuffled(
        using: &random)
    night.steps?.reverse()
    let shuffled = try Made([night])
    #expect(shuffled.dataset.digest == plain.dataset.digest)
    let gathered = try SleepAccelRecordings(root: shuffled.folder.url.path, content: allFeatures).notes
    #expect(
        gathered.count == 1
            && gathered[0].hasPrefix("4 files (46343_labeled_sleep.txt ")
            && gathered[0].contains(" and 1 more): put in"))
    #expect(shuffled.notes.count == 4 && shuffled.notes.allSatisfy { $0.contains("put in order of time; ") })
    let heartRate = shuffled.skipped.filter { $0.path.hasSuffix("_heartrate.txt") && $0.reason.contains("same as") }
    #expect(heartRate.map(\.count) == [heartRateInNight])
    #expect(shuffled.count(.row, "the same as another row") == heartRateInNight + 2 + 10)
}

@Test func rowsWithoutAHeartRateChangeNoBitOfARawNight() throws {
    var night = MadeUpNight()
    let plain = try Made([night])
    night.heartRate = ["-500,0"] + (night.heartRate ?? []) + ["301.5,0", "301.75,-1", "99000,0"]
    let other = try Made([night])
    #expect(other.dataset.digest == plain.dataset.digest && other.notes.isEmpty)
    #expect(other.count(.row, "nothing was measured") == 2)  // the others are not in the night
}

@Test func rowsOfOneTimeAndTwoHeartRatesAreNoted() throws {
    var night = MadeUpNight()
    let row = try #require(night.heartRate?[100].split(separator: ",").first)
    night.heartRate?.append("\(row),99")
    let notes = try Made([night]).notes
    #expect(
        notes.contains { $0.hasSuffix("1 row has the time of another row and another heart rate; all are taken") })
}

@Test func aGapEndsARecordingAndTheNextIsNamedForItsFirstEpoch() throws {
    var night = MadeUpNight()
    func time(_ line: String) -> Double { Double(line.split { " ,".contains($0) }.first ?? "") ?? .nan }
    night.motion?.removeAll { (300..<390).contains(time($0)) }  // sleep epochs 10, 11, 12
    night.heartRate?.removeAll { (750..<795).contains(time($0)) }  // all of 25, half of 26
    let made = try Made([night])
    #expect(made.dataset.recordings == ["46343", "46343+13", "46343+26"] && made.dataset.subjects == ["46343"])
    #expect(made.dataset.recordingRanges.map(\.samples) == [0..<9, 9..<21, 21..<34])
    #expect([0, 9, 21, 33].map(made.dataset.position(of:)) == [1, 13, 26, 38])
    #expect(made.count(.sleepEpoch, "no motion in it") == 3 && made.count(.sleepEpoch, "no heart rate in it") == 1)
    // The window at a recording's end repeats its own sleep epoch and does not reach over the gap.
    #expect(made.dataset.samples[8][7] == made.dataset.samples[8][8])
    #expect(made.dataset.samples[9][6] == made.dataset.samples[9][7])
}

@Test func theNightIsWhatLabelsHeartRateAndMotionShare() throws {
    var night = MadeUpNight()
    func time(_ line: String) -> Double { Double(line.split { " ,".contains($0) }.first ?? "") ?? .nan }
    night.motion?.removeAll { !(95..<1_000).contains(time($0)) }
    let positions = { (dataset: Dataset) in (0..<dataset.samples.count).map(dataset.position(of:)) }
    #expect(try positions(Made([night]).dataset) == Array(5...33))  // 120 s is the first in it and left out
    let withoutMotion = try Made([night], .features([.hr], window: 1)).dataset
    #expect(positions(withoutMotion) == Array(1...38))
}

@Test func aNightThatCannotBeUsedIsLeftOutWithItsReason() throws {
    var nights = (1...6).map { number in
        var night = MadeUpNight()
        night.subject = "\(number)"
        return night
    }
    nights[1].labels = nil
    nights[2].heartRate = nil
    nights[3].labels = Array(nights[3].labels?.prefix(11) ?? [])
    nights[4].motion = (0..<100).map { "-\(5_000 - $0) 0 0 1" }
    nights[5].heartRate = (0..<300).map { "\($0 * 5),0" }
    let made = try Made(nights)
    #expect(made.dataset.subjects == ["1"] && made.skipped.count { $0.kind == .recording } == 5)
    #expect(made.count(.recording, "no heart rate above 0 in it") == 1)
    #expect(made.count(.recording, "no labels (labels/2_labeled_sleep.txt)") == 1)
    #expect(made.count(.recording, "no heart rate (heart_rate/3_heartrate.txt)") == 1)
    #expect(made.count(.recording, "9 usable sleep epochs, where at least 10 are needed") == 1)
    #expect(made.count(.recording, "labels, heart rate and motion have no time in common") == 1)
}

@Test func whenNothingIsLeftTheErrorSaysWhy() throws {
    var night = MadeUpNight()
    night.labels = Array(night.labels?.prefix(8) ?? [])
    let error = try #require(try refusal([night]))
    #expect(error.description.contains("expected nights with at least ten usable sleep epochs"))
    #expect(error.description.contains("6 usable sleep epochs") && !error.description.contains("\n"))
    night.motion = nil
    let wanted = "the folders motion in it; hr (and of features time and cosine) needs no motion"
    #expect(try #require(try refusal([night])).description.contains("expected \(wanted)"))
}

@Test(arguments: [
    ("labels", 3, "100 2", "line 3, column 1: \"100.0\" is not a multiple of 30 s"),
    ("labels", 3, "30 2", "line 3, column 2: \"2.0\" is not the stage that line 2 has"),
    ("labels", 5, "120 7", "line 5: 7.0 is not a sleep stage"), ("labels", 2, "30", "line 2: 1 columns"),
    ("labels", 3, "6000000 1", "within a week"), ("heart_rate", 9, "12,8x", "line 9, column 2: \"8x\" is not a number"),
    ("heart_rate", 9, "12,nan", "is not a finite number"), ("heart_rate", 4, "a,60", "line 4, column 1"),
    ("motion", 700, "5.0 1 2", "line 700: 3 columns where 4 are expected"),
    ("motion", 700, "5.0 1 2 3 4", "line 700: 5 columns where 4 are expected"),
    ("motion", 700, "5.0 1 inf 3", "line 700, column 3"),
    ("steps", 2, "1 2 3", "line 2: 3 columns where 2 are expected"),
])
func aMalformedLineIsNamed(folder: String, line: Int, text: String, expected: String) throws {
    var night = MadeUpNight()
    switch folder {
    case "labels": night.labels?[line - 1] = text
    case "heart_rate": night.heartRate?[line - 1] = text
    case "motion": night.motion?[line - 1] = text
    default: night.steps?[line - 1] = text
    }
    let error = try #require(try refusal([night])).description
    #expect(error.contains(expected) && error.contains("/\(folder)/46343_"), "\(error)")
}

@Test func sleepEpochsWithoutALabelLineStayWithoutALabel() throws {
    var night = MadeUpNight()
    night.labels?.removeSubrange(15..<18)
    let made = try Made([night])
    #expect(made.dataset.samples.count == 38 && made.codes[14..<17].allSatisfy { $0 == nil })
    #expect(made.notes.count == 1 && made.notes[0].contains("3 sleep epochs without a row have no label"))
}

@Test func accelerationsThatAreNoneOfGAreRefused() throws {
    var night = MadeUpNight()
    night.motion = night.motion.map { lines in
        lines.map { line in
            let words = line.split(separator: " ")
            return ([String(words[0])] + words.dropFirst().map { "\((Double($0) ?? 0) * 9.80665)" }).joined(
                separator: " ")
        }
    }
    let error = try #require(try refusal([night]))
    #expect("\(error)".contains("46343_acceleration.txt: the median of its accelerations is 9."), "\(error)")
    #expect("\(error)".hasSuffix("write them in g (m/s2 divided by 9.80665)"))
}

@Test func otherFilesInTheFoldersAreNamed() throws {
    let folder = try TemporaryFolder()
    try MadeUpNight().write(to: folder)
    try folder.write("", to: "labels/README")
    try folder.write("", to: "heart_rate/_heartrate.txt")
    let source = try SleepAccelRecordings(root: folder.url.path, content: allFeatures)
    #expect(
        source.skipped.filter { $0.kind == .file }.map(\.path)
            == [folder.path("labels/README"), folder.path("heart_rate/_heartrate.txt")])
}

@Test func aConstantHeartRateAndLevelMotionGiveFiniteValues() throws {
    var night = MadeUpNight()
    night.heartRate = (0..<300).map { "\($0 * 5),60" }
    night.motion = (0..<1_300).map { "\($0) 0 0 1" }
    for content in [allFeatures, allChannels] {
        let dataset = try Made([night], content).dataset
        #expect((0..<dataset.samples.count).allSatisfy { dataset.samples[$0].allSatisfy(\.isFinite) })
    }
}

@Test func aNightWithoutLabelsIsCountedOrTakenFromItsClocksZero() throws {
    var night = MadeUpNight()
    (night.subject, night.labels) = ("9", nil)
    let folder = try TemporaryFolder()
    try MadeUpNight().write(to: folder)
    try night.write(to: folder)
    let labelled = try SleepAccelRecordings(root: folder.url.path, content: allFeatures)
    #expect(labelled.outline.subjects == ["46343"] && labelled.skipped.contains { $0.reason.contains("no labels") })
    let all = try SleepAccelRecordings(root: folder.url.path, content: allFeatures, unlabelled: true)
    #expect(all.outline.subjects == ["9", "46343"] && !all.skipped.contains { $0.kind == .recording })
    let own = all.outline.recordings[0]
    #expect(own.firstPosition == 1 && own.labels.count >= 38 && own.labels.allSatisfy { $0 == nil })
    try FileManager.default.removeItem(atPath: folder.path("labels"))
    let alone = try SleepAccelRecordings(root: folder.url.path, content: allChannels, unlabelled: true)
    _ = try alone.write(to: folder.path("data"))
    let dataset = try Dataset(opening: folder.path("data"))
    #expect(dataset.codes.isEmpty && dataset.subjects == ["9", "46343"] && dataset.samples.count >= 76)
    #expect(throws: DatasetError.self) { try SleepAccelRecordings(root: folder.url.path, content: allChannels) }
}
