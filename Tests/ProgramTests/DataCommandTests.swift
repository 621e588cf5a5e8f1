import Datasets
import Foundation
import TestKit
import Testing

private struct Contents: Decodable {
    let digest: String
    let kind: String
    let schemes: [String]
    let samples: Int
    let rows: Int
    let columns: Int
    let subjects: [String: Int]
    let labels: [String: Int]
    let unlabelled: Int
}

private func decoded<Value: Decodable>(_ result: ProgramResult) throws -> Value {
    #expect(result.status == 0, "\(result.errors)")
    return try JSONDecoder().decode(Value.self, from: Data(result.output.utf8))
}

private let map = String(repeating: Array(repeating: "43", count: 27).joined(separator: " ") + "\r\n", count: 64)

@Test func aSyntheticDatasetIsMadeAndInspected() throws {
    let folder = try TemporaryFolder()
    let out = folder.path("made-up.safetensors")
    let made: DataSummary = try decoded(
        ProgramRun.ssrm(
            "data", "synthetic", "--kind", "pressure", "--subjects", "2", "--seed", "3", "--maps-per-posture", "4",
            "--out", out, "--json"))
    #expect((made.file, made.samples, made.subjects, made.recordings) == (out, 24, 2, 24))
    #expect(try folder.contents == ["made-up.safetensors"])
    let contents: Contents = try decoded(ProgramRun.ssrm("data", "inspect", out, "--json"))
    #expect(contents.digest == made.digest && contents.kind == "synthetic-pressure")
    #expect((contents.samples, contents.rows, contents.columns, contents.unlabelled) == (24, 64, 27, 0))
    #expect(contents.subjects == ["P1": 12, "P2": 12] && contents.labels == ["supine": 8, "right": 8, "left": 8])
    #expect(contents.schemes == ["posture3"])
    let text = try ProgramRun.ssrm("data", "inspect", out).output
    #expect(text.contains("24 of 64 x 27") && text.contains("P1 12, P2 12") && text.contains(made.digest))
}

@Test func aMadeUpLaboratoryIsReadAsADatasetWithTheSameLabels() throws {
    let folder = try TemporaryFolder()
    let (laboratory, made, read) = (folder.path("recordings"), folder.path("made"), folder.path("read"))
    let options = ["data", "synthetic", "--kind", "psg", "--subjects", "2", "--seed", "3", "--epochs", "12"]
    let text = try ProgramRun(options + ["--edf", "--out", laboratory]).result()
    #expect(text.status == 0 && text.output == "2 nights\nwrote 4 files into \(laboratory)\n", "\(text.errors)")
    _ = try ProgramRun.ssrm("data", "edf", "--root", laboratory, "--channels", "EEG,EOG,EMG", "--out", read)
    #expect(try ProgramRun(options + ["--out", made]).result().status == 0)
    let (one, other) = (try Dataset(opening: made), try Dataset(opening: read))
    #expect(try one.labels(under: .five) == other.labels(under: .five))
    #expect(other.subjects == ["P1-3", "P2-3"] && other.starts.allSatisfy { $0 != nil })
    // There is something of that name now, and it stays.
    let again = try refusal(Array(options.dropFirst()) + ["--edf", "--out", laboratory], in: folder)
    #expect(again.contains("there is a folder of that name"))
}

@Test func whatIsLeftOutIsNamedOnStandardError() throws {
    let folder = try TemporaryFolder()
    try folder.write(map, to: "experiment-ii/S1/Air_Mat/Matrix_Air_B1.txt")
    try folder.write(map, to: "experiment-ii/S1/Air_Mat/Matrix_Air_Q9.txt")
    let result = try ProgramRun.ssrm(
        "data", "pmd", "--root", folder.url.path, "--experiment", "ii", "--out", folder.path("out"), "--json")
    let summary: DataSummary = try decoded(result)
    #expect(summary.samples == 1 && summary.skipped.count == 1)
    #expect(result.errors.contains("skipped \(folder.path("experiment-ii/S1/Air_Mat/Matrix_Air_Q9.txt")): "))
    #expect(result.errors.contains("skipped 1 file or folder in all"))
}

