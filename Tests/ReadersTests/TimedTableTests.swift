import Foundation
import Numerics
import TestKit
import Testing

import Datasets
import Readers

/// Makes a dataset of timed rows; the columns are time and bpm, and the others that are asked for.
private func made(
    _ lines: [String], header: String = "time,bpm", subject: TableColumns.Subject = .named("ada"),
    recording: String? = nil, label: String? = nil, values: [String] = ["bpm"], zone: String? = nil,
    ownZones: Bool = false, order: DateOrder = .yearFirst, longestGap: Double = 3600
) throws -> (data: Dataset, source: TimedTable) {
    let folder = try TemporaryFolder()
    let path = try folder.write(([header] + lines).map { $0 + "\r\n" }.joined(), to: "a.csv")
    let source = try TimedTable(
        files: [path],
        columns: TableColumns(
            subject: subject, recording: recording, position: "time", label: label, values: .named(values)),
        labels: TableLabels(.stage),
        times: TimeColumn(
            zone: zone.flatMap(TimeZone.init(identifier:)), refusesOwnZones: !ownZones, order: order),
        longestGap: longestGap, units: values.map { _ in "1/min" })
    _ = try source.write(to: folder.path("data"))
    return (try Dataset(opening: folder.path("data")), source)
}

private func refusal(
    _ lines: [String], zone: String? = nil, order: DateOrder = .yearFirst, label: String? = nil,
    header: String = "time,bpm", sourceLocation: SourceLocation = #_sourceLocation
) throws -> String {
    do {
        _ = try made(lines, header: header, label: label, zone: zone, order: order)
    } catch let error as DatasetError {
        return error.description.replacing(try Regex("^.*/a.csv"), with: "a.csv")
    }
    Issue.record("it was read", sourceLocation: sourceLocation)
    return ""
}

/// A row every ten seconds from `start` on, as a clock `offset` seconds ahead of UTC shows it.
private func rows(_ count: Int, from start: Int, offset: Int = 0, suffix: String = "Z") -> [String] {
    (0..<count).map { row in
        let text = TimeText.utc((start + offset + 10 * row) * TimeText.second).dropLast()
        return "\(text)\(suffix),\(60 + row / 3)"
    }
}

@Test func timesThatLostTheirSecondsAreNamedWhereNothingIsLeft() throws {
    let lines = (0..<240).map { row in
        "\(TimeText.utc((evening + 60 * (row / 2)) * TimeText.second)),\(60 + row % 9)"
    }
    let said = try refusal(lines)
    #expect(said.hasPrefix("a.csv: no sleep epoch is left; "), "\(said)")
    #expect(said.hasSuffix("all its times are whole minutes; were the seconds left out when it was saved?"), "\(said)")
}

private let evening = 1_709_326_800  // 2024-03-01T21:00:00Z

/// All of a dataset but the start, which only some forms of times tell.
private func bits(_ data: Dataset) -> [String] {
    data.recordings + data.subjects
        + (0..<data.samples.count).map {
            "\(data.samples[$0][0].bitPattern) \(data.position(of: $0)) \(data.code(of: $0) ?? -1)"
        }
}

@Test func timedRowsBecomeTheMeansOfSleepEpochs() throws {
    let (data, source) = try made(rows(60, from: evening).map { $0 + "" })
    #expect(data.subjects == ["ada"] && data.recordings == ["ada/2024-03-01T21:00:00Z"])
    #expect(data.samples.count == 20 && data.units == ["1/min"])
    #expect((0..<20).allSatisfy { data.samples[$0][0] == Float(60 + $0) })
    #expect(source.skipped.isEmpty)
    #expect(source.notes == ["60 timed rows became 20 sleep epochs of 30 s, each the mean of the values in it"])
    let mean = try made(rows(60, from: evening).enumerated().map { $0 == 1 ? $1.replacing(",60", with: ",90") : $1 })
        .data
    #expect(mean.samples[0][0] == 70)
}

