import Foundation
import TestKit
import Testing

/// A file of settings that can't be read, and what the one line must have.
struct WrongFile: Sendable, CustomTestStringConvertible {
    let text: String
    let words: [String]
    var testDescription: String { String(text.prefix(80)) }

    init(_ text: String, _ words: String...) { (self.text, self.words) = (text, words) }

    static let all = [
        // Unknown names.
        WrongFile("base: paper\nrecogniser:\n  dropuot: 0.2\n", "line 3, column 3", "recogniser.dropuot", "dropout?"),
        WrongFile("base: paper\nupstream:\n  hidden_unit: [1]\n", "line 3", "upstream.hidden_unit", "hidden_units?"),
        WrongFile("base: paper\nrecogniser:\n  views: []\n", "line 3", "belongs under upstream"),
        WrongFile("base: paper\ndropout: 0\n", "line 2", "belongs under recogniser"),
        WrongFile("base: paper\nrecognizer:\n  epochs: 3\n", "line 2", "recognizer", "recogniser?"),
        WrongFile("base: paper\n\"recog\\nniser\": 3\n", "line 2", "\"recog\\nniser\""),
        WrongFile("base: paper\nrecogniser:\n  cell: \"l\\ns\\e[1m\"\n", "line 3", "\"l\\ns\\u{1B}[1m\""),
        WrongFile("base: [paper]\n", "line 1", "base is [\"paper\"]"),
        WrongFile("base: nihgt\n", "line 1, column 7", "nihgt", "night?"),
        WrongFile(
            "base: paper\nupstream: {zzzzzzzz: 1}\n", "line 2", "zzzzzzzz", "use one of preparation, task, views"),
        // Wrong types.
        WrongFile("base: paper\nrecogniser:\n  epochs: forty\n", "line 3, column 11", "epochs", "a whole number"),
        WrongFile("base: paper\nrecogniser:\n  epochs: 1.5\n", "line 3", "1.5", "a whole number"),
        WrongFile("base: paper\nrecogniser:\n  epochs: \"4\"\n", "line 3", "\"4\"", "a whole number"),
        WrongFile("base: paper\nrecogniser:\n  epochs:\n", "epochs is empty", "a whole number"),
        WrongFile("base: paper\nrecogniser:\n  dropout: nan\n", "line 3", "\"nan\"", "a number"),
        WrongFile("base: paper\nrecogniser:\n  include_inputs: yes\n", "line 3", "\"yes\"", "true or false"),
        WrongFile("base: paper\nrecogniser:\n  cell: rnn\n", "line 3", "\"rnn\"", "gru"),
        WrongFile("base: paper\nrecogniser:\n  sequence_length: all\n", "line 3", "\"all\"", "whole"),
        WrongFile("base: paper\nupstream:\n  hidden_units: 128\n", "line 3", "a list of whole numbers"),
        WrongFile("base: paper\nupstream:\n  views: [identity, turned]\n", "line 3", "\"turned\"", "rotated90"),
        WrongFile("base: paper\nupstream: 3\n", "line 2", "upstream must be a mapping"),
        WrongFile("base: paper\nupstream:\n  views: [[identity]]\n", "line 3", "upstream.views is [a list]"),
        WrongFile(listsOfLists, "line 4", "upstream.views is [a list, a list"),
        // Impossible values.
        WrongFile("base: paper\n\nrecogniser:\n  dropout: 1\n", "line 4", "recogniser.dropout is 1", "0 to below 1"),
        WrongFile("base: paper\nupstream:\n  shards: 0\n", "line 3", "upstream.shards is 0", "1 to 65536"),
        WrongFile("base: paper\nupstream:\n  views: [spectrum]\n", "line 3", "identity first"),
        WrongFile("base: paper\nupstream:\n  views: [identity]\n", "line 3", "use two views or more"),
        WrongFile("base: paper\nupstream:\n  hidden_units: []\n", "line 3", "one layer or more"),
        WrongFile("base: paper\nupstream:\n  learning_rate: -1\n", "line 3", "upstream.learning_rate is -1"),
        WrongFile("base: night\nrecogniser:\n  fisher_components: 5\n", "line 3", "principal_components"),
        // No settings, or not all of them.
        WrongFile("", "no settings"),
        WrongFile("[1, 2]", "no settings"),
        WrongFile("recogniser:\n  epochs: 4\n", "upstream.views", "base: paper"),
        // No YAML.
        WrongFile("base: paper\nupstream: [1\n", "line 3"),
        WrongFile("base: paper\nbase: night\n", "base is there twice"),
        WrongFile("base: *other\n", "line 1"),
        WrongFile("base: paper\nupstream: " + String(repeating: "[", count: 100_000), "line 2", "nesting"),
    ]
}

/// A few lines whose aliases stand for 10^12 texts.
private let listsOfLists =
    "base: paper\nupstream:\n  views:\n  - &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    + (1..<12).map { level in
        "  - &a\(level) [" + [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
    }.joined()

@Test(arguments: WrongFile.all)
func whatIsWrongInAFileOfSettingsIsOneLineThatNamesThePlace(wrong: WrongFile) throws {
    let folder = try TemporaryFolder()
    try folder.write(wrong.text, to: "mine.yaml")
    let result = try ProgramRun.ssrm("preset", "check", "mine.yaml", in: folder.url.path)
    #expect(result.status == 1)
    #expect(result.output.isEmpty)
    #expect(result.errors.hasPrefix("ssrm: mine.yaml"), "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    for word in wrong.words { #expect(result.errors.contains(word), "\(result.errors)") }
}

/// Every command that takes settings says the same of a wrong file, before it looks at anything else.
@Test(arguments: ["pretrain", "coordinator", "train", "evaluate"])
func everyCommandRefusesAWrongFile(command: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("base: paper\nrecogniser:\n  dropuot: 0.2\n", to: "mine.yaml")
    let arguments = [
        "pretrain": ["--run", "run"], "coordinator": ["--run", "run", "--listen", "tcp://127.0.0.1:*"],
        "train": ["--encoder", "run", "--scheme", "three", "--out", "model.safetensors"],
        "evaluate": ["--scheme", "three", "--protocol", "loso"],
    ]
    let result = try ProgramRun(
        [command, "--data", "missing.safetensors", "--config", "mine.yaml"] + (arguments[command] ?? []),
        in: folder.url.path
    ).result()
    #expect(result.status == 1)
    #expect(result.errors.contains("mine.yaml, line 3, column 3: no setting recogniser.dropuot: did you mean dropout?"))
    #expect(try folder.contents == ["mine.yaml"])
}
