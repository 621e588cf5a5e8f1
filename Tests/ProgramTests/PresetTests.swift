import Foundation
import TestKit
import Testing

@Test(arguments: [">/dev/full", ">&-"]) func whatIsPrintedOnAFullDiskOrNowhereIsAnError(output: String) throws {
    // Longer than what is buffered, and shorter.
    for command in ["preset show wrist", "preset show paper", "--help"] {
        let result = try ProgramRun(
            ["-c", "'\(ProgramRun.ssrm)' \(command) \(output)"], program: "/usr/bin/bash"
        ).result()
        #expect(result.status == 1 && result.errors.contains("standard output can't be written"), "\(result)")
    }
}

@Test func whoReadsNoMoreGetsNoMessage() throws {
    let result = try ProgramRun(
        ["-c", "'\(ProgramRun.ssrm)' help data table | true; echo ${PIPESTATUS[0]}"], program: "/usr/bin/bash"
    ).result()
    #expect(result.errors.isEmpty && ["0\n", "141\n"].contains(result.output), "\(result.output)\(result.errors)")
}

@Test(arguments: [
    (["pretrain", "--date", "x", "--run", "r"], "Error: Unknown option '--date'. Did you mean '--data'?"),
    (["train", "--dta=x", "--out", "y"], "Error: Unknown option '--dta'. Did you mean '--data'?"),
    (
        ["train", "--data", "x", "--scheme", "five", "--out", "y", "--steps", "9"],
        "Error: Unknown option '--steps'. Did you mean '--set recogniser.steps=…'?"
    ),
    (["predict", "--model", "x", "--data", "y", "--out", "z", "--steps", "9"], "Error: Unknown option '--steps'"),
    (["pretrain", "x.safetensors", "--run", "r"], "Error: Unexpected argument 'x.safetensors'"),
    (["pretrain", "--run", "r"], "Error: Missing expected argument '--data <data>'"),
])
func aWrongOptionIsNamedBeforeAMissingOne(arguments: [String], words: String) throws {
    let result = try ProgramRun(arguments).result()
    #expect(result.status == 2 && result.errors.hasPrefix(words + "\n"), "\(result.errors)")
}

/// Runs `ssrm` in a folder and gives its output, which must be a JSON object.
private func object(_ folder: TemporaryFolder, _ arguments: [String]) throws -> [String: Any] {
    let result = try ProgramRun(arguments, in: folder.url.path).result()
    #expect(result.status == 0, "\(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
}

@Test(arguments: [
    (["--set", "recogniser.droput=0.1"], "did you mean recogniser.dropout?"),
    (["--set", "recogniser.dropout=2"], "recogniser.dropout is 2.0: use 0 to below 1"),
    (["--set", "recogniser.dropout"], "like recogniser.dropout=0.2"),
    (["--set", "recogniser.epochs=[1"], "use a whole number"),
    (["--set", "upstream.steps=3"], "this command does not use upstream.steps"),
    (
        ["--preset", "papre"],
        "no preset \"papre\": did you mean paper? (there are paper, night, wrist, heartbeat, posture, psg)"
    ),
    (["--preset", "zzzz"], "no preset \"zzzz\" (there are paper, night, wrist, heartbeat, posture, psg)"),
    (["--config", "missing.yaml"], "missing.yaml"),
])
func aSettingThatCannotBeTakenIsOneLine(flags: [String], words: String) throws {
    let folder = try TemporaryFolder()
    let result = try ProgramRun(
        ["evaluate", "--data", "missing.safetensors", "--scheme", "three", "--protocol", "loso"] + flags,
        in: folder.url.path
    ).result()
    #expect(result.status == (flags[0] == "--config" ? 1 : 2))
    #expect(result.errors.contains(words) && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
}

@Test func aPresetOfAnotherKindOfDataIsNoted() throws {
    let folder = try TemporaryFolder()
    let data = ["--kind", "psg", "--subjects", "2", "--seed", "1", "--epochs", "12", "--out", "psg.safetensors"]
    let made = try ProgramRun(["data", "synthetic"] + data, in: folder.url.path).result()
    #expect(made.status == 0, "\(made.errors)")
    for (preset, note) in [
        ("wrist", "preset wrist, as asked for; the one for data of kind synthetic-psg is psg"), ("psg", ""),
        ("paper", ""),
    ] {
        let result = try ProgramRun(
            [
                "evaluate", "--data", "psg.safetensors", "--scheme", "wake", "--protocol", "loso", "--folds-only",
                "--preset", preset,
            ],
            in: folder.url.path
        ).result()
        let isNoted = result.errors.contains("as asked for")
        #expect(result.status == 0 && isNoted == !note.isEmpty && result.errors.hasPrefix(note), "\(result.errors)")
    }
}

