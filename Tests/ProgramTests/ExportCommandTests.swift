import Foundation
import TestKit
import Testing

private func made(_ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
    let result = try ProgramRun(arguments).result()
    try #require(result.status == 0, "\(result.errors)", sourceLocation: sourceLocation)
}

/// What `Scripts/check-exports` prints, which must not fail.
private func checked(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    let script = URL(filePath: #filePath).appending(path: "../../../Scripts/check-exports").standardizedFileURL.path
    let result = try ProgramRun(
        ["python3", script, "--ssrm", ProgramRun.ssrm] + arguments, program: "/usr/bin/env"
    ).result()
    #expect(result.status == 0, "\(result.output)\(result.errors)", sourceLocation: sourceLocation)
    return result.output
}

/// A dataset of a kind, a run of a few steps on it where an encoder is needed, and a model.
private struct Trained {
    let folder: TemporaryFolder
    var data: String { folder.path("data.st") }
    var run: String { folder.path("run") }
    var model: String { folder.path("model.st") }

    init(
        _ kind: String, _ scheme: String, _ preset: String, encoder: Bool = false, isPrepared: Bool = false,
        set: [String] = []
    ) throws {
        folder = try TemporaryFolder()
        let size = ["pressure": ["--maps-per-posture", "6"], "night": ["--window", "3"], "psg": ["--epochs", "50"]]
        try made(
            ["data", "synthetic", "--kind", kind, "--subjects", "3", "--seed", "4", "--out", folder.path("raw.st")]
                + (size[kind] ?? []))
        let raw = folder.path("raw.st")
        if isPrepared {
            try made(["data", "join", raw, "--prepare", "posture", "--out", data])
        } else {
            try FileManager.default.copyItem(atPath: raw, toPath: data)
        }
        if encoder {
            try made([
                "pretrain", "--data", data, "--run", run, "--workers", "1", "--steps", "4", "--shards", "2", "--preset",
                preset,
            ])
        }
        try made(
            ["train", "--data", data, "--scheme", scheme, "--preset", preset, "--out", model]
                + (encoder ? ["--encoder", run] : [])
                + (["recogniser.epochs=1", "recogniser.steps=0"] + set).flatMap { ["--set", $0] })
    }
}

@Test(
    .enabled(if: Python.has("onnx", "onnxruntime"), "no python3 with onnx and onnxruntime"),
    arguments: [
        ("night", "five", "wrist", false, ["recogniser.hidden_units=5"]),
        ("night", "three", "wrist", false, ["recogniser.members=2", "recogniser.tree_count=20"]),
        ("night", "wake", "wrist", false, ["recogniser.members=1", "recogniser.tree_leaf=5"]),
        ("night", "wake", "wrist", true, ["recogniser.encoder=tuned", "recogniser.members=2"]),
        ("night", "three", "heartbeat", false, ["recogniser.members=2"]),
        (
            "night", "wake", "night", false,
            ["recogniser.encoder=none", "recogniser.cell=gru", "recogniser.input_clip=1"]
        ),
        ("pressure", "posture3", "posture", false, []),
        (
            "pressure", "posture3", "posture", false,
            ["upstream.despike=1", "upstream.clip_percentile=100", "upstream.root=false", "upstream.centred=false"]
        ),
        ("pressure", "posture3", "paper", true, []),
        ("pressure", "posture3", "paper", true, ["recogniser.fisher_components=5"]),
        (
            "night", "three", "night", true,
            [
                "recogniser.encoder=tuned", "recogniser.principal_components=2", "recogniser.fisher_components=3",
                "recogniser.fisher_normalised=false",
            ]
        ),
        ("psg", "five", "psg", true, ["recogniser.self_training_steps=4"]),
    ] as [(String, String, String, Bool, [String])])
func aGraphAnswersAsItsModelDoes(
    kind: String, scheme: String, preset: String, encoder: Bool, set: [String]
) throws {
    let trained = try Trained(kind, scheme, preset, encoder: encoder, set: set)
    #expect(try checked("onnx", trained.model, trained.data).contains("0 labels differ"))
}

@Test(.enabled(if: Python.has("onnx", "onnxruntime"), "no python3 with onnx and onnxruntime"))
func aGraphCanTakeMapsThatWerePreparedBefore() throws {
    let trained = try Trained("pressure", "posture3", "posture", isPrepared: true, set: ["recogniser.members=1"])
    #expect(try checked("onnx", trained.model, trained.data).contains("0 labels differ"))
    // The same model's graph of maps as they are.
    #expect(try checked("onnx", trained.model, trained.folder.path("raw.st")).contains("0 labels differ"))
}

@Test(.enabled(if: Python.has("tensorboard"), "no python3 with tensorboard"))
func tensorBoardReadsEveryFigureOfARun() throws {
    let trained = try Trained("night", "three", "night", encoder: true)
    #expect(try checked("tensorboard", trained.run).contains("loss"))
}

/// The same records as afterwards; what differs is a time's last digits.
@Test func aRunWritesItsEventsForTensorBoardAsItGoesOn() throws {
    let folder = try TemporaryFolder()
    let (run, live) = (folder.path("run"), folder.path("live"))
    let flags = try Pretraining.jobFlags(run: run, steps: 30)
    let arguments = ["pretrain"] + flags + ["--workers", "1", "--report-every", "10", "--tensorboard", live]
    try made(arguments)
    struct Written: Decodable { let files: [String] }
    let export = try ProgramRun(["export", run, "--tensorboard", folder.path("after"), "--json"]).result()
    let written = try JSONDecoder().decode(Written.self, from: Data(export.output.utf8))
    #expect(written.files.count == 1 && written.files.allSatisfy { $0.hasPrefix(folder.path("after/")) })
    func file(in folder: String) throws -> Data {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.count == 1 && names[0].hasPrefix("events.out.tfevents."))
        return try Data(contentsOf: URL(filePath: "\(folder)/\(names[0])"))
    }
    let (first, after) = (try file(in: live), try file(in: folder.path("after")))
    #expect(first.count == after.count && first.range(of: Data("loss".utf8)) != nil)
    func exporting(_ run: String, to board: String) throws -> ProgramResult {
        try ProgramRun(["export", run, "--tensorboard", board]).result()
    }
    // What the run writes itself is not doubled.
    #expect(try exporting(run, to: live).errors.contains("the event file that the run writes itself"))
    #expect(try exporting(run, to: folder.path("after")).status == 0)
    #expect(try file(in: folder.path("after")) == after)
    // One that goes on has a new file in its place, with what was done before.
    try made(arguments + ["--resume"])
    #expect(try file(in: live).count == first.count)
    // Another run's figures would be drawn as this one's, or lost.
    let other = ["pretrain"] + (try Pretraining.jobFlags(run: folder.path("other"), steps: 40))
    let refused = try ProgramRun(other + ["--workers", "1", "--tensorboard", live]).result()
    #expect(refused.status == 1 && refused.errors.contains("has event files of another run"))
    #expect(try file(in: live).count == first.count)
    // With more steps it is the same run, whether or not its last part wrote there, and the file grows.
    func longer(_ steps: Int, _ flags: String...) throws -> ProgramResult {
        let job = try Pretraining.jobFlags(run: run, steps: steps)
        return try ProgramRun(["pretrain", "--resume", "--workers", "1", "--report-every", "10"] + job + flags).result()
    }
    #expect(try longer(40).status == 0)
    let last = try longer(50, "--tensorboard", live)
    #expect(last.status == 0, "\(last.errors)")
    #expect(try exporting(run, to: folder.path("after")).status == 0)
    #expect(try file(in: folder.path("after")).count > after.count)
    let whole = try file(in: live).count
    #expect(whole > first.count)
    let fresh = try ProgramRun(
        ["pretrain"] + Pretraining.jobFlags(run: folder.path("other"), steps: 30)
            + ["--workers", "1", "--tensorboard", live]
    ).result()
    #expect(fresh.status == 1 && fresh.errors.contains("has event files of another run"))
    try made(["pretrain"] + Pretraining.jobFlags(run: folder.path("third"), steps: 20) + ["--workers", "1"])
    let taken = try exporting(folder.path("third"), to: folder.path("after"))
    #expect(taken.status == 1 && taken.errors.contains("has event files of another run"))
    #expect(try file(in: live).count == whole)
}

