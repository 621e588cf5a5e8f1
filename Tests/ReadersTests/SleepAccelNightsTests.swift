import Datasets
import Foundation
import Readers
import Signals
import TestKit
import Testing

/// A subject's night, made up: labels each 30 s, heart rate each 4.7 s, and published values of some sleep epochs.
private struct Night {
    var subject = "7"
    /// The publisher's stages from second 0 on.
    var stages = (0..<60).map { (epoch: Int) -> Int in (3...55).contains(epoch) ? (epoch * epoch % 11) / 2 : -1 }
    /// The sleep epochs with a line in the published features.
    var lines = (0..<60).filter { (5..<54).contains($0) && !(20..<24).contains($0) && $0 != 40 }
    var heartRate: [String]? = (-300..<400).map { (k: Int) -> String in
        String(format: "%.4f,%d", Double(k) * 4.7 + 0.3, 60 + k * k % 23 + k / 60)
    }

    func count(_ epoch: Int) -> Double { Double(epoch * 7 % 19) }
    func variation(_ epoch: Int) -> Double { Double(epoch) / 8 }

    func write(to folder: TemporaryFolder) throws {
        func write(_ lines: [String], _ name: String) throws {
            try folder.write(lines.map { $0 + "\n" }.joined(), to: name)
        }
        try write(stages.enumerated().map { "\($0 * 30) \($1)" }, "labels/\(subject)_labeled_sleep.txt")
        if let heartRate { try write(heartRate, "heart_rate/\(subject)_heartrate.txt") }
        let start = "features_walch/\(subject)_"
        try write(lines.map { "\(Double(stages[$0]))" }, start + "psg_labels.out")
        try write(lines.map { String(format: "%.6f", Double($0 - lines[0]) / 120) }, start + "time_feature.out")
        try write(lines.map { "\(count($0))" }, start + "count_feature.out")
        try write(lines.map { "\(variation($0))" }, start + "hr_feature.out")
    }
}

private func source(_ nights: [Night], window: Int = 1) throws -> (TemporaryFolder, SleepAccelNights) {
    let folder = try TemporaryFolder()
    try folder.write("", to: "heart_rate/none")
    for night in nights { try night.write(to: folder) }
    return (folder, try SleepAccelNights(root: folder.url.path, origin: .published, window: window))
}

private func row(_ name: String) -> Int { SleepAccelNights.content.firstIndex(of: name) ?? -1 }

@Test func aNightIsOneRecordingFromItsFirstToItsLastScoredSleepEpoch() throws {
    let night = Night()
    let (folder, source) = try source([night])
    _ = try source.write(to: folder.path("data"))
    let dataset = try Dataset(opening: folder.path("data"))
    #expect((dataset.kind, dataset.vocabulary, dataset.recordings) == ("sleep-accel-night", .stage, ["7"]))
    #expect((dataset.samples.count, dataset.samples.rows, dataset.samples.columns) == (49, 29, 1))
    #expect((0..<49).map(dataset.position(of:)) == Array(5..<54))
    let stages = ["W", "N1", "N2", "N3", "N3", "REM"]
    for sample in 0..<49 {
        let code = night.lines.contains(sample + 5) ? stages[night.stages[sample + 5]] : nil
        #expect(dataset.code(of: sample).map { dataset.codes[$0] } == code)
    }
    #expect(dataset.content == SleepAccelNights.content && dataset.units == Array(repeating: "1", count: 28) + ["h"])
    #expect(source.notes.count == 1 && source.notes[0].contains("of 49 sleep epochs 5 that were scored have no values"))
    // 3 and 4 before it, 54 and 55 behind it.
    let outside = source.skipped.filter { $0.kind == .sleepEpoch }
    #expect(outside.allSatisfy { $0.path == folder.path("labels/7_labeled_sleep.txt") })
    #expect(
        outside.map { "\($0.count) \($0.reason)" } == [
            "2 scored, but before the first sleep epoch of the night that has a stage and values of its own",
            "2 scored, but behind the last sleep epoch of the night that has a stage and values of its own",
        ])
}

