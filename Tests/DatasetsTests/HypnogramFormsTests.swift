import Datasets
import Foundation
import Signals
import TestKit
import Testing

/// The source of a night of some sleep epochs with a hypnogram of any form.
private func source(
    _ hypnogram: String, epochs: Double = 12, name: String = "stages", _ reading: HypnogramReading = .plain
) throws -> Polysomnography {
    try source(Data(hypnogram.utf8), epochs: epochs, name: name, reading)
}

private func source(
    _ hypnogram: Data, epochs: Double = 12, name: String = "stages", _ reading: HypnogramReading = .plain
) throws -> Polysomnography {
    let folder = try TemporaryFolder()
    let path = folder.path(name)
    try hypnogram.write(to: URL(filePath: path))
    let values = [Double](repeating: 1, count: Int(epochs * 30))
    let signals = try EDFBytes(signals: [EDFBytes.Signal(name: "c", rate: 1, values: values)])
        .write(to: folder.path("night.edf"))
    return try Polysomnography(
        [PolysomnographyFiles(signals: signals, hypnogram: path)], channels: ["c"], reading: reading)
}

/// The labels between spaces, `-` for none.
private func labels(_ source: Polysomnography) -> String {
    source.outline.recordings[0].labels.map { $0.map { source.outline.codes[$0] } ?? "-" }.joined(separator: " ")
}

/// What the error says behind the file's name.
private func refusal(_ body: () throws -> Polysomnography) throws -> String {
    let error = "\(try #require(#expect(throws: DatasetError.self) { _ = try body() }))"
    let name = try #require(error.firstRange(of: "/stages"))
    return String(error[name.upperBound...])
}

private let twelve = "W W N1 N2 N2 N3 N3 - REM REM N2 W"

// MARK: - XML

/// Annotations as the National Sleep Research Resource publishes them.
private func nsrr(_ events: [(type: String, concept: String, start: String, duration: String)]) -> String {
    let events = events.map { event in
        """
        <ScoredEvent>
        <EventType>\(event.type)</EventType>
        <EventConcept>\(event.concept)</EventConcept>
        <Start>\(event.start)</Start>
        <Duration>\(event.duration)</Duration>
        </ScoredEvent>
        """
    }
    return """
        <?xml version="1.0" encoding="UTF-8" standalone="no"?>
        <PSGAnnotation>
        <SoftwareVersion>Compumedics</SoftwareVersion>
        <EpochLength>30</EpochLength>
        <ScoredEvents>
        \(events.joined(separator: "\n"))
        </ScoredEvents>
        </PSGAnnotation>
        """
}

private let stagesOfNSRR = [
    ("Wake|0", 0, 2), ("Stage 1 sleep|1", 2, 1), ("Stage 2 sleep|2", 3, 2), ("Stage 3 sleep|3", 5, 1),
    ("Stage 4 sleep|4", 6, 1), ("Unscored|9", 7, 1), ("REM sleep|5", 8, 2), ("Stage 2 sleep|2", 10, 1),
    ("Wake|0", 11, 1),
].map { (type: "Stages|Stages", concept: $0, start: "\($1 * 30).0", duration: "\($2 * 30).0") }

private let eventsOfNSRR: [(type: String, concept: String, start: String, duration: String)] = [
    ("", "Recording Start Time", "0", "360.0"), ("Arousals|Arousals", "Arousal|Arousal ()", "61.5", "7"),
    ("Respiratory|Respiratory", "Wake|0", "90", "30"),
]

@Test func annotationsOfNSRRAreRead() throws {
    let made = try source(nsrr(eventsOfNSRR + stagesOfNSRR), name: "stages-nsrr.xml")
    #expect(labels(made) == twelve)
    #expect(made.notes == [] && made.skipped.allSatisfy { $0.kind == .annotation })
    // What is no stage by its type is none, whatever it is called.
    #expect(
        made.skipped.map(\.reason)
            == ["Arousal|Arousal ()", "Recording Start Time", "Wake|0"].map {
                "no sleep stage: \"\($0)\""
            })
    // As UTF-16 the declaration would contradict what is read.
    let text = nsrr(stagesOfNSRR).replacing("UTF-8", with: "UTF-16")
    #expect(labels(try source(try #require(text.data(using: .utf16)))) == twelve)
}

@Test func theStagesOfCompumedicsAreRead() throws {
    func study(_ stages: [Int], length: String = "30") -> String {
        let stages = stages.map { "<SleepStage>\($0)</SleepStage>" }.joined()
        return """
            <?xml version="1.0"?><CMPStudyConfig><EpochLength>\(length)</EpochLength><ScoredEvents><ScoredEvent>
            <Name>Arousal (ARO SPONT)</Name><Start>22:00:10</Start><Duration>3</Duration></ScoredEvent></ScoredEvents>
            <SleepStages>\(stages)</SleepStages></CMPStudyConfig>
            """
    }
    let stages = [0, 0, 1, 2, 2, 3, 4, 9, 5, 5, 2, 0]
    let made = try source(study(stages))
    #expect(labels(made) == twelve && made.skipped.map(\.count) == [1])
    #expect(
        try refusal { try source(study(stages + [0])) }.contains(": it has a stage for each of 13 sleep epochs where"))
    #expect(try refusal { try source(study(stages.map { $0 + 10 })) }.contains(": 12 of 12 sleep epochs have a text"))
    #expect(
        try refusal { try source(study(stages, length: "20")) }
            == ", line 1: its sleep epochs last \"20\" s; those of 30 s are read")
}

