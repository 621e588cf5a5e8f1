import Foundation
import Signals
import TestKit
import Testing

import Datasets
import Readers

private let rows = (0..<12).map { "ana,1,\($0),W,6\($0 % 10)" }
private let header = "id,night,epoch,stage,hr"

/// Makes a dataset of one file.
private func made(
    _ lines: [String], format: TableRecordings.Format = .init(), vocabulary: LabelVocabulary = .stage,
    subject: TableColumns.Subject = .column("id"), units: [String] = []
) throws -> (data: Dataset, source: TableRecordings) {
    let folder = try TemporaryFolder()
    let path = try folder.write(lines.map { $0 + "\n" }.joined(), to: "a.csv")
    let columns = TableColumns(
        subject: subject, recording: "night", position: "epoch", label: "stage", values: .named(["hr"]))
    let source = try TableRecordings(
        files: [path], columns: columns, labels: TableLabels(vocabulary), format: format, units: units)
    _ = try source.write(to: folder.path("data"))
    return (try Dataset(opening: folder.path("data")), source)
}

private func refusal(
    _ lines: [String], format: TableRecordings.Format = .init(), sourceLocation: SourceLocation = #_sourceLocation
) throws -> String {
    do {
        _ = try made(lines, format: format)
    } catch let error as DatasetError {
        return error.description.split(separator: "/").last.map(String.init) ?? ""
    }
    Issue.record("it was read", sourceLocation: sourceLocation)
    return ""
}

@Test func linesBeforeTheHeaderArePassedOverWhenAskedFor() throws {
    let preamble = ["Device \"X\"", "", "Start Time 22:00:00, id 7"]
    let digest = try made([header] + rows).data.digest
    #expect(
        try refusal(preamble + [header] + rows) == "a.csv, line 4: the columns are named here: use --skip-lines 3")
    #expect(try made(preamble + [header] + rows, format: .init(skippedLines: 3)).data.digest == digest)
    for lines in [0, 2, 5] {
        #expect(
            try refusal(preamble + [header] + rows, format: .init(skippedLines: lines))
                == "a.csv, line 4: the columns are named here: use --skip-lines 3")
    }
    #expect(
        try refusal([header] + rows, format: .init(skippedLines: 13))
            == "a.csv: no header is left behind the 13 lines of --skip-lines")
    let semicolons = (preamble + [header] + rows).map { $0.replacing(",", with: ";") }
    #expect(
        try refusal(semicolons)
            == "a.csv, line 4: the columns are named here: use --skip-lines 3 --delimiter semicolon")
    #expect(try made(semicolons, format: .init(delimiter: .semicolon, skippedLines: 3)).data.digest == digest)
    #expect(
        try refusal(["", header.replacing("hr", with: "pulse")] + rows).contains("line 2: there is no column \"hr\""))
}

@Test func aFirstLineThatNamesTheSeparatorIsHonoured() throws {
    let digest = try made([header] + rows).data.digest
    let semicolons = ([header] + rows).map { $0.replacing(",", with: ";") }
    for line in ["sep=;", "\u{FEFF}SEP=;", "\"sep=;\"", "sep=;;;;;"] {
        #expect(try made([line] + semicolons).data.digest == digest, "\(line)")
    }
    #expect(try made(["sep=\t"] + ([header] + rows).map { $0.replacing(",", with: "\t") }).data.digest == digest)
    #expect(try made(["sep=;", "note"] + semicolons, format: .init(skippedLines: 2)).data.digest == digest)
    #expect(try refusal(["sep=|"] + rows).contains("line 1: sep= names no comma, semicolon or tab"))
    #expect(
        try refusal(["sep=;"] + semicolons, format: .init(delimiter: .comma))
            == "a.csv, line 1: sep= names the semicolon: --delimiter comma is wrong")
}

@Test func positionsThatDoNotCountFromZeroAreNoted() throws {
    func notes(from starts: [Int]) throws -> [String] {
        let rows = starts.enumerated().flatMap { night, start in
            (start..<start + 12).map { "ana,\(night),\($0),W,6\(($0 + night) % 10)" }
        }
        return try made([header] + rows).source.notes
    }
    #expect(try notes(from: [1, 1]).contains { $0.hasPrefix("the first position of every recording is 1 where") })
    #expect(try notes(from: [0, 0]).isEmpty && notes(from: [0, 1]).isEmpty)
}

