import CEDF
import Checkpoints
import Datasets
import Exports
import Foundation
import Readers
import SleepRecognition
import TestKit
import Testing

private let classes = ["wake", "N1", "N2", "N3", "REM"]

private func rows(_ labels: [String?], subject: String = "P1", recording: String = "night") -> [Predictions.Row] {
    labels.enumerated().compactMap { position, label in
        label.map {
            Predictions.Row(
                subject: subject, recording: recording, position: position, label: $0,
                probabilities: classes.map { name in name == label ? 0.6 : 0.1 })
        }
    }
}

private func files(
    _ rows: [Predictions.Row], _ format: AnswerFormat, start: String? = nil, classes: [String] = classes
) throws -> [WholeFolder.File] {
    let recordings = try RecognisedRecording.recordings(of: rows) { _, _ in start.flatMap { RecordingStart($0) } }
    return try AnswerFiles(classes: classes, recordings: recordings, model: "m").files(format)
}

/// What edflib reads of a file; its own values are thousands of fields, which take long to compile in a closure.
private struct ReadByEDFLib {
    let signalCount: Int
    let date: [Int32]
    let time: [Int32]
    private(set) var annotations: [(onset: Double, text: String)] = []

    init(_ path: String) throws {
        EDFLibrary.lock.lock()
        defer { EDFLibrary.lock.unlock() }
        let header = UnsafeMutablePointer<edf_hdr_struct>.allocate(capacity: 1)
        let annotation = UnsafeMutablePointer<edf_annotation_struct>.allocate(capacity: 1)
        defer {
            header.deallocate()
            annotation.deallocate()
        }
        let handle = edfopen_file_readonly(path, header, EDFLIB_READ_ALL_ANNOTATIONS)
        try #require(handle >= 0, "edflib: \(header.pointee.filetype)")
        defer { edfclose_file(handle) }
        signalCount = Int(header.pointee.edfsignals)
        date = [header.pointee.startdate_year, header.pointee.startdate_month, header.pointee.startdate_day]
        time = [header.pointee.starttime_hour, header.pointee.starttime_minute, header.pointee.starttime_second]
        for place in 0..<Int32(header.pointee.annotations_in_file) {
            try #require(edf_get_annotation(handle, place, annotation) == 0)
            let offset = MemoryLayout<edf_annotation_struct>.offset(of: \.annotation) ?? 0
            let text = String(
                cString: UnsafeRawPointer(annotation).advanced(by: offset).assumingMemoryBound(to: CChar.self))
            annotations.append((Double(annotation.pointee.onset) / 1e7, text))
        }
    }
}

private let night: [String?] = ["wake", "wake", nil, "N1", "N2", "N2", "N3", "REM"]

@Test func aHypnogramIsReadByThisProgramsReaderAndByEDFLib() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("h.edf")
    try files(rows(night), .edf, start: "2024-03-31T22:47:30.25")[0].bytes.write(to: URL(filePath: path))
    let file = try EDFFile(opening: path)
    #expect(file.notes.isEmpty && file.signals.isEmpty)
    #expect(file.patient.code == "X" && file.patient.name.isEmpty && file.patient.birthdate.isEmpty)
    #expect(RecordingStart(time: file.start, hasDay: true)?.text == "2024-03-31T22:47:30.25")
    let texts = ["W", "?", "N1", "N2", "N3", "R"].map { "Sleep stage \($0)" }
    #expect(file.annotations.map(\.text) == texts)
    #expect(file.annotations.map(\.onset) == [0, 60, 90, 120, 180, 210])
    #expect(file.annotations.map(\.duration) == [60, 30, 30, 60, 30, 30])

    let other = try ReadByEDFLib(path)
    #expect(other.signalCount == 0 && other.date == [2024, 3, 31] && other.time == [22, 47, 30])
    #expect(other.annotations.map(\.onset) == file.annotations.map(\.onset))
    #expect(other.annotations.map(\.text) == texts)
}

