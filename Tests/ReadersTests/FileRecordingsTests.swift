import Datasets
import Foundation
import Readers
import Signals
import TestKit
import Testing

private let header = "id,epoch,stage,hr\n"

private func rows(_ id: String = "ada", _ positions: Range<Int> = 0..<12, add: Int = 0) -> String {
    positions.map { "\(id),\($0),\(["W", "N2"][$0 % 2]),\(60 + add + $0 % 7)\n" }.joined()
}

/// A table without a column for recordings.
private func source(
    _ files: [(name: String, text: String)], in folder: TemporaryFolder, step: Int = 1,
    vocabulary: LabelVocabulary = .stage
) throws -> TableRecordings {
    let paths = try files.map { try folder.write(header + $0.text, to: $0.name) }
    return try TableRecordings(
        files: paths,
        columns: TableColumns(
            subject: .column("id"), recording: nil, position: "epoch", label: "stage", values: .named(["hr"])),
        labels: TableLabels(vocabulary), format: .init(positionStep: step))
}

private func refusal(_ files: [(name: String, text: String)]) throws -> String {
    let folder = try TemporaryFolder()
    let error = try #require(#expect(throws: DatasetError.self) { _ = try source(files, in: folder) })
    return "\(error)".replacing(folder.url.path + "/", with: "")
}

@Test func withoutAColumnForThemFilesAreRecordingsOfTheirNames() throws {
    let folder = try TemporaryFolder()
    let files = [("second.csv", rows(add: 5)), ("x.first.csv", rows() + rows("ben"))]
    let outline = try source(files, in: folder).outline
    #expect(outline.recordings.map(\.name) == ["ada/second", "ada/x.first", "ben/x.first"])
    #expect(outline.subjects == ["ada", "ben"] && outline.recordings.allSatisfy { $0.labels.count == 12 })
    #expect(try source([("only.csv", rows())], in: folder).outline.recordings.map(\.name) == ["only"])
}

@Test func filesOfOneNameAreToldApartByTheirFoldersOrRefused() throws {
    let folder = try TemporaryFolder()
    let files = [("a/night.csv", rows()), ("b/night.csv", rows(add: 1)), ("c.csv", rows(add: 2))]
    #expect(try source(files, in: folder).outline.recordings.map(\.name) == ["a/night", "b/night", "c"])
    let error = try refusal([("x/a/night.csv", rows()), ("y/a/night.csv", rows(add: 1))])
    #expect(
        error.hasPrefix("y/a/night.csv: each file is a recording, and it would be called as ")
            && error.hasSuffix("is of with --recording"), "\(error)")
}

@Test func aFileOfSeveralRecordingsIsRefusedOrDoubted() throws {
    let error = try refusal([("a.csv", rows() + rows(add: 3))])
    #expect(
        error.hasPrefix("a.csv, line 14: position 0 of ada's recording a is also at a.csv, line 2")
            && error.hasSuffix("or name the column that says which recording a row is of with --recording"), "\(error)")
    let folder = try TemporaryFolder()
    let notes = try source([("a.csv", rows("ada", 0..<2_881))], in: folder).notes
    #expect(notes.count == 1 && notes[0].contains("2881 sleep epochs one after another are more than a day: "))
    #expect(try source([("a.csv", rows("ada", 0..<2_880))], in: folder).notes.isEmpty)
}

@Test func positionsInSecondsOfOtherSleepEpochsAreDoubted() throws {
    let folder = try TemporaryFolder()
    func text(_ step: Int) -> String { (0..<24).map { "ada,\($0 * step),W,\(60 + $0)\n" }.joined() }
    let read = try source([("a.csv", text(20))], in: folder, step: 20)
    #expect(
        read.notes == [
            "positions stand 20 apart, as --position-step says; sleep epochs of 20 s would be taken as ones of 30 s, as "
                + "every program here takes them: score or export them in sleep epochs of 30 s"
        ])
    #expect(try source([("a.csv", text(30))], in: folder, step: 30).notes.isEmpty)
    #expect(try refusal([("a.csv", text(20))]).contains("use --position-step 20; sleep epochs of 20 s would be taken"))
}

@Test func aColumnThatNeverChangesInARecordingIsNoted() throws {
    let folder = try TemporaryFolder()
    let flat = (0..<12).map { "ada,\($0),W,72.5\n" }.joined()
    func notes(_ files: [(name: String, text: String)]) throws -> [String] {
        var notes: [String] = []
        _ = try source(files, in: folder).write(to: folder.path("data"), note: { notes.append($0) })
        return notes
    }
    #expect(
        try notes([("a.csv", rows()), ("b.csv", flat), ("c.csv", rows(add: 1))]) == [
            "column \"hr\" never changes in 1 of 3 recordings: it is 72.5 in all of b; leave the field empty where nothing "
                + "was measured"
        ])
    #expect(try notes([("a.csv", rows())]).isEmpty)
}
