import Datasets
import Foundation
import TestKit
import Testing

/// Two made-up nights of which the first and the last minutes are awake, made into a dataset with a margin.
private struct LongWake {
    static let stages = [String](repeating: "W", count: 6) + ["N1", "N2", "N3", "R", "N2", "N2", "N1", "N2", "W", "W"]

    let folder: TemporaryFolder
    var data: String { folder.path("nights.st") }
    var model: String { folder.path("model.st") }

    init() throws {
        folder = try TemporaryFolder()
        for name in ["first", "second"] {
            try EDFBytes(signals: [
                EDFBytes.Signal(
                    name: "EEG", rate: 10,
                    values: (0..<Self.stages.count * 300).map { 50 * sin(Double($0) / (name == "first" ? 7 : 9)) })
            ]).write(to: folder.path("\(name).edf"))
            try EDFBytes(stages: Self.stages.map { "Sleep stage \($0)" }).write(to: folder.path("\(name)-stages.edf"))
        }
        try made(
            ["data", "edf", "--channels", "EEG", "--wake-margin", "0.5", "--out", data] + night("first", "second"))
        try made([
            "train", "--data", data, "--scheme", "wake", "--preset", "night", "--set", "recogniser.encoder=none",
            "--epochs", "1", "--out", model,
        ])
    }

    func night(_ names: String...) -> [String] {
        names.flatMap {
            [
                "--signals", folder.path("\($0).edf"), "--hypnogram", folder.path("\($0)-stages.edf"), "--subject", $0,
            ]
        }
    }

    func made(_ arguments: [String]) throws {
        let result = try ProgramRun(arguments).result()
        try #require(result.status == 0, "\(arguments): \(result.errors)")
    }

    /// The positions that have an answer.
    func positions(_ arguments: [String]) throws -> [Int] {
        try made(["predict", "--model", model, "--out", folder.path("answers.csv")] + arguments)
        let lines = try String(contentsOfFile: folder.path("answers.csv"), encoding: .utf8).split(separator: "\n")
        return lines.dropFirst().compactMap { Int($0.split(separator: ",")[2]) }
    }

    static let shared = Result { try LongWake() }
}

/// What is kept around sleep changes what a recogniser answers, so a model knows it.
@Test func aModelKnowsTheMarginAroundSleepAndNightsAreReadWithIt() throws {
    let made = try LongWake.shared.get()
    let (folder, asked) = (made.folder, "--wake-margin=0.5")
    for arguments in [["inspect", made.model], ["data", "inspect", made.data]] {
        let result = try ProgramRun(arguments).result()
        #expect(result.output.contains("ssrm data edf --channels=EEG --rate=10.0 --row-seconds=1.0 \(asked)\n"))
    }
    #expect(try made.positions(["--from", "edf"] + made.night("first")) == Array(5..<15))
    // Nobody says where sleep is.
    #expect(try made.positions(["--from", "edf", "--signals", folder.path("first.edf")]) == Array(0..<16))
    let refused = try ProgramRun(
        ["predict", "--model", made.model, "--out", folder.path("no.csv"), "--from", "edf", "--wake-margin", "3"]
            + made.night("first")
    ).result()
    #expect(refused.status == 2 && refused.errors.contains("--wake-margin is the model's to say (0.5): leave it out"))
    // Without a margin nothing is said, as before.
    try made.made(["data", "edf", "--channels", "EEG", "--out", folder.path("whole.st")] + made.night("first"))
    #expect(try Dataset(opening: folder.path("whole.st")).reader?.settings["wake-margin"] == nil)
}

/// Nights without a hypnogram can't have a margin, and are joined to those that do for pre-training.
@Test func unlabelledNightsAreReadLikeLabelledOnesOfAnyMargin() throws {
    let made = try LongWake.shared.get()
    let folder = made.folder
    func joined(_ other: String) throws -> Dataset {
        try made.made(["data", "join", folder.path(other), made.data, "--out", folder.path("joined.st")])
        return try Dataset(opening: folder.path("joined.st"))
    }
    func other(_ name: String, _ stages: [String]) throws {
        try EDFBytes(signals: [
            EDFBytes.Signal(name: "EEG", rate: 10, values: (0..<16 * 300).map { 50 * cos(Double($0) / 11) })
        ]).write(to: folder.path("third.edf"))
        try made.made(
            [
                "data", "edf", "--channels", "EEG", "--signals", folder.path("third.edf"), "--subject", "third",
                "--out", folder.path(name),
            ] + stages)
    }
    try other("bare.st", [])
    #expect(try joined("bare.st").reader?.settings["wake-margin"] == "0.5")
    // Labelled ones without a margin were read otherwise.
    try other("labelled.st", ["--hypnogram", folder.path("first-stages.edf")])
    #expect(try joined("labelled.st").reader == nil)
}