@Test func aHypnogramWithoutADayBeginsOnTheDayThatStandsForNone() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("h.edf")
    for (start, text) in [(nil, "1985-01-01T00:00:00"), ("22:47", "1985-01-01T22:47:00")] as [(String?, String)] {
        let bytes = try files(rows(night), .edf, start: start)[0].bytes
        try bytes.write(to: URL(filePath: path))
        #expect(String(decoding: bytes[88..<168], as: UTF8.self).hasPrefix("Startdate X X X ssrm "))
        let file = try EDFFile(opening: path)
        #expect(file.notes.isEmpty && RecordingStart(time: file.start, hasDay: true)?.text == text)
    }
}

/// Two digits of a year are of 1985 to 2084, and edflib opens no file whose dates are others or not the same.
@Test(arguments: [
    ("1984-12-31T01:02:03", nil), ("1985-01-01T01:02:03", "01-JAN-1985"), ("2084-12-31T01:02:03", "31-DEC-2084"),
    ("2085-01-01T01:02:03", nil), ("1970-01-01T01:02:03", nil), ("01:02:03", nil), (nil, nil),
])
func aHypnogramOfAnyDayIsOpenedByEDFLib(start: String?, day: String?) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("h.edf")
    let found = try files(rows(night), .edf, start: start)
    try found[0].bytes.write(to: URL(filePath: path))
    let read = try ReadByEDFLib(path)
    #expect(read.time == (start == nil ? [0, 0, 0] : [1, 2, 3]))
    let field = String(decoding: found[0].bytes[88..<168], as: UTF8.self)
    #expect(field.hasPrefix("Startdate \(day ?? "X") X X ssrm "))
    if day == nil { #expect(read.date == [1985, 1, 1]) }
    // The list beside it has the start as it is.
    #expect(String(decoding: found[1].bytes, as: UTF8.self).contains("night-hypnogram.edf,P1,night,\(start ?? "")\n"))
}

/// EDF+ has a text for NREM sleep of any depth, and recordings have stages: what it is to be somebody must say.
@Test func aHypnogramOfThreeClassesIsReadBackWithAMapAndRefusedWithout() throws {
    let folder = try TemporaryFolder()
    let (path, signals) = (folder.path("h.edf"), folder.path("night.edf"))
    let labels = ["wake", "wake", "NREM", "NREM", "NREM", "NREM", "REM", "REM", "NREM", "NREM", "NREM", "wake"]
    let answers = labels.enumerated().map {
        Predictions.Row(
            subject: "P1", recording: "night", position: $0, label: $1, probabilities: [0.2, 0.4, 0.4])
    }
    let start = "2024-03-31T22:47:30"
    try files(answers, .edf, start: start, classes: ["wake", "NREM", "REM"])[0].bytes.write(to: URL(filePath: path))
    var night = EDFBytes(signals: [EDFBytes.Signal(name: "c", rate: 1, values: Array(repeating: 1, count: 360))])
    night.start = "31.03.2422.47.30"
    try night.write(to: signals)
    func codes(_ map: [String: String]) throws -> [String?] {
        let source = try Polysomnography(
            [PolysomnographyFiles(signals: signals, hypnogram: path, subject: "P1")], channels: ["c"],
            reading: HypnogramReading(stageMap: map))
        return source.outline.recordings[0].labels.map { $0.map { source.outline.codes[$0] } }
    }
    let error = #expect(throws: DatasetError.self) { try codes([:]) }
    #expect(
        error?.description.contains(
            "7 of 12 sleep epochs have a text that is no known stage: \"Sleep stage N\" (7); say what they are with "
                + "--stage-map, like \"Sleep stage N=N2\"") == true, "\(String(describing: error))")
    #expect(
        try codes(["Sleep stage N": "N2"]) == labels.map { ["wake": "W", "NREM": "N2", "REM": "REM"][$0] })
}

