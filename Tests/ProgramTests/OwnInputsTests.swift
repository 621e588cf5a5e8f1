import Foundation
import TestKit
import Testing

/// Commands that are told to write over a file that they read, or two results into one file.
private struct Overwriting: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let arguments: [String]
    /// What is said.
    let words: String

    private static let data = "maps.safetensors"
    private static let evaluate = [
        "evaluate", "--data", data, "--scheme", "posture3", "--protocol", "loso", "--steps", "1", "--epochs", "1",
    ]
    private static let train = ["train", "--data", data, "--scheme", "posture3", "--epochs", "1"]
    private static let settings = ["--config", "own.yaml"]
    private static func pretrain(_ command: String) -> [String] {
        [command, "--data", data, "--run", "run", "--steps", "1"]
            + (command == "pretrain" ? ["--workers", "1"] : ["--listen", "tcp://127.0.0.1:*", "--wait-seconds", "1"])
    }

    private static func inputs(_ description: String, _ arguments: [String], reads file: String) -> Overwriting {
        Overwriting(
            testDescription: description, arguments: arguments,
            words: "it belongs to what this command reads (\(file)); name another file")
    }

    static let all = [
        inputs("train, settings", train + settings + ["--out", "own.yaml"], reads: "own.yaml"),
        inputs("train, a link to settings", train + settings + ["--out", "hard.yaml"], reads: "own.yaml"),
        inputs("train, data", train + settings + ["--out", data], reads: data),
        inputs(
            "evaluate, settings as predictions", evaluate + settings + ["--predictions-out", "own.yaml"],
            reads: "own.yaml"),
        inputs("evaluate, settings as inputs", evaluate + settings + ["--inputs-out", "own.yaml"], reads: "own.yaml"),
        inputs("evaluate, data", evaluate + settings + ["--inputs-out", data], reads: data),
        Overwriting(
            testDescription: "evaluate, both results into a new file",
            arguments: evaluate + settings + ["--predictions-out", "same", "--inputs-out", "./same"],
            words: "is the same file, and each result needs its own"),
        Overwriting(
            testDescription: "evaluate, both results into a file with two names",
            arguments: evaluate + settings + ["--predictions-out", "old.csv", "--inputs-out", "old.safetensors"],
            words: "is the same file, and each result needs its own"),
        Overwriting(
            testDescription: "evaluate, both results into a file that is not there yet, one through a link",
            arguments: evaluate + settings + ["--predictions-out", "later.csv", "--inputs-out", "link.safetensors"],
            words: "link.safetensors is the same file, and each result needs its own"),
        inputs(
            "pretrain, settings", pretrain("pretrain") + ["--config", "run/job.json"], reads: "run/job.json"),
        inputs(
            "coordinator, settings", pretrain("coordinator") + ["--config", "run/metrics.jsonl"],
            reads: "run/metrics.jsonl"),
        inputs(
            "pretrain, settings in the copy",
            pretrain("pretrain") + ["--checkpoint-copy", "copy", "--config", "copy/lock"], reads: "copy/lock"),
        Overwriting(
            testDescription: "evaluate, predictions as a run's job",
            arguments: evaluate + settings + ["--predictions-out", "run/job.json"],
            words: "it is a run's own file; name another"),
        inputs("report, what is reported", ["report", "old.csv", data, "--out", "old.csv"], reads: "old.csv"),
        inputs("export, the model", ["export", "own.yaml", "--onnx", "own.yaml"], reads: "own.yaml"),
        inputs("join, a dataset", ["data", "join", data, data, "--out", data], reads: data),
    ]
}

@Test(arguments: Overwriting.all)
private func nothingWritesOverWhatItReadsOrOverAnotherResult(_ command: Overwriting) throws {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(
        atPath: try PreparedMaps.shared.get().data, toPath: folder.path("maps.safetensors"))
    let settings = try ProgramRun.ssrm("preset", "show", "paper").output
        .replacing("encoder: frozen", with: "encoder: none")
    for name in ["own.yaml", "run/job.json", "run/metrics.jsonl", "copy/lock"] { try folder.write(settings, to: name) }
    try folder.write("an older result", to: "old.csv")
    for (name, link) in [("own.yaml", "hard.yaml"), ("old.csv", "old.safetensors")] {
        try FileManager.default.linkItem(atPath: folder.path(name), toPath: folder.path(link))
    }
    try FileManager.default.createSymbolicLink(
        atPath: folder.path("link.safetensors"), withDestinationPath: "later.csv")
    func everything() throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.url.path)
        return Dictionary(
            uniqueKeysWithValues: names.map { ($0, FileManager.default.contents(atPath: folder.path($0)) ?? Data()) })
    }
    let before = try everything()
    let result = try ProgramRun(command.arguments, in: folder.url.path).result()
    #expect(result.status == 1, "\(result.errors)")
    #expect(result.errors.split(separator: "\n").last?.contains(command.words) == true, "\(result.errors)")
    #expect(try everything() == before)
}
