import Datasets
import Readers
import TestKit
import Testing

// Stages in the XML of Philips' Sleepware (.rml).

/// A study of twelve sleep epochs, with the stages of these scorers.
private func study(
    _ scorings: [(scorer: String, stages: [(type: String, start: String)])], end: Int = 360,
    start: String = "1989-04-24T22:00:00"
) -> String {
    let staging = scorings.map { scorer, stages in
        let stages = stages.map { "<Stage Type=\"\($0.type)\" Start=\"\($0.start)\" />" }.joined(separator: "\n")
        return "<\(scorer)>\n<NeuroAdultAASMStaging>\n\(stages)\n</NeuroAdultAASMStaging>\n</\(scorer)>"
    }
    return """
        <?xml version="1.0" encoding="utf-8"?>
        <PatientStudy xmlns="http://www.respironics.com/PatientStudy.xsd">
        <Acquisition><Sessions><Session><RecordingStart>\(start)</RecordingStart>
        <Duration>\(end)</Duration></Session></Sessions></Acquisition>
        <ScoringData>
        <Events><Event Family="Respiratory" Type="Hypopnea" Start="61.5" Duration="12" /></Events>
        <StagingData>\(staging.joined(separator: "\n"))
        <UserStaging><BodyStaging><Stage Type="Left" Start="0" /></BodyStaging></UserStaging>
        </StagingData></ScoringData></PatientStudy>
        """
}

private let stages = [
    ("Wake", "0"), ("NonREM1", "60"), ("NonREM2", "90"), ("NonREM3", "150"), ("NotScored", "210"), ("REM", "240"),
    ("NonREM2", "300"), ("Wake", "330"),
].map { (type: $0.0, start: $0.1) }
private let machine = [(type: "Wake", start: "0"), (type: "NonREM2", start: "90")]

@Test func aPersonsStagesCountBeforeTheProgramsOwn() throws {
    let made = try MadeUpHypnogram.source(
        study([("MachineStaging", machine), ("UserStaging", stages)]), name: "stages.rml")
    #expect(MadeUpHypnogram.labels(made) == MadeUpHypnogram.twelve && made.notes == [])
    let chosen = try MadeUpHypnogram.source(
        study([("MachineStaging", machine), ("UserStaging", stages)]), HypnogramReading(scorer: "MachineStaging"))
    #expect(MadeUpHypnogram.labels(chosen) == "W W W N2 N2 N2 N2 N2 N2 N2 N2 N2" && chosen.notes == [])
}

@Test func stagesThatNobodyScoredAreNoted() throws {
    let made = try MadeUpHypnogram.source(study([("MachineStaging", stages)]))
    #expect(MadeUpHypnogram.labels(made) == MadeUpHypnogram.twelve)
    #expect(made.notes.count == 1 && made.notes[0].hasSuffix("(MachineStaging): nobody has scored it"))
}

/// Sleepware may write a last stage that begins when the recording ends.
@Test func theLastStageLastsUntilTheRecordingsEnd() throws {
    let made = try MadeUpHypnogram.source(study([("UserStaging", stages + [("Wake", "360")])]))
    #expect(MadeUpHypnogram.labels(made) == MadeUpHypnogram.twelve && made.skipped.isEmpty)
    let long = try MadeUpHypnogram.source(study([("UserStaging", machine)]))
    #expect(MadeUpHypnogram.labels(long).hasSuffix("N2 N2 N2"))
    // Where that is before its begin, it is another's: the last stage stays, and ends the one before.
    let short = try MadeUpHypnogram.source(study([("UserStaging", machine + [("REM", "330")])], end: 120))
    #expect(MadeUpHypnogram.labels(short).hasSuffix("N2 N2 REM"))
}

@Test(arguments: [
    (
        study([("UserStaging", [("Wake", "0"), ("REM", "x")])]),
        ", line 10: the Start of a stage is \"x\": it must be a"
    ),
    (study([]), ": none of its 0 annotations is a sleep stage"),
    (study([("UserStaging", [("Deep", "0")])]), ": 12 of 12 sleep epochs have a text that is no known stage: \"Deep\""),
])
func aStudyThatCannotBeUsedIsRefused(text: String, words: String) throws {
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text) }
    #expect(error.hasPrefix(words), "\(error)")
}

@Test func aScorerWhoIsNotInAStudyIsRefused() throws {
    let error = try MadeUpHypnogram.refusal {
        try MadeUpHypnogram.source(study([("UserStaging", stages)]), HypnogramReading(scorer: "Ada"))
    }
    #expect(error == ": it has no scorer \"Ada\": it has \"UserStaging\"")
}
