import Checkpoints
import Datasets
import Foundation
import Numerics
import Readers
import Signals
import TestKit
import Testing

private let columns = TableColumns(
    subject: .column("id"), recording: "night", position: "epoch", label: "stage", values: .named(["hr", "move"]))

/// Two nights of 12 sleep epochs of each of two subjects, as lines without a header.
private let lines: [String] = ["ada", "10", "9"].flatMap { id in
    ["1", "2"].flatMap { night in
        (0..<12).map { "\(id),\(night),\($0),\(["W", "N1", "N2", "N3", "REM", "?"][$0 % 6]),\(60 + $0).5,-1e-\($0)" }
    }
}

private let header = "id,night,epoch,stage,hr,move"

private func text(_ lines: [String], header: String = header, lineEnd: String = "\n") -> String {
    ([header] + lines).map { $0 + lineEnd }.joined()
}

/// The dataset of tables, and what was left out.
private func dataset(
    _ texts: [String], columns: TableColumns = columns, vocabulary: LabelVocabulary = .stage,
    map: [String: String] = [:],
    shape: TableRecordings.Shape = .window(1), delimiter: TableRecordings.Delimiter? = nil
) throws -> (data: Dataset, skipped: [SkippedItem]) {
    let folder = try TemporaryFolder()
    let paths = try texts.enumerated().map { try folder.write($1, to: "\($0).csv") }
    let source = try TableRecordings(
        files: paths, columns: columns, labels: TableLabels(vocabulary, codeOfText: map), shape: shape,
        format: TableRecordings.Format(delimiter: delimiter))
    let skipped = try source.write(to: folder.path("data")).skipped.map {
        SkippedItem(path: URL(filePath: $0.path).lastPathComponent, kind: $0.kind, count: $0.count, reason: $0.reason)
    }
    return (try Dataset(opening: folder.path("data")), skipped)
}

@Test func rowsBecomeSamplesInTheOrderOfTheirPositions() throws {
    var random = RandomSequence(seed: 1, stream: 1)
    let (data, skipped) = try dataset([text(lines.shuffled(using: &random))])
    #expect(skipped.isEmpty)
    #expect((data.kind, data.vocabulary) == ("table", .stage))
    #expect(data.subjects == ["9", "10", "ada"])
    #expect(data.recordings == ["9/1", "9/2", "10/1", "10/2", "ada/1", "ada/2"])
    #expect(data.recordingRanges.map(\.subject) == [0, 0, 1, 1, 2, 2])
    #expect((data.samples.count, data.samples.rows, data.samples.columns) == (72, 2, 1))
    #expect(data.codes == ["W", "N1", "N2", "N3", "REM"])
    for sample in 0..<72 {
        #expect(data.position(of: sample) == sample % 12)
        #expect(data.code(of: sample) == (sample % 6 == 5 ? nil : sample % 6))
        #expect(data.samples[sample][0] == 60.5 + Float(sample % 12))
        #expect(Double(data.samples[sample][1]) == Double(Float("-1e-\(sample % 12)") ?? 0))
    }
}