@Test func inputsAreTheMeasuresOfTheWholeNightWithStraightLinesOverGaps() throws {
    let night = Night()
    let (folder, source) = try source([night])
    _ = try source.write(to: folder.path("data"))
    let dataset = try Dataset(opening: folder.path("data"))
    func column(_ name: String) -> [Float] { (0..<49).map { dataset.samples[$0][row(name)] } }
    var counts = (5..<54).map(night.count)
    let slope = (night.count(24) - night.count(19)) / 5
    for gap in 0..<4 { counts[15 + gap] = night.count(19) + slope * Double(gap + 1) }
    counts[35] = (night.count(39) + night.count(41)) / 2
    #expect(zip(column("count"), counts).allSatisfy { abs(Double($0) - $1) < 1e-6 })
    #expect(zip(column("hr"), 5..<54).allSatisfy { abs(Double($0) - night.variation($1)) < 1e-6 })
    #expect(zip(column("time"), 0..<49).allSatisfy { $0 == Float(Double($1) / 120) })
    let rows = (night.heartRate ?? []).map { $0.split(separator: ",").compactMap { Double($0) } }
    let series = UnevenSeries(times: rows.map { $0[0] }, values: rows.map { $0[1] })
    let measures = HeartRateMeasures(HeartRateMeasures.grid(series, from: 150, epochCount: 49))
    for measure in HeartRateMeasure.allCases { #expect(column(measure.rawValue) == measures[measure].map(Float.init)) }
    let activity = ActivityMeasures(counts)
    for measure in ActivityMeasure.allCases where measure != .rank {
        #expect(zip(column(measure.rawValue), activity[measure]).allSatisfy { abs(Double($0) - $1) < 1e-6 })
    }
}

@Test func heartRateRowsMayComeInAnyOrderAndTheFirstOfATimeHolds() throws {
    var night = Night()
    let plain = try source([night])
    night.heartRate = (night.heartRate ?? []).reversed() + ["400.3000,250"] + (night.heartRate ?? []).prefix(9)
    night.heartRate?.insert("401.0,60", at: 0)
    night.heartRate?.insert("401.0,200", at: 5)
    let mixed = try source([night])
    let reasons = mixed.1.skipped.filter { $0.kind == .row }.map { "\($0.count) \($0.reason)" }
    #expect(reasons == ["9 the same as another row", "1 of the time of an earlier row, but other"])
    var first = Night()
    first.heartRate = (first.heartRate ?? []) + ["400.3000,250", "401.0,60"]
    let expected = try source([first])
    let digests = try [plain, mixed, expected].map { try $0.1.write(to: $0.0.path("data")).digest }
    #expect(digests[1] == digests[2] && digests[0] != digests[1])
}

@Test func aPersonWhoseNightCannotBeUsedIsLeftOutWithTheReason() throws {
    var nights = (1...6).map { number in
        var night = Night()
        night.subject = "\(number)"
        return night
    }
    nights[1].heartRate = nil
    nights[2].heartRate = ["-900,60", "90000,61"]
    nights[3].lines = Array(5..<13)
    nights[3].stages.replaceSubrange(5..<13, with: [0, 1, 2, 3, 5, 5, 0, 3])
    nights[4].stages = Array(repeating: 2, count: 60)
    nights[5].stages[5] = 9
    #expect(throws: DatasetError.self) { try source(nights) }  // 9 is no stage
    nights[5].stages = Night().stages
    let (folder, _) = try source(nights)
    try FileManager.default.removeItem(atPath: folder.path("labels/6_labeled_sleep.txt"))
    let read = try SleepAccelNights(root: folder.url.path, origin: .published)
    #expect(read.outline.subjects == ["1"])
    let reasons = read.skipped.filter { $0.kind == .recording }.map(\.reason)
    #expect(
        reasons == [
            "no heart rate (\(folder.path("heart_rate/2_heartrate.txt")))",
            "no heart rate between the first and the last stage",
            "a night of 8 sleep epochs, where at least 10 are needed",
            "its hours and stages fit 12 places in labels, so that its clock is not known",
            "no labels (\(folder.path("labels/6_labeled_sleep.txt")))",
        ])
}