/// One of the two settings makes no sense without the other, whichever is read first.
@Test(arguments: [["principal", "fisher"], ["fisher", "principal"]])
func theOrderOfAssignmentsDoesNotMatter(names: [String]) throws {
    let report = try object(
        try TemporaryFolder(),
        [
            "evaluate", "--data", try Pretraining.dataset.get(), "--scheme", "posture3", "--protocol", "loso",
            "--preset", "night", "--steps", "0", "--epochs", "1", "--json",
        ] + names.flatMap { ["--set", "recogniser.\($0)_components=2"] })
    let settings = try #require(report["settings"] as? [String: [String: Any]])
    #expect(settings["recogniser"]?["principal_components"] as? Int == 2)
    #expect(settings["recogniser"]?["fisher_components"] as? Int == 2)
}

/// Results must not pass for a preset's when they are of a file that is only called like one.
@Test func aFileCalledLikeAPresetIsNotThePreset() throws {
    let folder = try TemporaryFolder()
    try folder.write("base: night\n", to: "paper")
    try folder.write("base: paper\nrecogniser:\n  dropout: 0.1\n", to: "night")
    func preset(_ file: String) throws -> String? {
        let report = try object(
            folder,
            [
                "evaluate", "--data", try Pretraining.dataset.get(), "--scheme", "posture3", "--protocol", "loso",
                "--config", file, "--steps", "0", "--epochs", "1", "--json",
            ])
        return report["preset"] as? String
    }
    #expect(try preset("paper") == "night")
    #expect(try preset("night") == "file night")
}

@Test func anEvaluationNamesTheSettingsThatAreNotThePresets() throws {
    let folder = try TemporaryFolder()
    let arguments = [
        "evaluate", "--data", try Pretraining.dataset.get(), "--scheme", "posture3", "--protocol", "loso", "--set",
        "recogniser.dropout=0.2", "--steps", "0", "--epochs", "1",
    ]
    let changes = ["upstream.fold_steps 0", "recogniser.epochs 1", "recogniser.dropout 0.2"]
    #expect(try object(folder, arguments + ["--json"])["changes"] as? [String] == changes)
    let text = try ProgramRun(arguments, in: folder.url.path).result().output
    #expect(text.contains("\nnot as in paper: \(changes.joined(separator: ", "))\n\n"), "\(text)")
}

@Test func aPresetAndAFileTogetherAreWrongUsage() throws {
    let result = try ProgramRun.ssrm(
        "evaluate", "--data", "x", "--scheme", "three", "--protocol", "loso", "--preset", "paper", "--config", "y")
    #expect(result.status == 2 && result.errors.contains("not both"))
}