@Test func orderFilesLineEndsQuotesAndEncodingsChangeNoBit() throws {
    var random = RandomSequence(seed: 2, stream: 1)
    let shuffled = lines.shuffled(using: &random)
    let digest = try dataset([text(lines)]).data.digest
    #expect(try dataset([text(shuffled)]).data.digest == digest)
    #expect(try dataset([text(Array(shuffled[30...])), text(Array(shuffled[..<30]))]).data.digest == digest)
    for lineEnd in ["\r\n", "\r", "\n\n", "\r\n\n"] {
        #expect(try dataset([text(lines, lineEnd: lineEnd)]).data.digest == digest, "\(lineEnd.debugDescription)")
    }
    #expect(try dataset(["\u{FEFF}" + text(lines)]).data.digest == digest)
    #expect(try dataset([String(text(lines).dropLast())]).data.digest == digest)
    let quoted = lines.map { $0.split(separator: ",").map { " \"\($0)\" " }.joined(separator: ",") }
    #expect(try dataset([text(quoted)]).data.digest == digest)
    let (tabs, semicolons) = (lines.map { $0.replacing(",", with: "\t") }, lines.map { $0.replacing(",", with: " ; ") })
    let tabHeader = header.replacing(",", with: "\t")
    #expect(try dataset([text(tabs, header: tabHeader)], delimiter: .tab).data.digest == digest)
    let semicolonHeader = header.replacing(",", with: ";")
    #expect(try dataset([text(semicolons, header: semicolonHeader)], delimiter: .semicolon).data.digest == digest)
    let reordered = lines.map { "\"x, \"\"y\"\"\n\"," + $0.split(separator: ",").reversed().joined(separator: ",") }
    let reversedHeader = "note," + header.split(separator: ",").reversed().joined(separator: ",")
    #expect(try dataset([text(reordered, header: reversedHeader)]).data.digest == digest)
    let folder = try TemporaryFolder()
    for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
        let bytes = try #require(("\u{FEFF}" + text(lines)).data(using: encoding))
        try bytes.write(to: folder.url.appending(path: "wide.csv"))
        let source = try TableRecordings(
            files: [folder.path("wide.csv")], columns: columns, labels: TableLabels(.stage))
        #expect(try source.write(to: folder.path("data")).digest == digest)
    }
}

@Test func aWindowSpansTheRowsAround() throws {
    let data = try dataset([text(lines)], shape: .window(3)).data
    #expect((data.samples.rows, data.samples.columns) == (2, 3))
    #expect(Array(data.samples[0].prefix(3)) == [60.5, 60.5, 61.5])
    #expect(Array(data.samples[13].prefix(3)) == [60.5, 61.5, 62.5])
    #expect(Array(data.samples[23].prefix(3)) == [70.5, 71.5, 71.5])
}

@Test func aRowCanBeAMap() throws {
    let names = (0..<6).map { "p\($0)" }
    let rows = ["a,r1,0,supine,1,2,3,4,5,6", "a,r2,4,left,7,8,9,10,11,12", "b,r3,0,,0,0,0,0,0,1"]
    let header = "id,night,epoch,stage," + names.joined(separator: ",")
    for values in [TableColumns.Values.prefixed("p"), .others, .named(names)] {
        var columns = columns
        columns.values = values
        let data = try dataset(
            [text(rows, header: header)], columns: columns, vocabulary: .posture,
            shape: .map(rows: 2, frame: MapFrame(baseline: 3, feetFirst: true))
        ).data
        #expect((data.samples.rows, data.samples.columns, data.samples.count) == (2, 3, 3))
        #expect(data.recordings == ["r1", "r2", "r3"] && data.position(of: 1) == 4)
        #expect(data.frame == MapFrame(baseline: 3, feetFirst: true))
        #expect(Array(data.samples[1]) == [7, 8, 9, 10, 11, 12])
        #expect((0..<3).map { data.code(of: $0).map { data.codes[$0] } } == ["supine", "left", nil])
    }
}

@Test(arguments: [TableColumns.Values.prefixed("p"), .others]) func aColumnThatOnlyALaterFileHasIsRefused(
    values: TableColumns.Values
) throws {
    var columns = columns
    columns.values = values
    let files = [
        text(["a,r1,0,W,1"], header: "id,night,epoch,stage,p1"),
        text(["a,r2,0,W,1,2"], header: "id,night,epoch,stage,p1,p2"),
    ]
    #expect {
        try dataset(files, columns: columns)
    } throws: {
        "\($0)".contains("column \"p2\" would be one of values, and the first file has none such")
    }
}