@Test func badRecordingsGetOneLineAndLeaveNothing() throws {
    let folder = try TemporaryFolder()
    let arguments = ["pmd", "--root", folder.url.path, "--experiment", "ii", "--out", folder.path("out")]
    #expect(try refusal(arguments, in: folder).contains("expected a folder experiment-ii"))
    let path = try folder.write(map, to: "experiment-ii/S1/Air_Mat/Matrix_Air_B1.txt")
    for (content, expected) in [
        ("", "\(path) is empty"), ("43 43\r\n", "\(path): 1 lines where 64 are expected"),
        (map.replacing("43 43\r\n", with: "43\r\n"), "\(path), line 1: 26 columns where 27 are expected"),
        (map.dropLast(3) + "nan", "\(path), line 64, column 27: \"nan\" is not a finite number"),
    ] {
        try folder.write(String(content), to: "experiment-ii/S1/Air_Mat/Matrix_Air_B1.txt")
        #expect(try refusal(arguments, in: folder).contains(expected))
    }
    #expect(
        try refusal(["pmd", "--root", path, "--experiment", "i", "--out", folder.path("out")], in: folder)
            .contains("can't read \(path): Not a directory"))
    let night = ["sleep-accel", "--root", folder.path("none"), "--out", folder.path("out")]
    #expect(try refusal(night, in: folder).contains("can't read \(folder.path("none")): No such file or directory"))
}

@Test func aTargetThatCannotBeWrittenGetsOneLine() throws {
    let folder = try TemporaryFolder()
    let made = ["synthetic", "--kind", "pressure", "--subjects", "1", "--seed", "1", "--out"]
    #expect(
        try refusal(made + [folder.path("none/out")], in: folder)
            .contains("can't write \(folder.path("none/out")): there is no folder \(folder.path("none"))"))
    #expect(try refusal(made + [folder.url.path], in: folder).contains("it is a folder"))
}

@Test func aDiskThatFillsUpLeavesTheOldFileAndNoOther() throws {
    let folder = try TemporaryFolder()
    try folder.write("kept", to: "out")
    // A limit on the size of files makes a write fail as a full disk does.
    let limited = "ulimit -f 64; exec \"$@\""
    let result = try ProgramRun(
        ["-c", limited, "sh", ProgramRun.ssrm]
            + [
                "data", "synthetic", "--kind", "pressure", "--subjects", "1", "--seed", "1", "--out",
                folder.path("out"),
            ],
        program: "/bin/sh"
    ).result()
    #expect(result.status == 1 && result.errors.contains("can't write \(folder.path("out")): File too large"))
    #expect(try folder.contents == ["out"])
    #expect(try String(contentsOf: folder.url.appending(path: "out"), encoding: .utf8) == "kept")
}

@Test func aDamagedDatasetIsNamed() throws {
    let folder = try TemporaryFolder()
    let out = folder.path("data")
    _ = try ProgramRun.ssrm(
        "data", "synthetic", "--kind", "pressure", "--subjects", "1", "--seed", "1", "--maps-per-posture", "1", "--out",
        out)
    let bytes = try Data(contentsOf: URL(filePath: out))
    try bytes.dropLast(3).write(to: URL(filePath: out))
    #expect(
        try refusal(["inspect", out], in: folder)
            .contains("\(out) is \(bytes.count - 3) bytes long where its header says \(bytes.count)"))
    var altered = bytes
    altered[bytes.count / 2] ^= 1
    try altered.write(to: URL(filePath: out))
    #expect(try refusal(["inspect", out], in: folder).contains("\(out) is damaged"))
    #expect(try refusal(["inspect", folder.path("none")], in: folder).contains("No such file or directory"))
}

@Test(arguments: [
    ["sleep-accel", "--root", "x", "--out", "y", "--window", "4"],
    ["pmd", "--root", "x", "--experiment", "iii", "--out", "y"],
    ["synthetic", "--kind", "noon", "--subjects", "1", "--seed", "1", "--out", "y"],
    ["synthetic", "--kind", "pressure", "--subjects", "0", "--seed", "1", "--out", "y"],
    ["synthetic", "--kind", "night", "--subjects", "1", "--seed", "1", "--unlabelled", "--out", "y"],
    ["synthetic", "--kind", "psg", "--subjects", "1", "--seed", "1", "--epochs", "9", "--out", "y"],
    ["pmd", "--root", "x", "--experiment", "i", "--out", "y", "--settling-frames", "-1"], ["inspect"],
])
func wrongUsageSaysHowItIsUsed(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let result = try ProgramRun(["data"] + arguments, in: folder.url.path).result()
    #expect(result.status != 0 && result.output.isEmpty)
    #expect(result.errors.contains("Usage: ssrm data \(arguments[0])"))
    #expect(try folder.contents == [])
}

@Test(arguments: [[], ["pmd"], ["sleep-accel"], ["slpdb"], ["table"], ["synthetic"], ["inspect"]])
func helpHasAnExample(command: [String]) throws {
    let result = try ProgramRun(["data"] + command + ["--help"]).result()
    #expect(result.status == 0 && result.output.contains("Example:\n") && result.output.contains("ssrm data"))
}
