import Checkpoints
import Datasets
import Foundation
import Recognition
import SleepRecognition
import TestKit
import Testing
import Upstream

@Test func inspectSaysWhatAModelIs() throws {
    let prepared = try PreparedMaps.shared.get()
    let path = prepared.folder.path("inspected.safetensors")
    #expect(try trained(prepared, to: "inspected.safetensors").status == 0)
    let shown = try object(try ProgramRun.ssrm("inspect", path, "--json"))
    let (model, data) = (try RecogniserModel(opening: path), try Dataset(opening: prepared.data))
    #expect(shown["scheme"] as? String == "posture3" && shown["vocabulary"] as? String == "posture")
    #expect(shown["classes"] as? [String] == model.classes && shown["subjects"] as? [String] == data.subjects)
    #expect(shown["dataset"] as? String == data.digest && shown["encoder_dataset"] as? String == data.digest)
    #expect(shown["encoder_identities"] as? [String] == model.encoders.map(\.identity))
    #expect(shown["encoder_job"] as? String == model.provenance.encoderJob && shown["digest"] is String)
    #expect([shown["rows"] as? Int, shown["columns"] as? Int, shown["features"] as? Int] == [64, 27, 128])
    #expect((shown["preparation"] as? [String: Any])?["kind"] as? String == "norm")
    let text = try ProgramRun.ssrm("inspect", path).output
    #expect(text.contains("prepared           norm\n"))
    #expect(text.contains("tells apart        supine, right, left (scheme posture3, labels of posture)"))
    #expect(text.contains("trained on         4 subjects: \(data.subjects.joined(separator: ", "))"))
    // Whoever gives a dataset is told which command it is for.
    #expect(
        try ProgramRun.ssrm("inspect", prepared.data).errors
            == "ssrm: \(prepared.data) is a dataset: `ssrm data inspect \(prepared.data)` tells what it holds\n")
}

@Test func aTrainedModelPredictsEverySample() throws {
    let prepared = try PreparedMaps.shared.get()
    let trained = try trained(prepared, to: "model.safetensors", "--json")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(try object(trained)["classes"] as? [String] == ["supine", "right", "left"])
    let csv = prepared.folder.path("labels.csv")
    let predicted = try ProgramRun.ssrm(
        "predict", "--model", prepared.folder.path("model.safetensors"), "--data", prepared.data, "--out", csv,
        "--json")
    #expect(predicted.status == 0, "\(predicted.errors)")
    let summary = try object(predicted)
    let lines = try String(contentsOfFile: csv, encoding: .utf8).split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(lines[0] == ["subject", "recording", "position", "label", "p_supine", "p_right", "p_left"])
    #expect(lines.count - 1 == summary["samples"] as? Int)
    for line in lines.dropFirst() {
        #expect(["supine", "right", "left"].contains(line[3]))
        let sum = line[4...].compactMap(Double.init).reduce(0, +)
        #expect(abs(sum - 1) < 1e-5)
    }
}

/// A run that was stopped has an encoder, too, and it may be hardly trained.
@Test func whoTrainsOnAnUnfinishedRunIsTold() throws {
    let prepared = try PreparedMaps.shared.get()
    let whole = try RunFolder.checkpoint(at: prepared.run)
    #expect(try !trained(prepared, to: "whole.safetensors").errors.contains("is of step"))
    var job = whole.job
    job.steps = 3000
    let path = prepared.folder.path("early.safetensors")
    try TrainingCheckpoint(
        job: job, state: whole.state, probe: whole.probe, record: whole.record, frame: whole.frame
    ).write(to: path)
    let told = try trained(prepared, to: "early-model.safetensors", "--encoder", path)
    #expect(told.status == 0 && told.errors.contains("note: the encoder of \(path) is of step 20 of 3000"), "\(told)")
}

@Test func theModelDoesNotDependOnThreadsButOnTheSeed() throws {
    let prepared = try PreparedMaps.shared.get()
    _ = try trained(prepared, to: "one.safetensors", "--threads", "1")
    _ = try trained(prepared, to: "two.safetensors", "--threads", "2")
    _ = try trained(prepared, to: "other.safetensors", "--seed", "8")
    let models = try ["one", "two", "other"].map {
        try Data(contentsOf: URL(filePath: prepared.folder.path("\($0).safetensors")))
    }
    #expect(models[0] == models[1])
    #expect(models[0] != models[2])
}

