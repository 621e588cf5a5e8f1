import Datasets
import Foundation
import Readers
import TestKit
import Testing

private func summary(_ result: ProgramResult, sourceLocation: SourceLocation = #_sourceLocation) throws -> DataSummary {
    #expect(result.status == 0, "\(result.errors)", sourceLocation: sourceLocation)
    return try JSONDecoder().decode(DataSummary.self, from: Data(result.output.utf8))
}

private let stages = ["W", "W", "1", "2", "2", "3", "3", "2", "2", "R", "R", "W"]

@Test func radarRecordsBecomeADataset() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("sleepbrl/sbj01.edf")
    try folder.write("", to: "sleepbrl/RECORDS")
    try RadarModel(stages: stages, seed: 4).edf.write(to: path)
    try RadarModel.annotations(stages).write(to: URL(filePath: path + ".atr"))
    let arguments = ["sleepbrl", "--root", folder.path("sleepbrl"), "--out", folder.path("out"), "--json"]
    let result = try ProgramRun(["data"] + arguments).result()
    let made = try summary(result)
    #expect((made.kind, made.samples, made.rows, made.columns) == ("sleepbrl", 12, 20, 30))
    #expect(made.skipped.count == 1 && result.errors.contains("RECORDS"))
    #expect(
        try summary(ProgramRun(["data"] + arguments + ["--content", "features", "--window", "5"]).result()).columns == 5
    )

    let annotations = try Data(contentsOf: URL(filePath: path + ".atr"))
    try annotations.dropLast(9).write(to: URL(filePath: path + ".atr"))
    #expect(try refusal(arguments, in: folder).hasPrefix("ssrm: \(path).atr, byte \(annotations.count - 9): "))
    let edf = try Data(contentsOf: URL(filePath: path))
    try edf.dropLast(50).write(to: URL(filePath: path))
    #expect(try refusal(arguments, in: folder).hasPrefix("ssrm: \(path), byte \(edf.count - 50): the header says 360"))
    var other = RadarModel(stages: stages, seed: 4).edf
    other.signals.removeLast()
    try other.write(to: path)
    #expect(try refusal(arguments, in: folder).contains("no channel \"S14\""))
    #expect(
        try refusal(["sleepbrl", "--root", folder.url.path, "--out", folder.path("out")], in: folder).contains(
            "it belongs to what"))
}

@Test func polysomnographyBecomesADataset() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "psg/notes.txt")
    let values = (0..<360 * 20).map { 50 * sin(Double($0)) }
    var signals = EDFBytes(signals: [EDFBytes.Signal(name: "EEG Fpz-Cz", rate: 20, values: values)])
    for name in ["SC4001E0-PSG.edf", "SC4011E0-PSG.edf"] { try signals.write(to: folder.path("psg/\(name)")) }
    for name in ["SC4001EC-Hypnogram.edf", "SC4011EH-Hypnogram.edf"] {
        try EDFBytes(stages: stages.map { "Sleep stage \($0)" }).write(to: folder.path("psg/\(name)"))
    }
    let root = ["edf", "--root", folder.path("psg"), "--channels", "EEG Fpz-Cz", "--json", "--out", folder.path("out")]
    let made = try summary(ProgramRun(["data"] + root).result())
    #expect((made.kind, made.samples, made.rows, made.columns) == ("edf", 24, 30, 20))
    #expect((made.subjects, made.recordings, made.skipped.count) == (2, 2, 1))
    let (psg, hypnogram) = (folder.path("psg/SC4001E0-PSG.edf"), folder.path("psg/SC4001EC-Hypnogram.edf"))
    let pair = ["edf", "--signals", psg, "--hypnogram", hypnogram, "--json", "--out", folder.path("out")]
    let night = pair + ["--channels", " EEG Fpz-Cz ", "--rate", "10", "--row-seconds", "3", "--subject", "A"]
    let small = try summary(ProgramRun(["data"] + night).result())
    #expect((small.samples, small.rows, small.columns) == (12, 10, 30))

    #expect(
        try refusal(pair + ["--channels", "EEG,Resp"], in: folder).contains("\(psg): there is no channel \"EEG\" in it")
    )
    try FileManager.default.createDirectory(atPath: folder.path("b"), withIntermediateDirectories: true)
    for place in ["psg", "b"] { try signals.write(to: folder.path("\(place)/night.edf")) }
    let twins =
        ["edf", "--channels", "EEG Fpz-Cz", "--out", folder.path("out")]
        + ["psg", "b"].flatMap {
            ["--signals", folder.path("\($0)/night.edf"), "--hypnogram", hypnogram]
        }
    #expect(try refusal(twins, in: folder).contains("give a --subject for each"))
    (signals.kind, signals.pause) = ("EDF+D", 1)
    try signals.write(to: psg)
    #expect(try refusal(night, in: folder).contains("it is discontinuous: data record 1 begins 1.0 s after"))
    (signals.kind, signals.pause) = ("", 0)
    signals.signals[0].values = Array(values.prefix(180 * 20))
    try signals.write(to: psg)
    #expect(try refusal(night, in: folder) == "ssrm: \(psg): 6 sleep epochs are left, fewer than 10\n")
    var data = signals.data
    data.replaceSubrange(236..<244, with: Data("-1      ".utf8))
    try data.write(to: URL(filePath: psg))
    #expect(try refusal(night, in: folder).contains("\(psg), byte 236: -1 data records"))
    #expect(try refusal(root, in: folder).contains("\(psg), byte 236: -1 data records"))
}

