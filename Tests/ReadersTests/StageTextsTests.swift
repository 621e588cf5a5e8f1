import Datasets
import Foundation
import Readers
import Signals
import TestKit
import Testing

/// Labels of a night of a minute for each text, each taking two sleep epochs, after an hour of `Sleep stage 2`.
private func labels(_ texts: [String], _ reading: HypnogramReading = .plain, first: String = "Sleep stage 2") throws
    -> [String?]
{
    let night = try Night(texts: texts, first: first, reading)
    return night.labels.suffix(2 * texts.count).enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
}

/// Ten hours of a hypnogram, so that a single text is no large part of it.
private struct Night {
    let source: Polysomnography
    let hypnogram: String

    init(texts: [String], first: String, _ reading: HypnogramReading) throws {
        var intervals: [(onset: Double, duration: Double?, text: String)] = [(0, 3_600, first)]
        for (index, text) in texts.enumerated() { intervals.append((3_600 + 60 * Double(index), 60, text)) }
        try self.init(intervals, seconds: 3_600 + 60 * texts.count, reading)
    }

    init(
        _ intervals: [(onset: Double, duration: Double?, text: String)], seconds: Int,
        _ reading: HypnogramReading = .plain
    ) throws {
        let folder = try TemporaryFolder()
        let values = [Double](repeating: 1, count: seconds)
        var file = EDFBytes(stages: [])
        file.annotations = intervals
        hypnogram = try file.write(to: folder.path("stages.edf"))
        let signals = try EDFBytes(signals: [EDFBytes.Signal(name: "c", rate: 1, values: values)])
            .write(to: folder.path("night.edf"))
        source = try Polysomnography(
            [PolysomnographyFiles(signals: signals, hypnogram: hypnogram)], channels: ["c"], reading: reading)
    }

    var labels: [String?] { source.outline.recordings[0].labels.map { $0.map { source.outline.codes[$0] } } }

    /// Reasons and counts of what was left out.
    var left: [String: Int] {
        Dictionary(source.skipped.filter { $0.kind == .annotation }.map { ($0.reason, $0.count) }) { $0 + $1 }
    }
}

private func refusal(_ body: () throws -> some Any) throws -> String {
    "\(try #require(#expect(throws: DatasetError.self) { _ = try body() }))"
}

@Test(arguments: [
    (
        "W",
        [
            "W", "Wake", "WAKE", "Awake", " wake ", "Sleep stage W", "Stage W", "SLEEP-S0", "S0", "Stage 0", "Wake|0",
            "SDO:WakeState", "SRO:Wake",
        ]
    ),
    (
        "N1",
        [
            "N1", "nrem1", "NREM 1", "Non-REM 1", "S1", "Stage 1", "Stage 1 sleep|1", "Sleep stage N1", "Sleep_stage_1",
            "Stage1", "SDO:NonRapidEyeMovementSleep-N1",
        ]
    ),
    (
        "N2",
        [
            "N2", "NREM2", "NREM stage 2", "S2", "Stage 2 sleep", "SLEEP-S2", "Sleep stage 2@@EEG Fpz-Cz", "Stage - N2",
            "SleepStage2",
            "SRO:Stage2Sleep",
        ]
    ),
    (
        "N3",
        [
            "N3", "NREM 3", "NREM 4", "S3", "S4", "Stage 3/4", "Stage 4 sleep|4", "SWS", "slow wave sleep",
            "Sleep stage 3", "Stage3", "SDO:NonRapidEyeMovementSleep-N4", "SRO:Stage34Sleep",
        ]
    ),
    (
        "REM",
        [
            "R", "REM", "rem sleep", "REM sleep|5", "Sleep stage R", "Stage REM", "SLEEP-REM", "Paradoxical sleep",
            "SDO:RapidEyeMovementSleep", "SRO:RapidEyeMovement",
        ]
    ),
    (
        nil,
        [
            "?", "MT", "Movement time", "unscored", "Not scored", "No stage", "Unscored|9", "Sleep stage ?", "SLEEP-MT",
            "STAGE - NO STAGE", "Stage - MVT", "UnknownStage",
        ]
    ),
])
func aStageMaySpellItsNameInManyWays(code: String?, texts: [String]) throws {
    #expect(try labels(texts) == Array(repeating: code, count: texts.count))
    let night = try Night(texts: texts, first: "N2", .plain)
    #expect(night.left.isEmpty && night.source.notes.isEmpty)
}

