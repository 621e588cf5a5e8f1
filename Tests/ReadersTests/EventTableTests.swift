import Foundation
import Readers
import TestKit
import Testing

// Tables of events: which columns of a hypnogram have times, durations and stages.

/// A night of twelve sleep epochs that was scored in stretches, two sleep epochs of which nobody scored.
private let stretches = [(0, 60, "W"), (60, 90, "N2"), (210, 60, "REM"), (270, 90, "N1")]
private let labels = "W W N2 N2 N2 - - REM REM N1 N1 N1"

@Test(arguments: [
    "duration", "Duration [s]", "duration_s", "duration_sec", "Duration in seconds", "Dur", "event_duration",
    "Length [s]",
])
func howLongStagesLastIsReadBehindAnyNameOfIt(name: String) throws {
    let table = "onset\t\(name)\tstage\n" + stretches.map { "\($0)\t\($1)\t\($2)\n" }.joined()
    #expect(try MadeUpHypnogram.labels(MadeUpHypnogram.source(table)) == labels)
}

@Test(arguments: ["duration", "Dauer", "Duration [s]", "Event_Duration", "duration_s"])
func howLongStagesLastMayBeHoursMinutesAndSeconds(name: String) throws {
    func table(_ length: (Int) -> String) -> String {
        "onset\t\(name)\tstage\n" + stretches.map { "\($0)\t\(length($1))\t\($2)\n" }.joined()
    }
    for end in ["", ".0", ",000"] {
        let text = table { String(format: "0%d:%02d:%02d%@", $0 / 3_600, $0 / 60, $0 % 60, end) }
        #expect(try MadeUpHypnogram.labels(MadeUpHypnogram.source(text)) == labels)
    }
    let clock = "Time,\(name),Stage\n" + (0..<12).map { "22:0\($0 / 2):\($0 % 2 * 3)0,0:00:30,N2\n" }.joined()
    #expect(
        try MadeUpHypnogram.labels(MadeUpHypnogram.source(clock))
            == Array(repeating: "N2", count: 12).joined(separator: " "))
    // Of two numbers nobody knows whether they are minutes and seconds.
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(table { "00:\($0)" }) }
    #expect(
        error == ", line 2, column 2: \"00:60\" is not a number of seconds from 0, nor hours, minutes and seconds like "
            + "0:00:30")
}

@Test(arguments: ["end", "End Time", "stop"]) func whenStagesEndIsReadToo(name: String) throws {
    let table = "onset\t\(name)\tstage\n" + stretches.map { "\($0)\t\($0 + $1)\t\($2)\n" }.joined()
    #expect(try MadeUpHypnogram.labels(MadeUpHypnogram.source(table)) == labels)
    // One that is something else says nothing, and one may be the last second.
    for end in [{ _ in "22:00:00" }, { "\($0)" }, { "\(30 * $0 + 29)" }] as [(Int) -> String] {
        let rows = (0..<12).map { "\(30 * $0),\(end($0)),N2\n" }.joined()
        let source = try MadeUpHypnogram.source("onset,\(name),stage\n" + rows)
        #expect(MadeUpHypnogram.labels(source) == Array(repeating: "N2", count: 12).joined(separator: " "))
    }
}

@Test(arguments: ["duration (min)", "duration [ms]", "duration_samples", "Duration min", "dur_ms"])
func aDurationInAnotherUnitIsRefused(name: String) throws {
    for times in ["onset", "time"] {
        let rows = times == "onset" ? "0,1,W\n60,1,N2\n" : "22:00:00,1,W\n22:01:00,1,N2\n"
        let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source("\(times),\(name),stage\n\(rows)") }
        #expect(error.contains("may say how long stages last, and not in seconds"), "\(error)")
    }
}

/// Columns that nobody calls stages do not count before the one that is called so, but for RemLogic's events.
@Test(arguments: ["Label", "Type", "Event", "Value"])
func aColumnThatIsCalledStageCountsBeforeOtherTexts(name: String) throws {
    func table(_ others: [String]) -> String {
        let rows = zip(MadeUpHypnogram.twelve.split(separator: " "), others).enumerated().map { index, row in
            let stage = row.0 == "-" ? "?" : String(row.0)
            return String(format: "22:%02d:%02d,%@,%@\n", index / 2, index % 2 * 30, stage, row.1)
        }
        return "Time,Stage,\(name)\n" + rows.joined()
    }
    for others in [
        Array(repeating: "S1", count: 12), (0..<12).map { $0 % 2 == 0 ? "W" : "" },
        (0..<12).map { $0 % 2 == 0 ? "N2" : "N3" },
    ] {
        let source = try MadeUpHypnogram.source(table(others))
        #expect(MadeUpHypnogram.labels(source) == MadeUpHypnogram.twelve)
        let note = "column \"\(name.lowercased())\" has stages, too, and not the same: those of \"stage\" count"
        #expect(source.notes.contains { $0.contains(note) } == (Set(others) == ["N2", "N3"]))
    }
}