@Test func positionsThatCountSecondsAreDivided() throws {
    let seconds = (0..<12).map { "ana,1,\($0 * 30),W,6\($0 % 10)" }
    let message = try refusal([header] + seconds)
    #expect(message.contains("no row is left; positions stand 30 apart") && message.contains("--position-step 30"))
    let data = try made([header] + seconds, format: .init(positionStep: 30)).data
    #expect(try made([header] + rows).data.digest == data.digest)
    #expect(
        try refusal([header] + seconds, format: .init(positionStep: 20))
            == "a.csv, line 3: column \"epoch\": \"30\" is not a multiple of 20, as --position-step says")
    #expect(
        try refusal([header, "ana,1,2024-03-01 22:00:00,W,1"]).contains(
            "to 2147483647; a column of times is named with --time-column"))
    let frames = (0..<12).map { "ana,1,\($0 * 2),left,6\($0 % 10)" }
    let maps = try made([header] + frames, vocabulary: .posture)
    #expect(maps.data.recordings.count == 12 && maps.source.notes.first?.contains("--position-step 2") == true)
}

@Test func composedAndDecomposedLettersAreOneNameWithTheSameBytes() throws {
    let mixed = rows.enumerated().map { $1.replacing("ana", with: $0 % 2 == 0 ? "Rene\u{301}" : "Ren\u{E9}") }
    let composed = rows.map { $0.replacing("ana", with: "Ren\u{E9}") }
    let (data, source) = try made([header] + mixed)
    #expect(data.subjects.count == 1 && data.subjects[0].utf8.elementsEqual("Ren\u{E9}".utf8))
    #expect(try made([header] + composed).data.digest == data.digest)
    #expect(try made([header] + mixed.reversed()).data.digest == data.digest)
    #expect(
        source.notes.count == 1
            && source.notes[0].hasSuffix("6 rows with a name of decomposed letters, taken as composed ones"))
}

@Test func namesThatDifferInWhatIsNotSeenAreRefused() throws {
    for other in ["ana\u{200B}", "ana\u{A0}", "\"ana \"", "a na", "\u{2060}ana"] {
        let message = try refusal([header] + rows + rows.map { $0.replacing("ana", with: other) })
        #expect(
            message.contains("a.csv, line 14: \"") && message.contains("and \"ana\" (line 2) differ only in"),
            "\(message)")
    }
    #expect(
        try refusal([header] + rows + rows.map { $0.replacing("ana", with: "ana\u{200B}") }).contains("\"ana<U+200B>\"")
    )
    for (name, other) in [("1", "1.0"), ("7", "007")] {
        let both = rows.map { $0.replacing("ana", with: name) } + rows.map { $0.replacing("ana", with: other) }
        #expect(try refusal([header] + both).contains("\"\(other)\" and \"\(name)\" (line 2) differ only in"))
    }
    let nights = try refusal([header] + rows + rows.map { $0.replacing("ana,1", with: "ana,\"1 \"") })
    #expect(nights.contains("\"1 \" and \"1\" (line 2) differ only in"))
}

@Test(arguments: [("ana", "Ana"), ("ana_b", "AnaB"), ("sbj01", "sbj1"), ("s1_01", "S1_1"), ("1 11", "1_11")])
func subjectsThatMayBeOnePersonAreRefusedInATableAsElsewhere(name: String, other: String) throws {
    let both = rows.map { $0.replacing("ana", with: name) } + rows.map { $0.replacing("ana", with: other) }
    let differences = "in case, spaces and underscores, in what is not seen or in a number's zeros"
    #expect(
        try refusal([header] + both).contains(
            "a.csv, line 14: \"\(other)\" and \"\(name)\" (line 2) differ only \(differences)"))
}