@Test func orderZonesAndFormsOfTimesChangeNoBit() throws {
    let plain = try made(rows(60, from: evening)).data
    let (digest, wanted) = (plain.digest, bits(plain))
    #expect(try made(rows(60, from: evening).reversed()).data.digest == digest)
    #expect(try bits(made(rows(60, from: evening, offset: 3600, suffix: "+01:00")).data) == wanted)
    #expect(
        try bits(made(rows(60, from: evening, offset: 3600, suffix: ""), zone: "Europe/Berlin").data) == wanted)
    for (scale, unit) in [("", "seconds"), ("000", "milliseconds"), ("000000", "microseconds")] {
        let (data, source) = try made((0..<60).map { "\(evening + 10 * $0)\(scale),\(60 + $0 / 3)" })
        #expect(
            data.digest == digest && source.notes.contains { $0.hasPrefix("times are Unix times in \(unit), from 20") })
    }
    let american = (0..<60).map { "3/1/2024 9:0\($0 / 6):\($0 % 6)0 PM,\(60 + $0 / 3)" }
    #expect(try bits(made(american, zone: "UTC", order: .monthFirst).data) == wanted)
    let twice = try made(rows(60, from: evening) + rows(5, from: evening))
    #expect(twice.data.digest == digest)
    #expect(twice.source.skipped.map(\.count) == [5] && twice.source.skipped[0].reason == "the same as another row")
}

/// On the clock of the place, which times in UTC and numbers don't tell; each part behind a gap has the recording's.
@Test(
    arguments: [
        ("", 3600, "Europe/Berlin", "2024-03-01T22:00:00"), ("+01:00", 3600, nil, "2024-03-01T22:00:00"),
        ("-05:00", -18_000, nil, "2024-03-01T16:00:00"), ("Z", 0, nil, nil), ("+00:00", 0, nil, nil),
    ] as [(String, Int, String?, String?)])
func aTableKnowsWhenRecordingsBegan(suffix: String, offset: Int, zone: String?, start: String?) throws {
    let parts = [evening, evening + 420, evening + 10_000].map { rows(36, from: $0, offset: offset, suffix: suffix) }
    let data = try made(Array(parts.joined()), zone: zone).data
    #expect(data.recordings.map { $0.hasSuffix("+14") } == [false, true, false])
    let first = start.flatMap { RecordingStart($0) }
    #expect(data.starts == [first, first, first?.adding(10_000)])
    #expect(try made((0..<60).map { "\(evening + 10 * $0),60" }).data.starts == [nil])
    // Sleep epochs that were scored lie otherwise: position 0 is up to 30 s before the first row.
    let scored = rows(60, from: evening, offset: 3600, suffix: "+01:00").enumerated().map {
        "\($1),\($0 > 0 ? "W" : "")"
    }
    #expect(
        try made(scored, header: "time,bpm,stage", label: "stage").data.starts == [
            RecordingStart("2024-03-01T21:59:40")
        ])
}

@Test func timesThatSayTheirOwnZoneAreReadBesideOneWhereThatIsAsked() throws {
    let plain = try made(rows(60, from: evening)).data
    let numbers = (0..<60).map { "\(evening + 10 * $0),\(60 + $0 / 3)" }
    let local = rows(30, from: evening, offset: 3600, suffix: "")
    let late = rows(60, from: evening, offset: 7200, suffix: "+02:00").suffix(30)
    for lines in [rows(60, from: evening), numbers, local + late] {
        let data = try made(lines, zone: "Europe/Berlin", ownZones: true).data
        #expect(data.recordings == ["ada/2024-03-01T21:00:00Z"] && data.samples.count == 20)
        #expect((0..<20).allSatisfy { data.samples[$0][0] == plain.samples[$0][0] })
    }
}

