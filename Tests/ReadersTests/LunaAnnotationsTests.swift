import Datasets
import Foundation
import Readers
import Signals
import TestKit
import Testing

// Annotations as Luna has them (`.annot`), and NSRR in its harmonised form, of a night that begins at 22:00.

private let stages = ["W", "W", "N1", "N2", "N2", "N3", "N3", "?", "R", "R", "N2", "W"]

/// A line a sleep epoch between tabs, whose start and stop are what the closures make of its seconds.
private func sixColumns(_ start: (Int) -> String, _ stop: (Int) -> String) -> String {
    stages.enumerated().map { "\($1)\t.\t.\t\(start(30 * $0))\t\(stop(30 * $0 + 30))\t.\n" }.joined()
}

private func clock(_ seconds: Int) -> String {
    String(format: "%02d:%02d:%02d", (22 + seconds / 3_600) % 24, seconds / 60 % 60, seconds % 60)
}

private let header = "class\tinstance\tchannel\tstart\tstop\tmeta\n"

@Test(arguments: [
    sixColumns({ "\($0)" }, { "\($0).000" }), sixColumns(clock, clock), sixColumns({ "\($0)" }, { _ in "+30" }),
    sixColumns({ clock($0) + ".000" }, { _ in "+30" }), sixColumns({ "\($0)" }, { _ in "..." }),
    sixColumns(clock, { _ in "..." }), sixColumns({ "e:\($0 / 30 + 1)" }, { _ in "." }),
    sixColumns({ "e:\($0 / 30 + 1)" }, { "e:\($0 / 30)" }),
    sixColumns({ "0+00:\($0 / 60):\(String(format: "%02d", $0 % 60))" }, { "\($0)" }),
    sixColumns({ "24-04-1989-" + clock($0) }, { "24-Apr-89-" + clock($0) }),
    sixColumns({ "10" + clock($0).dropFirst(2) + "pm" }, { "10" + clock($0).dropFirst(2) + " pm" }),
])
func annotationsOfLunaAreReadWithAnyOfItsTimes(rows: String) throws {
    for above in [
        "", header, "study\t.\t.\t.\t.\t.\n", "# N1 | light sleep\n# arousal | x | dur[num]\n" + header.uppercased(),
    ] {
        let made = try MadeUpHypnogram.source(above + rows, name: "stages.annot")
        #expect(MadeUpHypnogram.labels(made) == MadeUpHypnogram.twelve, "\(rows.prefix(40))")
        #expect(made.skipped.count == (above.hasPrefix("study") ? 1 : 0) && made.notes.isEmpty, "\(made.notes)")
    }
}

@Test(arguments: ["class instance start stop\n", ""]) func annotationsOfFewerColumnsAreRead(header: String) throws {
    let four = stages.enumerated().map { "\($1) . \($0 * 30) \($0 * 30 + 30)\n" }.joined()
    #expect(MadeUpHypnogram.labels(try MadeUpHypnogram.source(header + four)) == MadeUpHypnogram.twelve)
    let three = stages.enumerated().map { "\($1) \($0 * 30) \($0 * 30 + 30)\n" }.joined()
    let above = header.replacing("instance ", with: "")
    #expect(MadeUpHypnogram.labels(try MadeUpHypnogram.source(above + three)) == MadeUpHypnogram.twelve)
    let clocks = stages.enumerated().map { "\($1) \(clock($0 * 30)) \(clock($0 * 30 + 30))\n" }.joined()
    #expect(MadeUpHypnogram.labels(try MadeUpHypnogram.source(above + clocks)) == MadeUpHypnogram.twelve)
}

/// Other classes are events, what is of the whole night has no time, and lights on, unknown and movement are no stage.
@Test func whatIsNoStageOfLunasIsCounted() throws {
    let rows =
        sixColumns({ "\($0)" }, { "\($0)" }).replacing("?", with: "L")
        + "arousal\tspontaneous\tC3\t62.5\t70\tx=1\nPeriodic_breathing\t.\t.\t100\t131\t.\nstudy\t.\t.\t.\t.\t.\n"
    let made = try MadeUpHypnogram.source(header + rows)
    #expect(MadeUpHypnogram.labels(made) == MadeUpHypnogram.twelve)
    #expect(
        made.skipped.map(\.reason) == [
            "without a time", "no sleep stage: \"Periodic_breathing\"", "no sleep stage: \"arousal\"",
        ])
}

/// Where Luna took them from EDF+, the class says so alone.
@Test func textsOfEDFAreThoseOfTheirInstances() throws {
    let rows = stages.enumerated().map { "edf_annot\tSleep_stage_\($1)\t.\t\($0 * 30)\t+30\t.\n" }.joined()
    #expect(MadeUpHypnogram.labels(try MadeUpHypnogram.source(header + rows)) == MadeUpHypnogram.twelve)
}

