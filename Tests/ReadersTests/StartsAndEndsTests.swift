import Datasets
import Foundation
import Readers
import TestKit
import Testing

// Stages with when they start and end in place of how long they last, and times that lost their seconds.

private let stages = [
    (0, 60, "W"), (60, 90, "N1"), (90, 150, "N2"), (150, 210, "N3"), (210, 240, "?"), (240, 360, "R"),
]
private let labels = "W W N1 N2 N2 N3 N3 - REM REM REM REM"

@Test(arguments: [" ", "\t", ",", ";"]) func endsThatAreTakenForDurationsAreRefused(between: String) throws {
    let text = stages.map { "\($0)\(between)\($1)\(between)\($2)\n" }.joined()
    #expect(
        try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text) }
            == ": the second number of its lines is mostly the next line's first, as ends are, and durations are read: "
            + "write \"start end stage\" above them, or \"onset duration stage\" where they are durations all the same")
    let names = ["start", "end", "stage"]
    for header in [names, ["onset", "stop", "sleep stage"], names.map(\.capitalized)] {
        let source = try MadeUpHypnogram.source(header.joined(separator: between) + "\n" + text)
        #expect(MadeUpHypnogram.labels(source) == labels, "\(header)")
    }
}

@Test func endsBehindAStageAreRefusedWhereTheyAreNotLunas() throws {
    let text = stages.map { "\($2),\($0),\($1)\n" }.joined()
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text) }
    #expect(error.contains("write \"stage start end\" above them"), "\(error)")
    #expect(try MadeUpHypnogram.labels(MadeUpHypnogram.source("stage,start,end\n" + text)) == labels)
}

/// What says that it has durations, or has stretches that grow, is no list of ends.
@Test func durationsThatAreSaidAreTaken() throws {
    let grows = "0 60 W\n60 90 N1\n150 210 N2\n"
    #expect(try MadeUpHypnogram.labels(MadeUpHypnogram.source(grows)) == "W W N1 N1 N1 N2 N2 N2 N2 N2 N2 N2")
    let said = "onset duration stage\n0 60 W\n60 120 N1\n180 180 N2\n"
    #expect(try MadeUpHypnogram.labels(MadeUpHypnogram.source(said)) == "W W N1 N1 N1 N1 N2 N2 N2 N2 N2 N2")
    let backwards = try MadeUpHypnogram.refusal {
        try MadeUpHypnogram.source("start end stage\n0 60 W\n90 60 N1\n")
    }
    #expect(backwards == ", line 3: it ends before it starts")
}

@Test(arguments: ["start,end,stage", "Start (s),Duration,Stage", ",start_time,end_time,event"])
func tablesOfStartsInSecondsAreRead(header: String) throws {
    let rows = stages.map { start, end, stage in
        (header.hasPrefix(",") ? "7," : "") + "\(start).0,\(header.contains("Duration") ? end - start : end),\(stage)\n"
    }
    let source = try MadeUpHypnogram.source(header + "\n" + rows.joined())
    #expect(MadeUpHypnogram.labels(source) == labels)
}

@Test(arguments: ["Time;Stage\n", "Date/Time;Stage\n", "Start;Event;Duration\n", ""])
func timesThatLostTheirSecondsAreRefused(header: String) throws {
    for date in ["", "17/11/2010 "] {
        let rows = (0..<12).map { "\(date)22:0\($0 / 2);N\($0 % 2 + 1)\(header.contains("Duration") ? ";30" : "")\n" }
        #expect(
            try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(header + rows.joined()) }
                == ": its times have no seconds, and stand there several times, 22:00 2 times: write them with their "
                + "seconds, as 22:00:30 (in a spreadsheet, give their column the format hh:mm:ss and save it anew)")
    }
    // A list of what begins at whole minutes is another thing.
    let changes = "22:00 W\n22:01 N1\n22:02 N3\n22:04 R\n22:05 W\n"
    #expect(try MadeUpHypnogram.source(changes).outline.recordings.count == 1)
}

/// Times on whole minutes may be written with their seconds, and stand there for several things.
@Test func timesThatSayTheirSecondsMayStandSeveralTimes() throws {
    let stages = ["W", "N1", "N2", "N3", "REM", "W"]
    let rows = stages.enumerated().flatMap { minute, stage in
        ["22:0\(minute):00,\(stage),60", "22:0\(minute):00,Position-Left,0"]
    }
    let made = try MadeUpHypnogram.source((["Time,Event,Duration"] + rows).joined(separator: "\n"))
    #expect(MadeUpHypnogram.labels(made) == "W W N1 N1 N2 N2 N3 N3 REM REM W W")
}

@Test func aStageOfTwoWordsIsNoneOfLunas() throws {
    let lines = ["W sleep 0 60", "N1 sleep 60 30", "N2 sleep 90 120", "REM sleep 210 150"]
    let made = try MadeUpHypnogram.source(lines.joined(separator: "\n"))
    #expect(MadeUpHypnogram.labels(made) == "W W N1 N2 N2 N2 N2 REM REM REM REM REM")
}
