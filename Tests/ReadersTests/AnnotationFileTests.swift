import Datasets
import Foundation
import Numerics
import Readers
import TestKit
import Testing

private typealias Annotation = AnnotationFile.Annotation

private func parsed(_ bytes: [UInt8]) throws -> [AnnotationFile.Annotation] {
    try bytes.withUnsafeBytes { try AnnotationFile($0, path: "x.atr").annotations }
}

/// A word of the format: a code and a number, low byte first.
private func word(_ code: Int, _ value: Int) -> [UInt8] { [UInt8(value & 0xFF), UInt8(code << 2 | value >> 8)] }

private let end: [UInt8] = [0, 0]

/// Every kind of word: two stages with notes of odd and even length, intervals short and long, and all fields.
private let everyWord: [UInt8] =
    word(1, 0) + word(63, 1) + [0x57, 0]
    + word(59, 0) + [0x01, 0x00, 0xDC, 0x05] + word(22, 0) + word(60, 5) + word(61, 0xFE) + word(62, 3) + word(63, 2)
    + Array("R ".utf8)
    + word(28, 1_023) + word(63, 0)
    + word(0, 7) + word(49, 3) + word(61, 4) + word(60, 0xFF) + end

@Test func theShortestExampleIsOneStage() throws {
    #expect(
        try parsed([0x00, 0x04, 0x01, 0xFC, 0x57, 0x00, 0x00, 0x00]) == [Annotation(sample: 0, code: 1, note: "W")])
    #expect(try parsed(end) == [] && parsed(end + [0, 0, 0]) == [])
}

@Test func everyKindOfWordIsRead() throws {
    let first = 0x0001_05DC  // the upper half comes first
    #expect(
        try parsed(everyWord) == [
            Annotation(sample: 0, code: 1, note: "W"),
            Annotation(sample: first, code: 22, subtype: -2, channel: 3, number: 5, note: "R "),
            // Number and channel stay, the subtype does not.
            Annotation(sample: first + 1_023, code: 28, channel: 3, number: 5),
            // An annotation of no kind moves the time on.
            Annotation(sample: first + 1_033, code: 49, subtype: 4, channel: 3, number: -1),
        ])
}

@Test func anIntervalCanGoBack() throws {
    let back = word(59, 0) + [0xFF, 0xFF, 0x9C, 0xFF]  // -100
    #expect(try parsed(word(1, 200) + back + word(2, 0) + end).map(\.sample) == [200, 100])
    #expect(
        throws: DatasetError.malformed(
            path: "x.atr", byte: 8, reason: "an annotation is at sample -50, before the start")
    ) {
        try parsed(word(1, 50) + back + word(2, 0) + end)
    }
}

/// A note of the header at sample 0, as WFDB writes it.
private func header(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    return word(22, 0) + word(63, bytes.count) + bytes + (bytes.count % 2 == 1 ? [0] : [])
}

@Test func theHeadersNotesAreNoAnnotations() throws {
    // WFDB writes an interval of -1 and an annotation of no kind, 1 on, behind the time resolution.
    let back = word(59, 0) + [0xFF, 0xFF, 0xFF, 0xFF] + word(0, 1)
    let definitions =
        header("## annotation type definitions") + header("42 stage what the scorer saw")
        + header("## end of definitions")
    for start in [header("## time resolution: 12.5") + back, header("## time resolution:12.5") + back + definitions] {
        let file = try (start + everyWord).withUnsafeBytes { try AnnotationFile($0, path: "x.atr") }
        #expect(try file.annotations == parsed(everyWord) && file.samplesPerSecond == 12.5)
    }
    let error = #expect(throws: DatasetError.self) { try parsed(header("## time resolution: 0") + back + end) }
    #expect("\(try #require(error))" == "x.atr: its time resolution is \"0\", not a number above 0")
    // Later ones are what they are.
    #expect(try parsed(word(1, 0) + header("## time resolution: 9") + end).count == 2)
}

@Test func aFileCutAtAnyByteIsRefusedWithItsLength() throws {
    for length in 0..<everyWord.count {
        let error = #expect(throws: DatasetError.self) { try parsed(Array(everyWord[..<length])) }
        guard case .malformed(let path, let byte, let reason) = error else {
            Issue.record("\(length) bytes: \(String(describing: error))")
            continue
        }
        #expect(path == "x.atr" && byte == length && reason.contains("cut"))
        #expect("\(try #require(error))".hasPrefix("x.atr, byte \(length): "))
    }
}

@Test(arguments: [
    (word(50, 1) + end, 0, "no annotation code 50"), (word(1, 0) + word(58, 0) + end, 2, "no annotation code 58"),
    (word(63, 2) + [0x57, 0x57] + end, 0, "before any annotation"), (word(61, 2) + end, 0, "before any annotation"),
    (word(1, 0) + end + [0, 7], 5, "follows the end mark"),
])
func whatTheFormatDoesNotKnowIsRefusedAtItsByte(bytes: [UInt8], byte: Int, words: String) throws {
    let error = #expect(throws: DatasetError.self) { try parsed(bytes) }
    guard case .malformed("x.atr", byte, let reason) = error else {
        Issue.record("\(String(describing: error))")
        return
    }
    #expect(reason.contains(words))
}

@Test func anyBytesAreReadOrRefused() throws {
    for seed: UInt64 in 0..<2_000 {
        var random = RandomSequence(seed: seed, stream: 0)
        let bytes = (0..<seed % 61).map { _ in UInt8.random(in: 0...255, using: &random) }
        do { _ = try parsed(bytes + end) } catch { #expect("\(error)".hasPrefix("x.atr, byte ")) }
    }
}

@Test func aMissingAnnotationFileIsNamed() throws {
    #expect(throws: DatasetError.unreadable(path: "/no/such.atr", reason: "No such file or directory")) {
        try AnnotationFile(path: "/no/such.atr")
    }
}