/// What lasts some seconds, or begins in the middle of a sleep epoch, takes no label away.
@Test func eventsAmongStagesAreEvents() throws {
    let stages = (0..<12).map { "\($0 * 30)\t30\tN2\n" }
    let events = [
        "32\t5\tArousal\n", "100\t25\tApnea\n", "70\tn/a\tArousal\n", "80\t0\tArousal\n", "200\t6\tArousal\n",
    ]
    let source = try MadeUpHypnogram.source("onset\tduration\tstage\n" + (stages + events).joined())
    #expect(MadeUpHypnogram.labels(source) == Array(repeating: "N2", count: 12).joined(separator: " "))
    #expect(source.skipped.reduce(0) { $0 + $1.count } == 5)
    // Where stages last until the next text, it ends them.
    let until = "onset\tstage\n0\tW\n100\tN1\n200\tn/a\n300\tN2\n"
    #expect(try MadeUpHypnogram.labels(MadeUpHypnogram.source(until)).hasPrefix("W W W N1 N1 N1 N1 - - - N2"))
    // Where one is as long as a sleep epoch, the epoch has no label.
    let artefact = "onset\tduration\tstage\n" + (stages.dropLast() + ["330\t30\tartefact\n"]).joined()
    #expect(try MadeUpHypnogram.labels(MadeUpHypnogram.source(artefact)).hasSuffix(" N2 -"))
}

@Test func aDateInAColumnOfItsOwnIsTheTimes() throws {
    func error(_ date: String, _ half: String = "") throws -> String {
        let hour = half.isEmpty ? 22 : 10
        let rows = (0..<12).map { "\(date);\(String(format: "%d:%02d:%02d", hour, $0 / 2, $0 % 2 * 30))\(half);N2\n" }
        return try MadeUpHypnogram.refusal { try MadeUpHypnogram.source("Date;Time;Stage\n" + rows.joined()) }
    }
    #expect(try error("05.05.2021").contains("its date is \"05.05.2021\""))
    #expect(try error("2021-05-05 00:00:00").contains("its date is \"2021-05-05\""))
    #expect(try error("5/6/2021", " PM").contains("its date is \"5/6/2021\""))
}

/// A night's date in each of its rows, behind midnight too, is that of its first.
@Test func aDateThatIsTheSameInAllRowsIsTheFirstOnes() throws {
    let folder = try TemporaryFolder()
    var signals = EDFBytes(signals: [EDFBytes.Signal(name: "c", rate: 1, values: Array(repeating: 1, count: 360))])
    signals.start = "24.04.8923.57.00"
    let rows = MadeUpHypnogram.twelve.split(separator: " ").enumerated().map { index, stage in
        let seconds = 86_220 + 30 * index
        let time = String(format: "%02d:%02d:%02d", seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60)
        return "24.04.1989;\(time);\(stage == "-" ? "?" : stage)\n"
    }
    let files = PolysomnographyFiles(
        signals: try signals.write(to: folder.path("night.edf")),
        hypnogram: try folder.write("Date;Time;Stage\n" + rows.joined(), to: "stages"))
    #expect(try MadeUpHypnogram.labels(Polysomnography([files], channels: ["c"])) == MadeUpHypnogram.twelve)
}

@Test(arguments: ["1989-04-24 ", "1989-04-24T", "24.04.1989 ", "24.04.89 "])
func aDateMayStandBeforeAClocksTime(date: String) throws {
    let folder = try TemporaryFolder()
    var signals = EDFBytes(signals: [EDFBytes.Signal(name: "c", rate: 1, values: Array(repeating: 1, count: 360))])
    signals.start = "24.04.8922.00.00"
    let rows = MadeUpHypnogram.twelve.split(separator: " ").enumerated().map { index, stage in
        String(format: "%@22:%02d:%02d %@\n", date, index / 2, index % 2 * 30, stage == "-" ? "?" : String(stage))
    }
    let files = PolysomnographyFiles(
        signals: try signals.write(to: folder.path("night.edf")),
        hypnogram: try folder.write(rows.joined(), to: "stages"))
    #expect(try MadeUpHypnogram.labels(Polysomnography([files], channels: ["c"])) == MadeUpHypnogram.twelve)
}

/// 110 samples in 1.1 s are 100 a second, though 1.1 is no number of a computer's.
@Test(arguments: [(110, "1.1"), (7, "0.07"), (115, "1.15"), (100, "1")])
func aRateOfRecordsThatAreNoWholeSecondsIsExact(count: Int, seconds: String) throws {
    let folder = try TemporaryFolder()
    let values = [Double](repeating: 1, count: 10 * count)
    var data = EDFBytes(signals: [EDFBytes.Signal(name: "c", rate: count, values: values)]).data
    data.replaceSubrange(244..<252, with: seconds.padding(toLength: 8, withPad: " ", startingAt: 0).utf8)
    let path = folder.path("night.edf")
    try data.write(to: URL(filePath: path))
    #expect(try EDFFile(opening: path).signals[0].rate == 100)
}