/// Arguments that can't be carried out, and what the one line must name.
private let refused: [(arguments: [String], words: [String])] = [
    (["train", "--preset", "papre"], ["papre", "paper", "night"]),
    (["train", "--scheme", "three"], ["three", "posture3"]),
    (["train", "--data", "missing.safetensors"], ["missing.safetensors"]),
    (["train", "--encoder", "missing"], ["missing"]),
    (["train", "--out", "missing/model.safetensors"], ["missing"]),
    (["evaluate", "--protocol", "holdout"], ["holdout", "loso, kfold, random70"]),
    (["evaluate", "--protocol", "kfold", "--folds", "9"], ["4 subjects", "9 folds"]),
    (["evaluate", "--preset", "papre"], ["papre", "paper", "night"]),
    (["evaluate", "--set", "recogniser.principal_components=64"], ["maps.safetensors", "without subject", "64"]),
    (["evaluate", "--steps", "2", "--set", "upstream.learning_rate=3e38"], ["without subject", "gradient"]),
    (["evaluate", "--set", "upstream.learning_rate=1e300"], ["upstream.learning_rate is 1e+300"]),
    (["predict", "--model", "missing.safetensors"], ["missing.safetensors"]),
    (["predict", "--out", "missing/labels.csv"], ["missing"]),
]

@Test(arguments: refused.indices)
func whatCannotBeDoneIsOneLineAndLeavesNothing(index: Int) throws {
    let prepared = try PreparedMaps.shared.get()
    let folder = try TemporaryFolder()
    let (arguments, words) = refused[index]
    let defaults = [
        "train": [
            "--data": prepared.data, "--encoder": prepared.run, "--scheme": "posture3", "--out": "model.safetensors",
        ],
        "evaluate": ["--data": prepared.data, "--scheme": "posture3", "--protocol": "loso", "--preset": "paper"],
        "predict": ["--model": "model.safetensors", "--data": prepared.data, "--out": "labels.csv"],
    ]
    let given = (defaults[arguments[0]] ?? [:]).filter { !arguments.contains($0.key) }.flatMap { [$0.key, $0.value] }
    let result = try ProgramRun(arguments + given, in: folder.url.path).result()
    // What an option says can't be, whatever files there are.
    let isUsage = ["papre", "holdout", "upstream.learning_rate=1e300"].contains { arguments.contains($0) }
    #expect(result.status == (isUsage ? 2 : 1))
    #expect(result.output.isEmpty)
    #expect(result.errors.hasPrefix("ssrm: ") && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    for word in words { #expect(result.errors.contains(word), "\(result.errors)") }
    #expect(try folder.contents.isEmpty)
}

@Test func aDatasetIsNoModel() throws {
    let prepared = try PreparedMaps.shared.get()
    let folder = try TemporaryFolder()
    let swapped = try ProgramRun.ssrm(
        "predict", "--model", prepared.data, "--data", prepared.data, "--out", folder.path("labels.csv"))
    #expect(swapped.status == 1 && swapped.errors.contains("is not a model"), "\(swapped.errors)")
    #expect(try folder.contents.isEmpty)
}

@Test(.enabled(if: Recordings.areHere, Comment(rawValue: Recordings.absence)))
func aModelOfPressureMapsRefusesSleepFeatures() throws {
    let prepared = try PreparedMaps.shared.get()
    _ = try trained(prepared, to: "maps-model.safetensors")
    let folder = try TemporaryFolder()
    let made = try ProgramRun.ssrm(
        "data", "sleep-accel", "--root", Recordings.root + "/sleep-accel", "--features", "published", "--out",
        folder.path("sleep.safetensors"))
    #expect(made.status == 0, "\(made.errors)")
    let result = try ProgramRun.ssrm(
        "predict", "--model", prepared.folder.path("maps-model.safetensors"), "--data",
        folder.path("sleep.safetensors"), "--out", folder.path("labels.csv"))
    #expect(result.status == 1 && result.errors.contains("64 x 27"), "\(result.errors)")
    #expect(try folder.contents == ["sleep.safetensors"])
}

/// On the real recordings: what is recognised of people whom nothing was fitted on is well above chance.
@Test(.enabled(if: Recordings.areHere, Comment(rawValue: Recordings.absence)))
func sleepOfPeopleNeverSeenIsRecognised() throws {
    let folder = try TemporaryFolder()
    let made = try ProgramRun.ssrm(
        "data", "sleep-accel", "--root", Recordings.root + "/sleep-accel", "--features", "published", "--out",
        folder.path("sleep.safetensors"))
    #expect(made.status == 0, "\(made.errors)")
    let result = try ProgramRun.ssrm(
        "evaluate", "--data", folder.path("sleep.safetensors"), "--scheme", "three", "--protocol", "kfold", "--folds",
        "3", "--preset", "night", "--steps", "100", "--epochs", "10", "--json")
    #expect(result.status == 0, "\(result.errors)")
    let report = try object(result)
    // Calling every sleep epoch NREM is right in 0.697 of cases, with a kappa of 0.
    #expect(report["accuracy"] as? Double ?? 0 > 0.71)
    #expect(report["kappa"] as? Double ?? 0 > 0.3)
}