@Test func whatAHypnogramLeavesOpenIsSaidWithFlags() throws {
    let folder = try TemporaryFolder()
    let values = [Double](repeating: 1, count: 360 * 10)
    try EDFBytes(signals: [EDFBytes.Signal(name: "EEG", rate: 10, values: values)]).write(to: folder.path("a.edf"))
    func arguments(_ hypnogram: String, _ flags: [String]) -> [String] {
        [
            "edf", "--signals", folder.path("a.edf"), "--hypnogram", folder.path(hypnogram), "--subject", "A",
            "--channels", "EEG", "--json", "--out", folder.path("out"),
        ] + flags
    }
    func wakeCount(_ hypnogram: String, _ flags: [String]) throws -> Int {
        _ = try summary(ProgramRun(["data"] + arguments(hypnogram, flags)).result())
        let dataset = try Dataset(opening: folder.path("out"))
        try FileManager.default.removeItem(atPath: folder.path("out"))
        let wake = dataset.codes.firstIndex(of: "W")
        return (0..<dataset.samples.count).count { dataset.code(of: $0) != nil && dataset.code(of: $0) == wake }
    }
    let numbers = stages.map { ["W": "0", "R": "5"][$0] ?? $0 }.joined(separator: "\n")
    try folder.write(numbers, to: "list.txt")
    #expect(try refusal(arguments("list.txt", []), in: folder).contains("--stage-map, like 0=W,1=N1"))
    #expect(try wakeCount("list.txt", ["--stage-map", "0=W,1=N1,2=N2", "--stage-map", "3=N3,5=REM"]) == 3)
    #expect(try wakeCount("list.txt", ["--stage-map", "2=N2", "--ignore-unknown-stages"]) == 0)
    let result = try ProgramRun(["data"] + arguments("list.txt", ["--stage-map", "0=up"])).result()
    #expect(result.errors.contains("--stage-map: up is not a label of stage: use one of W, N1, N2, N3, REM"))

    let table = stages.enumerated().map { "\($0 * 30),30,\($1),N2\n" }.joined()
    try folder.write("onset,duration,stage_a,stage_b\n" + table, to: "events.csv")
    #expect(try refusal(arguments("events.csv", []), in: folder).contains("choose one with --scorer"))
    #expect(try wakeCount("events.csv", ["--scorer", "stage_a"]) == 3)
    #expect(try wakeCount("events.csv", ["--scorer", "stage_b"]) == 0)

    let both = stages.enumerated().map { "\($0 * 30) 30 \($1 == "W" ? "Wake" : "N2")\n\($0 * 30) 30 N2\n" }.joined()
    try folder.write(both, to: "both.txt")
    #expect(
        try refusal(arguments("both.txt", []), in: folder).contains("on 3 of 12 sleep epochs two of its annotations"))
    #expect(try wakeCount("both.txt", ["--prefer", "first"]) == 3)
    #expect(try wakeCount("both.txt", ["--prefer", "last"]) == 0)
}

@Test func unitsAreShown() throws {
    let folder = try TemporaryFolder()
    let values = (0..<360).map { Double($0 % 9) / 10 }
    let signals = EDFBytes(signals: [
        EDFBytes.Signal(name: "EEG", rate: 1, values: values, limit: 1, unit: "mV"),
        EDFBytes.Signal(name: "Light", rate: 1, values: values, unit: ""),
    ])
    let path = try signals.write(to: folder.path("a.edf"))
    let out = folder.path("out")
    let made = try ProgramRun(
        ["data", "edf", "--signals", path, "--channels", "EEG,Light", "--json", "--out", out]
    ).result()
    #expect(try summary(made).samples == 12)
    #expect(made.errors.contains("note: \(path): channel \"Light\" has no unit"))
    let contents = try ProgramRun.ssrm("data", "inspect", out)
    #expect(contents.output.contains("content     EEG (uV), Light (unit not known)\n"))
    struct Shown: Decodable, Equatable {
        let content: [String]
        let units: [String]
        let unlabelled: Int
    }
    let json = try ProgramRun.ssrm("data", "inspect", out, "--json").output
    let shown = try JSONDecoder().decode(Shown.self, from: Data(json.utf8))
    #expect(shown == Shown(content: ["EEG", "Light"], units: ["uV", ""], unlabelled: 12))
}

