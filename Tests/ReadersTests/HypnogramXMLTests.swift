import Datasets
import Foundation
import Signals
import TestKit
import Testing

/// Annotations as the National Sleep Research Resource publishes them.
func nsrr(_ events: [(type: String, concept: String, start: String, duration: String)]) -> String {
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
    let made = try MadeUpHypnogram.source(nsrr(eventsOfNSRR + stagesOfNSRR), name: "stages-nsrr.xml")
    #expect(MadeUpHypnogram.labels(made) == MadeUpHypnogram.twelve)
    #expect(made.notes == [] && made.skipped.allSatisfy { $0.kind == .annotation })
    // What is no stage by its type is none, whatever it is called.
    #expect(
        made.skipped.map(\.reason)
            == ["Arousal|Arousal ()", "Recording Start Time", "Wake|0"].map {
                "no sleep stage: \"\($0)\""
            })
    // As UTF-16 the declaration would contradict what is read.
    let text = nsrr(stagesOfNSRR).replacing("UTF-8", with: "UTF-16")
    #expect(
        MadeUpHypnogram.labels(try MadeUpHypnogram.source(try #require(text.data(using: .utf16))))
            == MadeUpHypnogram.twelve)
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
    let made = try MadeUpHypnogram.source(study(stages))
    #expect(MadeUpHypnogram.labels(made) == MadeUpHypnogram.twelve && made.skipped.map(\.count) == [1])
    #expect(
        try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(study(stages + [0])) }.contains(
            ": it has a stage for each of 13 sleep epochs where"))
    #expect(
        try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(study(stages.map { $0 + 10 })) }.contains(
            ": 12 of 12 sleep epochs have a text"))
    #expect(
        try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(study(stages, length: "20")) }
            == ", line 1: its sleep epochs last \"20\" s; those of 30 s are read")
}

@Test(arguments: [
    ("<!DOCTYPE html>\n<html><body>Sign in</body></html>", ", line 1: it is a web page (HTML)"),
    ("\n\n<html lang=\"en\"><br></html>", ", line 3: it is a web page (HTML)"),
    ("<PSGAnnotation>\n<ScoredEvents>\n</PSGAnnotation>", ", line 3: it is no well-formed XML"),
    ("<PSGAnnotation><ScoredEvents>", ", line 1: it is no well-formed XML"),
    ("<PSGAnnotation>&x;</PSGAnnotation>", ", line 1: it is no well-formed XML"),
    ("<svg/>", ", line 1: its root element is \"svg\": of XML, PSGAnnotation (NSRR), CMPStudyConfig "),
    ("<PSGAnnotation/>", ": none of its 0 annotations is a sleep stage"),
    ("<PSGAnnotation>\n<?page-break?></PSGAnnotation>", ", line 2: the processing instruction \"page-break\" says"),
    ("<?xsl?>\n<PSGAnnotation/>", ", line 1: the processing instruction \"xsl\" says nothing"),
    ("<?xsl a?>\n<PSGAnnotation><!-- ? --></PSGAnnotation>", ": none of its 0 annotations is a sleep stage"),
    (nsrr([("Stages|Stages", "Wake|0", "22:00:30", "30")]), ", line 11: a stage's Start is \"22:00:30\": it must be a"),
    (nsrr([("Stages|Stages", "Wake|0", "30", "")]), ", line 11: a stage's Duration is \"\": it must be a number"),
    (
        nsrr([("Stages|Stages", "Wake|0", "60", "-30")]),
        ", line 11: the stage \"Wake|0\" at 60.0 s ends before it starts"
    ),
    ("<PSGAnnotation>" + String(repeating: "<a>", count: 1_000_000), ", line 1: more than 32 elements stand inside"),
])
func xmlThatIsNoScoringIsRefusedAtItsLine(text: String, words: String) throws {
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text) }
    #expect(error.hasPrefix(words), "\(error)")
}

@Test func anXMLFileTooLargeForANightIsRefused() throws {
    let event = (type: "Arousals|Arousals", concept: "Arousal|Arousal ()", start: "1", duration: "7")
    let many = nsrr(Array(repeating: event, count: 40_000) + stagesOfNSRR)
    #expect(MadeUpHypnogram.labels(try MadeUpHypnogram.source(many)) == MadeUpHypnogram.twelve)
    #expect(
        try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(many + String(repeating: " ", count: 8 << 20)) }
            .contains(
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
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text) }
    #expect(error == ", line 2: XML with a document type or entities is not read; save it without them")
    let wide = try #require(text.data(using: .utf16))
    #expect(try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(wide) } == error)
}

/// Older files have no types of events; newer ones have events without one that are called like a stage.
@Test func eventsWithoutATypeAreStagesWhereNoneHasOne() throws {
    let concepts = ["SDO:WakeState", "SDO:NonRapidEyeMovementSleep-N1", "SDO:NonRapidEyeMovementSleep-N2"]
    let events = concepts.enumerated().map {
        (type: "", concept: $1, start: "\($0 * 120)", duration: "120")
    }
    let lines = nsrr(eventsOfNSRR.prefix(1) + events).replacing("<EventType></EventType>", with: "")
    let made = try MadeUpHypnogram.source(lines, name: "stages-nsrr.xml")
    #expect(MadeUpHypnogram.labels(made) == "W W W W N1 N1 N1 N1 N2 N2 N2 N2")
    #expect(made.skipped.map(\.reason) == ["no sleep stage: \"Recording Start Time\""])
    let untold = events.map { (type: "", concept: $0.concept, start: "x", duration: "120") }
    #expect(
        try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(nsrr(untold)) }.contains(
            ": a stage's Start is \"x\": it must be a number"))
    let both = try MadeUpHypnogram.source(nsrr(stagesOfNSRR + events + untold), name: "stages-nsrr.xml")
    #expect(MadeUpHypnogram.labels(both) == MadeUpHypnogram.twelve)
}