@Test func rowsWithoutAHeartRateAreLeftOutAndCounted() throws {
    let plain = try source([Night()])
    var night = Night()
    // Before the watch was worn, in the night, beside a value of the same time, and after it.
    night.heartRate =
        ["-300,0", "400.3000,0"] + (night.heartRate ?? []) + ["1345.4,0", "1345.5,-1", "90000,0"]
    let mixed = try source([night])
    let reasons = mixed.1.skipped.filter { $0.kind == .row }.map { "\($0.count) \($0.reason)" }
    #expect(reasons == ["5 not above 0, so that nothing was measured"])
    let digests = try [plain, mixed].map { try $0.1.write(to: $0.0.path("data")).digest }
    #expect(digests[0] == digests[1])
}

@Test(arguments: [(1 / 60.0, "1."), (1_000 / 60.0, "1")])
func heartRatesInAnotherUnitAreRefused(factor: Double, start: String) throws {
    var night = Night()
    night.heartRate = night.heartRate?.map { line in
        let parts = line.split(separator: ",")
        return "\(parts[0]),\((Double(parts[1]) ?? .nan) * factor)"
    }
    let error = try #require(#expect(throws: DatasetError.self) { try source([night]) })
    #expect("\(error)".contains("its median heart rate is \(start)") && "\(error)".contains("in beats a minute"))
}

@Test func aPersonWithLabelsAloneIsCounted() throws {
    let folder = try TemporaryFolder()
    try Night().write(to: folder)
    try folder.write("0 0\n30 0\n", to: "labels/9_labeled_sleep.txt")
    let read = try SleepAccelNights(root: folder.url.path, origin: .published)
    #expect(read.outline.subjects == ["7"])
    let left = read.skipped.filter { $0.kind == .recording }
    #expect(left.map(\.path) == [folder.path("labels/9_labeled_sleep.txt")])
    #expect(left.first?.reason == "no files of subject 9 in features_walch; --from raw reads motion instead")
}

@Test func whenNoNightIsLeftOneLineSaysWhatIsNotThere() throws {
    var night = Night()
    night.heartRate = nil
    let error = try #require(#expect(throws: DatasetError.self) { try source([night]) })
    #expect(error.description.contains("no heart rate (") && !error.description.contains("\n"))
    let folder = try TemporaryFolder()
    try Night().write(to: folder)
    try FileManager.default.removeItem(atPath: folder.path("heart_rate"))
    let absent = try #require(
        #expect(throws: DatasetError.self) { try SleepAccelNights(root: folder.url.path, origin: .published) })
    #expect(absent.description.contains("the folders heart_rate beside features_walch; --features published needs"))
}

@Test func fromRawFilesANightHasItsOwnCountsAndUnscoredSleepEpochs() throws {
    let folder = try TemporaryFolder()
    var night = MadeUpNight()
    func time(_ line: String) -> Double { Double(line.split { " ,".contains($0) }.first ?? "") ?? .nan }
    night.motion?.removeAll { (300..<390).contains(time($0)) }  // sleep epochs 10, 11, 12
    try night.write(to: folder)
    let source = try SleepAccelNights(root: folder.url.path, origin: .raw, window: 3)
    _ = try source.write(to: folder.path("data"))
    let dataset = try Dataset(opening: folder.path("data"))
    // From 1 to 38 without 7, 14, ..., of which none is at an end.
    #expect(dataset.recordings == ["46343"] && (0..<38).map(dataset.position(of:)) == Array(1...38))
    #expect((0..<38).filter { dataset.code(of: $0) == nil } == [6, 9, 10, 11, 13, 20, 27, 34])
    let features = try SleepAccelRecordings(
        root: folder.url.path, content: .features([.count, .hr], window: 1))
    _ = try features.write(to: folder.path("features"))
    let published = try Dataset(opening: folder.path("features"))
    #expect(published.samples.count == 35)
    for sample in 0..<published.samples.count {
        let own = published.position(of: sample) - 1
        #expect(dataset.samples[own][row("count") * 3 + 1] == published.samples[sample][0])
        #expect(dataset.samples[own][row("hr") * 3 + 1] == published.samples[sample][1])
    }
    let (before, behind) = (published.samples[8][0], published.samples[9][0])
    #expect(abs(dataset.samples[10][row("count") * 3 + 1] - (before + behind) / 2) < 1e-3)
    #expect(source.notes.contains { $0.contains("of 38 sleep epochs 3 that were scored have no values of their own") })
    night.motion = nil
    let bare = try TemporaryFolder()
    try night.write(to: bare)
    let error = try #require(
        #expect(throws: DatasetError.self) { try SleepAccelNights(root: bare.url.path, origin: .raw) })
    #expect(error.description.contains("expected the folders motion in it"))
}