@Test func recordingsWithoutLabelsAreTakenWithOneFlag() throws {
    let folder = try TemporaryFolder()
    let out = folder.path("out")
    for name in ["brl", "psg"] {
        try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
    }
    try RadarModel(stages: stages, seed: 4).edf.write(to: folder.path("brl/sbj01.edf"))
    for name in ["SC4001E0", "SC4011E0"] {
        let values = (0..<360).map { Double($0 % 9) }
        let night = EDFBytes(signals: [EDFBytes.Signal(name: "C", rate: 1, values: values)])
        try night.write(to: folder.path("psg/\(name)-PSG.edf"))
    }
    for arguments in [
        ["sleepbrl", "--root", folder.path("brl")], ["edf", "--channels", "C", "--root", folder.path("psg")],
    ] {
        #expect(try ProgramRun(["data"] + arguments + ["--out", out]).result().status == 1)
        let made = try ProgramRun(["data"] + arguments + ["--unlabelled", "--json", "--out", out]).result()
        #expect(try summary(made).samples >= 12)
    }
}

@Test(.enabled(if: Recordings.areHere, Comment(rawValue: Recordings.absence)))
func aPublishedPolysomnographyBecomesADataset() throws {
    let folder = try TemporaryFolder()
    let root = Recordings.root + "/edf"
    let made = try summary(
        ProgramRun.ssrm(
            "data", "edf", "--signals", root + "/short_psg.edf", "--hypnogram", root + "/SC4001EC-Hypnogram.edf",
            "--channels", "EEG Fpz-Cz,Resp oro-nasal", "--rate", "50", "--out", folder.path("out"), "--json"))
    #expect((made.samples, made.rows, made.columns) == (10, 60, 50))
}

@Test(arguments: [
    ["edf", "--signals", "x", "--signals", "z", "--hypnogram", "h", "--channels", "A", "--out", "y"],
    ["edf", "--signals", "x", "--wake-margin", "5", "--channels", "A", "--out", "y"],
    ["edf", "--signals", "x", "--stage-map", "0=W", "--channels", "A", "--out", "y"],
    ["edf", "--signals", "x", "--prefer", "first", "--channels", "A", "--out", "y"],
    ["edf", "--signals", "x", "--ignore-unknown-stages", "--channels", "A", "--out", "y"],
    ["edf", "--signals", "x", "--scorer", "s", "--channels", "A", "--out", "y"],
    ["edf", "--signals", "x", "--subject", "s", "--file-is-subject", "--channels", "A", "--out", "y"],
    ["edf", "--signals", "x", "--visits", "one-person", "--channels", "A", "--out", "y"],
    ["edf", "--signals", "x", "--hypnogram-offset", "5", "--channels", "A", "--out", "y"],
    ["edf", "--root", "x", "--hypnogram-offset", "5", "--hypnogram-offset", "6", "--channels", "A", "--out", "y"],
    ["edf", "--signals", "x", "--hypnogram", "h", "--hypnogram-offset", "nan", "--channels", "A", "--out", "y"],
    ["edf", "--channels", "A", "--out", "y"],
    ["edf", "--root", "x", "--signals", "z", "--channels", "A", "--out", "y"],
    ["edf", "--root", "x", "--channels", "A,A", "--out", "y"], ["edf", "--root", "x", "--channels", "", "--out", "y"],
    ["edf", "--root", "x", "--channels", "A", "--rate", "-5", "--out", "y"],
    ["edf", "--root", "x", "--channels", "A", "--row-seconds", "0", "--out", "y"],
    ["edf", "--root", "x", "--channels", "A", "--wake-margin", "-1", "--out", "y"],
    ["sleepbrl", "--root", "x", "--window", "4", "--out", "y"],
    ["sleepbrl", "--root", "x", "--window", "5", "--out", "y"],  // of features alone
    ["sleepbrl", "--root", "x", "--content", "z", "--out", "y"],
])
func wrongUsageOfRecordingFilesIsExplained(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let result = try ProgramRun(["data"] + arguments, in: folder.url.path).result()
    #expect(result.status == 2 && result.output.isEmpty, "\(result.errors)")
    #expect(result.errors.contains("Usage: ssrm data \(arguments[0])"))
    #expect(try folder.contents == [])
}

@Test(arguments: ["edf", "sleepbrl"])
func helpOnRecordingFilesHasAnExample(command: String) throws {
    let result = try ProgramRun(["data", command, "--help"]).result()
    #expect(
        result.status == 0 && result.output.contains("Example:\n") && result.output.contains("ssrm data \(command)"))
}