@Test(arguments: [
    "Stage 5", "light sleep", "deep", "NREM", "M", "sleep", "-1", "5", "0", "Wach", "N4", "s1-s2", "R-wave", "Stage -1",
    "stage_-2", "Sleep stage:-1", "Sleep stage N",
])
func aTextThatMayMeanSeveralStagesIsNamedAndCounted(text: String) throws {
    let night = try Night(texts: [text, "N2"], first: "W", HypnogramReading(ignoresUnknownStages: true))
    #expect(night.labels.suffix(4) == [nil, nil, "N2", "N2"] && night.left == ["no sleep stage: \"\(text)\"": 1])
    #expect(
        try refusal { try labels([text, text]) }.contains("4 of 124 sleep epochs have a text that is no known stage"))
    let reading = try HypnogramReading(stageMap: [text.uppercased(): "REM"])
    #expect(try labels([text], reading) == ["REM"])
    #expect(try labels([text], HypnogramReading(stageMap: [text: ""])) == [nil])
}

@Test func anEventBesideAStagesNameIsNoKnownStageAndAnArtefactIsCounted() throws {
    #expect(try refusal { try list("N2 spindles") }.contains("\"N2 spindles\" (2)"))
    #expect(try refusal { try list("N2 supine") }.contains("\"N2 supine\" (2)"))
    let source = try list("Artefact")
    #expect(source.outline.recordings[0].labels[4...5].allSatisfy { $0 == nil })
    #expect(source.skipped.contains { $0.kind == .annotation && $0.count == 2 && $0.reason.contains("\"Artefact\"") })
}

/// A list of twelve sleep epochs, two of which are this text.
private func list(_ text: String) throws -> Polysomnography {
    try MadeUpHypnogram.source(
        ["W", "W", "N1", "N2", text, text, "N2", "N3", "N3", "REM", "REM", "W"].joined(separator: "\n"))
}

@Test func numbersAloneAreStagesOnlyBesideLettersThatSayWhatElseThereIs() throws {
    #expect(try labels(["1", "2.0", "3", "4", "R"], first: "W") == ["N1", "N2", "N3", "N3", "REM"])
    #expect(try labels(["1", "2", "3"], first: "Wake") == ["N1", "N2", "N3"])
    // Without REM sleep, 4 may be that.
    #expect(try refusal { try labels(["1", "2", "3", "4", "4"], first: "Wake") }.contains("\"4\" (4)"))
    // Where stages have names, a number is a mark that somebody set.
    #expect(try refusal { try labels(["1", "1"], first: "Sleep stage R") }.contains("\"1\" (4)"))
    let numbers = try refusal { try labels(["0", "1", "5"], first: "2") }
    #expect(numbers.contains("none of its 4 annotations is a sleep stage") || numbers.contains("no known stage"))
    #expect(numbers.contains("--stage-map, like 0=W,1=N1,2=N2,3=N3,4=REM"))
    let reading = try HypnogramReading(stageMap: ["0": "W", "1": "N1", "2": "N2", "5": "REM", "9": ""])
    #expect(try labels(["0", "1", "5", "9"], reading, first: "2") == ["W", "N1", "REM", nil])
}

@Test func aMapHasOnlyStages() throws {
    let error = try refusal { try HypnogramReading(stageMap: ["5": "4"]) }
    #expect(error == "4 is not a label of stage: use one of W, N1, N2, N3, REM")
    let names = try HypnogramReading(stageMap: ["5": "R", "0": "wake", "9": ""])
    #expect(try names == HypnogramReading(stageMap: ["5": "REM", "0": "W", "9": ""]))
}