@Test func gapsEndPartsAndLongOnesRecordings() throws {
    let parts = rows(36, from: evening) + rows(36, from: evening + 420) + rows(60, from: evening + 10_000)
    let (data, source) = try made(parts)
    #expect(
        data.recordings == ["ada/2024-03-01T21:00:00Z", "ada/2024-03-01T21:00:00Z+14", "ada/2024-03-01T23:46:40Z"])
    #expect(data.recordingRanges.map { data.position(of: $0.samples.lowerBound) } == [0, 14, 0])
    #expect(
        source.skipped.map(\.count) == [2] && source.skipped[0].reason == "ada/2024-03-01T21:00:00Z: no value in it")
    #expect(try made(parts, longestGap: 20_000).data.recordings.last == "ada/2024-03-01T21:00:00Z+333")
    let named = parts.map { $0 + ",1" }
    #expect(
        try made(named, header: "time,bpm,night", recording: "night").data.recordings == ["1", "1+14", "1+333"])
}

@Test func anEveningsDateThatIsKeptPastMidnightIsNoted() throws {
    func note(_ lines: [String]) throws -> String? {
        try made(lines).source.notes.first { $0.contains("midnight") }
    }
    let (before, after) = (rows(90, from: evening + 9_900), rows(90, from: evening + 10_800 - 86_400))
    let said = "a.csv: one row is 24.0 hours before the row above: was the evening's date kept past midnight?"
    #expect(try note(before + after)?.hasSuffix(said) == true)
    #expect(try note(after + before) == nil)
}

private let oddSteps: [(seconds: Int, said: String?)] = [
    (-43_200, "one row is 12.0 hours before the row above: are they of a 12-hour clock, and AM and PM got lost?"),
    (31 * 86_400, "one row is 31 days and a moment behind the row above: is the day the month, as another "),
    (-46_800, nil), (31 * 86_400 + 3600, nil), (3 * 86_400, nil),
]

@Test(arguments: oddSteps)
func aStepThatHintsAtAnotherClockIsNoted(step: Int, said: String?) throws {
    let (before, after) = (rows(90, from: evening + 9_900), rows(90, from: evening + 10_800 + step))
    let note = try made(before + after).source.notes.first { $0.contains("the row above") }
    #expect(said.map { note?.contains($0) == true } ?? (note == nil), "\(note ?? "")")
}

@Test func aDayTakenForTheMonthIsNotedWhereClocksWereChangedBetween() throws {
    // 10 January 2024, 23:50, until 11 January, as 1 October and 1 November.
    let times = (0..<40).map { String(format: "1/10/2024 23:%02d:%02d", 40 + $0 / 2, $0 % 2 * 30) }
    let next = (0..<40).map { String(format: "1/11/2024 00:%02d:%02d", $0 / 2, $0 % 2 * 30) }
    let rows = (times + next).map { "\($0),60" }
    let notes = try made(rows, zone: "Europe/Berlin", order: .dayFirst).source.notes
    #expect(notes.contains { $0.contains("one row is 30 days and a moment behind the row above") }, "\(notes)")
}

@Test func peopleInOneFileAreKeptApart() throws {
    let both = zip(rows(60, from: evening), rows(60, from: evening + 3)).flatMap { ["\($0),ada", "\($1),ben"] }
    let (data, source) = try made(both, header: "time,bpm,id", subject: .column("id"))
    #expect(data.subjects == ["ada", "ben"] && data.samples.count == 40)
    #expect(source.notes.count == 1)
    let mixed = try made(rows(60, from: evening) + rows(60, from: evening).map { $0 + "1" })
    #expect(mixed.source.notes[0].contains("60 rows have the time of another row and other values"))
}

@Test func columnsAreMeasuredEachAtItsOwnTimes() throws {
    let heart = rows(60, from: evening).map { $0 + "," }
    let steps = (0..<19).map { "\(evening + 30 * $0 + 5),,\($0)" }
    let lines =
        heart
        + steps.map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            return "\(TimeText.utc((Int(fields[0]) ?? 0) * TimeText.second)),,\(fields[2])"
        } + ["\(TimeText.utc(evening * TimeText.second)),,"]
    let (data, source) = try made(lines, header: "time,bpm,steps", values: ["bpm", "steps"])
    #expect(data.samples.count == 19 && Array(data.samples[3]) == [63, 3])
    #expect(source.skipped.map(\.reason) == ["no value in it", "ada/2024-03-01T21:00:00Z: no value in it"])
}

