import Datasets
import Foundation
import Readers
import Signals
import TestKit
import Testing

// MARK: - Tables of events

@Test(arguments: [
    "onset\tduration\ttrial_type\n0\t60\tW\n60\t30\tN1\n62\t7\tarousal\n90\t60\tN2\n150\t60\tN3\n210\t30\tn/a\n240\t60\tREM\n"
        + "300\t30\tN2\n330\t30\tW\n",
    "\u{FEFF}\"Onset\",\"Duration\",\"Sleep Stage\"\r\n0,60,Wake\r\n60,30,S1\r\n90,60,S2\r\n150,30,S3\r\n180,30,S4\r\n"
        + "240,60,REM sleep\r\n300,30,\"Stage 2\"\r\n330,n/a,Awake\r\n",
    "# of a program\nduration;value;onset;sample\n60;w;0;0\n30;1;60;9\n60;2;90;9\n60;3;150;9\n60;r;240;9\n30;2;300;9\n30;w;330;9\n",
])
func tablesOfEventsAreRead(text: String) throws {
    for name in ["stages_events.tsv", "stages.csv", "stages.txt"] {
        #expect(MadeUpHypnogram.labels(try MadeUpHypnogram.source(text, name: name)) == MadeUpHypnogram.twelve)
    }
}

/// What was not scored has no stage, whatever another column counts.
@Test func aTableOfSleepEpochsWithoutAStageIsRead() throws {
    for rows in [
        "0\t360\tSleep stage ?\t0\n", "0\t330\tSleep stage ?\t0\n330\t30\t\t0\n",
        "0\t330\tSleep stage ?\t0\n330\t30\tStart\t0\n", "12.4\t0.2\tgo\t1\n20.1\t0.2\tgo\t2\n",
    ] {
        let table = "onset\tduration\ttrial_type\tvalue\n" + rows
        let labels = MadeUpHypnogram.labels(try MadeUpHypnogram.source(table, unlabelled: true))
        #expect(!labels.isEmpty && labels.allSatisfy { "- ".contains($0) }, "\(rows): \(labels)")
    }
}

@Test func ofSeveralScorersTheUserChooses() throws {
    let rows = ["W", "W", "1", "2", "2", "3", "3", "?", "R", "R", "2", "W"]
    let columns = rows.enumerated().map { "\($0 * 30),30,\($1),W\n" }.joined()
    let table = "onset,duration,stage_hum,stage_ai\n\(columns)"
    #expect(
        try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(table) }
            == ": it has stages of several scorers: choose one with --scorer: \"stage_hum\", \"stage_ai\"")
    #expect(
        MadeUpHypnogram.labels(try MadeUpHypnogram.source(table, HypnogramReading(scorer: "stage_hum")))
            == MadeUpHypnogram.twelve)
    #expect(
        try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(table, HypnogramReading(scorer: "x")) }
            == ": it has no scorer \"x\": it has \"stage_hum\", \"stage_ai\"")

    let long = rows.enumerated().map { "\($0 * 30),30,\($1),Ada\n\($0 * 30),30,W,Bo\n" }.joined()
    let list = "onset,duration,stage,scorer\n\(long)"
    #expect(
        try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(list) }.hasSuffix(
            "choose one with --scorer: \"Ada\", \"Bo\""))
    #expect(
        MadeUpHypnogram.labels(try MadeUpHypnogram.source(list, HypnogramReading(scorer: "Ada")))
            == MadeUpHypnogram.twelve)
    #expect(
        try MadeUpHypnogram.refusal { try MadeUpHypnogram.source("W\nW\n", HypnogramReading(scorer: "Ada")) }
            == ": it does not name scorers, so --scorer Ada chooses nothing; leave it out")
}

/// What stands in brackets tells scorers apart, and is no unit but for seconds.
@Test func bracketsInColumnsNamesCount() throws {
    let rows = ["W", "W", "1", "2", "2", "3", "3", "?", "R", "R", "2", "W"].enumerated()
    let table =
        "onset [s]\tduration(s)\tstage (hs)\tstage (sm)\n"
        + rows.map { "\($0 * 30)\t30\tN2\t\($1)\n" }.joined()
    let reading = try HypnogramReading(scorer: "stage (sm)")
    #expect(MadeUpHypnogram.labels(try MadeUpHypnogram.source(table, reading)) == MadeUpHypnogram.twelve)
    for unit in ["m", "ms", "min", "h"] {
        let text = "onset (\(unit))\tduration\tstage\n0\t30\tW\n"
        #expect(throws: DatasetError.self) { try MadeUpHypnogram.source(text) }
    }
    let both = "recording onset,onset,duration,stage\n" + rows.map { "\($0),\($0 * 30),30,\($1)\n" }.joined()
    #expect(MadeUpHypnogram.labels(try MadeUpHypnogram.source(both)) == MadeUpHypnogram.twelve)
}