@Test(arguments: [
    ("<!DOCTYPE html>\n<html><body>Sign in</body></html>", ", line 1: it is a web page (HTML)"),
    ("\n\n<html lang=\"en\"><br></html>", ", line 3: it is a web page (HTML)"),
    ("<PSGAnnotation>\n<ScoredEvents>\n</PSGAnnotation>", ", line 3: it is no well-formed XML"),
    ("<PSGAnnotation><ScoredEvents>", ", line 1: it is no well-formed XML"),
    ("<PSGAnnotation>&x;</PSGAnnotation>", ", line 1: it is no well-formed XML"),
    ("<svg/>", ", line 1: its root element is \"svg\": of XML, PSGAnnotation (NSRR) and CMPStudyConfig"),
    ("<PSGAnnotation/>", ": none of its 0 annotations is a sleep stage"),
    (nsrr([("Stages|Stages", "Wake|0", "22:00:30", "30")]), ", line 11: a stage's Start is \"22:00:30\": it must be a"),
    (nsrr([("Stages|Stages", "Wake|0", "30", "")]), ", line 11: a stage's Duration is \"\": it must be a number"),
    (
        nsrr([("Stages|Stages", "Wake|0", "60", "-30")]),
        ", line 11: the stage \"Wake|0\" at 60.0 s ends before it starts"
    ),
    ("<PSGAnnotation>" + String(repeating: "<a>", count: 1_000_000), ", line 1: more than 32 elements stand inside"),
])
func xmlThatIsNoScoringIsRefusedAtItsLine(text: String, words: String) throws {
    let error = try refusal { try source(text) }
    #expect(error.hasPrefix(words), "\(error)")
}

@Test func anXMLFileTooLargeForANightIsRefused() throws {
    let event = (type: "Arousals|Arousals", concept: "Arousal|Arousal ()", start: "1", duration: "7")
    let many = nsrr(Array(repeating: event, count: 40_000) + stagesOfNSRR)
    #expect(labels(try source(many)) == twelve)
    #expect(
        try refusal { try source(many + String(repeating: " ", count: 8 << 20)) }.contains(
            "too many for a scoring in XML"))
}

/// Ten entities, each of ten of the one before: ten thousand million characters.
private let bomb: String = {
    let entities = (1...10).map { level in
        "<!ENTITY e\(level) \"\(String(repeating: "&e\(level - 1);", count: 10))\">"
    }
    return """
        <?xml version="1.0"?>
        <!DOCTYPE PSGAnnotation [ <!ENTITY e0 "x"> \(entities.joined()) ]>
        <PSGAnnotation>&e10;</PSGAnnotation>
        """
}()

@Test(arguments: [
    bomb, bomb.replacing("<!DOCTYPE", with: "<!doctype"),
    "<PSGAnnotation>\n<!ENTITY a SYSTEM \"/etc/passwd\"></PSGAnnotation>",
    "<?xml version=\"1.0\"?>\n<!DOCTYPE PSGAnnotation SYSTEM \"http://localhost:1/x.dtd\"><PSGAnnotation/>",
])
func documentTypesAndEntitiesAreRefusedBeforeAnythingIsParsed(text: String) throws {
    let clock = ContinuousClock()
    var error = ""
    let time = try clock.measure { error = try refusal { try source(text) } }
    #expect(error == ", line 2: XML with a document type or entities is not read; save it without them")
    #expect(time < .seconds(5))
    let wide = try #require(text.data(using: .utf16))
    #expect(try refusal { try source(wide) } == error)
}

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
        #expect(labels(try source(text, name: name)) == twelve)
    }
}

@Test func ofSeveralScorersTheUserChooses() throws {
    let rows = ["W", "W", "1", "2", "2", "3", "3", "?", "R", "R", "2", "W"]
    let columns = rows.enumerated().map { "\($0 * 30),30,\($1),W\n" }.joined()
    let table = "onset,duration,stage_hum,stage_ai\n\(columns)"
    #expect(
        try refusal { try source(table) }
            == ": it has stages of several scorers: choose one with --scorer: \"stage_hum\", \"stage_ai\"")
    #expect(labels(try source(table, HypnogramReading(scorer: "stage_hum"))) == twelve)
    #expect(
        try refusal { try source(table, HypnogramReading(scorer: "x")) }
            == ": it has no scorer \"x\": it has \"stage_hum\", \"stage_ai\"")

    let long = rows.enumerated().map { "\($0 * 30),30,\($1),Ada\n\($0 * 30),30,W,Bo\n" }.joined()
    let list = "onset,duration,stage,scorer\n\(long)"
    #expect(try refusal { try source(list) }.hasSuffix("choose one with --scorer: \"Ada\", \"Bo\""))
    #expect(labels(try source(list, HypnogramReading(scorer: "Ada"))) == twelve)
    #expect(
        try refusal { try source("W\nW\n", HypnogramReading(scorer: "Ada")) }
            == ": it does not name scorers, so --scorer Ada chooses nothing; leave it out")
}