@Test func theListAndTheHelpHaveEachPresetsPurpose() throws {
    let folder = try TemporaryFolder()
    let listed = try object(folder, ["preset", "list", "--json"])["presets"] as? [[String: String]]
    #expect(listed?.map { $0["name"] } == ["paper", "night", "wrist", "heartbeat", "posture", "psg"])
    let help = try ProgramRun.ssrm("train", "--help").output.split { $0.isWhitespace }.joined(separator: " ")
    for preset in listed ?? [] { #expect(help.contains(preset["purpose"] ?? "?")) }
    let unknown = try ProgramRun.ssrm("preset", "show", "nigt")
    #expect(unknown.status == 1 && unknown.errors.contains("did you mean night?"))
}

@Test func thePaperPresetIsThePaper() throws {
    let values = try object(try TemporaryFolder(), ["preset", "show", "paper", "--json"])
    let upstream = try #require(values["upstream"] as? [String: Any])
    #expect(upstream["views"] as? [String] == ["identity", "rotated90", "rotated180", "rotated270", "spectrum"])
    #expect(upstream["hidden_units"] as? [Int] == [128])
    let numbers: [String: Double] = [
        "cross_entropy_weight": 0.8, "divergence_weight": 0.2, "weight_deviation": 0.1, "learning_rate": 0.001,
        "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "shards": 8, "shard_size": 16, "steps": 5001, "fold_steps": 2000,
    ]
    for (name, value) in numbers { #expect(upstream[name] as? Double == value, "\(name)") }
    let recogniser = try #require(values["recogniser"] as? [String: Any])
    #expect(recogniser["cell"] as? String == "lstm")
    let more: [String: Double] = [
        "hidden_units": 128, "sequence_length": 10, "batch_sequences": 128, "learning_rate": 0.01, "dropout": 0,
        "gradient_clip": 0, "principal_components": 3, "fisher_components": 0,
    ]
    for (name, value) in more { #expect(recogniser[name] as? Double == value, "\(name)") }
    #expect(recogniser["include_inputs"] as? Bool == false)
}

@Test(arguments: ["paper", "night"])
func aPresetThatWasPrintedIsTheSamePreset(name: String) throws {
    let folder = try TemporaryFolder()
    let shown = try ProgramRun.ssrm("preset", "show", name)
    #expect(shown.status == 0)
    try folder.write(shown.output, to: "mine.yaml")
    try folder.write("base: \(name)\n", to: "short.yaml")
    let values = try ProgramRun.ssrm("preset", "show", name, "--json").output
    let checked = try ProgramRun.ssrm("preset", "check", "mine.yaml", in: folder.url.path)
    try folder.write(checked.output, to: "plain.yaml")
    for file in ["mine.yaml", "short.yaml", "plain.yaml"] {
        #expect(try ProgramRun.ssrm("preset", "check", file, "--json", in: folder.url.path).output == values)
    }
    // The same values are the same job, to the digest; other values carry the file's name.
    try folder.write("base: \(name)\nupstream:\n  epsilon: 1e-7\n", to: "other.yaml")
    func digest(_ flags: String...) throws -> String {
        let run = "run-\(UUID().uuidString)"
        let flags = try Pretraining.jobFlags(run: run, steps: 0) + ["--json"] + flags
        return try #require(try object(folder, ["pretrain"] + flags)["job_digest"] as? String)
    }
    let expected = try digest("--preset", name)
    #expect(try digest("--config", "mine.yaml") == expected)
    #expect(try digest("--config", "short.yaml") == expected)
    #expect(try digest("--config", "other.yaml") != expected)
}

@Test func aRunsFileHasEveryEffectiveValue() throws {
    let folder = try TemporaryFolder()
    try folder.write("base: paper\nupstream:\n  weight_deviation: 0.05\n  shards: 3\n  steps: 77\n", to: "mine.yaml")
    func record(_ flags: String...) throws -> (job: [String: Any], run: [String: Any], digest: String?) {
        let result = try ProgramRun(
            [
                "pretrain", "--data", try Pretraining.dataset.get(), "--run", "run", "--workers", "1", "--config",
                "mine.yaml", "--set", "upstream.beta1=0.8", "--shard-size", "4", "--hidden", "8", "--seed", "9",
            ] + flags, in: folder.url.path
        ).result()
        #expect(result.status == 0, "\(result.errors)")
        let content = try Data(contentsOf: folder.url.appending(path: "run/job.json"))
        let json = try #require(try JSONSerialization.jsonObject(with: content) as? [String: Any])
        return (
            try #require(json["job"] as? [String: Any]), try #require(json["run"] as? [String: Any]),
            json["job_digest"] as? String
        )
    }
    let (job, run, digest) = try record("--steps", "2", "--checkpoint-every", "1", "--lease", "7")
    #expect(job["preset"] as? String == "mine.yaml" && job["seed"] as? Int == 9 && job["steps"] as? Int == 2)
    #expect(job["shardsPerStep"] as? Int == 3 && job["originalsPerShard"] as? Int == 4)
    let settings = try #require(job["settings"] as? [String: Any])
    let network = try #require(settings["network"] as? [String: Any])
    #expect(network["weight_deviation"] as? Double == 0.05 && network["hidden_units"] as? [Int] == [8])
    #expect((settings["optimiser"] as? [String: Any])?["beta1"] as? Double == 0.8)
    #expect(run["checkpoint_every"] as? Int == 1 && run["report_every"] as? Int == 50)
    #expect(run["keep_checkpoints"] as? Int == 3 && run["config"] as? String == "mine.yaml")
    #expect(run["lease"] as? Double == 7 && run["heartbeat"] as? Double == 1)
    #expect((run["workers"] as? [String: Any])?["count"] as? Int == 1)
    #expect(try digest == object(folder, ["inspect", "run", "--json"])["job_digest"] as? String)
    // What is no part of the job may change on resuming.
    let resumed = try record("--steps", "3", "--checkpoint-every", "5", "--resume")
    #expect(resumed.run["checkpoint_every"] as? Int == 5 && resumed.job["steps"] as? Int == 3)
}

@Test func anEvaluationAndAModelHaveEveryEffectiveValue() throws {
    let folder = try TemporaryFolder()
    let data = try Pretraining.dataset.get()
    try folder.write(
        "base: paper\nrecogniser:\n  hidden_units: 6\n  fisher_components: 2\n  fisher_normalised: false\n",
        to: "mine.yaml")
    let report = try object(
        folder,
        [
            "evaluate", "--data", data, "--scheme", "posture3", "--protocol", "loso", "--config", "mine.yaml",
            "--steps", "3", "--epochs", "2", "--cell", "gru", "--json",
        ])
    let settings = try #require(report["settings"] as? [String: [String: Any]])
    #expect(report["preset"] as? String == "mine.yaml")
    #expect(settings["upstream"]?["fold_steps"] as? Int == 3 && settings["upstream"]?["shards"] as? Int == 8)
    let recogniser = try #require(settings["recogniser"])
    #expect(recogniser["epochs"] as? Int == 2 && recogniser["cell"] as? String == "gru")
    #expect(recogniser["hidden_units"] as? Int == 6 && recogniser["fisher_components"] as? Int == 2)
    #expect(recogniser["principal_components"] as? Int == 3 && recogniser["fisher_normalised"] as? Bool == false)
    let folds = try #require(report["folds"] as? [[String: Any]])
    // 120 training samples are seven shards of 16, not eight.
    #expect(folds.allSatisfy { $0["shards"] as? Int == 7 && $0["shard_size"] as? Int == 16 })

    let pretrained = try object(folder, ["pretrain", "--json"] + Pretraining.jobFlags(run: "run", steps: 2))
    _ = try object(
        folder,
        [
            "train", "--data", data, "--encoder", "run", "--scheme", "posture3", "--config", "mine.yaml", "--epochs",
            "2", "--out", "model.safetensors", "--json",
        ])
    let file = try Data(contentsOf: folder.url.appending(path: "model.safetensors"))
    let header = try #require(
        try JSONSerialization.jsonObject(
            with: file[
                8..<8 + Int(file.prefix(8).enumerated().reduce(0) { $0 | UInt64($1.element) << (8 * $1.offset) })])
            as? [String: Any])
    let metadata = try #require(header["__metadata__"] as? [String: String])
    func entry(_ name: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data((metadata[name] ?? "").utf8)) as? [String: Any])
    }
    #expect(try entry("recogniser")["fisher_components"] as? Int == 2)
    #expect(try entry("recogniser")["hidden_units"] as? Int == 6)
    #expect(metadata["encoder_job"] == pretrained["job_digest"] as? String)
    #expect((header["mixture.means"] as? [String: Any])?["shape"] as? [Int] == [2, 3])
    let predicted = try object(
        folder, ["predict", "--model", "model.safetensors", "--data", data, "--out", "labels.csv", "--json"])
    #expect(predicted["samples"] as? Int == report["samples"] as? Int)
}