@Test(arguments: [
    ("onset,duration,stage\n0,30,W\n22:30,30,W\n", ", line 3, column 1: \"22:30\" is not a number of seconds from the"),
    (
        "onset;duration;stage\n30,5;30;W\n",
        ", line 2, column 1: \"30,5\" is not a number of seconds from the recording's start, with a decimal point"
    ),
    (
        "onset\tduration\ttrial_type\tvalue\n0\t30\tstage\t0\n30\t30\tstage\t2\n60\t30\tstage\t2\n",
        ": no column has a text that is a known stage: \"trial_type\" has \"stage\" (3); \"value\" has \"2\" (2), "
            + "\"0\" (1); choose the column of stages with --scorer, and say what its texts are with --stage-map"
    ),
    ("onset,duration,stage\n30,-30,W\n", ", line 2, column 2: \"-30\" is not a number of seconds from 0"),
    ("onset,duration,stage\n30,30\n", ", line 2: 2 columns where 3 are expected"),
    ("onset,duration,hr\n30,30,60\n", ": no column of it has stages: it has onset, duration, hr; call it stage"),
    (
        "onset\tduration\tvalue\n0\t360\t2\n",
        ": 12 of 12 sleep epochs have a text that is no known stage: \"2\" (12); numbers"
    ),
])
func tablesOfEventsThatCannotBeUsedAreRefusedAtTheirPlace(text: String, words: String) throws {
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text) }
    #expect(error.hasPrefix(words), "\(error)")
}

@Test func eventsThatRunBackwardsAreOrderedAndCounted() throws {
    let rows = ["330,30,W", "240,60,R", "300,30,N2", "0,60,W", "60,30,N1", "90,60,N2", "150,60,N3"]
    let made = try MadeUpHypnogram.source("onset,duration,stage\n" + rows.joined(separator: "\n"))
    #expect(MadeUpHypnogram.labels(made) == MadeUpHypnogram.twelve)
    #expect(made.notes.count == 2 && made.notes[0].contains("2 of its stages start earlier than the one before"))
    #expect(made.notes[1].hasSuffix("1 sleep epoch between its annotations has no label"))
}

// MARK: - Text

private let list = ["W", "Wake", "N1", "2", "Stage 2", "S3", "4", "?", "R", "REM", "2", "W"]

@Test func aStageALineIsASleepEpochEach() throws {
    for (start, lineEnd) in [("", "\n"), ("# night 1\nSleep stage\n", "\r\n"), ("\u{FEFF}", "\n\n\n")] {
        let text = start + list.joined(separator: lineEnd.first == "\r" ? "\r\n" : "\n") + lineEnd
        #expect(MadeUpHypnogram.labels(try MadeUpHypnogram.source(text)) == MadeUpHypnogram.twelve)
    }
    // A last sleep epoch that is not whole may have a stage, or not.
    #expect(
        MadeUpHypnogram.labels(try MadeUpHypnogram.source(list.joined(separator: "\n"), epochs: 12.5))
            == MadeUpHypnogram.twelve)
    #expect(
        MadeUpHypnogram.labels(try MadeUpHypnogram.source((list + ["W"]).joined(separator: "\n"), epochs: 12.5))
            == MadeUpHypnogram.twelve)
}

@Test(arguments: [11, 13, 24])
func aListThatIsNotAsLongAsTheSignalsIsRefused(epochs: Int) throws {
    let text = list.joined(separator: "\n")
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text, epochs: Double(epochs)) }
    #expect(error.contains("it has a stage for each of 12 sleep epochs where"))
    #expect(
        error.hasSuffix(
            "lasts \(epochs): without times nobody can tell which are missing: --hypnogram-offset SECONDS says when the first "
                + "one begins after the signals, 0 with them; or give lines of onset, duration and stage")
    )
}

