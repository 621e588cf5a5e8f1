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

@Test func numbersThatStandForNoneAndUnitsThatCannotBeAreNoted() throws {
    let folder = try TemporaryFolder()
    func notes(_ values: [String], units: [String] = ["1/min"]) throws -> [String] {
        let rows = values.enumerated().map { "ada,\($0),W,\($1)\n" }
        let path = try folder.write("id,epoch,stage,hr\n" + rows.joined(), to: "a.csv")
        let source = try TableRecordings(
            files: [path],
            columns: TableColumns(
                subject: .column("id"), recording: nil, position: "epoch", label: "stage", values: .named(["hr"])),
            labels: TableLabels(.stage), units: units)
        var notes: [String] = []
        _ = try source.write(to: folder.path("data"), note: { notes.append($0) })
        return notes
    }
    let rates = (0..<20).map { "\(60 + $0 % 7)" }
    #expect(try notes(rates).isEmpty)
    let mark = "and no other value is like it: leave the field empty where nothing was measured"
    #expect(try notes(["-999"] + rates + ["-999"]) == ["column \"hr\" is -999 2 times, \(mark)"])
    #expect(try notes(rates + ["9999"]) == ["column \"hr\" is 9999 once, \(mark)"])
    // Where values are as low, or as large, it is one of them.
    #expect(try notes(rates + ["-999", "-12"]).isEmpty)
    #expect(try notes(rates + ["9999", "3000"]).isEmpty)
    #expect(
        try notes((0..<20).map { "\(900 + $0)" })
            == ["column \"hr\" is said to be in 1/min, and its median is 910.0 in a: is it?"])
    #expect(try notes((0..<20).map { "\(900 + $0)" }, units: ["ms"]).isEmpty)
}

@Test func allLabelsThatAreNotKnownAreNamedAtOnce() throws {
    let labels = ["W", "quiet", "N2", "active", "", "quiet", "deep sleep"]
    let text = labels.enumerated().map { "ada,\($0),\($1),6\($0)\n" }.joined()
    let message = try refusal([("a.csv", text)])
    #expect(message.hasSuffix("use --label-map, for \"active\", \"deep sleep\" too"), "\(message)")
    let joined = try refusal([("a.csv", "ada,0,444221133,60\n")])
    #expect(joined.contains("use --label-map"))
    #expect(
        try refusal([("a.csv", "ada,0,4442211334,60\n")]).hasSuffix(
            "maybe one of many in one field: give a row for each"))
}

@Test func jsonIsToldFromATable() throws {
    for text in ["{\"a\": [1]}", "[{\"a\": 1}]", " \n[1, 2]"] {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "a.json")
        let error = #expect(throws: DatasetError.self) {
            _ = try TableRecordings(
                files: [path],
                columns: TableColumns(
                    subject: .column("id"), recording: nil, position: "epoch", label: nil, values: .others),
                labels: TableLabels(.stage))
        }
        #expect(error.map { "\($0)" }?.contains("it is JSON, which is not read: make a CSV of it with jq") == true)
    }
}