@Test func labelsOfRowsAreThoseOfTheirSleepEpochs() throws {
    let lines = rows(60, from: evening).enumerated().map {
        "\($1),\($0 < 30 ? "W" : $0 == 31 ? "N2" : $0 < 45 ? "N1" : "")"
    }
    let (data, source) = try made(lines, header: "time,bpm,stage", label: "stage")
    let codes = (0..<20).map { data.code(of: $0).map { data.codes[$0] } }
    #expect(
        codes == Array(repeating: "W", count: 10) + [nil] + Array(repeating: "N1", count: 4)
            + Array(repeating: nil, count: 5))
    #expect(source.notes.last == "1 sleep epoch with different labels is without one")
}

@Test func sleepEpochsBeginWhereTheFirstLabelDoes() throws {
    // Signals from 20 s before the first score on, a score a sleep epoch.
    let scores = (0..<12).map { "\(TimeText.utc((evening + 20 + 30 * $0) * TimeText.second)),,\(["W", "N2"][$0 % 2])" }
    let lines = rows(38, from: evening).map { $0 + "," } + scores
    let (data, _) = try made(lines, header: "time,bpm,stage", label: "stage")
    #expect(
        (0..<data.samples.count).map { data.code(of: $0).map { data.codes[$0] } }
            == [nil] + (0..<6).flatMap { _ in ["W", "N2"] })
    // Rows 2 to 4 lie in the first scored sleep epoch.
    #expect(data.samples[1][0] == Float(60 + 61 + 61) / 3)
}

/// So many seconds after the evening's begin, to a millisecond.
private func moment(_ seconds: Double) -> String {
    let milliseconds = evening * 1000 + Int((1000 * seconds).rounded())
    let fraction = String(1000 + milliseconds % 1000).dropFirst()
    return "\(TimeText.utc(milliseconds / 1000 * TimeText.second).dropLast()).\(fraction)Z"
}

/// What a clock does to labels of 30 s: it drifts, it jitters, or the first one comes late.
@Test(
    arguments: [{ -0.001 * Double($0) }, { $0 % 3 == 0 ? 0.05 : -0.05 }, { $0 == 0 ? 0.4 : 0 }]
        as [@Sendable (Int) -> Double])
func aLabelIsOfTheSleepEpochThatBeginsNearest(error: @Sendable (Int) -> Double) throws {
    let stages = ["W", "N1", "N2", "N3", "REM"]
    let labels = (0..<60).map { stages[$0 / 4 % 5] }
    let scores = labels.enumerated().map { "\(moment(30 * Double($0) + error($0))),,\($1)" }
    let values = (0..<360).map { "\(moment(5 * Double($0) + 1)),\(60 + $0 / 6)," }
    func codes(_ data: Dataset) -> [String?] {
        (0..<data.samples.count).map { data.code(of: $0).map { data.codes[$0] } }
    }
    let apart = try made(values + scores, header: "time,bpm,stage", label: "stage").data
    #expect(codes(apart) == labels && (0..<60).allSatisfy { apart.samples[$0][0] == Float(60 + $0) })
    // With its value in the same row, which is as much the sleep epoch's, though few rows have a label.
    let rows = labels.enumerated().map { "\(moment(30 * Double($0) + error($0))),\(60 + $0),\($1)" }
    let together = try made(rows, header: "time,bpm,stage", label: "stage").data
    #expect(codes(together) == labels && (0..<60).allSatisfy { together.samples[$0][0] == Float(60 + $0) })
    #expect((0..<60).map(together.position) == Array(0..<60))
    for every in [2, 3, 5] {
        let some = labels.enumerated().map {
            "\(moment(30 * Double($0) + error($0))),\(60 + $0),\($0 % every == 0 ? $1 : "")"
        }
        let few = try made(some, header: "time,bpm,stage", label: "stage").data
        #expect(codes(few) == labels.enumerated().map { $0 % every == 0 ? $1 : nil })
        #expect((0..<60).allSatisfy { few.samples[$0][0] == Float(60 + $0) })
    }
}

