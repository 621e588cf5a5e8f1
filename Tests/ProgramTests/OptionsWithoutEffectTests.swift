import Foundation
import TestKit
import Testing

@Test func optionsOfAnEvaluationThatHaveNoEffectAreSaid() throws {
    let folder = try TemporaryFolder()
    let data = try maps(in: folder)
    func notes(_ more: [String]) throws -> [String] {
        let result = try ProgramRun(
            ["evaluate", "--data", data, "--scheme", "posture3", "--preset", "paper", "--folds-only"] + more
        ).result()
        #expect(result.status == 0, "\(result.errors)")
        return result.errors.split(separator: "\n").map { String($0) }
    }
    #expect(
        try notes(["--protocol", "loso", "--folds", "2", "--draws", "3", "--choice-groups", "4"]) == [
            "note: --folds has no effect: it is for --protocol kfold",
            "note: --choice-groups has no effect: nothing is chosen without --choose",
            "note: --draws has no effect: it is for --labelled-subjects",
        ])
    #expect(try notes(["--protocol", "kfold", "--folds", "2"]) == [])
    let epochs = ["--protocol", "kfold", "--folds", "2", "--epochs", "3", "--set"]
    #expect(
        try notes(epochs + ["recogniser.steps=20"]) == [
            "note: --epochs has no effect: recogniser.steps is 20 and says how long it trains; with 0 the epochs do"
        ])
    #expect(try notes(epochs + ["recogniser.steps=0"]) == [])
}

@Test func anOptionWithoutEffectIsNoSettingOfAModel() throws {
    let folder = try TemporaryFolder()
    let data = try maps(in: folder)
    func model(_ name: String, _ more: String...) throws -> Data {
        let flags = ["--scheme", "posture3", "--preset", "paper", "--from-scratch", "--members", "1"]
        let steps = ["--set", "recogniser.encoder=tuned", "--set", "recogniser.steps=3"]
        let result = try ProgramRun(["train", "--data", data, "--out", folder.path(name)] + flags + steps + more)
            .result()
        #expect(result.status == 0, "\(result.errors)")
        return try Data(contentsOf: URL(filePath: folder.path(name)))
    }
    #expect(try model("one") == model("two", "--epochs", "7"))
}

/// Which settings `ssrm evaluate` says have no effect, and why.
@Test func settingsThatHaveNoEffectAreSaidOrRefused() throws {
    let folder = try TemporaryFolder()
    let data = try maps(in: folder)
    func run(_ more: String...) throws -> ProgramResult {
        try ProgramRun(
            [
                "evaluate", "--data", data, "--scheme", "posture3", "--preset", "paper", "--protocol", "loso",
                "--folds-only", "--set", "recogniser.include_inputs=true",
            ] + more
        ).result()
    }
    func notes(encoder: String, _ setting: String) throws -> [String] {
        let result = try run("--set", "recogniser.encoder=\(encoder)", "--set", setting)
        #expect(result.status == 0, "\(result.errors)")
        return result.errors.split(separator: "\n").map { String($0) }
    }
    let nothing = "nothing is pre-trained where recogniser.encoder is"
    #expect(
        try notes(encoder: "none", "upstream.learning_rate=0.1") == [
            "note: --set upstream.learning_rate=0.1 has no effect: \(nothing) none"
        ])
    #expect(
        try notes(encoder: "scratch", "upstream.shards=2") == [
            "note: --set upstream.shards=2 has no effect: \(nothing) scratch"
        ])
    #expect(
        try notes(encoder: "frozen", "recogniser.encoder_learning_rate=0.1") == [
            "note: --set recogniser.encoder_learning_rate=0.1 has no effect: no encoder is trained on where "
                + "recogniser.encoder is frozen"
        ])
    for (encoder, setting) in [
        ("frozen", "upstream.learning_rate=0.1"), ("scratch", "upstream.hidden_units=[9]"),
        ("tuned", "recogniser.encoder_learning_rate=0.1"), ("none", "upstream.preparation=norm"),
    ] { #expect(try notes(encoder: encoder, setting) == [], "\(encoder) \(setting)") }
    let refused = try run(
        "--set", "recogniser.encoder=none", "--choose", "recogniser.encoder_learning_rate=0.1,0.2")
    #expect(refused.status == 2, "\(refused.errors)")
    #expect(
        refused.errors == """
            ssrm: --choose recogniser.encoder_learning_rate=0.1,0.2: there is nothing to choose: no encoder is trained on \
            where recogniser.encoder is none

            """)
    // One of the encoders makes use of it.
    let taken = try run(
        "--choose", "recogniser.encoder=frozen,tuned", "--choose", "recogniser.encoder_learning_rate=0.1,0.2")
    #expect(taken.status == 0 && taken.errors == "", "\(taken.errors)")
}

/// What a file of settings changes is said like what `--set` does; what it has as its preset has it is not.
@Test func settingsOfAFileThatHaveNoEffectAreSaid() throws {
    let folder = try TemporaryFolder()
    let data = try maps(in: folder)
    func notes(_ text: String, _ more: String...) throws -> [String] {
        try folder.write(text, to: "mine.yaml")
        let result = try ProgramRun(
            [
                "evaluate", "--data", data, "--scheme", "posture3", "--config", "mine.yaml", "--protocol", "loso",
                "--folds-only",
            ] + more, in: folder.url.path
        ).result()
        #expect(result.status == 0, "\(result.errors)")
        return result.errors.split(separator: "\n").map { String($0) }
    }
    let none = "base: paper\nrecogniser:\n  encoder: none\n  include_inputs: true\n"
    let nothing = "no effect: nothing is pre-trained where recogniser.encoder is none"
    #expect(try notes(none) == [])
    #expect(
        try notes(none + "upstream:\n  shards: 3\n") == ["note: of mine.yaml upstream.shards 3 has \(nothing)"])
    #expect(
        try notes(none + "  encoder_learning_rate: 0.5\nupstream:\n  shards: 3\n  shard_size: 5\n") == [
            "note: of mine.yaml upstream.shards 3, upstream.shard_size 5 have \(nothing)",
            "note: of mine.yaml recogniser.encoder_learning_rate 0.5 has no effect: no encoder is trained on where "
                + "recogniser.encoder is none",
        ])
    #expect(
        try notes(none + "upstream:\n  shards: 3\n", "--set", "upstream.shards=5") == [
            "note: --set upstream.shards=5 has \(nothing)"
        ])
    // A whole file says what it has otherwise than the preset that is nearest.
    let whole = try ProgramRun.ssrm("preset", "show", "wrist").output
    #expect(try notes(whole) == [])
    let changed = whole.replacing(/fold_steps: \d+/, with: "fold_steps: 7")
    #expect(try notes(changed) == ["note: of mine.yaml upstream.fold_steps 7 has \(nothing)"])
}

/// A dataset of made-up maps.
private func maps(in folder: TemporaryFolder) throws -> String {
    let data = folder.path("maps.safetensors")
    let made = try ProgramRun.ssrm(
        "data", "synthetic", "--kind", "pressure", "--subjects", "3", "--seed", "1", "--maps-per-posture", "2", "--out",
        data)
    #expect(made.status == 0, "\(made.errors)")
    return data
}
