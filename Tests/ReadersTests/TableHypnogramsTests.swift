import Datasets
import Foundation
import Readers
import TestKit
import Testing

private let zone = TimeZone(identifier: "Europe/Berlin") ?? .gmt
private let twelve = ["W", "W", "N1", "N2", "N2", "?", "N3", "N3", "REM", "REM", "N2", "W"]
private let labels = twelve.map { $0 == "?" ? "-" : $0 }.joined(separator: " ")

/// A watch that is worn from an hour before to an hour after a hypnogram of twelve sleep epochs, which begins on
/// 2024-03-01 at 22:00:10 in Berlin.
private struct Worn {
    static let night = 1_709_326_810  // 2024-03-01T21:00:10Z

    var subjects = ["P1"]
    /// When hypnograms begin, since 1970.
    var nights = [night]
    var time: (Int) -> String = { "\($0)" }

    func write(to folder: TemporaryFolder, named name: String = "watch.csv") throws -> String {
        let rows = subjects.flatMap { subject in
            stride(from: (nights.min() ?? 0) - 3_600, to: (nights.max() ?? 0) + 4_000, by: 5).map { second in
                "\(subject),\(time(second)),\(60 + second / 30 % 7)\n"
            }
        }
        return try folder.write("id,time,bpm\n" + rows.joined(), to: name)
    }
}

private func columns(_ subject: TableColumns.Subject = .column("id")) -> TableColumns {
    TableColumns(subject: subject, recording: nil, position: "time", label: nil, values: .named(["bpm"]))
}
private let times = TimeColumn(zone: zone, refusesOwnZones: false)

private func nights(_ path: String, _ hypnograms: TableHypnograms) throws -> TimedNights {
    try TimedNights(
        files: [path], columns: columns(), heartRate: "bpm", activity: nil, labels: TableLabels(.stage),
        hypnograms: hypnograms, times: times)
}

private func table(_ path: String, _ hypnograms: TableHypnograms) throws -> TimedTable {
    try TimedTable(
        files: [path], columns: columns(), labels: TableLabels(.stage), hypnograms: hypnograms, times: times)
}

private func text(_ outline: DatasetOutline) -> [String] {
    outline.recordings.map { recording in
        recording.labels.map { $0.map { outline.codes[$0] } ?? "-" }.joined(separator: " ")
    }
}