/// A file may be ordered by class: each of its clock's times is of the one day all the same.
@Test func timesOfAClockMayStandInAnyOrder() throws {
    // 14 hours, from 22:00.
    let epochs = (0..<1_680).map { (stage: $0 % 840 < 400 ? "W" : "N2", seconds: $0 * 30) }
    let rows = epochs.map { "\($0.stage)\t.\t.\t\(clock($0.seconds))\t\(clock($0.seconds + 30))\t.\n" }
    let expected = MadeUpHypnogram.labels(try MadeUpHypnogram.source(rows.joined(), epochs: 1_680))
    let sorted = MadeUpHypnogram.labels(try MadeUpHypnogram.source(rows.sorted().joined(), epochs: 1_680))
    #expect(expected == epochs.map(\.stage).joined(separator: " ") && sorted == expected)
}

@Test(arguments: [
    ("W\t.\t.\t0\t30\t.\nW\t.\t.\t60\t30\t.\n", ", line 2: it ends before it starts"),
    (
        "W\t.\t.\t0\t30\t.\nW\t.\t.\t22:00:30\t22:01:00\t.\n",
        ", line 2: its start is a clock's time, and that of line 1"
    ),
    ("W\t.\t.\t22:00:00\t30\t.\n", ", line 1: one of its start and stop is a clock's time"),
    ("W\t.\t.\t0\t30\t.\nN1\t.\t30\t60\t.\n", ", line 2: \"N1 . 30 60 .\" is no annotation of Luna's"),
    ("W\t.\t.\t0\t30\t.\nN1\t.\t.\te:2:20\t.\t.\n", "; times of sleep epochs of other than 30 s are to be"),
    ("W\t.\t.\t0\t30\t.\nN1\t.\t.\t30\t.\t.\n", ", line 2: \"N1 . . 30 . .\" is no annotation of Luna's"),
    ("W\t.\t.\t30\t...\t.\nN1\t.\t.\t30\t60\t.\n", ", line 1: it ends with the next line, which begins no later"),
    ("class\tinstance\tstart\tstop\tmeta\nW\t.\t0\t30\t.\n", ", line 1: Luna's columns are class, instance, channel"),
    ("W 10 20\nN1 40 50\n", ": nothing tells whether its lines have a start and an end or a start and a duration"),
    ("W\t.\t.\t32-04-1989-22:00:00\t+30\t.\n", "no known stage"),
])
func annotationsOfLunaThatCannotBeUsedAreRefusedAtTheirPlace(text: String, words: String) throws {
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text) }
    #expect(error.contains(words), "\(error)")
}

/// Another night's date is refused as that of any other clock is; day stands before month.
@Test func datesOfLunaAreComparedWithTheSignals() throws {
    let rows = sixColumns({ "04-05-1989-" + clock($0) }, { _ in "+30" })
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(rows) }
    #expect(error.contains("its date is \"1989-05-04\""), "\(error)")
    #expect(
        MadeUpHypnogram.labels(try MadeUpHypnogram.source(rows, start: "04.05.8922.00.00")) == MadeUpHypnogram.twelve)
}

@Test func anyLinesLikeLunasAreReadOrRefused() throws {
    let pieces = [
        "W", "N2", ".", "...", "-", "+30", "0", "30", "60", "1e300", "-1", "nan", "e:1", "e:9999999", "e:0", "e:1:20",
        "0+00:01:00", "0+999999:59:59.9", "22:00:00", "22:00:30.5", "10:01:00pm", "24-04-1989-22:02:00", "1-1-85-0:0:0",
        "99-99-9999-22:00:00", "edf_annot", "class", "start", "stop", "\"", "é",
    ]
    for seed in 0..<400 {
        var state = UInt64(seed)
        func next(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        let separator = seed % 2 == 0 ? "\t" : " "
        let count = [3, 4, 6][seed % 3]
        let lines = (0..<12).map { _ in
            (0..<count).map { $0 == 0 ? pieces[next(2)] : pieces[next(pieces.count)] }.joined(separator: separator)
        }
        // A first line that is one, and all others may be.
        let text =
            (seed % 5 == 0 ? "" : header)
            + ["W 0 30", "W . 22:00:00 ...", "W . . e:1 . ."][seed % 3]
            .replacing(" ", with: separator) + "\n" + lines.joined(separator: "\n")
        do {
            _ = try MadeUpHypnogram.source(text, offset: seed % 7 == 0 ? 0 : nil)
        } catch let error as DatasetError { #expect(!"\(error)".contains("\n")) }
    }
}