@Test(arguments: ["\t", " ", ", ", ";", "   "])
func linesOfOnsetDurationAndStageAreRead(between: String) throws {
    let rows = [
        ["0", "60", "W"], ["60", "30", "Stage 1"], ["61.5", "3", "arousal"], ["90", "60.0", "N2"], ["150", "60", "N3"],
        ["240", "60", "REM"], ["300", "30", "N2"], ["330", "30", "W"],
    ]
    let text = rows.map { $0.joined(separator: between) }.joined(separator: "\n")
    for header in ["", "# seconds\n", "onset duration stage\n"] {
        let made = try MadeUpHypnogram.source(header + text + "\n")
        #expect(MadeUpHypnogram.labels(made) == MadeUpHypnogram.twelve && made.skipped.map(\.count) == [1])
    }
}

@Test(arguments: [
    ("0 30 W\n30 30\n", ", line 2: \"30 30\" is not onset, duration and stage"),
    ("0 30 W\n60 -30 W\n", ", line 2: it ends before it starts: it lasts -30 s"),
    ("0 W\n30 W\n", ", line 1: \"0 W\" has two columns, and one of them is a number: keep the stages alone"),
    (
        "epoch,stage\n# Ada\n0,W\n2,W\n",
        ", line 4: \"2,W\" is not sleep epoch 1 and its stage: they are numbered one by"
    ),
    ("epoch,stage\n30,W\n60,W\n", ", line 2: \"30,W\" is not sleep epoch 0 and its stage"),
    ("Epoch;Hypno\n1;W\n2;W;x\n", ", line 3: \"2;W;x\" is not sleep epoch 2 and its stage"),
    ("W,N1,N2", ", line 1: \"W,N1,N2\" is its only line and no known stage: write a stage a line"),
    (
        "25:00:00 W\n25:00:30 W\n",
        ", line 1: \"25:00:00 W\" is neither a stage nor onset, duration and stage, in seconds from the recording's start, "
            + "nor a clock's time, like 22:00:30, and stage"
    ),
    ("W\nW\n\nN1\n", ", line 3: a blank line between stages"),
    ("W\n" + String(repeating: "x", count: 2_000), ", line 2: too long for a stage"),
    (
        "0\n0\n1\n2\n2\n3\n3\n4\n4\n4\n2\n0\n",
        ": 12 of 12 sleep epochs have a text that is no known stage: \"0\" (3), \"2\" (3), "
    ),
    ("W\0\0\0", ": it is no hypnogram of a form that is read"), ("# nothing\n", " is empty"),
])
func textThatIsNoHypnogramIsRefusedAtItsLine(text: String, words: String) throws {
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text) }
    #expect(error.hasPrefix(words), "\(error)")
}

@Test func anyTextIsReadOrRefused() throws {
    let pieces = [
        "<PSGAnnotation>", "onset", ",", "\t", "\n", "30", "-1", "W", "N2", "\"", "<", ">", "&", "é", " ", "#", "|5",
    ]
    for seed in 0..<300 {
        var state = UInt64(seed)
        let text = (0..<seed % 40).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return pieces[Int(state >> 33) % pieces.count]
        }
        do {
            _ = try MadeUpHypnogram.source(text.joined())
        } catch let error as DatasetError { #expect(!"\(error)".contains("\n")) }
    }
}

@Test func aHeaderIsNoSleepEpoch() throws {
    // With a last sleep epoch that is not whole, the list would be as long as the signals all the same.
    let text = (["Score"] + list).joined(separator: "\n")
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text, epochs: 12.5) }
    #expect(
        error.hasPrefix(", line 1: \"Score\" stands in the first line alone and is no known stage: if it is a header"))
    let reading = try HypnogramReading(stageMap: ["score": ""])
    #expect(
        MadeUpHypnogram.labels(try MadeUpHypnogram.source(text, epochs: 13, reading)) == "- " + MadeUpHypnogram.twelve)
}

@Test(arguments: ["Recording P01", "Lights off", "Position/Stage"])
func aHeaderThatNamesAnEventIsNoSleepEpochEither(header: String) throws {
    let text = ([header] + list).joined(separator: "\n")
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text, epochs: 12.5) }
    #expect(error.hasPrefix(", line 1: \"\(header)\" stands in the first line alone and is no known stage"))
}

@Test(arguments: [1_000, 10])
func timesThatAreNotSecondsAreRefused(factor: Int) throws {
    let stages = ["W", "N1", "N2", "N3", "REM", "N2"].enumerated()
    let rows = stages.map { "\($0 * 60 * factor)\t\(60 * factor)\t\($1)\n" }.joined()
    for text in [rows, "onset\tduration\tstage\n" + rows] {
        let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text) }
        #expect(error.contains("its times reach to \(360 * factor) where") && error.contains("write them in seconds"))
    }
    let events = stages.map { index, stage in
        (type: "Stages|Stages", concept: stage, start: "\(index * 60 * factor)", duration: "\(60 * factor)")
    }
    #expect(
        try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(nsrr(events)) }.contains(
            "are they milliseconds or samples?"))
}