private func refusal(_ body: () throws -> some RecordingSource) -> String {
    let error = #expect(throws: DatasetError.self) { _ = try body() }
    return error.map { "\($0)".replacing(/^\/[^ ]*\//, with: "") } ?? ""
}

/// A hypnogram's name and content.
private typealias Form = (name: String, text: String)

private func lines(_ line: (Int, String) -> String) -> String {
    twelve.enumerated().map { line($0, $1) + "\n" }.joined()
}

/// The time of a sleep epoch on Berlin's clock, in winter.
private func clock(_ epoch: Int) -> String {
    let seconds = 10 + 30 * epoch
    return String(format: "22:%02d:%02d", seconds / 60, seconds % 60)
}

private let forms: [Form] = [
    ("P1-Hypnogram.csv", "datetime,stage\n" + lines { "2024-03-01 \(clock($0)),\($1)" }),
    (
        "P1_stages.txt",
        "Scored Events\nStart Time: 01/03/2024 22:00:10\n\nSleep Stage\tTime [hh:mm:ss]\tEvent\tDuration[s]\n"
            + lines { "\($1)\t\(clock($0))\tSLEEP-\($1)\t30" }
    ),
    ("sub-P1_events.txt", lines { "2024-03-01 \(clock($0)),\($1)" }),
]

@Test(arguments: forms.indices, [false, true])
func aHypnogramLabelsTheTableThatWasRecordedBesideIt(form: Int, ofClock: Bool) throws {
    let folder = try TemporaryFolder()
    let utc: (Int) -> String = { "\($0)" }
    let local: (Int) -> String = { second in
        let clock = second - Worn.night + 79_210  // 22:00:10
        return String(format: "2024-03-01 %02d:%02d:%02d", clock / 3_600, clock / 60 % 60, clock % 60)
    }
    let watch = try Worn(time: ofClock ? local : utc).write(to: folder)
    let path = try folder.write(forms[form].text, to: forms[form].name)
    let hypnograms = TableHypnograms(paths: [path], zone: zone)
    for source in [try nights(watch, hypnograms), try table(watch, hypnograms)] as [any RecordingSource] {
        #expect(text(source.outline) == [labels])
        let recording = source.outline.recordings[0]
        #expect(source.outline.subjects == ["P1"] && recording.firstPosition == 0)
        #expect(recording.name == forms[form].name.replacing(/\.[a-z]*$/, with: ""))
        #expect(recording.start?.text == "2024-03-01T22:00:10")
    }
}

@Test func aHypnogramInEDFGoesByItsHeader() throws {
    let folder = try TemporaryFolder()
    var file = EDFBytes(signals: [])
    (file.start, file.kind) = ("01.03.2422.00.10", "EDF+C")
    file.annotations = twelve.enumerated().map { (onset: Double(30 * $0), duration: 30, text: "Sleep stage \($1)") }
    let path = try file.write(to: folder.path("P1.edf"))
    let source = try nights(Worn().write(to: folder), TableHypnograms(paths: [path], zone: zone))
    #expect(text(source.outline) == [labels])
    let shifted = TableHypnograms(paths: [path], zone: zone, offsets: [60])
    #expect(try nights(folder.path("watch.csv"), shifted).outline.recordings[0].start?.text == "2024-03-01T22:01:10")
}

@Test(arguments: ["2024-03-01T22:00:10", "2024-03-01 21:00:10Z", "2024-03-01T23:00:10+02:00"])
func aListWithoutTimesBeginsWhereTheUserSays(start: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(lines { $1 }, to: "P1.txt")
    let watch = try Worn().write(to: folder)
    #expect(
        refusal { try nights(watch, TableHypnograms(paths: [path], zone: zone)) }
            == "P1.txt: it does not say on which day it begins, on the clock of the place: --hypnogram-start TIME says when "
            + "its first sleep epoch does")
    let source = try nights(watch, TableHypnograms(paths: [path], zone: zone, starts: [start]))
    #expect(text(source.outline) == [labels])
    #expect(source.outline.recordings[0].start?.text == "2024-03-01T22:00:10")
    let wrong = TableHypnograms(paths: [path], zone: zone, starts: ["tonight"])
    #expect(refusal { try nights(watch, wrong) }.contains("\"tonight\" is not a time like 2024-03-31T22:30:00"))
}

@Test func nightsHaveTheSamplesThatTheyHaveWithTheLabelsInATable() throws {
    let folder = try TemporaryFolder()
    let watch = try Worn().write(to: folder)
    let hypnogram = try folder.write(forms[0].text, to: forms[0].name)
    let rows = lines { "P1,\(Worn.night + 30 * $0),\($1),30" }
    let table = try folder.write("id,time,stage,seconds\n" + rows, to: "labels.csv")
    var labelled = columns()
    (labelled.label, labelled.labelEnd) = ("stage", .seconds("seconds"))
    let beside = try TimedNights(
        files: [watch], columns: labelled, heartRate: "bpm", activity: nil, labels: TableLabels(.stage),
        labelFiles: LabelFiles(paths: [table]), times: times)
    func samples(_ source: TimedNights, _ name: String) throws -> [[Float]] {
        _ = try source.write(to: folder.path(name))
        let samples = try Dataset(opening: folder.path(name)).samples
        return (0..<samples.count).map { Array(samples[$0]) }
    }
    #expect(
        try samples(nights(watch, TableHypnograms(paths: [hypnogram], zone: zone)), "a")
            == samples(beside, "b"))
}