@Test func nightsWithoutLabelsAreTakenFromRawFilesWhereAsked() throws {
    let folder = try TemporaryFolder()
    var night = MadeUpNight()
    night.labels = nil
    try night.write(to: folder)
    #expect(throws: DatasetError.self) { try SleepAccelNights(root: folder.url.path, origin: .raw) }
    let source = try SleepAccelNights(root: folder.url.path, origin: .raw, unlabelled: true)
    #expect(source.outline.recordings.map(\.name) == ["46343"])
    #expect(source.outline.recordings[0].labels.allSatisfy { $0 == nil } && source.outline.sampleCount > 30)
    let published = try TemporaryFolder()
    try Night().write(to: published)
    try FileManager.default.removeItem(atPath: published.path("features_walch/7_psg_labels.out"))
    let error = try #require(
        #expect(throws: DatasetError.self) {
            try SleepAccelNights(root: published.url.path, origin: .published, unlabelled: true)
        })
    #expect(error.description.contains("no stages (7_psg_labels.out); they say where in the night it is; --from raw"))
}

@Test func aCountBelow0IsRefusedAtItsLine() throws {
    let (folder, _) = try source([Night()])
    let path = folder.path("features_walch/7_count_feature.out")
    for value in ["-5", "-0.5"] {
        var lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
        lines[2] = value
        try folder.write(lines.map { $0 + "\n" }.joined(), to: "features_walch/7_count_feature.out")
        let wanted = ", line 3, column 1: \"\(Double(value) ?? 0)\" is not a count of at least 0"
        let night = #expect(throws: DatasetError.self) {
            _ = try SleepAccelNights(root: folder.url.path, origin: .published)
        }
        #expect("\(try #require(night))".hasSuffix(wanted))
        let published = #expect(throws: DatasetError.self) {
            _ = try SleepAccelFeatures(root: folder.url.path, features: ["count"]).write(to: folder.path("data"))
        }
        #expect("\(try #require(published))".hasSuffix(wanted))
    }
}

@Test func aHeartRateThatNobodyHasIsLeftOutAndCounted() throws {
    let night = Night()
    var odd = night
    odd.heartRate = night.heartRate.map { $0.enumerated().map { $0 == 350 ? "1640.3,500000" : $1 } }
    var without = night
    without.heartRate?.remove(at: 350)
    func made(_ night: Night) throws -> (digest: String, skipped: [SkippedItem]) {
        let (folder, source) = try source([night])
        let written = try source.write(to: folder.path("data"))
        return (try Dataset(opening: folder.path("data")).digest, written.skipped)
    }
    let found = try made(odd)
    #expect(try made(without).digest == found.digest)
    #expect(found.skipped.filter { $0.reason == "a heart rate above 300" }.map(\.count) == [1])
    // It does not take the place of another row of its time.
    var first = night
    first.heartRate = ["400.3000,500000"] + (night.heartRate ?? []) + ["400.3000,61"]
    var alone = night
    alone.heartRate = (night.heartRate ?? []) + ["400.3000,61"]
    let kept = try made(first)
    #expect(try made(alone).digest == kept.digest)
    #expect(kept.skipped.filter { $0.kind == .row }.map(\.reason) == ["a heart rate above 300"])
}

@Test func aBlankLineIsCalledOne() throws {
    var night = Night()
    night.heartRate?.insert("", at: 4)
    let error = #expect(throws: DatasetError.self) { _ = try source([night]) }
    #expect(
        "\(try #require(error))".hasSuffix("_heartrate.txt, line 5: a blank line between lines of numbers; take it out")
    )
}

@Test func aFolderWithoutANameIsCalledSo() throws {
    let error = #expect(throws: DatasetError.self) { _ = try SleepAccelNights(root: "", origin: .raw) }
    #expect(
        "\(try #require(error))"
            == "can't read \"\": an empty name is no folder; name the one with the recordings")
}