@Test func aLongHypnogramIsCutIntoDataRecords() throws {
    let folder = try TemporaryFolder()
    let labels: [String?] = (0..<9000).map { classes[$0 % 5] }
    try files(rows(labels), .edf)[0].bytes.write(to: URL(filePath: folder.path("h.edf")))
    let file = try EDFFile(opening: folder.path("h.edf"))
    #expect(file.annotations.count == 9000 && file.annotations.last?.onset == 8999 * 30)
    #expect(try ReadByEDFLib(folder.path("h.edf")).annotations.count == 9000)
}

@Test func anythingIsGivenAFileNameOfItsOwn() throws {
    let names = [
        "../../etc/passwd", "..", ".", "-rf", "a/b", "a_b", "A_b", "", "שלום\u{202E}gpj", "a\u{0}b\nc",
        String(repeating: "n", count: 200), String(repeating: "é", count: 200),
        "e" + String(repeating: "\u{301}", count: 300),
    ]
    let all = names.flatMap { rows(["wake"], subject: $0, recording: $0) }
    for format in [AnswerFormat.edf, .yasa, .bids] {
        let found = try files(all, format)
        let paths = found.map(\.path)
        #expect(Set(paths.map { $0.lowercased() }).count == paths.count)
        for path in paths {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            #expect(parts.count == (format == .bids && path.hasPrefix("sub-") ? 3 : 1), "\(path)")
            for part in parts {
                let isPlain = (!part.hasPrefix(".") || part == ".bidsignore") && !part.hasPrefix("-")
                #expect((1...255).contains(part.utf8.count) && isPlain, "\(path)")
                #expect(!part.unicodeScalars.contains { $0.properties.generalCategory == .format || $0.value < 32 })
            }
        }
        let index = try #require(found.first { $0.path.hasPrefix("recordings.") })
        #expect(String(decoding: index.bytes, as: UTF8.self).contains("passwd"))
        let folder = try TemporaryFolder()
        try WholeFolder.write(found, to: folder.path("out"))
        #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.path("out")).count >= paths.count)
    }
}

@Test func yasaHasALineASleepEpoch() throws {
    let found = try files(rows(night), .yasa)
    #expect(found[0].path == "night-hypnogram.csv")
    #expect(String(decoding: found[0].bytes, as: UTF8.self) == "WAKE\nWAKE\nUNS\nN1\nN2\nN2\nN3\nREM\n")
}

@Test func eventsHaveProbabilitiesAndSayWhatTheirColumnsAre() throws {
    let found = try files(rows(night) + rows(["REM"], recording: "second"), .bids)
    #expect(
        found.map(\.path).prefix(3) == [
            "sub-P1/eeg/sub-P1_task-sleep_run-1_desc-ssrm_events.tsv",
            "sub-P1/eeg/sub-P1_task-sleep_run-1_desc-ssrm_events.json",
            "sub-P1/eeg/sub-P1_task-sleep_run-2_desc-ssrm_events.tsv",
        ])
    let lines = String(decoding: found[0].bytes, as: UTF8.self).split(separator: "\n")
    #expect(lines[0] == "onset\tduration\ttrial_type\tstage\tp_wake\tp_N1\tp_N2\tp_N3\tp_REM")
    #expect(lines.count == 8 && lines[3] == "90\t30\tsleep_stage\tN1\t0.1\t0.6\t0.1\t0.1\t0.1")
    let columns = try #require(try JSONSerialization.jsonObject(with: found[1].bytes) as? [String: [String: Any]])
    #expect(Set(columns.keys) == Set(lines[0].split(separator: "\t").map(String.init)))
    #expect((columns["stage"]?["Levels"] as? [String: String])?["REM"] == "Sleep stage R")
    // Beside what a dataset of BIDS must have: what is none of its tables it is told.
    let others = ["dataset_description.json", "README", "participants.tsv", "participants.json"]
    #expect(Set(found.map(\.path).dropFirst(4)) == Set(others + [".bidsignore", "recordings.tsv"]))
    let ignored = try #require(found.first { $0.path == ".bidsignore" })
    #expect(String(decoding: ignored.bytes, as: UTF8.self) == "recordings.tsv\n")
}

