import Datasets
import Foundation
import Numerics
import Readers
import Signals
import TestKit
import Testing

/// Lines of whole numbers, in the publisher's form.
private func text(lines: Int, columns: Int, separator: String, lineEnd: String, seed: UInt64 = 1) -> String {
    var random = RandomSequence(seed: seed, stream: 0)
    return (0..<lines).map { _ in
        (0..<columns).map { _ in "\(Int.random(in: 0...1000, using: &random))" }.joined(separator: separator) + lineEnd
    }.joined()
}

private let map = text(lines: 64, columns: 27, separator: " ", lineEnd: "\r\n")

private func error(_ body: () throws -> Void) -> DatasetError? {
    do {
        try body()
        return nil
    } catch { return error as? DatasetError }
}

/// A folder in the layout of experiment I with short recordings.
private func experimentOne(lineEnd: String, mark: String = "", finalLineEnd: Bool = true) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, frames, seed) in [("S1/1", 4, 1), ("S1/10", 3, 2), ("S1/2", 3, 3), ("S10/1", 5, 4), ("S2/17", 3, 5)] {
        var content =
            mark + text(lines: frames, columns: 2048, separator: "\t", lineEnd: "\t" + lineEnd, seed: UInt64(seed))
        if !finalLineEnd { content = String(content.dropLast()) }
        try folder.write(content, to: "experiment-i/\(name).txt")
    }
    try folder.write("not read", to: "experiment-i/subject-info-i.csv")
    return folder
}

@Test func framesOfExperimentOneKeepSubjectRecordingAndPosition() throws {
    let folder = try experimentOne(lineEnd: "\n")
    let source = try PressureMaps(root: folder.url.path, experiment: .i)
    try #expect(source.write(to: folder.path("data")).digest.count == 64)
    let dataset = try Dataset(opening: folder.path("data"))
    #expect(source.skipped.isEmpty)
    #expect((dataset.kind, dataset.vocabulary) == ("pmd-i", .pmdI))
    #expect((dataset.samples.rows, dataset.samples.columns) == (64, 32))
    #expect(dataset.subjects == ["S1", "S2", "S10"])
    #expect(dataset.recordings == ["S1/1", "S1/2", "S1/10", "S2/17", "S10/1"])
    #expect(dataset.codes == ["1", "2", "10", "17"])
    #expect(dataset.recordingRanges.map(\.samples) == [0..<2, 2..<3, 3..<4, 4..<5, 5..<8])
    #expect(dataset.recordingRanges.map(\.subject) == [0, 0, 0, 1, 2])
    #expect((0..<8).map(dataset.position(of:)) == [2, 3, 2, 2, 2, 2, 3, 4])
    let lines = text(lines: 5, columns: 2048, separator: "\t", lineEnd: "\n", seed: 4).split(separator: "\n")
    #expect(Array(dataset.samples[7]) == lines[4].split(separator: "\t").compactMap { Float($0) })
}

@Test func settlingFramesAreKeptOnRequest() throws {
    let folder = try experimentOne(lineEnd: "\n")
    let source = try PressureMaps(root: folder.url.path, experiment: .i, settlingFrames: 0)
    #expect(source.outline.sampleCount == 18)
    let none = error { _ = try PressureMaps(root: folder.url.path, experiment: .i, settlingFrames: 5) }
    #expect(none?.description.contains("no recordings in \(folder.path("experiment-i"))") == true)
    let long = try PressureMaps(root: folder.url.path, experiment: .i, settlingFrames: 4)
    #expect(long.outline.recordings.map(\.name) == ["S10/1"])
    #expect(long.skipped.contains { $0.path.hasSuffix("S1/2.txt") && $0.reason.contains("3 frames") })
}

@Test func lineEndsAndByteOrderMarksChangeNoBit() throws {
    let variants = [
        try experimentOne(lineEnd: "\n"), try experimentOne(lineEnd: "\r\n"),
        try experimentOne(lineEnd: "\r\n", mark: "\u{FEFF}"), try experimentOne(lineEnd: "\n", finalLineEnd: false),
        try experimentOne(lineEnd: " \n"),
    ]
    let digests = try variants.map { folder in
        try PressureMaps(root: folder.url.path, experiment: .i).write(to: folder.path("data")).digest
    }
    #expect(Set(digests).count == 1)
}