// MARK: - The length of sleep epochs

@Test(arguments: [10, 15, 20, 40])
func aScoringInSleepEpochsOfAnotherLengthIsRefused(seconds: Int) throws {
    let stages = (0..<60).map { ["W", "N1", "N2", "N3", "REM"][$0 * $0 % 5] }
    let text = stages.enumerated().map { "\($0 * seconds) \(seconds) \($1)\n" }.joined()
    let table = "onset\tduration\tstage\n" + text.replacing(" ", with: "\t")
    var file = EDFBytes(stages: [])
    file.annotations = stages.enumerated().map {
        (onset: Double($0 * seconds), duration: Double(seconds), text: "Sleep stage \($1)")
    }
    let folder = try TemporaryFolder()
    let edf = try Data(contentsOf: URL(filePath: file.write(to: folder.path("x"))))
    for scoring in [Data(text.utf8), Data(table.utf8), edf] {
        let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(scoring, epochs: 90) }
        #expect(
            error.hasPrefix(
                ": 59 of its 60 stages stand \(Float(seconds)) s before the next, where sleep epochs of 30 s"),
            "\(error)")
    }
}

/// Lights go off 17 s after the start: the sleep epochs that were scored begin there, whatever stands before.
@Test(arguments: ["0 17 ?\n", "0 17 W\n", "0 47 ?\n", ""])
func theGridIsThatOfMostSleepEpochs(first: String) throws {
    let start = first.hasPrefix("0 47") ? 47 : 17
    let lines = first + (0..<12).map { "\(start + 30 * $0) 30 \(["W", "N1", "N2", "REM"][$0 / 3])\n" }.joined()
    let source = try MadeUpHypnogram.source(lines, epochs: 15)
    let labels = MadeUpHypnogram.labels(source).trimmingPrefix("- ")
    #expect(labels == "W W W N1 N1 N1 N2 N2 N2 REM REM REM")
    let began = source.outline.recordings[0].start?.text.split(separator: ":").last.flatMap { Int($0) }
    #expect(began.map { $0 % 30 } == 17)
    #expect(!source.notes.contains { $0.contains("begin other than") })
}

/// A first stage that begins a little late is a sleep epoch, and one that most of the others follow.
@Test(arguments: ["0.6 29.4 N1\n", "12 18 N1\n", "0 29.98 N1\n"])
func aFirstStageThatIsMostOfASleepEpochIsOne(first: String) throws {
    let lines = first + (1..<12).map { "\(30 * $0) 30 W\n" }.joined()
    let labels = MadeUpHypnogram.labels(try MadeUpHypnogram.source(lines))
    #expect(labels.hasPrefix("N1 W W"))
}

/// 47 s in the middle that nobody scored: what follows is off the grid, which is told.
@Test func stagesOffTheGridAreCounted() throws {
    let before = (0..<7).map { "\(30 * $0) 30 W\n" }.joined()
    let after = (0..<5).map { "\(257 + 30 * $0) 30 N2\n" }.joined()
    let source = try MadeUpHypnogram.source(before + "210 47 ?\n" + after, epochs: 15)
    #expect(MadeUpHypnogram.labels(source) == "W W W W W W W - - N2 N2 N2 N2")
    #expect(
        source.notes.contains { $0.contains("5 of its 13 stages begin other than a multiple of 30 s after the first") },
        "\(source.notes)")
}

@Test func aLastSleepEpochThatIsAlmostWholeCounts() throws {
    let lines = (0..<12).map { "\(30 * Double($0) + ($0 % 2 == 0 ? 0.02 : -0.02)) 29.98 W\n" }.joined()
    let source = try MadeUpHypnogram.source(lines, epochs: 12.1)
    #expect(MadeUpHypnogram.labels(source) == Array(repeating: "W", count: 12).joined(separator: " "))
}

@Test func stagesThatManyTimesAreTooShortForASleepEpochAreRefused() throws {
    let text = (0..<40).map { "\($0 * 30) 25 W\n\($0 * 30 + 25) 5 N1\n" }.joined()
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text, epochs: 40) }
    #expect(error.contains("of 30 s"), "\(error)")
}