@Test func eachHypnogramOfAWatchThatIsNeverTakenOffIsARecording() throws {
    let folder = try TemporaryFolder()
    let watch = try Worn(subjects: ["P1", "P2"], nights: [Worn.night, Worn.night + 7_200]).write(to: folder)
    let dated = try folder.write(forms[0].text, to: "P1-a.csv")
    let later = try folder.write(forms[0].text.replacing("01 22:", with: "02 00:"), to: "P1-c.csv")
    let source = try nights(watch, TableHypnograms(paths: [later, dated], zone: zone))
    #expect(source.outline.recordings.map(\.name) == ["P1-a", "P1-c"])
    #expect(text(source.outline) == [labels, labels])
    #expect(source.skipped.contains { $0.kind == .row && $0.reason == "in no hypnogram" })
}

@Test func whoseAHypnogramIsIsNeverGuessed() throws {
    let folder = try TemporaryFolder()
    let watch = try Worn(subjects: ["P1", "P1-2"]).write(to: folder)
    func refused(_ name: String) throws -> String {
        let path = try folder.write(forms[0].text, to: name)
        return refusal { try nights(watch, TableHypnograms(paths: [path], zone: zone)) }
    }
    #expect(try refused("P12.csv").contains("begins like that of no subject of the table (\"P1\", \"P1-2\")"))
    #expect(try refused("night.csv").contains("begins like that of no subject of the table"))
    #expect(try refused("P1-2-a.csv").contains("begins like that of several subjects (\"P1\", \"P1-2\")"))
    let one = try folder.write(forms[0].text, to: "P1.csv")
    // One that is nobody's is left out where others are somebody's.
    let both = TableHypnograms(paths: [folder.path("P12.csv"), one], zone: zone, offsets: [7, 0])
    let someones = try nights(Worn().write(to: folder, named: "one.csv"), both)
    #expect(text(someones.outline) == [labels])
    #expect(someones.skipped.contains { $0.path.hasSuffix("P12.csv") && $0.reason.contains("no subject of the table") })
    let two = try folder.write(forms[1].text, to: "P1_other.txt")
    #expect(
        refusal { try nights(watch, TableHypnograms(paths: [one, two], zone: zone)) }
            .contains("are of one time of subject \"P1\": keep one"))
}

@Test func aHypnogramOfAnotherTimeIsLeftOutOrRefused() throws {
    let folder = try TemporaryFolder()
    let watch = try Worn().write(to: folder)
    let later = try folder.write(forms[0].text.replacing("2024-03-01", with: "2024-03-05"), to: "P1-b.csv")
    let message =
        "no row of subject \"P1\" is in it: it is from 2024-03-05T21:00:10Z to 2024-03-05T21:06:10Z, and those are from "
        + "2024-03-01T20:00:10Z to 2024-03-01T22:06:45Z; --time-zone says by which clock it was written, "
        + "--hypnogram-offset shifts it"
    #expect(refusal { try nights(watch, TableHypnograms(paths: [later], zone: zone)) } == "P1-b.csv: \(message)")
    let dated = try folder.write(forms[0].text, to: "P1-a.csv")
    let source = try table(watch, TableHypnograms(paths: [later, dated], zone: zone))
    #expect(text(source.outline) == [labels])
    #expect(source.skipped.contains { $0.kind == .recording && $0.reason == message })
}

@Test func aDateThatMayBeReadInTwoWaysIsTheOneOnWhichThereAreRows() throws {
    let folder = try TemporaryFolder()
    let watch = try Worn().write(to: folder)
    // 3 January or 1 March.
    let path = try folder.write(forms[1].text, to: forms[1].name)
    #expect(try text(nights(watch, TableHypnograms(paths: [path], zone: zone)).outline) == [labels])
}