@Test func mapsOfExperimentTwoAreInTheOrderOfTheirCodes() throws {
    let folder = try TemporaryFolder()
    for name in [
        "Air_Mat/Matrix_Air_B10", "Air_Mat/Matrix_Air_B2", "Sponge_Mat/Matrix_Sponge_E1", "Air_Mat/Matrix_Air_G1",
    ] {
        try folder.write(map, to: "experiment-ii/S3/\(name).txt")
    }
    let source = try PressureMaps(root: folder.url.path, experiment: .ii)
    #expect(
        source.outline.recordings.map(\.name) == [
            "S3/Air_Mat/Matrix_Air_B2", "S3/Air_Mat/Matrix_Air_B10", "S3/Air_Mat/Matrix_Air_G1",
            "S3/Sponge_Mat/Matrix_Sponge_E1",
        ])
    _ = try source.write(to: folder.path("data"))
    let dataset = try Dataset(opening: folder.path("data"))
    #expect(try dataset.labels(under: .posture3) == [0, 0, nil, 1])
    #expect((0..<4).map(dataset.position(of:)) == [0, 0, 0, 0])
}

@Test func whatIsNotARecordingIsNamedAndLeftOut() throws {
    let folder = try TemporaryFolder()
    try folder.write(map, to: "experiment-ii/S1/Air_Mat/Matrix_Air_B1.txt")
    let strange = [
        "notes.txt", "S1/Air_Mat/Matrix_Air_H1.txt", "S1/Air_Mat/Matrix_Sponge_B1.txt",
        "S1/Foam_Mat/Matrix_Foam_B1.txt",
        "S2/Air_Mat/Matrix_Air_Z.txt",
    ]
    for name in strange { try folder.write(map, to: "experiment-ii/\(name)") }
    let source = try PressureMaps(root: folder.url.path, experiment: .ii)
    #expect(source.outline.recordings.count == 1)
    #expect(source.outline.subjects == ["S1"])
    let expected =
        ["notes.txt", "S1/Air_Mat/Matrix_Air_H1.txt", "S1/Air_Mat/Matrix_Sponge_B1.txt", "S1/Foam_Mat"]
        + ["S2/Air_Mat/Matrix_Air_Z.txt", "S2"]
    #expect(source.skipped.map(\.path) == expected.map { folder.path("experiment-ii/\($0)") })
}

@Test func foldersThatCannotBeReadAreNamed() throws {
    let folder = try TemporaryFolder()
    let root = folder.url.path
    func reading(_ root: String) -> String {
        error { _ = try PressureMaps(root: root, experiment: .ii) }?.description ?? "none"
    }
    #expect(reading("\(root)/none") == "can't read \(root)/none: No such file or directory")
    #expect(reading(root).contains("no recordings in \(root): expected a folder experiment-ii in it"))
    try folder.write("a file", to: "experiment-ii")
    #expect(reading(root) == "can't read \(root)/experiment-ii: Not a directory")
    try FileManager.default.removeItem(atPath: folder.path("experiment-ii"))
    try folder.write("a file", to: "experiment-ii/S1")
    #expect(reading(root) == "can't read \(root)/experiment-ii/S1: Not a directory")
    try FileManager.default.removeItem(atPath: folder.path("experiment-ii/S1"))
    #expect(reading(root).contains("no recordings in \(root)/experiment-ii"))
    try FileManager.default.createSymbolicLink(
        atPath: folder.path("experiment-ii/S1"), withDestinationPath: folder.path("gone"))
    #expect(reading(root) == "can't read \(root)/experiment-ii/S1: No such file or directory")
}

@Test func aFileThatCannotBeReadIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "experiment-ii/S1/Air_Mat/Matrix_Air_B1.txt/inside")
    let path = folder.path("experiment-ii/S1/Air_Mat/Matrix_Air_B1.txt")
    let found = error { _ = try PressureMaps(root: folder.url.path, experiment: .ii) }
    #expect(found == .unreadable(path: path, reason: "it is a folder"))
}

/// One file of experiment II, and the dataset that it is wanted for.
private func importing(_ content: String) throws -> (error: DatasetError?, path: String, leftover: [String]) {
    let folder = try TemporaryFolder()
    let path = try folder.write(content, to: "experiment-ii/S1/Air_Mat/Matrix_Air_B1.txt")
    let found = error {
        _ = try PressureMaps(root: folder.url.path, experiment: .ii).write(to: folder.path("data"))
    }
    return (found, path, try folder.contents.filter { $0 != "experiment-ii" })
}