@Test(arguments: [
    "0 60 W\n60 30 N1\n90 60 N2\n150 60 N3\n210 30 ?\n240 60 REM\n300 30 N2\n330 30 W\n",  // runs
    "0 330 W\n330 30 N1\n",  // one long annotation
    "0 30 W\n30 30 N1\n60 30 N2\n90 30 N2\n120 210 W\n330 8 W\n",  // a last one that is not whole
    "0 30 W\n30 30 N1\n60.2 29.8 N2\n89.9 30 N2\n119.9 240 W\n",  // rounded times
    "0 95 W\n95 95 N2\n190 65 N3\n255 105 REM\n",  // stretches that start off the grid
    stride(from: 0, to: 360, by: 30).map { "\($0) 30 W\n" }.joined()
        + stride(from: 10, to: 340, by: 30).map { "\($0) 30 W\n" }.joined(),  // two scorers behind each other
])
func longAndRoundedAnnotationsAreStillRead(text: String) throws {
    #expect(try MadeUpHypnogram.source(text).outline.recordings[0].labels.count >= 11)
}

@Test(arguments: ["0,0 30 W", "0 30,0 W", "0,0;30,0;Sleep stage W", "-1,5\t30\tW"])
func aDecimalCommaIsCalledOne(line: String) throws {
    let text = line + "\n" + (1..<12).map { "\($0 * 30) 30 W\n" }.joined()
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text) }
    #expect(
        error.hasPrefix(", line 1: ") && error.contains("has a decimal comma: write its numbers with a decimal point"))
}

@Test func clockTimesBehindAHeaderThatDoesNotSaySoAreCalledSo() throws {
    let text = "nr;klok;fase\n1;22:30:00;W\n2;22:30:30;N1\n"
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text) }
    #expect(error.hasPrefix(", line 2: ") && error.contains("is a clock's time"), "\(error)")
}

@Test(arguments: [",", ", ", ";"])
func commasBetweenFieldsAreNoDecimalCommas(separator: String) throws {
    let text = (0..<12).map { ["\($0 * 30)", "30", "Sleep stage W"].joined(separator: separator) + "\n" }.joined()
    #expect(try MadeUpHypnogram.source(text).outline.codes == ["W"])
}

@Test(arguments: ["Epoch,Stage", ",Stage", "sleep_epoch;stages", "Epoch\tHypnogram", "\"Epoch\",\"Stage\""], [0, 1])
func aListThatNumbersItsSleepEpochsIsOneWithoutNumbers(header: String, first: Int) throws {
    let separator = header.first { ",;\t".contains($0) } ?? ","
    let rows = MadeUpHypnogram.twelve.split(separator: " ").enumerated().map { epoch, stage in
        "\(epoch + first)\(separator)\(stage == "-" ? "?" : "\"\(stage)\"")\n"
    }
    #expect(
        try MadeUpHypnogram.labels(MadeUpHypnogram.source("\(header)\n" + rows.joined())) == MadeUpHypnogram.twelve)
}

/// Of MNE 1.13, whose CSV has dates for onsets: from 1970 where nobody knows when the recording began.
@Test(arguments: ["1989-04-24 22:00:00", "1970-01-01 00:00:00"])
func theCSVOfMNEIsRead(start: String) throws {
    let day = start.prefix(11)
    let hour = Int(start.dropFirst(11).prefix(2)) ?? 0
    let rows = MadeUpHypnogram.twelve.split(separator: " ").enumerated().map { epoch, stage in
        String(
            format: "\(day)%02d:%02d:%02d.000,30.0,Sleep stage %@\n", hour, epoch / 2, epoch % 2 * 30,
            stage == "-" ? "?" : String(stage))
    }
    let source = try MadeUpHypnogram.source("onset,duration,description\n" + rows.joined())
    #expect(MadeUpHypnogram.labels(source) == MadeUpHypnogram.twelve)
}

@Test func secondsBesideAClocksTimesAreNoTimesOfAClock() throws {
    let rows = MadeUpHypnogram.twelve.split(separator: " ").enumerated().map { epoch, stage in
        String(
            format: "%d,22:%02d:%02d,%@\n", epoch * 30, epoch / 2, epoch % 2 * 30, stage == "-" ? "?" : String(stage))
    }
    let text = "Scored by: X\n\nOnset,Time,Stage\n" + rows.joined()
    #expect(try MadeUpHypnogram.labels(MadeUpHypnogram.source(text)) == MadeUpHypnogram.twelve)
}
