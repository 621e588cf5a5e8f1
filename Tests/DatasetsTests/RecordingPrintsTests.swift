import Datasets
import Foundation
import Signals
import TestKit
import Testing

/// Recordings of 20 samples of four values, made by `values`, of one subject each.
private func note(of recordings: [(subject: Int, values: [Float])], piece: Int) throws -> String? {
    let folder = try TemporaryFolder()
    let outline = DatasetOutline(
        kind: "test", vocabulary: .stage, rows: 4, columns: 1,
        subjects: (0...(recordings.map(\.subject).max() ?? 0)).map { "s\($0)" }, codes: [],
        recordings: recordings.enumerated().map { place, recording in
            .init(
                name: "r\(place)", subject: recording.subject, firstPosition: 0,
                labels: Array(repeating: nil, count: recording.values.count / 4))
        })
    var writer = try DatasetWriter(path: folder.path("x"), outline: outline)
    let values = recordings.flatMap(\.values)
    for start in stride(from: 0, to: values.count, by: piece) {
        try writer.append(values[start..<min(start + piece, values.count)])
    }
    let note = writer.noteOnTwins
    _ = try writer.finish()
    #expect(try Dataset(opening: folder.path("x")).noteOnTwins == note, "a file says what its writer said")
    return note
}

private func ramp(_ seed: Int, count: Int = 80) -> [Float] { (0..<count).map { Float(($0 * 7 + seed) % 31) } }

@Test(arguments: [4, 28, 80, 124, 400])
func recordingsOfTwoSubjectsWithTheSameValuesAreSaid(piece: Int) throws {
    let one = try note(of: [(1, ramp(0)), (2, ramp(1)), (3, ramp(0))], piece: piece)
    #expect(
        one == "recording \"r2\" of subject \"s3\" has the values of recording \"r0\" of subject \"s1\": is one person "
            + "there under two names?")
    let two = try note(of: [(1, ramp(0)), (2, ramp(0)), (3, ramp(0))], piece: piece)
    #expect(two?.contains(", and so have 1 more: ") == true)
    let twice = try note(of: [(1, ramp(0)), (1, ramp(0)), (2, ramp(1))], piece: piece)
    let words = "recording \"r1\" of subject \"s1\" has the values of recording \"r0\" of subject \"s1\""
    #expect(twice == "\(words): is one night there twice?")
    let both = try note(of: [(1, ramp(0)), (1, ramp(0)), (2, ramp(0))], piece: piece)
    #expect(both?.hasPrefix("recording \"r2\" of subject \"s2\"") == true, "that of two people is worse")
    #expect(try note(of: [(1, ramp(0)), (2, Array(ramp(0).reversed()))], piece: piece) == nil)
    #expect(try note(of: [(1, ramp(0)), (2, ramp(0, count: 84))], piece: piece) == nil)
    #expect(try note(of: [(1, ramp(0, count: 40)), (2, ramp(0, count: 40))], piece: piece) == nil)
}
