import Foundation
import Numerics
import TestKit
import Testing

import Datasets
import Readers

private let start = 1_709_326_800  // 2024-03-01T21:00:00Z
private let stages = ["W", "N1", "N2", "N3", "N3", "REM"]

/// A night as PhysioNet's files say it: labels, heart rate and published features of scored sleep epochs.
private struct Night {
    /// Sixty sleep epochs, scored from the fourth to the 56th.
    let labels = (0..<60).map { (epoch: Int) -> Int in (3...55).contains(epoch) ? (epoch * epoch % 11) / 2 : -1 }
    let lines = (3..<55).filter { !(20..<24).contains($0) && $0 != 40 }
    /// Every 4.7 s from second 0 on, and not in the sleep epochs without a line.
    let heartRate = (0..<400).map { (row: Int) -> (time: Double, value: Int) in
        (Double(row) * 4.7 + 0.3, 60 + row * row % 23 + row / 60)
    }
    func count(_ epoch: Int) -> Double { Double(epoch * 7 % 19) / 3 }

    /// The reader of PhysioNet's files.
    func published() throws -> Dataset {
        let folder = try TemporaryFolder()
        func write(_ lines: [String], _ name: String) throws {
            try folder.write(lines.map { $0 + "\n" }.joined(), to: name)
        }
        try write(labels.enumerated().map { "\($0 * 30) \($1)" }, "labels/7_labeled_sleep.txt")
        try write(heartRate.map { String(format: "%.4f,%d", $0.time, $0.value) }, "heart_rate/7_heartrate.txt")
        try write(lines.map { "\(labels[$0])" }, "features_walch/7_psg_labels.out")
        try write(
            lines.map { String(format: "%.6f", Double($0 - lines[0]) / 120) }, "features_walch/7_time_feature.out")
        try write(lines.map { "\(count($0))" }, "features_walch/7_count_feature.out")
        try write(lines.map { _ in "0" }, "features_walch/7_hr_feature.out")
        let source = try SleepAccelNights(root: folder.url.path, origin: .published)
        _ = try source.write(to: folder.path("data"))
        return try Dataset(opening: folder.path("data"))
    }

    /// The same as rows of a table, a row a measurement.
    func rows(subject: String = "7", from start: Int = start) -> [String] {
        func time(_ seconds: Double) -> String { "\(start * 1_000_000 + Int((seconds * 1e6).rounded()))" }
        return lines.map { "\(subject),\(time(Double($0) * 30)),,\(count($0)),\(stages[labels[$0]])" }
            + heartRate.map { "\(subject),\(time($0.time)),\($0.value),," }
    }
}

private func made(
    _ rows: [String], heartRate: String? = "bpm", activity: String? = "count", isLabelled: Bool = true,
    longestGap: Double = 3600
) throws -> (data: Dataset, source: TimedNights) {
    let folder = try TemporaryFolder()
    let path = try folder.write(
        (["id,time,bpm,count,stage"] + rows).map { $0 + "\n" }.joined(), to: "a.csv")
    let source = try TimedNights(
        files: [path],
        columns: TableColumns(
            subject: .column("id"), recording: nil, position: "time", label: isLabelled ? "stage" : nil,
            values: .others), heartRate: heartRate, activity: activity, labels: TableLabels(.stage),
        longestGap: longestGap)
    _ = try source.write(to: folder.path("data"))
    return (try Dataset(opening: folder.path("data")), source)
}

private func refusal(_ rows: [String], sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    do {
        _ = try made(rows)
    } catch let error as DatasetError {
        #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
        return error.description.replacing(try Regex("^.*/a.csv"), with: "a.csv")
    }
    Issue.record("it was read", sourceLocation: sourceLocation)
    return ""
}