@Test func aHypnogramOfWhichALargePartIsUnknownIsRefused() throws {
    let many = Array(repeating: "N2", count: 97)
    #expect(try labels(["Wach", "Wach", "Wach"] + many).prefix(4) == [nil, nil, nil, "N2"])
    let more = Array(repeating: "Wach", count: 5)
    #expect(
        try refusal { try labels(more + many) }.hasSuffix(
            "/stages.edf: 10 of 324 sleep epochs have a text that is no known stage: \"Wach\" (10); say what they are with "
                + "--stage-map, like \"Wach=STAGE\" (W, N1, N2, N3 or REM; nothing behind = for no stage), or leave them without a label with "
                + "--ignore-unknown-stages"))
    let ignoring = try HypnogramReading(ignoresUnknownStages: true)
    #expect(try labels(more + many, ignoring).prefix(6) == [nil, nil, nil, nil, nil, "N2"])
}

@Test func eventsOfWhateverLengthRefuseNothing() throws {
    let stages = (0..<40).map { (onset: Double($0) * 30, duration: Double?(30), text: "N2") }
    let events: [(onset: Double, duration: Double?, text: String)] = [
        (0, nil, "Lights off"), (300, 30, "Apnoe"), (330, 60, "Obstructive apnea"), (412, 11.5, "EEG arousal"),
        (600, 30, "Apnoe"), (601, nil, "talks"), (1_170, 30, "Lights on"), (60, 30, "Artefact"),
    ]
    let night = try Night(stages + events, seconds: 1_200)
    #expect(night.labels == Array(repeating: "N2", count: 40) && night.source.notes.isEmpty)
    #expect(night.left.count == 7 && night.left["no sleep stage: \"Apnoe\""] == 2)
}

@Test func anUnknownTextEndsAStageWithoutADuration() throws {
    let texts = ["N2", "N2", "REM", "Wach", "N2", "N2", "N1", "N2", "W", "REM"]
    let stages = texts.enumerated().map { (onset: Double($0) * 300, duration: Double?.none, text: $1) }
    #expect(try refusal { try Night(stages, seconds: 3_000) }.contains("\"Wach\""))
    let night = try Night(stages, seconds: 3_000, HypnogramReading(ignoresUnknownStages: true))
    let wanted = (20..<50).map { place -> String? in place < 30 ? "REM" : place < 40 ? nil : "N2" }
    #expect(Array(night.labels[20..<50]) == wanted)
}

// MARK: - Durations and several annotations

@Test func stagesOfNoLengthAreAnEpochEachWhereTheyStand30Apart() throws {
    func stages(_ step: Double, count: Int = 60) -> [(onset: Double, duration: Double?, text: String)] {
        (0..<count).map { (Double($0) * step, 0, "Sleep stage 2") }
    }
    let night = try Night(stages(30), seconds: 1_800)
    #expect(night.labels == Array(repeating: "N2", count: 60))
    #expect(
        night.source.notes == [
            "\(night.hypnogram): 60 stages last 0 s and stand 30 s apart: each is taken as a sleep epoch"
        ])
    var hole = stages(30)
    hole.remove(at: 7)
    #expect(try Night(hole, seconds: 1_800).labels.map { $0 == nil } == (0..<60).map { $0 == 7 })
    for step in [300.0, 20, 45] {
        #expect(
            try refusal { try Night(stages(step), seconds: 1_800) }.contains("60 of its 60 stages last 0 s and do not"))
    }
}