@Test(arguments: [
    ("onset,duration,stage\n0,30,W\n22:30,30,W\n", ", line 3, column 1: \"22:30\" is not a number of seconds from the"),
    ("onset,duration,stage\n30,-30,W\n", ", line 2, column 2: \"-30\" is not a number of seconds from 0"),
    ("onset,duration,stage\n30,30\n", ", line 2: 2 columns where 3 are expected"),
    ("onset,duration,hr\n30,30,60\n", ": no column of it has stages: it has onset, duration, hr; call it stage"),
    (
        "onset\tduration\tvalue\n0\t360\t2\n",
        ": 12 of 12 sleep epochs have a text that is no known stage: \"2\" (12); numbers"
    ),
])
func tablesOfEventsThatCannotBeUsedAreRefusedAtTheirPlace(text: String, words: String) throws {
    let error = try refusal { try source(text) }
    #expect(error.hasPrefix(words), "\(error)")
}

@Test func eventsThatRunBackwardsAreOrderedAndCounted() throws {
    let rows = ["330,30,W", "240,60,R", "300,30,N2", "0,60,W", "60,30,N1", "90,60,N2", "150,60,N3"]
    let made = try source("onset,duration,stage\n" + rows.joined(separator: "\n"))
    #expect(labels(made) == twelve)
    #expect(made.notes.count == 2 && made.notes[0].contains("2 of its stages start earlier than the one before"))
    #expect(made.notes[1].hasSuffix("1 sleep epochs between its annotations have no label"))
}

// MARK: - Text

private let list = ["W", "Wake", "N1", "2", "Stage 2", "S3", "4", "?", "R", "REM", "2", "W"]

@Test func aStageALineIsASleepEpochEach() throws {
    for (start, lineEnd) in [("", "\n"), ("# night 1\nSleep stage\n", "\r\n"), ("\u{FEFF}", "\n\n\n")] {
        let text = start + list.joined(separator: lineEnd.first == "\r" ? "\r\n" : "\n") + lineEnd
        #expect(labels(try source(text)) == twelve)
    }
    // A last sleep epoch that is not whole may have a stage, or not.
    #expect(labels(try source(list.joined(separator: "\n"), epochs: 12.5)) == twelve)
    #expect(labels(try source((list + ["W"]).joined(separator: "\n"), epochs: 12.5)) == twelve)
}

@Test(arguments: [11, 13, 24])
func aListThatIsNotAsLongAsTheSignalsIsRefused(epochs: Int) throws {
    let text = list.joined(separator: "\n")
    let error = try refusal { try source(text, epochs: Double(epochs)) }
    #expect(error.contains("it has a stage for each of 12 sleep epochs where"))
    #expect(
        error.hasSuffix(
            "lasts \(epochs): without times nobody can tell which are missing; give lines of onset, duration and stage")
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
        let made = try source(header + text + "\n")
        #expect(labels(made) == twelve && made.skipped.map(\.count) == [1])
    }
}

@Test(arguments: [
    ("0 30 W\n30 30\n", ", line 2: \"30 30\" is not onset, duration and stage"),
    ("0 30 W\n60 -30 W\n", ", line 2: it ends before it starts: it lasts -30 s"),
    ("0 W\n30 W\n", ", line 1: \"0 W\" is neither a stage nor onset, duration and stage"),
    ("22:00:00 W\n22:00:30 W\n", ", line 1: \"22:00:00 W\" is neither a stage nor onset, duration and stage"),
    ("W\nW\n\nN1\n", ", line 3: a blank line between stages"),
    ("W\n" + String(repeating: "x", count: 2_000), ", line 2: too long for a stage"),
    (
        "0\n0\n1\n2\n2\n3\n3\n4\n4\n4\n2\n0\n",
        ": 12 of 12 sleep epochs have a text that is no known stage: \"0\" (3), \"2\" (3), "
    ),
    ("W\0\0\0", ": it is no hypnogram of a form that is read"), ("# nothing\n", " is empty"),
])
func textThatIsNoHypnogramIsRefusedAtItsLine(text: String, words: String) throws {
    let error = try refusal { try source(text) }
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
            _ = try source(text.joined())
        } catch let error as DatasetError { #expect(!"\(error)".contains("\n")) }
    }
}