@Test func timedRowsOfANightGiveTheInputsOfTheReaderOfItsFiles() throws {
    let night = Night()
    let expected = try night.published()
    let (data, source) = try made(night.rows().reversed())
    #expect((data.content, data.units) == (expected.content, expected.units))
    #expect((data.samples.count, data.samples.rows, data.samples.columns) == (expected.samples.count, 29, 1))
    #expect(data.recordings == ["7/2024-03-01T21:00:00Z"] && data.subjects == ["7"])
    for sample in 0..<data.samples.count {
        let (label, other) = (data.code(of: sample), expected.code(of: sample))
        #expect(label.map { data.codes[$0] } == other.map { expected.codes[$0] })
        for (row, name) in data.content.enumerated() where name != "hr" && !name.hasSuffix("rank") {
            let (value, other) = (data.samples[sample][row], expected.samples[sample][row])
            #expect(abs(value - other) < 1e-5, "\(name) of \(sample): \(value), not \(other)")
        }
    }
    #expect(source.notes.contains { $0.contains("of 52 sleep epochs 5 lack a value") })
    let digest = try made(night.rows() + night.rows().prefix(40)).data.digest
    #expect(digest == data.digest)
}

@Test func severalCountsInASleepEpochAreNoted() throws {
    let rows = Night().rows()
    func note(_ rows: [String]) throws -> String? { try made(rows).source.notes.first { $0.contains("mean of them") } }
    #expect(try note(rows) == nil)
    let shorter = rows.filter { $0.contains(",,") && !$0.hasSuffix(",,") }.map { row in
        let fields = row.split(separator: ",", omittingEmptySubsequences: false)
        return "7,\((Int(fields[1]) ?? 0) + 15_000_000),,\(fields[3]),"
    }
    #expect(try note(rows + shorter)?.hasPrefix("count has up to 2 rows in most sleep epochs of a night") == true)
}

@Test func timesThatLostTheirSecondsAreNoted() throws {
    let whole = (0..<120).map { row in
        "7,\((start + 60 * (row / 2)) * 1_000_000),\(60 + row % 9),\(row % 5),\(stages[row / 20])"
    }
    let notes = try made(whole).source.notes
    #expect(
        notes.contains { $0.hasSuffix("all its times are whole minutes; were the seconds left out when it was saved?") }
    )
}

@Test func aNightKnowsWhenItBegan() throws {
    let rows = Night().rows().map { row in
        var fields = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        fields[1] = TimeText.utc((Int(fields[1]) ?? 0) + 3600 * TimeText.second).replacing("Z", with: "+01:00")
        return fields.joined(separator: ",")
    }
    let data = try made(rows).data
    // Sleep epochs lie as the first one that was scored does, 90 s behind the first row.
    #expect(data.starts == [RecordingStart("2024-03-01T22:00:00")] && data.position(of: 0) == 3)
    #expect(try made(Night().rows()).data.starts == [nil])
}

@Test func eachColumnAloneGivesItsMeasures() throws {
    let rows = Night().rows()
    let both = try made(rows).data
    let heartRate = try made(rows, activity: nil).data
    let activity = try made(rows, heartRate: nil).data
    #expect(heartRate.content.count == 20 && activity.content.count == 10)
    #expect(heartRate.content.suffix(2) == ["hr", "time"] && activity.content.suffix(2) == ["count", "time"])
    for name in activity.content {
        let (own, place) = (activity.content.firstIndex(of: name) ?? -1, both.content.firstIndex(of: name) ?? -1)
        #expect((0..<both.samples.count).allSatisfy { activity.samples[$0][own] == both.samples[$0][place] })
    }
    // With the heart rate alone a sleep epoch without a count keeps its label.
    #expect((0..<52).allSatisfy { heartRate.code(of: $0) == both.code(of: $0) })
    let unlabelled = try made(rows, activity: nil, isLabelled: false).data
    #expect(unlabelled.samples.count == 63 && unlabelled.code(of: 0) == nil)
}

@Test func aLongGapMakesTwoNightsOfWhichEachHasItsOwnMedians() throws {
    let rows = Night().rows()
    let later = Night().rows(from: start + 36_000)
    let (data, _) = try made(rows + later)
    #expect(data.recordings == ["7/2024-03-01T21:00:00Z", "7/2024-03-02T07:00:00Z"])
    let alone = try made(rows).data
    #expect((0..<52).allSatisfy { Array(data.samples[$0]) == Array(alone.samples[$0]) })
    #expect((0..<52).allSatisfy { Array(data.samples[52 + $0]) == Array(alone.samples[$0]) })
}