@Test func aPresetThatIsNotTheEncodersIsSaidToHaveNoPartInIt() throws {
    let prepared = try PreparedMaps.shared.get()
    let other = try trained(
        prepared, to: "other.safetensors", "--preset", "posture", "--set", "recogniser.steps=2", "--members", "1")
    #expect(other.status == 0, "\(other.errors)")
    #expect(
        other.errors.contains(
            "note: the encoder's network (perceptron) and preparation (norm) are those of \(prepared.run), made with preset "
                + "paper, not of the settings asked for"), "\(other.errors)")
    let same = try trained(prepared, to: "other.safetensors", "--preset", "paper")
    #expect(same.status == 0 && !same.errors.contains("the encoder's network"), "\(same.errors)")
}

@Test func aResultNeverReplacesWhatItIsMadeFrom() throws {
    let prepared = try PreparedMaps.shared.get()
    let folder = try TemporaryFolder()
    let data = folder.path("data.safetensors")
    try FileManager.default.copyItem(atPath: prepared.data, toPath: data)
    let before = try Data(contentsOf: URL(filePath: data))
    let trained = try ProgramRun.ssrm(
        "train", "--data", data, "--encoder", prepared.run, "--scheme", "posture3", "--out", data)
    #expect(trained.status == 1 && trained.errors.contains("belongs to what this command reads"))
    #expect(try Data(contentsOf: URL(filePath: data)) == before)
}

/// A table of two subjects with twelve sleep epochs each, whose second column differs by subject and `shift`.
private func table(_ columns: String, shift: Int = 0) -> String {
    let rows = ["a", "b"].flatMap { subject in
        (0..<12).map { epoch in
            let value = subject == "b" ? epoch * 7 % 5 + shift : epoch * 3 % 7
            return "\(subject),1,\(epoch),\(epoch % 3 == 0 ? "W" : "N2"),\(epoch % 4),\(value)\n"
        }
    }
    return "id,night,epoch,stage,\(columns)\n" + rows.joined()
}

@Test func featuresAreToldApartByNameAndExcludedSubjectsTakeNoPart() throws {
    let folder = try TemporaryFolder()
    func dataset(_ name: String, _ columns: String, shift: Int = 0) throws -> String {
        try folder.write(table(columns, shift: shift), to: "\(name).csv")
        let made = try ProgramRun.ssrm(
            "data", "table", "--file", folder.path("\(name).csv"), "--subject", "id", "--recording", "night",
            "--position", "epoch", "--label", "stage", "--vocabulary", "stage", "--values", columns, "--window", "3",
            "--out", folder.path(name))
        #expect(made.status == 0, "\(made.errors)")
        return folder.path(name)
    }
    let data = try dataset("data", "hr,movement")
    let other = try dataset("other", "movement,hr")
    let shifted = try dataset("shifted", "hr,movement", shift: 3)
    let run = folder.path("run")
    let pretrained = try ProgramRun.ssrm(
        "pretrain", "--data", data, "--run", run, "--workers", "1", "--steps", "2", "--shards", "1", "--shard-size",
        "4",
        "--exclude-subjects", "b")
    #expect(pretrained.status == 0, "\(pretrained.errors)")
    func train(_ data: String, _ more: String...) throws -> ProgramResult {
        try ProgramRun(
            [
                "train", "--data", data, "--encoder", run, "--scheme", "wake", "--preset", "night", "--epochs", "1",
                "--json", "--out", folder.path("model"),
            ] + more
        ).result()
    }
    /// All that was fitted; the model's own digest tells which dataset it was fitted on.
    func fitted() throws -> [[Float]] {
        let file = try TensorFile(opening: folder.path("model"))
        return try file.tensors.map { Array(try file.floats($0.name)) }
    }
    let models = try [data, shifted].map { data in
        let trained = try train(data, "--exclude-subjects", "b")
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(try object(trained)["samples"] as? Int == 12)
        #expect(!trained.errors.contains("the encoder learnt"), "\(trained.errors)")
        return try fitted()
    }
    #expect(models[0] == models[1])
    #expect(try train(shifted).status == 0)
    #expect(try fitted() != models[0])
    #expect(
        try train(data, "--exclude-subjects", "a").errors
            .contains("note: the encoder learnt from recordings of a, too, without labels"))
    #expect(try train(data, "--exclude-subjects", "c").errors.contains("has no subject c"))
    let predicted = try ProgramRun.ssrm(
        "predict", "--model", folder.path("model"), "--data", other, "--out", folder.path("labels.csv"))
    for (refused, name) in [(try train(other), run), (predicted, folder.path("model"))] {
        #expect(refused.status == 1)
        #expect(refused.errors.contains("\(name) was trained on hr, movement, but"), "\(refused.errors)")
    }
}

