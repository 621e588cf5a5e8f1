import Datasets
import Foundation
import Readers
import Signals
import TestKit
import Testing

// Hypnograms whose times are a clock's, as sleep laboratories' programs export them.

/// A clock's time so many seconds after a time of day.
private func clock(_ start: Double, _ seconds: Double) -> String {
    let time = Int(start + seconds) % 86_400
    return String(format: "%02d:%02d:%02d", time / 3_600, time / 60 % 60, time % 60)
}

private let ten = 79_200.0  // 22:00:00
private let names = ["W", "W", "N1", "N2", "N2", "N3", "N3", "?", "R", "R", "N2", "W"]

/// The labels of a night of twelve sleep epochs, or what the refusal says behind the hypnogram's name.
private func labels(
    _ hypnogram: String, start: String = "24.04.8922.00.00", epochs: Int = 12, offset: Double? = nil,
    _ reading: HypnogramReading = .plain
) throws -> String {
    let folder = try TemporaryFolder()
    var signals = EDFBytes(signals: [
        EDFBytes.Signal(name: "c", rate: 1, values: Array(repeating: 1, count: epochs * 30))
    ])
    signals.start = start
    let files = PolysomnographyFiles(
        signals: try signals.write(to: folder.path("night.edf")),
        hypnogram: try folder.write(hypnogram, to: "stages"), hypnogramOffset: offset)
    do throws(DatasetError) {
        return MadeUpHypnogram.labels(try Polysomnography([files], channels: ["c"], reading: reading))
    } catch {
        let text = "\(error)"
        return try String(text[#require(text.firstRange(of: "/stages")).upperBound...])
    }
}

/// What RemLogic exports: lines on the recording, a header, sleep epochs and events between tabs.
private func remLogic(_ start: Double, date: String = "24/04/1989", header: String? = nil) -> String {
    let codes = ["W": "SLEEP-S0", "N1": "SLEEP-S1", "N2": "SLEEP-S2", "?": "SLEEP-MT", "R": "SLEEP-REM"]
    var rows = names.enumerated().map { index, name in
        let code = codes[name] ?? (index == 5 ? "SLEEP-S3" : "SLEEP-S4")
        return "\(name)\tUnknown Position\t\(clock(start, Double(index) * 30))\t\(code)\t30\tROC-LOC"
    }
    rows.insert("N2\tUnknown Position\t\(clock(start, 104))\tMCAP-A1\t6\tEEG-Fp2-F4", at: 4)
    rows.insert("N3\tUnknown Position\t\(clock(start, 170))\tMCAP-A3\t17", at: 7)
    let lines = [
        "RemLogic Event Export", "Patient:\tAda", "Patient ID:\t", "Recording Date:\t\(date)", "",
        "Events Included:", "SLEEP-S0", "SLEEP-S2", "", "Scoring Session:", "",
        header ?? "Sleep Stage\tPosition\tTime [hh:mm:ss]\tEvent\tDuration[s]\tLocation",
    ]
    return (lines + rows).joined(separator: "\r\n") + "\r\n"
}

/// What Domino exports as a sleep profile.
private func domino(_ start: Double, date: String) -> String {
    let texts = ["W": "Wach", "R": "Rem", "?": "A"]
    let rows = names.enumerated().map { index, name in
        "\(clock(start, Double(index) * 30)),000; \(index == 6 ? "N4" : texts[name] ?? name)"
    }
    return """
        Signal ID: SchlafProfil\\profil
        Start Time: \(date) 22:00:00
        Unit:
        Signal Type: Discret
        Events list: N4,N3,N2,N1,Rem,Wach,Bewegung
        Rate: 30 s

        \(rows.joined(separator: "\n"))

        """
}

@Test(arguments: [
    remLogic(ten), remLogic(ten, date: "25.04.1989"),  // scored the day after
    remLogic(ten, date: "", header: "Stade\tPosition\tHeure [hh:mm:ss]\tEvénement\tDurée[s]\tLieu"),
    remLogic(ten).replacing(/(\d\d):(\d\d):(\d\d)\t/) { "\($0.1).\($0.2).\($0.3)\t" },
    domino(ten, date: "24/04/1989"), domino(ten, date: "4/24/1989").replacing("\n", with: "\r\n"),
    "Epoch,Start Time,Stage\n"
        + names.enumerated().map { "\($0 + 1),1989-04-24T\(clock(ten, Double($0) * 30)),\($1)\n" }.joined(),
    names.enumerated().map { "\(clock(ten, Double($0) * 30)) \($1)\n" }.joined(),
    "# of a program\ntime;stage\n"
        + names.enumerated().map { "\(clock(ten, Double($0) * 30));\($1)\n" }.joined(),
    "10:00 PM W\n10:01 PM N1\n10:01:30 PM N2\n10:02:30 PM N3\n10:03:30 PM ?\n10:04 PM R\n10:05 PM N2\n10:05:30 PM W\n",
])
func aClocksTimesAreRead(text: String) throws {
    #expect(try labels(text) == MadeUpHypnogram.twelve)
}

@Test func theTableOfHMCIsRead() throws {
    let rows = names.enumerated().map { index, name in
        "1989-04-24, \(clock(ten, Double(index) * 30)), \(index * 30), 30, Sleep stage \(name), "
    }
    let header = "Date, Time, Recording onset, Duration, Annotation, Linked channel\n"
    #expect(try labels(header + rows.joined(separator: "\n"), start: "01.01.8500.00.00") == MadeUpHypnogram.twelve)
}

/// The day of each time is the one on which the times lie within the signals, whatever midnight is between.
@Test(arguments: [
    (86_220.0, "24.04.8923.57.00"), (0.0, "24.04.8900.00.00"), (0.0, "23.04.8923.59.50"),
    (86_398.0, "25.04.8900.00.00"), (43_200.0, "24.04.8912.00.00"), (1_200.0, "25.04.8900.20.00"),
])
func midnightMayBeAnywhere(first: Double, start: String) throws {
    let text = names.enumerated().map { "\(clock(first, Double($0) * 30)) \($1)\n" }.joined()
    // A first sleep epoch that begins before the signals is not whole.
    #expect(try labels(text, start: start, epochs: 13).hasSuffix("W N1 N2 N2 N3 N3 - REM REM N2 W"))
}

/// A sleep epoch lies where its time says, to the second.
@Test func aScoringThatBeginsLaterIsPlacedLater() throws {
    let text = names.enumerated().map { "\(clock(ten, 90 + Double($0) * 30)) \($1)\n" }.joined()
    let folder = try TemporaryFolder()
    let signals = try MadeUpPSG.signals(epochs: 20).write(to: folder.path("night.edf"))
    let files = PolysomnographyFiles(signals: signals, hypnogram: try folder.write(text, to: "stages"))
    let source = try Polysomnography([files], channels: ["ramp"])
    let (dataset, _) = try MadeUpPSG.dataset(source, in: folder)
    #expect(MadeUpHypnogram.labels(source) == MadeUpHypnogram.twelve)
    #expect(abs(dataset.samples[0][0] - 90) < 0.05 && source.outline.recordings[0].firstPosition == 3)
}

/// Times since the begin look like a clock's behind midnight.
@Test(arguments: [(0.0, "24.04.8923.58.00"), (30, "24.04.8923.58.30"), (600, "24.04.8900.08.00")])
func timesThatBeginBehindMidnightMayCountFromTheRecordingsStart(first: Double, start: String) throws {
    let rows = names.enumerated().map { (clock(first, Double($0) * 30), $1) }
    let list = rows.map { "\($0) \($1)\n" }.joined()
    for text in [list, "Time,Stage\n00:00:10,n/a\n" + rows.map { "\($0),\($1)\n" }.joined()] {
        let error = try labels(text, start: start, epochs: 16)
        #expect(error.hasPrefix(": its first time is 00:") && error.contains(": is it a clock's? if so"), "\(error)")
    }
    #expect(try labels(list, start: start, epochs: 16, offset: 0) == MadeUpHypnogram.twelve)
    // With a date, or from a program that writes no others, they are a clock's.
    #expect(try labels(remLogic(first), start: start, epochs: 16) == MadeUpHypnogram.twelve)
    let day = first < 60 ? 25 : 24
    let dated = rows.map { "\(day).04.1989 \($0),\($1)\n" }.joined()
    #expect(try labels("time,stage\n" + dated, start: start, epochs: 16) == MadeUpHypnogram.twelve)
}

/// A column of events has a stage here and there; that of stages has all.
@Test(arguments: ["Awake", "REM"]) func eventsThatAreCalledLikeStagesAreNoScoring(text: String) throws {
    let rows = names.enumerated().map { index, name in
        "\(clock(ten, Double(index) * 30)),\(name),\(index % 5 == 1 ? text : "none")\n"
    }
    #expect(try labels("time,stage,type\n" + rows.joined()) == MadeUpHypnogram.twelve)
}

/// What follows a gap begins there, and what has an end lasts until then.
@Test func whatWasNotScoredHasNoStage() throws {
    let scored = Array(0..<20) + Array(22..<32)
    let list = scored.map { "\(clock(ten, Double($0) * 30)) N2\n" }.joined()
    let table = "Start,End,Stage\n22:00:00,22:10:00,N2\n22:11:00,22:16:00,N2\n"
    let n2 = { Array(repeating: "N2", count: $0) }
    for text in [list, table] {
        #expect(try labels(text, epochs: 40) == (n2(20) + ["-", "-"] + n2(10)).joined(separator: " "))
    }
}

/// Of two evenings in one recording the date tells which, and how far each time is from the first.
@Test func datesTellTheDayInLongSignals() throws {
    let signals = 2_900  // a day and ten minutes, from 22:00:00
    func table(_ day: Int) -> String {
        let rows = names.enumerated().map { "1989-04-\(day)T\(clock(ten, Double($0) * 30)),\($1)\n" }
        return "datetime,stage\n" + rows.joined()
    }
    // The day on which the recording began says of no evening that it is the scoring's.
    #expect(try labels(remLogic(ten), epochs: signals).contains("nobody can tell which day they are of"))
    for text in [table(24), table(25), remLogic(ten, date: "25/04/1989"), remLogic(ten, date: "25-Apr-89")] {
        #expect(try labels(text, epochs: signals) == MadeUpHypnogram.twelve)
    }
    let nap = table(24) + "1989-04-25T21:59:00,REM\n1989-04-25T21:59:30,REM\n"
    #expect(try labels(nap, epochs: signals).hasSuffix("W" + String(repeating: " -", count: 2_866) + " REM REM"))
}

@Test func aClockThatIsPutForwardIsRefused() throws {
    let times = (0..<20).map { $0 < 10 ? 6_900 + 30 * $0 : 10_800 + 30 * ($0 - 10) }  // 01:55:00 to 03:04:30
    let text = times.map { "\(clock(0, Double($0))) N2\n" }.joined()
    #expect(try labels(text, start: "24.04.8901.50.00", epochs: 200).contains("its times leap over an hour at 2:00"))
}

@Test func timesThatDoNotFitTheSignalsAreRefusedUnlessTheUserSaysSo() throws {
    let late = names.enumerated().map { "\(clock(ten, 120 + Double($0) * 30)) \($1)\n" }.joined()
    let error = try labels(late)
    #expect(
        error.hasPrefix(
            ": 4 of its 12 times, which are from 22:02:00 to 22:07:30, are outside those of "), "\(error)")
    #expect(error.contains("/night.edf, 22:00:00 to 22:06:00: are both of one night, and of one clock? "), "\(error)")
    #expect(error.hasSuffix("--hypnogram-offset SECONDS shifts them, and 0 says that they are right"))
    #expect(try labels(late, offset: -120) == MadeUpHypnogram.twelve)
    #expect(try labels(late, epochs: 14, offset: 0) == "W W N1 N2 N2 N3 N3 - REM REM")
    // A day more is the same time of day.
    #expect(try labels(late, offset: 86_280) == MadeUpHypnogram.twelve)
}

@Test(arguments: [
    remLogic(ten, date: "26/04/1989"), domino(ten, date: "2/3/2021"), remLogic(ten, date: "27-Nov-2010"),
    remLogic(ten, date: "26/04/89"),
    "time,stage\n" + names.enumerated().map { "2011-05-17 \(clock(ten, Double($0) * 30)),\($1)\n" }.joined(),
])
func aDateOfAnotherNightIsRefusedUnlessTheUserSaysThatItIsNone(text: String) throws {
    let error = try labels(text)
    #expect(error.contains(": its date is \"2") && error.contains(", and \"24.04.89\" in "), "\(error)")
    #expect(error.hasSuffix(": is it another night's? if both are of one night, --hypnogram-offset 0 says so"))
    #expect(try labels(text, offset: 0) == MadeUpHypnogram.twelve)
    // A date that was taken out of the signals' header says nothing, nor does one of something else.
    #expect(try labels("Date of Birth:\t26/04/1959\n" + remLogic(ten)) == MadeUpHypnogram.twelve)
    #expect(try labels(text, start: "01.01.8522.00.00") == MadeUpHypnogram.twelve)
}

@Test(arguments: [
    (
        "22:00:00 W\n22:00:30 N1\nlights off\n",
        ", line 3: \"lights off\" is not a clock's time and a stage, like 22:00:30"
    ),
    ("22:00:00Z W\n", ", line 1: \"22:00:00Z W\" is neither a stage nor onset, duration and stage"),
    ("  22:00:00Z W\n22:00:30 W\n", ", line 1: \"  22:00:00Z W\" is not a clock's time and a"),
    ("25:00:00 W\n", ", line 1: \"25:00:00 W\" is neither a stage nor onset, duration and stage"),
    (
        "time,stage\n22:00:00,W\n22:0,N1\n",
        ", line 3, column 1: \"22:0\" is not a clock's time like 22:30:00, without a"
    ),
    ("time\tevent\n22:00:00+02:00\tN1\n", ", line 2, column 1: \"22:00:00+02:00\" is not a clock's time like"),
])
func whatIsNoClocksTimeIsRefusedAtItsLine(text: String, words: String) throws {
    let error = try labels(text)
    #expect(error.hasPrefix(words), "\(error)")
}

/// Stages that follow each other by other than 30 s are refused whatever their times are.
@Test func sleepEpochsOfTwentySecondsAreRefused() throws {
    let text = (0..<18).map { "\(clock(ten, Double($0) * 20)) \($0 < 9 ? "W" : "N2")\n" }.joined()
    #expect(try labels(text).contains("stand 20.0 s before the next, where sleep epochs of 30 s are read"))
}

/// Signals of more than a day have each time twice.
@Test func aTimeThatComesTwiceIsRefused() throws {
    let text = names.enumerated().map { "\(clock(ten, Double($0) * 30)) \($1)\n" }.joined()
    let error = try labels(text, epochs: 2_900)
    #expect(error.contains("lasts longer than a day: nobody can tell which day they are of"), "\(error)")
}