@Test func whatCanNotBeExportedIsRefusedInOneLine() throws {
    let folder = try TemporaryFolder()
    let trained = try Trained("night", "three", "night", set: ["recogniser.encoder=none"])
    func refusal(_ arguments: String...) throws -> String {
        let result = try ProgramRun(["export"] + arguments).result()
        #expect(result.status == 1 && result.output.isEmpty && result.errors.count { $0 == "\n" } == 1)
        #expect(try folder.contents.isEmpty)
        return result.errors
    }
    let out = folder.path("out")
    #expect(try refusal(trained.model, "--onnx", out, "--prepared-maps").contains("it prepares no maps"))
    #expect(try refusal(trained.data, "--onnx", out).contains("not a"))
    #expect(try refusal(trained.folder.url.path, "--onnx", out).contains("is a folder"))
    #expect(try refusal(trained.model, "--tensorboard", out).contains("is no run directory with figures"))
    try trained.folder.write("x\n", to: "empty/metrics.jsonl")
    #expect(
        try refusal(trained.folder.path("empty"), "--tensorboard", out).contains(
            "metrics.jsonl: no line of it has a step"))
}

/// A graph and what belongs to it are replaced together, through links, too, or not at all.
@Test func aGraphNeverLiesBesideWhatBelongsToAnotherOne() throws {
    let prepared = try PreparedMaps.shared.get()
    let folder = try TemporaryFolder()
    let models = ["first", "second"].map { prepared.folder.path("\($0)-exported.safetensors") }
    #expect(try trained(prepared, to: "first-exported.safetensors").status == 0)
    #expect(try trained(prepared, to: "second-exported.safetensors", "--seed", "2").status == 0)
    let (graph, beside) = (folder.path("real.onnx"), folder.path("real.onnx.json"))
    func contents() throws -> [Data] { try [graph, beside].map { try Data(contentsOf: URL(filePath: $0)) } }
    #expect(try ProgramRun.ssrm("export", models[0], "--onnx", graph).status == 0)
    let first = try contents()
    let link = folder.path("link.onnx")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "real.onnx")
    try FileManager.default.createSymbolicLink(atPath: "\(link).json", withDestinationPath: "real.onnx.json")
    #expect(try ProgramRun.ssrm("export", models[1], "--onnx", link).status == 0)
    let second = try contents()
    #expect(second[0] != first[0] && second[1] != first[1])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "real.onnx")
}