@Test func rowsOfAnotherYearDoNotStretchTheHeartRateOfANight() throws {
    let rows = Night().rows()
    func time(_ seconds: Int) -> String { "\((start + seconds) * 1_000_000)" }
    let year = 366 * 86_400
    let far = ["7,\(time(year)),70,,", "7,\(time(year + 600)),,,W"]
    let (plain, stray) = (try made(rows).data, try made(rows + far, longestGap: 1e10).data)
    #expect(stray.samples.count == plain.samples.count)
    #expect((0..<plain.samples.count).allSatisfy { Array(stray.samples[$0]) == Array(plain.samples[$0]) })
}

@Test func aRecordingThatIsNoNightIsLeftOutWithTheReasonOrRefused() throws {
    let night = Night()
    let without = night.rows(subject: "8").filter { $0.hasSuffix("W") || $0.contains(",,") && !$0.hasSuffix(",,") }
    let source = try made(night.rows() + without).source
    let item = try #require(source.skipped.first { $0.kind == .recording })
    #expect(item.reason == "subject 8, 8/2024-03-01T21:01:30Z: no heart rate in it" && item.path.hasSuffix("a.csv"))
    #expect(
        try refusal(without)
            == "a.csv: no night is left: subject 8, 8/2024-03-01T21:01:30Z: no heart rate in it")
    let nobody = without.map { $0.replacing("8,", with: "9,", maxReplacements: 1) }
    #expect(
        try refusal(without + nobody).hasSuffix(
            "no night is left: 2 recordings like subject 8, 8/2024-03-01T21:01:30Z: no heart rate in it"))
    let short = night.rows().filter { row in
        let time = (Int(row.split(separator: ",")[1]) ?? 0) / 1_000_000 - start
        return (90..<300).contains(time)
    }
    #expect(try refusal(short).contains("a night of 7 sleep epochs, where at least 10 are needed"))
    #expect(try refusal(night.rows().filter { $0.hasSuffix(",,") }).contains("no activity in it"))
    let sparse = night.heartRate.indices.filter { $0 % 20 == 0 }.map { night.rows()[night.lines.count + $0] }
    #expect(try refusal(Array(night.rows().prefix(night.lines.count)) + sparse).contains("where half need one"))
    #expect(
        try refusal(night.rows() + ["7,\(start)000000,0,,"])
            .hasSuffix(
                "column \"bpm\": \"0\" is not a heart rate above 0: leave the field empty where none was measured"))
    #expect(
        try refusal(["7,\(start)000000,60,-1,W"]).hasSuffix(
            "line 2: column \"count\": \"-1\" is not a count of at least 0"))
    let slow = night.rows().map { row -> String in
        var fields = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        if !fields[2].isEmpty { fields[2] = "1.1" }
        return fields.joined(separator: ",")
    }
    #expect(try refusal(slow).contains("its median heart rate is 1.1: is it in beats a minute?"))
}

@Test func aHeartRateThatNobodyHasIsLeftOutOfATableAndCounted() throws {
    let night = Night()
    let odd = night.rows() + ["7,\((start + 900) * 1_000_000 + 7),500000,,"]
    let (data, source) = try made(odd)
    #expect(try made(night.rows()).data.digest == data.digest)
    #expect(
        source.skipped.filter { $0.reason.hasSuffix("a heart rate above 300") }.map { [$0.count] } == [[1]])
    // Where most are so large they are in another unit.
    let intervals = night.rows().map { row in
        var fields = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        if let rate = Double(fields[2]) { fields[2] = "\(60_000 / rate)" }
        return fields.joined(separator: ",")
    }
    #expect(try refusal(intervals).contains("is it in beats a minute?"))
}