@Test func aSubjectWithACommaIsLeftOutByItsNameInQuotes() throws {
    let folder = try TemporaryFolder()
    let rows = ["\"Müller, Anna\"", "b", "c"].flatMap { subject in
        (0..<12).map { "\(subject),1,\($0),\($0 % 3 == 0 ? "W" : "N2"),\($0 * 7 % 5)\n" }
    }
    try folder.write("id,night,epoch,stage,hr\n" + rows.joined(), to: "data.csv")
    let made = try ProgramRun.ssrm(
        "data", "table", "--file", folder.path("data.csv"), "--subject", "id", "--recording", "night", "--position",
        "epoch", "--label", "stage", "--vocabulary", "stage", "--values", "hr", "--out", folder.path("data"))
    #expect(made.status == 0, "\(made.errors)")
    func train(without list: String) throws -> ProgramResult {
        try ProgramRun.ssrm(
            "train", "--data", folder.path("data"), "--scheme", "wake", "--preset", "night", "--epochs", "1", "--set",
            "recogniser.encoder=none", "--json", "--out", folder.path("model"), "--exclude-subjects", list)
    }
    let trained = try train(without: "\"Müller, Anna\",c")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(try object(trained)["samples"] as? Int == 12)
    let refused = try train(without: "\"Müller, Anna")
    #expect(
        refused.errors == "ssrm: --exclude-subjects \"\\\"Müller, Anna\": a double quote is opened and never closed; "
            + "separate names by commas\n")
}

@Test func severalMembersWithoutAnEncoderAreTrainedAndPredict() throws {
    let prepared = try PreparedMaps.shared.get()
    let path = prepared.folder.path("members.safetensors")
    let trained = try ProgramRun.ssrm(
        "train", "--data", prepared.data, "--scheme", "posture3", "--members", "2", "--epochs", "2", "--out", path,
        "--set", "recogniser.encoder=none", "--set", "recogniser.include_inputs=true", "--set",
        "recogniser.hidden_units=4", "--json")
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(try object(trained)["members"] as? Int == 2)
    let shown = try object(try ProgramRun.ssrm("inspect", path, "--json"))
    #expect(shown["features"] as? Int == 0 && shown["encoder_job"] == nil)
    let answers = prepared.folder.path("members.csv")
    #expect(try ProgramRun.ssrm("predict", "--model", path, "--data", prepared.data, "--out", answers).status == 0)
}

/// Whatever the preset does with its encoder, a body can be trained from its initial parameters.
@Test func fromScratchIsTheSettingOfThatName() throws {
    let prepared = try PreparedMaps.shared.get()
    let digests = try [["--from-scratch"], ["--set", "recogniser.encoder=scratch"]].map { options in
        let words = ["train", "--data", prepared.data, "--scheme", "posture3", "--epochs", "1", "--json", "--out"]
        let trained = try ProgramRun(words + [prepared.folder.path("scratch.safetensors")] + options).result()
        #expect(trained.status == 0, "\(trained.errors)")
        return try #require(try object(trained)["digest"] as? String)
    }
    #expect(digests[0] == digests[1])
}

@Test(arguments: [
    (["--from-scratch", "--set", "recogniser.encoder=none"], "recogniser.encoder is none"),
    (["--members", "0"], "--members must be 1 to 1000"),
    (["--set", "recogniser.encoder=none", "--set", "recogniser.principal_components=0"], "include_inputs"),
])
func aTrainingThatMakesNoSenseIsRefusedInOneLine(more: [String], words: String) throws {
    let prepared = try PreparedMaps.shared.get()
    let result = try ProgramRun(
        ["train", "--data", prepared.data, "--scheme", "posture3", "--out", prepared.folder.path("none.safetensors")]
            + more
    ).result()
    #expect(result.status != 0 && result.errors.contains(words), "\(result.errors)")
}