@Test func anEveningOfTheHourThatComesTwiceIsAskedFor() throws {
    let folder = try TemporaryFolder()
    let night = 1_729_987_200  // 2024-10-27T00:00:00Z: 02:00 in Berlin, for the first time.
    let watch = try Worn(nights: [night, night + 3_600]).write(to: folder)
    let text = "datetime,stage\n" + lines { String(format: "2024-10-27 02:%02d:%02d,%@", $0 / 2, $0 % 2 * 30, $1) }
    let path = try folder.write(text, to: "P1.csv")
    #expect(
        refusal { try nights(watch, TableHypnograms(paths: [path], zone: zone)) }
            .contains("it may begin at 2024-10-27T00:00:00Z or 2024-10-27T01:00:00Z: --hypnogram-start TIME"))
    let second = TableHypnograms(paths: [path], zone: zone, starts: ["2024-10-27T02:00:00+01:00"])
    #expect(try nights(watch, second).outline.recordings[0].start?.text == "2024-10-27T02:00:00")
    let spring = try folder.write(
        "datetime,stage\n" + lines { String(format: "2024-03-31 02:%02d:%02d,%@", $0 / 2, $0 % 2 * 30, $1) },
        to: "P1-spring.csv")
    #expect(
        refusal { try nights(watch, TableHypnograms(paths: [spring], zone: zone)) }
            .contains("leapt over by the clocks of Europe/Berlin"))
}

/// A night on which Berlin's clocks are changed, three minutes behind its begin.
private struct Change {
    let begin: String
    /// The begin in seconds from midnight, and since 1970.
    let (clock, instant): (Int, Int)
    let forward: Int
}

@Test(arguments: [
    Change(begin: "2024-03-31T01:57:00+01:00", clock: 7_020, instant: 1_711_846_620, forward: 3_600),
    Change(begin: "2024-10-27T02:57:00+02:00", clock: 10_620, instant: 1_729_990_620, forward: -3_600),
])
private func onANightOnWhichClocksAreChangedAPolysomnographsRunsOn(change: Change) throws {
    let folder = try TemporaryFolder()
    let watch = try Worn(nights: [change.instant]).write(to: folder)
    func hypnograms(changed: Bool) throws -> TableHypnograms {
        let rows = lines { epoch, stage in
            let clock = change.clock + 30 * epoch + (epoch >= 6 && changed ? change.forward : 0)
            return String(format: "%02d:%02d:%02d,\(stage)", clock / 3_600, clock / 60 % 60, clock % 60)
        }
        let path = try folder.write("time,stage\n" + rows, to: "P1-\(changed).csv")
        return TableHypnograms(paths: [path], zone: zone, starts: [change.begin])
    }
    #expect(try text(nights(watch, hypnograms(changed: false)).outline) == [labels])
    #expect(
        refusal { try nights(watch, hypnograms(changed: true)) }
            .contains(
                change.forward > 0 ? "its times leap over an hour at 2:00" : "its times go back by an hour at 3:00"))
}

/// A scoring like Domino's, with a line on its day, and the time at which the first of twelve sleep epochs begins.
private func scored(_ day: String, from begin: Int) -> String {
    "\(day)\nRate: 30 s\n\n"
        + lines { epoch, stage in
            let clock = (begin + 30 * epoch) % 86_400
            return String(format: "%02d:%02d:%02d,000; \(stage)", clock / 3_600, clock / 60 % 60, clock % 60)
        }
}

private let days: [(line: String, from: Int, start: String?)] = [
    // An evening without a time of day is that of its date, whatever other nights a watch has.
    ("Recording Date: 17.03.2024", 79_200, "2024-03-17T22:00:00"),
    // A time that is a moment behind the first one, or before midnight, moves nothing by a day.
    ("Start Time: 17.03.2024 22:00:15", 79_200, "2024-03-17T22:00:00"),
    ("Start Time: 17.03.2024 21:50:00", 79_200, "2024-03-17T22:00:00"),
    ("Start Time: 17.03.2024 23:50:00", 600, "2024-03-18T00:10:00"),
    ("Start Time: 18.03.2024 00:00:10", 86_370, "2024-03-17T23:59:30"),
    // Of midnight, which stands for none, and of none at all: behind midnight it may be either day.
    ("Recording Date: 17.03.2024 00:00:00", 600, nil), ("Recording Date: 17.03.2024", 600, nil),
]

