import Datasets
import Foundation
import Readers
import TestKit
import Testing

// Texts that have the stage before its times, and files that are no texts.

private let rows = [
    ["W", "0", "60"], ["Stage 1", "60", "30"], ["arousal", "61.5", "3"], ["N2", "90", "60.0"], ["N3", "150", "60"],
    ["REM", "240", "60"], ["N2", "300", "30"], ["W", "330", "30"],
]

@Test(arguments: ["\t", " ", ", ", ";", "   "])
func linesOfStageOnsetAndDurationAreRead(between: String) throws {
    let text = rows.map { $0.joined(separator: between) }.joined(separator: "\n")
    for header in ["", "# seconds\n", "stage onset duration\n"] {
        let made = try MadeUpHypnogram.source(header + text + "\n")
        #expect(MadeUpHypnogram.labels(made) == MadeUpHypnogram.twelve && made.skipped.map(\.count) == [1])
    }
}

@Test(arguments: [
    ("W 0 30\nW 30 30\nN2 60 30\nN1 90\n", ", line 4: \"N1 90\" is not stage, onset and duration, in seconds"),
    ("W 0 30\nW 30 30\nN1 60 -30\n", ", line 3: it ends before it starts: it lasts -30 s"),
    ("W,0,30\nW;30,5;30\n", ", line 2: \"W;30,5;30\" has a decimal comma"),
    (
        (0..<12).map { "Licht \($0 * 30) 30\n" }.joined(),
        ": 12 of 12 sleep epochs have a text that is no known stage: \"Licht\" (12); say what they are with --stage-map"
    ),
])
func linesOfStageOnsetAndDurationThatCannotBeUsedAreRefused(text: String, words: String) throws {
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text) }
    #expect(error.hasPrefix(words), "\(error)")
}

@Test(arguments: [
    ("[0, 0, 1, 2]", "make a text of it with a stage a line, as with jq -r '.[]' FILE"),
    ("\n [\n\"W\", \"N1\"]", "make a text of it with a stage a line, as with jq -r '.[]' FILE"),
    (
        "[{\"stage\": \"N2\", \"start\": 0}]",
        "make a text of it with a stage a line, or onset, duration and stage, as with jq"
    ),
    ("{\"hypnogram\": [0, 1]}", "make a text of it with a stage a line, or onset, duration and stage, as with jq"),
])
func aHypnogramInJSONIsNamedWithWhatToDo(text: String, words: String) throws {
    let error = try MadeUpHypnogram.refusal { try MadeUpHypnogram.source(text) }
    #expect(error.hasPrefix(": it is JSON, which is not read: \(words)"), "\(error)")
}