@Test func annotationsThatDisagreeAreCountedAndTheUserChooses() throws {
    let both = (0..<60).flatMap { epoch in
        ["Sleep stage 2", "Sleep stage W"].map { (onset: Double(epoch) * 30, duration: Double?(30), text: $0) }
    }
    #expect(
        try refusal { try Night(both, seconds: 1_800) }.hasSuffix(
            "on 60 of 60 sleep epochs two of its annotations disagree: choose the one that comes first or last in the file with "
                + "--prefer"))
    for (preference, code) in [(HypnogramReading.Preference.first, "N2"), (.last, "W")] {
        let night = try Night(both, seconds: 1_800, HypnogramReading(preference: preference))
        #expect(night.labels == Array(repeating: code, count: 60))
        #expect(
            night.source.notes[0].hasSuffix("disagree; the one that comes \(preference.rawValue) in the file counts"))
    }
    // The one sleep epoch that was scored again is no reason to ask.
    let again = (0..<60).map { (onset: Double($0) * 30, duration: Double?(30), text: "N2") } + [(300, 30, "R")]
    let night = try Night(again, seconds: 1_800)
    #expect(night.labels[10] == "REM" && night.labels.count { $0 == "N2" } == 59)
    #expect(
        night.source.notes == [
            "\(night.hypnogram): 1 of its stages start earlier than the one before in the file: they are ordered by time",
            "\(night.hypnogram): on 1 of 60 sleep epochs two of its annotations disagree; the one that comes last in the file "
                + "counts",
        ])
}

@Test func theOrderOfStagesInTheFileIsNoInput() throws {
    let texts = ["W", "N1", "N2", "N3", "REM", "N2", "N1", "W", "W", "N2", "N3", "N3"]
    for duration in [30.0, nil] {
        let stages = texts.enumerated().map { (onset: Double($0) * 30, duration: duration, text: $1) }
        let night = try Night(stages.reversed(), seconds: 360)
        #expect(night.labels == texts)
        #expect(night.source.notes.count == 1 && night.source.notes[0].contains("11 of its stages start earlier"))
    }
}

@Test(arguments: ["W", "w", "Sleep stage W", "stage_w", "W|0"])
func aMapOfStagesComparesWhatTheFilesTextsDo(text: String) throws {
    #expect(try labels(["Sleep stage W", "N2"], HypnogramReading(stageMap: [text: "N1"])) == ["N1", "N2"])
}

@Test(arguments: [
    ("5", "Stage 5"), ("1", "Sleep stage 1"), ("3/4", "Stage 3/4"), ("N", "Sleep stage N"), ("m", "SLEEP-M"),
])
func aMapOfStagesKeepsApartWhatMeansSomethingElseBehindStage(alone: String, behind: String) throws {
    func both(_ map: [String: String]) throws -> [String?] {
        try labels([alone, behind, "N2"], HypnogramReading(stageMap: map, ignoresUnknownStages: true)).dropLast()
    }
    let plain = try both([:])
    #expect(try both([alone: "REM"]) == ["REM", plain[1]])
    #expect(try both([behind: "REM"]) == [plain[0], "REM"])
    #expect(try both([alone: "REM", behind: "W"]) == ["REM", "W"])
}

@Test func aMapOfStagesThatNothingIsCalledIsNoted() throws {
    let reading = try HypnogramReading(stageMap: ["W": "N1", "Wakk": "REM", "8": ""])
    let night = try Night(texts: ["Sleep stage W", "Sleep stage W"], first: "Sleep stage N2", reading)
    let notes = night.source.notes.filter { $0.hasPrefix("--stage-map") }
    #expect(notes.count == 1)
    #expect(notes.first?.hasPrefix("--stage-map: nothing is called \"8\", \"Wakk\": the texts are ") == true)
    #expect(notes.first?.contains("\"Sleep stage W\" (2)") == true)
}

@Test func aMapThatSaysTwoThingsOfOneTextIsRefused() throws {
    let error = try refusal { try HypnogramReading(stageMap: ["Sleep stage W": "W", "w": "N1"]) }
    #expect(error == "--stage-map: \"Sleep stage W\" and \"w\" are one text; leave one of them out")
    let same = try HypnogramReading(stageMap: ["Wach": "W", "WACH": "W", "x": "", "X": ""])
    #expect(try labels(["wach", "x"], same) == ["W", nil])
    let night = try Night(texts: ["x", "x"], first: "Sleep stage 2", same)
    #expect(night.source.notes.contains { $0.hasPrefix("--stage-map: nothing is called \"WACH\": the texts are ") })
}

// MARK: - Lists of changes

/// A list of when which stage begins, like WSC's, in seconds; it ends with two sleep epochs of wake.
private func changes(_ rows: [(Double, String)]) throws -> Night {
    let last = (rows.last?.0 ?? 0) + 600
    return try Night((rows + [(last, "STAGE - W")]).map { ($0.0, nil, $0.1) }, seconds: Int(last) + 30)
}