@Test(arguments: [
    ("nan", "a finite number"), ("NaN", "a finite number"), ("inf", "a finite number"),
    ("-Infinity", "a finite number"),
    ("1e999", "a finite number"), ("1e39", "a finite number"), ("x", "a number"), ("12a", "a number"),
    ("1,5", "a number"),
    ("-", "a number"), ("1e", "a number"), ("1e+", "a number"), (".", "a number"), ("1.2.3", "a number"),
    ("0x10", "a number"), ("--1", "a number"), ("é", "a number"),
])
func aFieldThatIsNoFiniteNumberIsNamedWithItsPlace(field: String, reason: String) throws {
    var lines = map.split(separator: "\r\n").map { $0.split(separator: " ").map(String.init) }
    lines[11][6] = field
    let found = try importing(lines.map { $0.joined(separator: " ") }.joined(separator: "\r\n"))
    let shown = field == "é" ? "\\xc3\\xa9" : field
    #expect(found.error == .badNumber(path: found.path, line: 12, column: 7, text: shown, reason: reason))
    #expect(found.leftover.isEmpty)
}

@Test func wrongNumbersOfColumnsAndLinesAreNamed() throws {
    let lines = map.split(separator: "\r\n").map(String.init)
    func refusal(of lines: [String]) throws -> String {
        let found = try importing(lines.joined(separator: "\r\n"))
        #expect(found.leftover == (found.error == nil ? ["data"] : []))
        return found.error?.description.replacing(found.path, with: "FILE") ?? "none"
    }
    var short = lines
    short[2] = "1 2 3"
    #expect(try refusal(of: short) == "FILE, line 3: 3 columns where 27 are expected")
    var long = lines
    long[63] += " 9"
    #expect(try refusal(of: long) == "FILE, line 64: 28 columns where 27 are expected")
    var blank = lines
    blank[5] = ""
    #expect(try refusal(of: blank) == "FILE, line 6: a blank line between lines of numbers; take it out")
    #expect(try refusal(of: Array(lines.dropLast())) == "FILE: 63 lines where 64 are expected")
    #expect(try refusal(of: lines + [lines[0]]) == "FILE: 65 lines where 64 are expected")
    #expect(try refusal(of: lines + ["", " ", ""]) == "none")
    for empty in [[], [""], ["", "\t "]] {
        #expect(try refusal(of: empty) == "FILE is empty: copy it again or leave its recording out")
    }
}

@Test(arguments: ["1 2 3", ""])
func aFileThatChangesAfterItWasCountedIsRefused(addition: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(map, to: "experiment-ii/S1/Air_Mat/Matrix_Air_B1.txt")
    let source = try PressureMaps(root: folder.url.path, experiment: .ii)
    try folder.write(
        (addition.isEmpty ? String(map.dropLast()) : map + addition), to: "experiment-ii/S1/Air_Mat/Matrix_Air_B1.txt")
    let found = error { _ = try source.write(to: folder.path("data")) }
    #expect(found == .unsuitable(path: path, reason: "it changed while it was read; try again when it is complete"))
    #expect(try folder.contents.filter { $0 != "experiment-ii" }.isEmpty)
}

@Test func filesOfNoPostureAreTakenWithoutALabelWhenAsked() throws {
    let folder = try experimentOne(lineEnd: "\n")
    try folder.write(text(lines: 4, columns: 2048, separator: "\t", lineEnd: "\n"), to: "experiment-i/S2/night.txt")
    try folder.write("x", to: "experiment-i/S2/notes.md")
    #expect(try PressureMaps(root: folder.url.path, experiment: .i).skipped.count == 2)
    let source = try PressureMaps(root: folder.url.path, experiment: .i, unlabelled: true)
    #expect(source.skipped.map(\.path) == [folder.path("experiment-i/S2/notes.md")])
    #expect(source.outline.recordings.map(\.name) == ["S1/1", "S1/2", "S1/10", "S2/17", "S2/night", "S10/1"])
    #expect(source.outline.recordings[4].labels == [nil, nil])
    _ = try source.write(to: folder.path("data"))
    #expect(try Dataset(opening: folder.path("data")).samples.count == 10)
}