/// A label in each row of 5 s, each a little early or late: none is in doubt.
@Test func labelsThatComeMoreOftenMayComeEarly() throws {
    let rows = (0..<120).map { row in
        let time = 5 * Double(row) + (row % 2 == 0 && row > 0 ? -0.05 : 0.05)
        return "\(moment(time)),\(60 + row / 6),\(["W", "N1"][row / 6 % 2])"
    }
    let (data, source) = try made(rows, header: "time,bpm,stage", label: "stage")
    #expect((0..<20).map { data.code(of: $0).map { data.codes[$0] } } == (0..<20).map { ["W", "N1"][$0 % 2] })
    #expect(source.notes.count == 1, "\(source.notes)")
}

/// Rows 4 to 6 s apart, each with the label of the sleep epoch that it is in, as tables that are joined by time have.
@Test func labelsOfIrregularRowsStayWhereTheirTimesAre() throws {
    var (time, rows) = (0, [String]())
    while time < 1800 {
        rows.append("\(evening + time),\(60 + time / 30),\(["W", "N1"][time / 30 % 2])")
        time += [4, 6, 5, 7, 3, 5][rows.count % 6]
    }
    let (data, source) = try made(rows, header: "time,bpm,stage", label: "stage")
    #expect((0..<60).map { data.code(of: $0).map { data.codes[$0] } } == (0..<60).map { ["W", "N1"][$0 % 2] })
    #expect(!source.notes.contains { $0.contains("different labels") }, "\(source.notes)")
}

/// Values that stand in the middle of sleep epochs, or anywhere else but at their begins, are theirs.
@Test(arguments: [8, 15, 16, 22])
func valuesThatStandWithinSleepEpochsStayThere(offset: Int) throws {
    let rows = (0..<40).flatMap {
        ["\(evening + 30 * $0),,\(["W", "N1"][$0 % 2])", "\(evening + 30 * $0 + offset),\(60 + $0),"]
    }
    let (data, _) = try made(rows, header: "time,bpm,stage", label: "stage")
    #expect(data.samples.count == 40 && (0..<40).allSatisfy { data.samples[$0][0] == Float(60 + $0) })
}

/// Berlin's clocks: forward at 01:00 UTC on 31 March, back at 01:00 UTC on 27 October.
@Test(arguments: [(1_711_846_800, 3600, 7200), (1_729_990_800, 7200, 3600)])
func aNightOverAClockChangeHasAllItsSleepEpochs(change: Int, before: Int, after: Int) throws {
    let wanted = try bits(made(rows(1440, from: change - 7200)).data)
    func row(_ number: Int, suffix: (Int) -> String) -> String {
        let instant = change - 7200 + 10 * number
        let offset = instant < change ? before : after
        return "\(TimeText.utc((instant + offset) * TimeText.second).dropLast())\(suffix(offset)),\(60 + number / 3)"
    }
    let exact = (0..<1440).map { row($0) { "+0\($0 / 3600):00" } }
    let began = TimeText.utc((change - 7200 + before) * TimeText.second).dropLast()
    let exactly = try made(exact.shuffled()).data
    #expect(bits(exactly) == wanted && exactly.starts == [RecordingStart(String(began))])
    let (data, source) = try made((0..<1440).map { row($0) { _ in "" } }, zone: "Europe/Berlin")
    #expect(bits(data) == wanted && data.digest == exactly.digest && data.samples.count == 480)
    let isDoubled = source.notes.contains(
        "720 times in the hour that comes twice in Europe/Berlin were told apart by the order of the rows")
    #expect(isDoubled == (before > after))
}