/// The labels of the sleep epochs that begin at these seconds.
private func labels(of night: Night, at seconds: [Double]) -> [String?] {
    let first = night.source.outline.recordings[0].firstPosition
    return seconds.map { night.labels[Int($0 / 30) - first] }
}

@Test(arguments: ["STAGE - NO STAGE", "STAGE - MVT", "Stage - Movement", "Sleep stage artifact"], [0.0, 13])
func noStageEndsTheOneBeforeWhereverItStands(text: String, shift: Double) throws {
    let night = try changes([(0, "STAGE - W"), (300, "STAGE - N3"), (600 + shift, text), (900, "STAGE - R")])
    #expect(labels(of: night, at: [270, 300, 570, 660, 870, 900]) == ["W", "N3", "N3", nil, nil, "REM"])
    #expect(night.left.isEmpty)
}

@Test(arguments: ["Unknown", "None", "undefined"])
func whatMaySayThatThereIsNoStageEndsTheOneBeforeWhereSleepEpochsBegin(text: String) throws {
    let night = try changes([(0, "W"), (300, "N3"), (600, text), (900, "R")])
    #expect(labels(of: night, at: [300, 570, 600, 870, 900]) == ["N3", "N3", nil, nil, "REM"])
    #expect(night.left == ["no sleep stage: \"\(text)\"": 1])
    // Elsewhere it is what somebody saw.
    let remark = try changes([(0, "W"), (300, "N3"), (607, text), (900, "R")])
    #expect(labels(of: remark, at: [300, 570, 600, 870, 900]) == ["N3", "N3", "N3", "N3", "REM"])
    // Beside a stage's begin it is of that one.
    let beside = try changes([(0, "W"), (300, "N3"), (300, text), (900, "R")])
    #expect(labels(of: beside, at: [270, 300, 870, 900]) == ["W", "N3", "N3", "REM"])
}

@Test(arguments: ["Movement", "Artifact", "Staged by AB", "Stage 3 at last", "Stages scored", "Sleep stage scoring"])
func whatHappensForAMomentEndsNoStage(text: String) throws {
    for time in [600.0, 607] {
        let night = try changes([(7, text), (0, "STAGE - W"), (300, "STAGE - N3"), (time, text), (900, "STAGE - R")])
        let isStage = time == 600 && text.hasPrefix("Stage 3")
        guard !isStage else { continue }
        #expect(labels(of: night, at: [0, 300, 570, 630, 870, 900]) == ["W", "N3", "N3", "N3", "N3", "REM"])
    }
}

@Test func aRemarkThatIsCalledLikeAStageIsNone() throws {
    let night = try changes([(0, "Sleep stage W"), (300, "Sleep stage N3"), (407, "REM"), (900, "Sleep stage R")])
    #expect(labels(of: night, at: [300, 420, 870, 900]) == ["N3", "N3", "N3", "REM"])
    #expect(night.left == ["no sleep stage: \"REM\"": 1])
    // Where most stages are called otherwise, or where sleep epochs begin, it is one; and where the user says so.
    let named = try Night(
        [(0, nil, "W"), (300, nil, "N3"), (427, nil, "Stage 2"), (900, nil, "R")], seconds: 930)
    #expect(labels(of: named, at: [270, 300, 420, 870, 900]) == ["W", "N3", "N2", "N2", "REM"])
    let written = try changes([(0, "Sleep stage W"), (300, "Sleep stage N3"), (420, "REM"), (900, "Sleep stage R")])
    #expect(labels(of: written, at: [300, 420, 900]) == ["N3", "REM", "REM"])
    let told = try Night(
        [(0, nil, "Sleep stage W"), (300, nil, "Sleep stage R"), (407, nil, "REM"), (600, nil, "Sleep stage 2")],
        seconds: 630, HypnogramReading(stageMap: ["REM": "N3"]))
    #expect(labels(of: told, at: [300, 420, 600]) == ["REM", "N3", "N2"])
}
