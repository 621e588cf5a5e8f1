import Checkpoints
import Datasets
import Foundation
import Recognition
import SleepRecognition
import TestKit
import Testing

@Test(arguments: ["loso", "kfold", "random70"])
func anEvaluationHasTheSameFiguresOnAnyThreads(division: String) throws {
    let prepared = try PreparedMaps.shared.get()
    func evaluate(_ more: String...) throws -> ProgramResult {
        try ProgramRun(
            [
                "evaluate", "--data", prepared.data, "--scheme", "posture3", "--protocol", division, "--folds", "2",
                "--steps", "10", "--epochs", "4",
            ] + more
        ).result()
    }
    let results = [try evaluate("--json", "--threads", "1"), try evaluate("--json", "--threads", "2")]
    #expect(results[0].status == 0, "\(results[0].errors)")
    #expect(results[0].output == results[1].output)
    let report = try object(results[0])
    for key in ["protocol", "scheme", "preset", "samples", "accuracy", "kappa", "macro_f1", "confusion", "folds"] {
        #expect(report[key] != nil, "\(key)")
    }
    #expect(report["protocol"] as? String == division)
    let folds = try #require(report["folds"] as? [[String: Any]])
    #expect(folds.count == ["loso": 4, "kfold": 2, "random70": 3][division])
    let confusion = try #require(report["confusion"] as? [[Int]])
    #expect(confusion.joined().reduce(0, +) == report["samples"] as? Int)
    let text = try evaluate()
    #expect(text.output.contains("precision") && text.output.contains("is \\ recognised as"))
    #expect(text.output.contains("mean accuracy of subjects") && text.output.contains(", worst 0"))
    #expect(text.output.contains("95 % intervals by 2000 draws of the 4 people") == (division != "random70"))
    #expect(text.output.contains("no intervals: random70") == (division == "random70"))
    #expect((report["kappa_interval"] as? [Double])?.count == (division == "random70" ? nil : 2))
}

/// What the program prints is what another program gets from the library.
@Test func anEvaluationPrintsTheLibrarysFigures() throws {
    let prepared = try PreparedMaps.shared.get()
    let result = try ProgramRun.ssrm(
        "evaluate", "--data", prepared.data, "--scheme", "posture3", "--protocol", "kfold", "--folds", "2", "--steps",
        "10", "--epochs", "4", "--seed", "6", "--json")
    var settings = try NamedSettings(preset: "paper")
    settings.values.foldSteps = 10
    settings.values.recogniser.epochs = 4
    let evaluation = try Evaluation(
        on: try Dataset(opening: prepared.data), scheme: .posture3, division: .subjectFolds(2), settings: settings,
        seed: 6)
    let printed = try JSONDecoder().decode(EvaluationFigures.self, from: Data(result.output.utf8))
    #expect(try evaluation.run(threads: 2) == printed)
}

@Test(arguments: ["loso", "kfold", "random70"])
func recordingsWithoutLabelsCannotBeEvaluated(division: String) throws {
    let folder = try TemporaryFolder()
    let rows = (0..<40).map { "P\($0 / 20),n,\($0 % 20),,\($0 * $0 % 7),\($0 % 5)" }
    try folder.write((["who,night,at,stage,a,b"] + rows).joined(separator: "\n") + "\n", to: "own.csv")
    let made = try ProgramRun.ssrm(
        "data", "table", "--file", "own.csv", "--subject", "who", "--recording", "night", "--position", "at", "--label",
        "stage", "--values", "a,b", "--vocabulary", "stage", "--out", "own.safetensors", in: folder.url.path)
    #expect(made.status == 0, "\(made.errors)")
    let result = try ProgramRun.ssrm(
        "evaluate", "--data", "own.safetensors", "--scheme", "three", "--protocol", division, "--preset", "paper",
        in: folder.url.path)
    #expect(result.status == 1)
    #expect(result.errors == "ssrm: own.safetensors: no sample has a label under this scheme\n")
}

@Test func aBodyFromScratchIsEvaluated() throws {
    let prepared = try PreparedMaps.shared.get()
    let result = try ProgramRun.ssrm(
        "evaluate", "--data", prepared.data, "--scheme", "posture3", "--protocol", "loso", "--from-scratch", "--set",
        "recogniser.encoder=tuned", "--set", "upstream.network=convolution", "--set", "upstream.channels=[2]", "--set",
        "upstream.kernels=[3]", "--set", "upstream.preparation=map", "--set", "recogniser.steps=3", "--set",
        "recogniser.augmentation=map", "--set", "recogniser.cell=none")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("no pre-training: recogniser.encoder is scratch"))
}

@Test func anEvaluationThatIsKilledGoesOnToTheSameFigures() throws {
    let prepared = try PreparedMaps.shared.get()
    let folder = try TemporaryFolder()
    let kept = folder.path("kept")
    let arguments = [
        "evaluate", "--data", prepared.data, "--scheme", "posture3", "--protocol", "loso", "--steps", "10", "--epochs",
        "4", "--threads", "1", "--json",
    ]
    let plain = try ProgramRun(arguments).result()
    // Long enough to be killed while it computes.
    let killed = try ProgramRun(arguments + ["--keep", kept])
    let first = "\(kept)/fold-1.json"
    #expect(waitFor { FileManager.default.fileExists(atPath: first) || killed.hasEnded })
    killed.signal(SIGKILL)
    killed.result()
    let before = try FileManager.default.contentsOfDirectory(atPath: kept).count { $0.hasPrefix("fold-") }
    #expect(before > 0)
    let again = try ProgramRun(arguments + ["--keep", kept]).result()
    #expect(again.output == plain.output)
    #expect(again.errors.contains("\(before) of 4 folds \(before == 1 ? "is" : "are") kept from before\n"))
    let curve = try ProgramRun(arguments + ["--keep", kept, "--labelled-subjects", "1", "--draws", "1"]).result()
    #expect(curve.status == 0, "\(curve.errors)")
    let other = try ProgramRun(arguments + ["--keep", kept, "--seed", "3"]).result()
    #expect(other.status == 1)
    #expect(
        other.errors.hasSuffix(
            "ssrm: \(kept): it keeps parts of another evaluation: its seed is 1, not 3; name another folder, or remove "
                + "this one\n"))
}
