import Datasets
import Reports
import Testing

private func read(_ lines: String) throws -> RecordingStarts {
    try Array(lines.utf8).withUnsafeBytes { try RecordingStarts(csv: $0, path: "s.csv") }
}

private func named(_ name: String, from first: Int, known: String? = nil) -> RecordingStarts.Recording {
    .init(name: name, first: first, known: known.flatMap { RecordingStart($0) })
}

/// What follows a gap is called by its first position, and begins with the whole recording.
@Test func aStretchBehindAGapHasTheStartOfItsRecording() throws {
    let lines = "recording,start\nnight,22:47\nb+7,21:00\n\"a,c\",23:00\n"
    let starts = try read(lines)
    #expect(try starts.start(of: named("night", from: 0)).text == "22:47:00")
    #expect(try starts.start(of: named("night+20", from: 20)).text == "22:47:00")
    #expect(try starts.start(of: named("night+20", from: 25)).text == "22:47:00")  // not all of it was answered
    #expect(try starts.start(of: named("a,c+3", from: 3)).text == "23:00:00")
    #expect(try starts.start(of: named("b+7", from: 0)).text == "21:00:00")
    // A line of its own has the time of its first position, 3.5 minutes in.
    #expect(try starts.start(of: named("b+7", from: 7)).text == "20:56:30")
    for (name, first, words) in [
        ("night+20", 3, "recording night+20 begins"),
        ("other+20", 20, "recording other begins: add a line for it, like other,22:47"),
        ("+20", 20, "recording +20 begins"), ("x,y+5", 5, "like \"x,y\",22:47"),
    ] {
        let error = #expect(throws: ReportError.self) { try starts.start(of: named(name, from: first)) }
        #expect(error?.description.contains(words) == true)
    }
}

@Test func aLineGoesBeforeTheDatasetAndARecordingThatThatKnowsNeedsNone() throws {
    let starts = try read("recording,start\na,21:00\nb,22:47:30\nc,2024-03-31T23:00\nx,20:00\n")
    let recordings = [
        named("a", from: 0, known: "2024-03-31T22:00"), named("a+7", from: 7, known: "2024-03-31T22:00"),
        named("b", from: 0, known: "2024-03-31T22:47:30"), named("c", from: 0, known: "23:00"),
        named("d", from: 0, known: "23:59"),
    ]
    let found = try recordings.map { try starts.start(of: $0).text }
    #expect(found == ["21:00:00", "21:00:00", "2024-03-31T22:47:30", "2024-03-31T23:00:00", "23:59:00"])
    #expect(
        starts.notes(on: recordings) == [
            "s.csv goes before the dataset: a at 21:00:00, and not at 2024-03-31T22:00:00",
            "s.csv: 1 line is of no recording that is there: x",
        ])
    #expect(throws: ReportError.self) { try starts.start(of: named("e", from: 0)) }
}

@Test func aSemicolonWhereACommaIsDueIsNamed() throws {
    let error = #expect(throws: DatasetError.self) { try read("recording;start\nn;22:47\n") }
    #expect(error?.description == "s.csv, line 1: a semicolon stands where a comma is due: write recording,start")
}

/// Excel writes it in front of the UTF-8 texts that it saves.
@Test func aByteOrderMarkBeforeTheFirstLineIsPassedOver() throws {
    #expect(try read("\u{FEFF}recording,start\r\nn,22:47\r\n").start(of: named("n", from: 0)).text == "22:47:00")
    #expect(try read("\u{FEFF}n,22:47\r\n").start(of: named("n", from: 0)).text == "22:47:00")
}