@Test func nobodysTableOfBIDSStandsUnderTheLabelThatIsAnothersName() throws {
    let people = ["sub-01", "sub-02", "01", "N 1", "N1", "N1x2", "3", "P1-3", "P13", "!"]
    let recordings = try RecognisedRecording.recordings(
        of: people.flatMap { rows(["REM"], subject: $0, recording: $0) }
    ) {
        _, _ in nil
    }
    let answers = AnswerFiles(classes: classes, recordings: recordings, model: "m")
    let table = try #require(try answers.files(.bids).first { $0.path == "participants.tsv" })
    let labels = String(decoding: table.bytes, as: UTF8.self).split(separator: "\n").dropFirst().map { line in
        line.split(separator: "\t").map(String.init)
    }
    #expect(labels.map { $0[1] } == people)
    let expected = ["01", "02", "01x2", "N1x3", "N1", "N1x2", "3", "P13x2", "P13", "subject"]
    #expect(labels.map { $0[0] } == expected.map { "sub-\($0)" })
    #expect(answers.renamedParticipants.map(\.name) == ["01", "N 1", "P1-3", "!"])
}

@Test func posturesAreNoHypnogram() throws {
    let postures = ["supine", "right", "left"]
    for format in AnswerFormat.allCases where format.isFolder {
        let error = #expect(throws: ExportError.self) { try files([], format, classes: postures) }
        #expect(error?.description.contains("'supine' is a class of this model: use csv or json") == true)
    }
}

@Test func positionsThatAreThereTwiceOrBeyondAllNightsAreRefused() {
    let twice = rows(["wake"]) + rows(["N1"])
    #expect(throws: ExportError.self) { try files(twice, .edf) }
    let far = Predictions.Row(subject: "a", recording: "b", position: 1 << 30, label: "wake", probabilities: [1])
    #expect(throws: ExportError.self) { try files([far], .yasa) }
}

@Test(arguments: ["22:47", "22:47:30", "00:00:00.5", "2024-02-29T23:59:59.999", "1989-04-24 22:00"])
func aStartIsReadFromItsOwnText(text: String) throws {
    let start = try #require(RecordingStart(text))
    #expect(RecordingStart(start.text) == start)
    #expect(start.date == nil || start.text.contains("T"))
}

@Test(arguments: [
    "", "24:00", "22", "22:60", "2023-02-29T22:00", "2024-13-01T22:00", "22:00:61", "x", "1e3:00", "٢٢:٠٠",
])
func whatIsNoTimeIsNoStart(text: String) { #expect(RecordingStart(text) == nil) }

@Test func aStartMovesOverMidnight() {
    #expect(RecordingStart("2024-02-28T23:59:30")?.adding(60)?.text == "2024-02-29T00:00:30")
    #expect(RecordingStart("23:59:30")?.adding(60)?.text == "00:00:30")
}

/// With trees, labels are not those of the most probable sequence.
@Test func bidsColumnsSayHowLabelsWereChosen() throws {
    let recordings = try RecognisedRecording.recordings(of: rows(night)) { _, _ in nil }
    func words(_ share: Double) throws -> (stage: String, wake: String) {
        let answers = AnswerFiles(classes: classes, recordings: recordings, model: "m", treeShare: share)
        let found = try answers.files(.bids)
        let columns = try #require(try JSONSerialization.jsonObject(with: found[1].bytes) as? [String: [String: Any]])
        return (
            columns["stage"]?["Description"] as? String ?? "", columns["p_wake"]?["Description"] as? String ?? ""
        )
    }
    let (alone, mixed) = (try words(0), try words(0.7))
    #expect(alone.stage.contains("sequence") && !alone.wake.contains("trees"))
    #expect(!mixed.stage.contains("sequence") && mixed.wake.contains("trees"))
}
