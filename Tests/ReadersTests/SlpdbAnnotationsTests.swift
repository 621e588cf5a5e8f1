import Datasets
import Foundation
import Readers
import TestKit
import Testing

/// The record of `Fixtures/slpdb` with other annotations.
private func records(
    _ folder: TemporaryFolder, _ reading: HypnogramReading = .plain, annotations: (inout [String]) -> Void
) throws -> SlpdbRecords {
    let fixtures = try #require(Bundle.module.url(forResource: "Fixtures/slpdb", withExtension: nil))
    for name in ["slp90a.hea", "slp90a.rr", "slp90a.an"] {
        let text = try String(contentsOf: fixtures.appending(path: name), encoding: .utf8)
        var lines = text.split(separator: "\n").map(String.init)
        if name.hasSuffix(".an") { annotations(&lines) }
        try folder.write(lines.map { $0 + "\n" }.joined(), to: name)
    }
    return try SlpdbRecords(root: folder.url.path, unlabelled: true, reading: reading)
}

/// A line as `rdann` prints it.
private func line(_ epoch: Int, _ stage: String) -> String {
    "0:\(epoch / 2):\(epoch % 2 * 30).000 \(epoch * 7_500) \" 0 0 0 \(stage)"
}

@Test func linesOfOneSleepEpochThatDisagreeAreNotedAndTheUserChooses() throws {
    let folder = try TemporaryFolder()
    // The record's sleep epoch 4 is W.
    func fourth(_ reading: HypnogramReading, _ added: [String]) throws -> (code: String?, notes: [String]) {
        let source = try records(folder, reading) { $0 += added }
        return (source.outline.recordings[0].labels[4].map { source.outline.codes[$0] }, source.notes)
    }
    let what =
        "\(folder.path("slp90a.an")): on 1 of 50 sleep epochs two of its annotations disagree; the one that comes"
    let rem = [line(4, "R"), line(5, "W")]
    #expect(try fourth(.plain, rem).code == "REM")
    #expect(try fourth(.plain, rem).notes.first == "\(what) last in the file counts")
    let first = try HypnogramReading(preference: .first)
    #expect(try fourth(first, rem).code == "W" && fourth(first, rem).notes.first == "\(what) first in the file counts")
    // A line that says that there is no stage disagrees as well.
    #expect(try fourth(.plain, [line(4, "MT")]).code == nil)
    #expect(try fourth(.plain, [line(4, "MT")]).notes.first == "\(what) last in the file counts")

    let many = [3, 4, 5].map { line($0, "R") }
    let error = #expect(throws: DatasetError.self) { try fourth(.plain, many) }
    #expect(
        "\(try #require(error))".hasSuffix(
            "on 3 of 50 sleep epochs two of its annotations disagree: choose the one that comes first or last in the file with "
                + "--prefer"))
    #expect(try fourth(first, many).code == "W")
}

@Test func anAnnotationWhoseTimeIsNotItsSamplesIsRefused() throws {
    let folder = try TemporaryFolder()
    // Made beside a header of half the rate.
    let error = #expect(throws: DatasetError.self) {
        try records(folder) { $0.append("0:04:00.000 30000 \" 0 0 0 W") }
    }
    #expect(
        "\(try #require(error))".hasSuffix(
            ", line 50: its time and its sample are not the same at the 250.0 Hz of the header: make it again with rdann "
                + "beside that header"))
}