@Test(arguments: ["nan", "null", "None", "NIL", "N/A", "#N/A", "<NA>", "-", "--"])
func labelsAreMappedOrLeftAway(missing: String) throws {
    let numbers = lines.map { line in
        var fields = line.split(separator: ",").map(String.init)
        fields[3] = ["W": "0", "N1": "1", "N2": "2", "N3": "3", "REM": "5", "?": missing][fields[3]] ?? ""
        return fields.joined(separator: ",")
    }
    let map = ["0": "wake", "1": "N1", "2": "N2", "3": "N3", "5": "R"]
    let digest = try dataset([text(lines)]).data.digest
    #expect(try dataset([text(numbers)], map: map).data.digest == digest)
    let without3 = try dataset([text(numbers)], map: map.merging(["3": ""]) { $1 }).data
    #expect(without3.codes == ["W", "N1", "N2", "REM"] && without3.code(of: 3) == nil)
    var columns = columns
    columns.label = nil
    let unlabelled = try dataset([text(lines)], columns: columns).data
    #expect(unlabelled.codes.isEmpty && (0..<72).allSatisfy { unlabelled.code(of: $0) == nil })
    #expect(throws: DatasetError.unknownCode(code: "N4", vocabulary: "stage", codes: ["W", "N1", "N2", "N3", "REM"])) {
        try TableLabels(.stage, codeOfText: ["4": "N4"])
    }
}

@Test(arguments: ["NaN", "null", "none", "N/A", "#N/A", "--"])
func gapsEndARecordingAndRowsWithoutAValueAreGaps(missing: String) throws {
    var rows = (0..<40).map { "a,n,\($0),W,\($0),0" }
    rows[12] = "a,n,12,W,,0"
    rows[30] = "a,n,30,W,1,\(missing)"
    rows.remove(at: 25)
    let (data, skipped) = try dataset([text(rows + [rows[3], rows[3], "b,x,5,W,1,1"])])
    #expect(data.recordings == ["n", "n+13"] && data.subjects == ["a"])
    #expect(
        data.recordingRanges.map { [data.position(of: $0.samples.lowerBound), $0.samples.count] } == [
            [0, 12], [13, 12],
        ])
    #expect(
        skipped == [
            SkippedItem(path: "0.csv", kind: .row, count: 2, reason: "a value is missing"),
            SkippedItem(
                path: "0.csv", kind: .row, count: 2,
                reason: "the same as another row of the same recording and position"),
            SkippedItem(path: "0.csv", kind: .sleepEpoch, count: 14, reason: "fewer than 10 in a row between gaps"),
        ])
}

private let badRows: [(row: String, expected: String)] = [
    ("a,n,0,W,x,1", "line 2: column \"hr\": \"x\" is not a finite number"),
    ("a,n,0,W,1,inf", "line 2: column \"move\": \"inf\" is not a finite number"),
    ("a,n,0,W,1,1e99", "column \"move\": \"1e99\" is not a finite number"),
    ("a,n,0,W,0x10,1", "column \"hr\": \"0x10\" is not"), ("a,n,0,W,1 2,1", "column \"hr\": \"1 2\" is not"),
    ("a,n,0,W,\"1,5\",1", "column \"hr\": \"1,5\" is not a finite number with a decimal point: it has a decimal comma"),
    ("a,n,-1,W,1,1", "column \"epoch\": \"-1\" is not a whole number from 0"),
    ("a,n,1.5,W,1,1", "column \"epoch\": \"1.5\" is not a whole number"),
    ("a,n,9999999999,W,1,1", "column \"epoch\": \"9999999999\" is not a whole number"),
    ("a,n,,W,1,1", "column \"epoch\": \"\" is not a whole number"),
    (",n,0,W,1,1", "column \"id\": \"\" is not a name"), ("a,,0,W,1,1", "column \"night\": \"\" is not a name"),
    ("a,\"n\nm\",0,W,1,1", "column \"night\": \"n?m\" is not a name on one line"),
    ("a\u{1B}[2J,n,0,W,1,1", "column \"id\": \"a?[2J\" is not a name on one line"),
    ("a,n,0,N4,1,1", "column \"stage\": \"N4\" is not a label of stage (W, N1, N2, N3, REM): use --label-map"),
    ("a,n,0,W,1", "line 2: 5 columns where 6 are expected"),
    ("a,n,0,W,1,1,", "line 2: 7 columns where 6 are expected: has it decimal commas, or a comma in a text"),
    ("\n\na,n,0,W,1", "line 4: 5 columns where 6"), ("\"a\n\n\",n,0,W,1", "line 2: 5 columns where 6"),
    ("a,n,0,\"W,1,1", "line 2: a double quote is opened and never closed"),
    ("a,n,0,\"W\"x,1,1", "line 2: text after the double quote that closes a field"),
    ("a,n,0,W\",1,1", "line 2: a double quote inside a field"),
    ("a,n,0,W,1,1\na,n,0,W,1,2", "line 3: position 0 of a's recording n is also at "),
    ("a,n,0,W,1,1\na,n,0,N1,1,1", "line 2, with another label; take one of them out"),
]