@Test func subjectsThatAreExcludedTakeNoPartInAnEncoder() throws {
    let folder = try TemporaryFolder()
    func pretrain(_ run: String, _ flags: String...) throws -> [String: Any] {
        try object(folder, ["pretrain", "--json"] + Pretraining.jobFlags(run: run, steps: 30) + flags)
    }
    let all = try pretrain("all", "--workers", "1")
    let one = try pretrain("one", "--workers", "1", "--exclude-subjects", "P2")
    let two = try pretrain("two", "--workers", "3", "--exclude-subjects", " P2 ")
    #expect(one["parameters_sha256"] as? String == two["parameters_sha256"] as? String)
    #expect(one["job_digest"] as? String != all["job_digest"] as? String)
    #expect(one["parameters_sha256"] as? String != all["parameters_sha256"] as? String)
    let list = try pretrain("list", "--workers", "1", "--exclude-subjects", "P2,P3")
    let again = try pretrain("again", "--workers", "1", "--exclude-subjects", "P2", "--exclude-subjects", "P3")
    #expect(list["job_digest"] as? String == again["job_digest"] as? String)
    let result = try ProgramRun(
        ["pretrain"] + Pretraining.jobFlags(run: "three", steps: 3) + ["--exclude-subjects", "P22"],
        in: folder.url.path
    ).result()
    #expect(result.status == 1 && result.errors.contains("no subject P22: did you mean P2?"), "\(result.errors)")
    let resumed = try ProgramRun(
        ["pretrain"] + Pretraining.jobFlags(run: "one", steps: 40) + ["--resume"], in: folder.url.path
    ).result()
    #expect(resumed.status == 1 && resumed.errors.contains("excluded samples are others"), "\(resumed.errors)")
}