@Test func positionsCountFromTheFirstRowWhicheverHasTheFirstLabel() throws {
    // Twenty minutes of rows, then labels; a recording's name says when its first row is.
    let labelled = (0..<120).map { epoch in
        "7,\(start + epoch * 30),\(60 + epoch % 7),\(epoch % 5),\(epoch < 40 ? "" : stages[epoch % 6])"
    }
    let (data, _) = try made(labelled)
    #expect(data.position(of: 0) == 40)
    let (plain, _) = try made(labelled, isLabelled: false)
    #expect(plain.position(of: 0) == 0 && plain.recordings == data.recordings)
}

// MARK: - Doubts

/// Heart rates each five seconds for so many hours, and in the sleep epochs that have one the stage.
private func rows(hours: Int, rate: (Int) -> String = { "\(60 + $0 % 7)" }, stage: (Int) -> String?) -> [String] {
    (0..<hours * 720).map { row in
        let label = row % 6 == 0 ? stage(row / 6) ?? "" : ""
        return "7,\(start + 5 * row),\(rate(row)),,\(label)"
    }
}

@Test func whatMayBeSeveralNightsIsNoted() throws {
    let long = try made(rows(hours: 30) { stages[$0 % 100 / 20] }, activity: nil).source
    #expect(long.notes.contains { $0.contains("3600 sleep epochs one after another, more than a day has") })
    let nap = try made(rows(hours: 14) { $0 < 600 || $0 >= 1500 ? stages[$0 % 100 / 20] : nil }, activity: nil).source
    #expect(nap.notes.contains { $0.contains(": 900 sleep epochs one after another have no label between others") })
    let night = try made(rows(hours: 8) { $0 < 400 || $0 >= 700 ? stages[$0 % 100 / 20] : nil }, activity: nil).source
    #expect(!night.notes.contains { $0.contains("--recording") })
}

@Test func labelsThatStandWhereTheStageChangesAreRefused() throws {
    let changes = rows(hours: 8) { $0 % 19 == 0 ? stages[$0 / 19 % 3] : nil }
    let error = #expect(throws: DatasetError.self) { try made(changes, activity: nil) }
    #expect(error?.description.contains("51 of its 951 sleep epochs have a label, and nearly each another") == true)
    // Labels of every fifth minute come several of one stage after each other.
    let seldom = try made(rows(hours: 8) { $0 % 10 == 0 ? stages[$0 / 60 % 3] : nil }, activity: nil).source
    #expect(seldom.outline.recordings[0].labels.count(where: { $0 != nil }) == 96)
}

@Test func aHeartRateThatStandsForNoneMeasuredIsLeftOut() throws {
    let whole = try made(rows(hours: 2) { stages[$0 % 100 / 20] }, activity: nil)
    let worn = try made(
        rows(hours: 2, rate: { $0 % 3 == 1 ? "255" : "\(60 + $0 % 7)" }) { stages[$0 % 100 / 20] }, activity: nil)
    #expect(
        worn.source.skipped.contains { $0.count == 480 && $0.reason.contains("a heart rate of 255, which stands for") })
    #expect(worn.data.samples.count == whole.data.samples.count)
    let empty = try made(
        rows(hours: 2, rate: { $0 % 3 == 1 ? "" : "\(60 + $0 % 7)" }) { stages[$0 % 100 / 20] }, activity: nil)
    #expect((0..<9).allSatisfy { worn.data.samples[$0][0] == empty.data.samples[$0][0] })
}

@Test func theDistanceOfHeartRatesIsNamedWhereTooFewSleepEpochsHaveOne() throws {
    let rows = (0..<160).flatMap { epoch in
        ["7,\(start + 30 * epoch),,,\(stages[epoch % 50 / 10])"]
            + (epoch % 4 == 0 ? ["7,\(start + 30 * epoch + 1),60,,"] : [])
    }
    let error = #expect(throws: DatasetError.self) { try made(rows, activity: nil) }
    #expect(
        error?.description.contains("where half need one; its heart rates stand 120 s apart: --bridge 180 takes")
            == true)
}