private func error(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch { return "\(error)" }
}

@Test(arguments: badRows)
func aMalformedRowIsNamedWithItsPlace(row: String, expected: String) throws {
    let message = error { _ = try dataset([text([row])]) }
    #expect(message?.contains(expected) == true && message?.contains("\n") == false, "\(message ?? "none")")
    #expect(message?.contains("0.csv") == true)
}

@Test(arguments: [
    ("id,night,epoch,stage,hr", "line 1: there is no column \"move\"; there are \"id\", \"night\""),
    ("nr,night,epoch,stage,hr,move", "there is no column \"id\"; there are \"nr\", \"night\""),
    ("id,night,epoch,stage,hr,Moves", "there is no column \"move\"; did you mean \"Moves\"?"),
    ("id,nihgt,epoch,stage,hr,move", "there is no column \"night\"; did you mean \"nihgt\"?"),
    ("id,night,epoch,stage,hr,\"mo\u{1B}ve\n\"", "no column \"move\"; did you mean \"mo?ve?\"?"),
    ("id,night,epoch,stage,hr," + String(repeating: "move", count: 30), "move\"; there are \"id\", "),
    ("id;night;epoch;stage;hr;move", "line 1: the columns are named here: use --delimiter semicolon"),
    ("identity", "there is no column \"id\"; the header is one column"),
    ("id,night,epoch,stage,hr,move,hr", "column \"hr\" is there 2 times"), ("", "0.csv is empty"),
    ("\n\n", "0.csv is empty"),
])
func aHeaderWithoutAColumnSaysWhatIsThere(header: String, expected: String) throws {
    let message = error { _ = try dataset([header]) }
    #expect(message?.contains(expected) == true, "\(message ?? "none")")
}

@Test func aHeaderAsLongAsAFileIsNotRepeated() throws {
    let message = error { _ = try dataset([String(repeating: "idle", count: 1_000_000) + ",movement"]) }
    #expect(message?.contains("no column \"id\"; there are \"idleidleidleidleidleidle…\", \"movement\"") == true)
}

@Test func columnsFilesAndShapesThatDoNotFitAreRefused() throws {
    var twice = columns
    twice.values = .named(["hr", "hr"])
    #expect(
        error { _ = try dataset([text(lines)], columns: twice) }?.contains("column \"hr\" is asked for twice") == true)
    twice.values = .named(["hr", "id"])
    #expect(
        error { _ = try dataset([text(lines)], columns: twice) }?.contains("column \"id\" is asked for twice") == true)
    twice.values = .prefixed("x")
    #expect(error { _ = try dataset([text(lines)], columns: twice) }?.contains("no column of values is left") == true)
    let map = error {
        _ = try dataset([text(lines)], shape: .map(rows: 3, frame: MapFrame(baseline: 0, feetFirst: false)))
    }
    #expect(map?.contains("2 columns of values are no map of 3 rows") == true)
    #expect(
        error { _ = try dataset([text(Array(lines.prefix(5)))]) }?.contains(
            "no row is left; 5 sleep epochs: fewer than 10") == true)
    #expect(error { _ = try dataset([text([])]) }?.contains("no row is left") == true)
    let folder = try TemporaryFolder()
    func read(_ paths: [String]) -> String? {
        error { _ = try TableRecordings(files: paths, columns: columns, labels: TableLabels(.stage)) }
    }
    let path = try folder.write(text(lines), to: "a.csv")
    #expect(read([path, path]) == "\(path): given twice as a file of the table")
    #expect(read([folder.path("none")]) == "can't read \(folder.path("none")): No such file or directory")
    #expect(read([folder.url.path]) == "can't read \(folder.url.path): it is a folder")
    try Data([0xFF, 0xFE, 0x41]).write(to: folder.url.appending(path: "odd.csv"))
    #expect(read([folder.path("odd.csv")])?.contains("UTF-16 with an odd number of bytes") == true)
    try #require(text(lines).data(using: .utf32)).write(to: folder.url.appending(path: "wide.csv"))
    #expect(read([folder.path("wide.csv")])?.contains("UTF-32 is not read") == true)
}