@Test(arguments: [
    ("1_11", "11_1"), ("1 11", "11 1"), ("1 11", "111"), ("s10", "s1"), ("p1.05", "p1.5"), ("s100", "s010"),
])
func subjectsOfOtherNumbersAreOtherPeople(name: String, other: String) throws {
    let both = rows.map { $0.replacing("ana", with: name) } + rows.map { $0.replacing("ana", with: other) }
    #expect(Set(try made([header] + both).data.subjects) == [name, other])
}

@Test func aNameThatIsTooLongSaysTheLimit() throws {
    let long = rows.map { $0.replacing("ana", with: String(repeating: "a", count: 257)) }
    #expect(try refusal([header] + long).hasSuffix("is not a name of at most 256 characters: it has 257"))
}

@Test func aMapOfLabelsThatNothingIsCalledIsNoted() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(([header] + rows).map { $0 + "\n" }.joined(), to: "a.csv")
    let columns = TableColumns(
        subject: .column("id"), recording: "night", position: "epoch", label: "stage", values: .named(["hr"]))
    func source(_ map: [String: String], _ vocabulary: LabelVocabulary = .stage) throws -> TableRecordings {
        try TableRecordings(
            files: [path], columns: columns, labels: TableLabels(vocabulary, codeOfText: map))
    }
    let mapped = try source(["sleep stage w": "N1", "Wakk": "REM"])
    #expect(mapped.outline.codes == ["N1"])
    #expect(mapped.notes == ["--label-map: nothing is called \"Wakk\": the texts are \"W\" (12)"])
    #expect(try source(["W": "supine"], .posture).notes.isEmpty)
    #expect(throws: DatasetError.self) { try source(["": "W"]) }
    #expect(throws: DatasetError.self) { try source(["w": "W", "Stage W": "N1"]) }
    #expect(try source(["w": "N1", "Stage W": "N1"]).outline.codes == ["N1"])
}

@Test func aRowOfNobodyIsRefused() throws {
    for missing in ["NA", "?", ""] {
        let message = try refusal([header] + rows.map { $0.replacing("ana", with: missing) })
        #expect(message.contains("a.csv, line 2: column \"id\": \"\(missing)\" is not a name: whose row is it?"))
    }
}

@Test func aTableOfOnePersonNeedsNoColumnForIt() throws {
    let data = try made([header] + rows, subject: .named("ben")).data
    #expect(data.subjects == ["ben"] && data.recordings == ["1"])
}

@Test func unitsAreWrittenWhereTheyAreGiven() throws {
    #expect(try made([header] + rows, units: ["1/min"]).data.units == ["1/min"])
    #expect(try made([header] + rows).data.units == [])
    let bytes = { (units: [String]) in
        let data = try made([header] + rows, units: units).data
        return (0..<data.samples.count).map { Array(data.samples[$0]) }
    }
    #expect(try bytes(["1/min"]) == bytes([]))
    #expect(throws: DatasetError.self) { try made([header] + rows, units: ["1/min", "g"]) }
}

@Test func filesWithoutAHeaderHaveTheColumnsThatTheUserNames() throws {
    let digest = try made([header] + rows).data.digest
    var format = TableRecordings.Format()
    format.columnNames = header.split(separator: ",").map(String.init)
    #expect(try made(rows, format: format).data.digest == digest)
    format.skippedLines = 1
    #expect(try made([header] + rows, format: format).data.digest == digest)
    // A header is no row, and a row that is longer than the names has other columns.
    format.skippedLines = 0
    #expect(try refusal([header] + rows, format: format).hasPrefix("a.csv, line 1: column \"epoch\": \"epoch\" is not"))
    #expect(try refusal(rows.map { $0 + ",1" }, format: format).hasPrefix("a.csv, line 1: "))
    format.columnNames = ["id", "night", "epoch", "stage"]
    #expect(try refusal(rows, format: format).hasPrefix("a.csv, line 1: there is no column \"hr\""))
}

@Test func whoReadsAFileWithoutAHeaderIsToldHowToNameItsColumns() throws {
    #expect(try refusal(rows).hasSuffix("; where there is no header line, name the columns with --column-names"))
    #expect(try !refusal(["id,night,epoch,stage,pulse"] + rows).contains("--column-names"))
}