@Test(arguments: days.indices)
func theDayOfAScoringIsThatOfTheTimeBesideItAndNeverThatOfTheRows(case index: Int) throws {
    let folder = try TemporaryFolder()
    let (line, from, start) = days[index]
    // From 16 to 20 March without a break.
    let rows = stride(from: 1_710_543_600, to: 1_710_889_200, by: 20).map { "P1,\($0),60\n" }
    let watch = try folder.write("id,time,bpm\n" + rows.joined(), to: "watch.csv")
    let path = try folder.write(scored(line, from: from), to: "P1.txt")
    let hypnograms = TableHypnograms(paths: [path], zone: zone)
    if let start {
        #expect(try table(watch, hypnograms).outline.recordings[0].start?.text == start)
    } else {
        #expect(
            refusal { try table(watch, hypnograms) }.hasPrefix("P1.txt: it may begin at 2024-03-16T23:10:00Z or 2024"))
    }
    // Rows of another night alone change nothing.
    let other = rows.filter { $0 > "P1,1710882000" }
    let late = try folder.write("id,time,bpm\n" + other.joined(), to: "late.csv")
    #expect(throws: DatasetError.self) { _ = try table(late, hypnograms) }
}

@Test func boutsOnANightOfAClockChangeAreRefusedUnlessTheyShowThatTheirClockRanOn() throws {
    let folder = try TemporaryFolder()
    let watch = try Worn(nights: [1_711_843_200]).write(to: folder)  // 2024-03-31, 01:00 in Berlin
    func bouts(_ onsets: [(String, Int)]) throws -> TableHypnograms {
        let rows = onsets.enumerated().map { "2024-03-31 \($1.0),\($1.1),Sleep stage \($0 % 2 == 0 ? "W" : "N2")\n" }
        let path = try folder.write("onset,duration,description\n" + rows.joined(), to: "P1.csv")
        return TableHypnograms(paths: [path], zone: zone)
    }
    let changed = try bouts([("01:00:00", 1_800), ("01:30:00", 1_800), ("03:00:00", 1_800)])
    #expect(refusal { try nights(watch, changed) }.contains("nothing shows that the one of its times ran on"))
    let runsOn = try bouts([("01:00:00", 1_800), ("01:30:00", 1_800), ("02:00:00", 1_800)])
    #expect(try nights(watch, runsOn).outline.recordings[0].labels.count == 134)
}

@Test func aHypnogramWithoutAStageWhereThereAreValuesIsRefused() throws {
    let folder = try TemporaryFolder()
    let times: [Int] = (0..<30).map { Worn.night + 5 + 10 * $0 }
    let rows = times.map { "P1,\($0),60\n" }
    let watch = try folder.write("id,time,bpm\n" + rows.joined(), to: "watch.csv")
    let stages = (0..<40).map { epoch in
        "2024-03-01 22:\(String(format: "%02d:%02d", epoch / 2, epoch % 2 * 30 + 10)),\(epoch < 20 ? "?" : "N2")\n"
    }
    let path = try folder.write("datetime,stage\n" + stages.joined(), to: "P1.csv")
    #expect(
        refusal { try table(watch, TableHypnograms(paths: [path], zone: zone)) }
            == "P1.csv: no sleep epoch with a value has a stage in it, or in another one")
}

@Test func valuesLateInASleepEpochStayInIt() throws {
    let folder = try TemporaryFolder()
    let times: [Int] = (0..<12).map { Worn.night + 27 + 30 * $0 }
    let rows = times.map { "P1,\($0),\($0 % 7)\n" }
    let watch = try folder.write("id,time,bpm\n" + rows.joined(), to: "watch.csv")
    let path = try folder.write(forms[0].text, to: forms[0].name)
    let source = try table(watch, TableHypnograms(paths: [path], zone: zone))
    #expect(text(source.outline) == [labels] && source.outline.recordings[0].firstPosition == 0)
}