@Test(
    arguments: [
        ("2024-03-01 21:00:00", nil, "\"2024-03-01 21:00:00\" says no zone: name it, as --time-zone Europe/Berlin"),
        ("2024-03-01 21:00:00Z", "UTC", "says its own zone: leave --time-zone out"),
        ("1709326800", "UTC", "counts from 1970 in UTC: leave --time-zone out"),
        ("2024-03-31 02:30:00", "Europe/Berlin", "is leapt over by the clocks of Europe/Berlin"),
        ("2024-10-27 02:30:00", "Europe/Berlin", "this time comes twice, as clocks go back"),
        (
            "4/12/2016 7:21:00 AM", nil,
            "is not a time like 2024-03-31T01:30:00+01:00, with or without its zone, or a number since 1970; is it --date-order mdy or --date-order dmy?"
        ),
        ("4/13/2016 7:21:00 AM", nil, "; is it --date-order mdy?"), ("yesterday", nil, "is not a time like"),
        ("22:30:00", nil, "\"22:30:00\" says no day: write it with its date"),
        ("", nil, "is not a time like"),
    ] as [(String, String?, String)])
func aTimeThatIsNotKnownIsNamedWithItsLine(text: String, zone: String?, expected: String) throws {
    let message = try refusal(["\(text),60"], zone: zone)
    #expect(message.hasPrefix("a.csv, line 2: ") && message.contains(expected), "\(message)")
}

@Test func aTimeThatComesTwiceIsNamedWithTheFileThatHasIt() throws {
    let folder = try TemporaryFolder()
    let files = [
        try folder.write("time,bpm\n2024-10-27 01:30:00,60\n2024-10-27 02:30:00,60\n", to: "autumn.csv"),
        try folder.write("time,bpm\n2024-11-01 01:30:00,60\n", to: "winter.csv"),
    ]
    let error = #expect(throws: DatasetError.self) {
        try TimedTable(
            files: files,
            columns: TableColumns(
                subject: .named("ada"), recording: nil, position: "time", label: nil, values: .named(["bpm"])),
            labels: TableLabels(.stage), times: TimeColumn(zone: TimeZone(identifier: "Europe/Berlin")),
            longestGap: 3600, units: ["1/min"])
    }
    #expect("\(try #require(error))".contains("/autumn.csv, line 3: this time comes twice"))
}

@Test func unitsOfTimeThatAreMixedAreRefused() throws {
    #expect(
        try refusal(["1709326800,60", "1709326800000,60"])
            == "a.csv, line 3: column \"time\": \"1709326800000\" counts "
            + "milliseconds, and other rows do not")
}

@Test func rowsTooFarApartSayHowFar() throws {
    let lines = (0..<40).map { "\(evening + 300 * $0),60" }
    #expect(
        try refusal(lines)
            == "a.csv: no sleep epoch is left; rows stand 300 s apart, where each 30 s need one; 351 sleep epochs: no "
            + "value in it; 40 sleep epochs: fewer than 10 in a row between gaps")
}

/// Whatever bytes a file has, it is read or refused.
@Test(arguments: 0..<60)
func anyBytesOfTimedRowsAreReadOrRefused(seed: UInt64) throws {
    var random = RandomSequence(seed: seed, stream: 4)
    let numbers = (0..<60).map { "\(evening + 10 * $0),6\($0 % 10)" }
    let lines = seed % 2 == 0 ? rows(60, from: evening, suffix: seed % 4 == 0 ? "Z" : "") : numbers
    var bytes = Array((["time,bpm"] + lines).joined(separator: "\n").utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        bytes[at] =
            seed % 3 == 0 ? UInt8.random(in: 0x30...0x39, using: &random) : UInt8.random(in: 0...255, using: &random)
    }
    let folder = try TemporaryFolder()
    try Data(bytes).write(to: folder.url.appending(path: "a.csv"))
    do {
        let source = try TimedTable(
            files: [folder.path("a.csv")],
            columns: TableColumns(
                subject: .named("ada"), recording: nil, position: "time", label: nil, values: .named(["bpm"])),
            labels: TableLabels(.stage),
            times: TimeColumn(zone: seed % 4 == 2 ? TimeZone(identifier: "Europe/Berlin") : nil))
        _ = try source.write(to: folder.path("data"))
    } catch let error as DatasetError {
        #expect(error.description.contains("a.csv") && !error.description.contains("\n"), "\(error)")
    }
}