/// Whatever bytes a file has, it is read or refused.
@Test(arguments: 0..<40)
func anyBytesAreReadOrRefused(seed: UInt64) throws {
    var random = RandomSequence(seed: seed, stream: 9)
    var bytes = Array(text(lines).utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
    }
    bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
    let folder = try TemporaryFolder()
    try Data(bytes).write(to: folder.url.appending(path: "a.csv"))
    let message = error {
        _ = try TableRecordings(files: [folder.path("a.csv")], columns: columns, labels: TableLabels(.stage))
            .write(to: folder.path("data"))
    }
    if let message { #expect(message.contains("a.csv") && !message.contains("\n"), "\(message)") }
}

@Test func aHundredThousandColumnsAreFound() throws {
    var wide = columns
    wide.values = .prefixed("v")
    func seconds(columnCount: Int) throws -> Double {
        let names = (0..<columnCount).map { "v\($0)" }.joined(separator: ",")
        let rows = (0..<10).map { "a,n,\($0),W," + repeatElement("1", count: columnCount).joined(separator: ",") }
        let table = text(rows, header: "id,night,epoch,stage," + names)
        return try processorSeconds {
            let (data, _) = try dataset([table], columns: wide)
            #expect((data.samples.count, data.samples.rows) == (10, columnCount))
        }
    }
    // Looking for each column among all of them would take a hundred times as long.
    let few = try seconds(columnCount: 10_000)
    let many = try seconds(columnCount: 100_000)
    #expect(few > 0 && many < 40 * few, "\(few) and \(many) s")
}

/// A part behind a gap, or a subject's name in front, can make a name that another recording has.
@Test func recordingsNeverShareAName() throws {
    func night(_ id: String, _ name: String, from first: Int = 0) -> [String] {
        (first..<first + 10).map { "\(id),\(name),\($0),W,1,1" }
    }
    let parts = try dataset([text(night("a", "n") + night("a", "n", from: 20) + night("a", "n+20"))])
    #expect(parts.data.recordings == ["n", "n+20", "n+20'"])
    let subjects = try dataset([text(night("a/b", "c") + night("a", "b/c") + night("z", "c"))])
    #expect(subjects.data.recordings == ["a/b/c", "a/b/c'", "z/c"])
}

@Test func aTableCutBetweenItsTwoReadingsIsNamed() throws {
    MappedFile.outliveCuts()
    let folder = try TemporaryFolder()
    let path = try folder.write(text(lines), to: "table.csv")
    let source = try TableRecordings(files: [path], columns: columns, labels: TableLabels(.stage))
    #expect(truncate(path, 500) == 0)
    #expect(
        throws: DatasetError.unsuitable(path: path, reason: "it was cut or changed while it was read; copy it again")
    ) { try source.write(to: folder.path("data")) }
    #expect(try folder.contents == ["table.csv"])
}

@Test(arguments: ["unknown", "Anonymous", "-", "n/a"])
func aSubjectOfSeveralRecordingsSaysWhoItIs(subject: String) throws {
    let rows = ["1", "2"].flatMap { night in (0..<12).map { "\(subject),\(night),\($0),W,1,2" } }
    let error = #expect(throws: DatasetError.self) { try dataset([text(rows)]) }
    #expect(
        "\(try #require(error))".contains(
            "line 14: a second recording of subject \"\(subject)\", which says nothing of who it is"))
    #expect(try dataset([text(Array(rows.prefix(12)))]).data.subjects == [subject])
}
