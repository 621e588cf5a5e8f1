import Datasets
import Foundation
import Readers
import TestKit
import Testing

/// A night of twelve sleep epochs of a patient; nil is a file that is no EDF+ one.
private func night(_ folder: TemporaryFolder, _ name: String, _ patient: String?, subject: String? = nil) throws
    -> PolysomnographyFiles
{
    var bytes = EDFBytes(signals: [
        EDFBytes.Signal(name: "C", rate: 1, values: (0..<360).map { Double($0 % 7) })
    ])
    if let patient { (bytes.patient, bytes.kind) = (patient, "EDF+C") }
    try FileManager.default.createDirectory(
        at: folder.url.appending(path: name).deletingLastPathComponent(), withIntermediateDirectories: true)
    let path = try bytes.write(to: folder.path("\(name).edf"))
    return PolysomnographyFiles(signals: path, hypnogram: nil, subject: subject)
}

private func source(_ nights: [PolysomnographyFiles], filesAreSubjects: Bool = false) throws -> Polysomnography {
    try Polysomnography(nights, channels: ["C"], filesAreSubjects: filesAreSubjects)
}

private func refusal(_ nights: [PolysomnographyFiles]) throws -> String {
    "\(try #require(#expect(throws: DatasetError.self) { try source(nights) }))"
}

@Test(arguments: [
    "X", "x", "xxx", "anonymous", "Anonym", "ANONYMIZED", "unknown", "0", "0000", "-", "?", "n/a", "None", "null",
])
func aCodeThatSaysNothingIsNoIdentity(code: String) throws {
    let folder = try TemporaryFolder()
    let (first, second) = try (night(folder, "a", "\(code) X X X"), night(folder, "b", "\(code) X X X"))
    let message = try refusal([first, second])
    #expect(message.contains(first.signals) && message.contains(second.signals) && message.contains("\"\(code)\""))
    #expect(message.contains("give a --subject for each"))
    let alone = try source([first])
    #expect(alone.outline.subjects == ["a"])
    #expect(
        alone.notes == [
            "\(first.signals): the patient code \"\(code)\" says nothing; its subject is named by its file, a"
        ])
    #expect(try source([first, second], filesAreSubjects: true).outline.subjects == ["a", "b"])
}

@Test(arguments: [false, true]) func aFilesNameThatIsAnothersCodeIsNoSubject(filesAreSubjects: Bool) throws {
    let folder = try TemporaryFolder()
    let (coded, nameless) = try (night(folder, "c", "d F X X"), night(folder, "d", "X M X X"))
    let error = #expect(throws: DatasetError.self) {
        try source([coded, nameless], filesAreSubjects: filesAreSubjects)
    }
    let text = "\(try #require(error))"
    #expect(text.hasPrefix(nameless.signals) && text.contains(coded.signals), "\(text)")
    #expect(text.hasSuffix("is called: give a --subject for each"))
}

@Test func namesOfBIDSAndCodesThatContradictEachOtherAreRefused() throws {
    let folder = try TemporaryFolder()
    for (second, codes, words) in [
        ("sub-01_ses-2_eeg", ("K F X X", "X F X X"), "they are one person's recordings, and by what their headers"),
        ("sub-01_ses-2_eeg", ("K1 F X X", "K2 F X X"), "they are one person's recordings, and by what their headers"),
        ("sub-02_eeg", ("sub-02 F X X", "X F X X"), "they are two people's recordings, and by what their headers"),
    ] {
        let nights = try [night(folder, "sub-01_ses-1_eeg", codes.0), night(folder, second, codes.1)]
        let error = try refusal(nights)
        #expect(error.hasPrefix(nights[1].signals) && error.contains(words), "\(error)")
        let named = nights.map { PolysomnographyFiles(signals: $0.signals, hypnogram: nil, subject: "A") }
        #expect(try source(named).outline.subjects == ["A"])
    }
}

@Test func namesOfBIDSTellPeopleWhereCodesSayNothing() throws {
    let folder = try TemporaryFolder()
    let nights = try [("sub-01_ses-1_task-sleep_eeg", "X X X X"), ("sub-01_ses-2_eeg", nil), ("sub-02_eeg", "X X X X")]
        .map { try night(folder, $0.0, $0.1) }
    let made = try source(nights)
    #expect(made.outline.subjects == ["sub-01", "sub-02"] && made.outline.recordings.map(\.subject) == [0, 0, 1])
    #expect(try source([night(folder, "sub-03_eeg", "P1 F X X")]).outline.subjects == ["P1"])
    // Each file another person's, where the user says so; and two datasets' people may be called alike.
    #expect(try source(nights, filesAreSubjects: true).outline.subjects.count == 3)
    let others = try ["a/sub-01/eeg/sub-01_task-x_eeg", "a/sub-01/ses-2/eeg/sub-01_ses-2_eeg"].map {
        try night(folder, $0, nil)
    }
    #expect(try source(others).outline.subjects == ["sub-01"])
    #expect(try refusal([others[0], night(folder, "b/sub-01_task-x_eeg", nil)]).contains("--subject"))
}

@Test(arguments: [
    ("P1 F 02-MAY-1951 X", "P2 F 02-MAY-1951 X", "its patient code is \"P2\", and \"P1\" in"),
    ("P1 F X X", "P1 M X X", "its patient's sex is \"M\", and \"F\" in"),
    ("P1 X 02-MAY-1951 X", "P1 X 03-MAY-1951 X", "its patient's birthdate is \"03-MAY-1951\""),
])
func aHypnogramOfAnotherPatientIsRefusedUnlessTheUserSaysWhoseTheNightIs(own: String, other: String, words: String)
    throws
{
    let folder = try TemporaryFolder()
    var hypnogram = EDFBytes(stages: Array(repeating: "Sleep stage 2", count: 12))
    hypnogram.patient = other
    var files = try night(folder, "a", own)
    let path = try hypnogram.write(to: folder.path("h.edf"))
    files = PolysomnographyFiles(signals: files.signals, hypnogram: path)
    let message = try refusal([files])
    #expect(message.contains("h.edf: \(words)") && message.contains("give --subject"), "\(message)")
    files = PolysomnographyFiles(signals: files.signals, hypnogram: path, subject: "one")
    let taken = try source([files])
    #expect(taken.outline.subjects == ["one"] && taken.notes.contains { $0.contains("h.edf: \(words)") })
    for same in [own, "X X X X", "anonymous X X X", "\(own.prefix(2).lowercased()) X X X"] {
        hypnogram.patient = same
        _ = try hypnogram.write(to: path)
        files = PolysomnographyFiles(signals: files.signals, hypnogram: path)
        #expect(try source([files]).notes.allSatisfy { !$0.contains("its patient") })
    }
}

@Test func oneFileGivenTwiceIsSaid() throws {
    let folder = try TemporaryFolder()
    let file = try night(folder, "a", "P017 X X X")
    #expect(try source([file, file]).notes == ["\(file.signals): it is given twice, so its night counts twice"])
}

@Test func severalFilesWithoutACodeAreRefusedUnlessTheirFilesOrTheUserNameTheirSubjects() throws {
    let folder = try TemporaryFolder()
    let (first, second) = try (night(folder, "a", nil), night(folder, "b", nil))
    #expect(try refusal([first, second]).contains("it has no patient code and \(first.signals) no patient code"))
    #expect(try refusal([first, night(folder, "c", "unknown X X X")]).contains("give a --subject for each"))
    #expect(try source([first, second], filesAreSubjects: true).outline.subjects == ["a", "b"])
    #expect(try source([first, first]).outline.subjects == ["a"])
    #expect(try source([first, night(folder, "d", "P017 X X X")]).outline.subjects == ["a", "P017"])
    let named = try [night(folder, "a", nil, subject: "one"), night(folder, "b", nil, subject: "two")]
    #expect(try source(named).outline.subjects == ["one", "two"])
    let twins = try [night(folder, "x/night", nil), night(folder, "y/night", nil)]
    #expect(throws: DatasetError.self) { try source(twins, filesAreSubjects: true) }
}

/// Names of studies that number a person's visits.
@Test(arguments: [
    ("shhs1-200001", "shhs2-200001", "shhs-200001"),
    ("wsc-visit1-10119-nsrr", "wsc-visit2-10119-nsrr", "wsc-10119-nsrr"),
    ("mros-visit1-aa0001", "mros-visit12-aa0001", "mros-aa0001"),
])
func visitsAreRefusedUntilTheUserSaysWhoseTheyAre(first: String, second: String, person: String) throws {
    let folder = try TemporaryFolder()
    let nights = try [night(folder, "shhs1-200002", nil), night(folder, first, nil), night(folder, second, "X X X X")]
    func made(_ nights: [PolysomnographyFiles], _ visits: Polysomnography.Visits?) throws -> Polysomnography {
        try Polysomnography(nights, channels: ["C"], filesAreSubjects: true, visits: visits)
    }
    let refusal = try #require(#expect(throws: DatasetError.self) { try made(nights, nil) })
    #expect(
        "\(refusal)"
            == "\(nights[2].signals): by its name and that of \(nights[1].signals) they are two visits of one person, and "
            + "would be subjects \"\(second)\" and \"\(first)\": say with --visits one-person that they are, and are to be "
            + "called \"\(person)\", or with --visits many-people that each is another person's")
    #expect(try made(nights, .manyPeople).outline.subjects == ["shhs1-200002", first, second])
    let one = try made(nights, .onePerson)
    #expect(one.outline.subjects == ["shhs-200002", person] && one.outline.recordings.map(\.subject) == [0, 1, 1])
    #expect(one.outline.recordings.map(\.name) == ["shhs1-200002", first, second])
    // A visit alone is called alike in every dataset.
    #expect(try made([nights[1]], .onePerson).outline.subjects == [person])
    #expect(try made([nights[1]], nil).outline.subjects == [first])

    let coded = try night(folder, "x/\(second)", "P7 X X X")
    for (visits, words) in [(nil, "say with --visits"), (.onePerson, "give a --subject for each")]
        as [(Polysomnography.Visits?, String)]
    {
        let error = #expect(throws: DatasetError.self) { try made([nights[1], coded], visits) }
        #expect("\(try #require(error))".contains(words))
    }
    #expect(try made([nights[1], coded], .manyPeople).outline.subjects == [first, "P7"])
    #expect(try made([night(folder, "y/\(first)", "P8 X X X"), coded], nil).outline.subjects == ["P8", "P7"])
    for other in ["z/\(second)", person] {
        let error = #expect(throws: DatasetError.self) { try made([nights[2], night(folder, other, nil)], .onePerson) }
        #expect("\(try #require(error))".contains("it has the name of"), "\(other)")
    }
}

@Test(arguments: [
    ("n1", "n2"), ("night1-a", "night2-b"), ("night-a", "night-b"), ("01-03-0001", "02-03-0001"), ("P01-1", "P02-1"),
    ("shhs1-200001", "shhs2-200002"), ("a1-1", "b2-1"), ("S1-night1", "S2-night1"), ("sub1-20240331", "sub2-20240331"),
    ("x-visit1-1", "x-visit2-2"), ("visit1-1", "visitors-1"),
])
func otherNamesAreNoVisits(first: String, second: String) throws {
    let folder = try TemporaryFolder()
    let nights = try [night(folder, first, nil), night(folder, second, nil)]
    #expect(try source(nights, filesAreSubjects: true).outline.subjects == [first, second])
}

@Test func textOfAFileThatDoesNotCallItselfEDFPlusIsQuotedWhereNobodyIsTold() throws {
    let folder = try TemporaryFolder()
    let first = try night(folder, "a", nil)
    var bytes = EDFBytes(signals: [EDFBytes.Signal(name: "C", rate: 1, values: (0..<360).map { Double($0 % 7) })])
    bytes.patient = "P017 F"
    let path = try bytes.write(to: folder.path("b.edf"))
    let message = try refusal([first, PolysomnographyFiles(signals: path, hypnogram: nil, subject: nil)])
    #expect(
        message.contains(
            "it has no patient code (\"P017 F\" is not taken for one: the file does not call itself EDF+) and"),
        "\(message)")
}

@Test(arguments: [("P017", "p017"), ("P017", "P_017"), ("Ann", "ANN")])
func codesThatDifferInCaseOrBlanksAloneAreRefused(code: String, other: String) throws {
    let folder = try TemporaryFolder()
    let nights = try [night(folder, "a", "\(code) X X X"), night(folder, "b", "\(other) X X X")]
    #expect(try refusal(nights).contains("subjects \"\(code)\" and \"\(other)\" differ in case or blanks alone"))
}

@Test(arguments: [
    ("P1 F X X", "P1 M X X", "sex M in it and F in"),
    ("P1 X 02-MAY-1951 X", "P1 X 03-MAY-1951 X", "birthdate 03-MAY-1951 in it and 02-MAY-1951 in"),
])
func oneCodeOfTwoPeopleIsRefused(patient: String, other: String, words: String) throws {
    let folder = try TemporaryFolder()
    #expect(try refusal([night(folder, "a", patient), night(folder, "b", other)]).contains(words))
    let named = try [night(folder, "a", patient, subject: "one"), night(folder, "b", other, subject: "one")]
    let source = try source(named)
    #expect(source.outline.subjects == ["one"] && source.notes.count == 1 && source.notes[0].contains(words))
}

@Test func namesAreComparedInNotes() throws {
    let folder = try TemporaryFolder()
    let nights = try [
        night(folder, "a", "P1 F 02-may-1951 A_Smith"), night(folder, "b", "P1 F 02-MAY-1951 A_Smyth"),
        night(folder, "c", "P2 F 02-MAY-1951 a_smith"), night(folder, "d", "P2 F X X"),
    ]
    let source = try source(nights)
    #expect(source.outline.subjects == ["P1", "P2"])
    #expect(
        source.notes == [
            "\(nights[1].signals): subject \"P1\" has the name A_Smyth in it and A_Smith in \(nights[0].signals)",
            "\(nights[2].signals): subject \"P2\" has the name and birthdate of subject \"P1\" in \(nights[0].signals)",
        ])
}

@Test func oneFileAsTwoPeopleIsRefused() throws {
    let folder = try TemporaryFolder()
    let first = try night(folder, "a", nil, subject: "one")
    try FileManager.default.createSymbolicLink(atPath: folder.path("b.edf"), withDestinationPath: first.signals)
    let second = PolysomnographyFiles(signals: folder.path("b.edf"), hypnogram: nil, subject: "two")
    #expect(
        try refusal([first, second])
            == "\(second.signals): it is given as subject \"one\" and as \"two\": one night is one person's")
}

@Test func oneHypnogramOfTwoPeopleIsRefused() throws {
    let folder = try TemporaryFolder()
    let stages = EDFBytes(stages: MadeUpPSG.standard)
    let first = try MadeUpPSG.night(folder, MadeUpPSG.signals(epochs: 12), stages, name: "a", subject: "one")
    var second = try MadeUpPSG.night(folder, MadeUpPSG.signals(epochs: 12), stages, name: "b", subject: "two")
    second.hypnogram = first.hypnogram
    let path = try #require(first.hypnogram)
    #expect {
        try Polysomnography([first, second], channels: ["ramp"])
    } throws: {
        "\($0)" == "\(path): it is given as subject \"one\" and as \"two\": one night is one person's"
    }
    second.subject = "one"
    let source = try Polysomnography([first, second], channels: ["ramp"])
    #expect(source.notes.contains("\(path): it is given twice, so two nights have its stages"))
}

@Test func oneNumberWrittenInTwoWaysIsRefused() throws {
    let folder = try TemporaryFolder()
    let nights = try [night(folder, "a", nil, subject: "007"), night(folder, "b", nil, subject: "7.0")]
    #expect(try refusal(nights).contains("subjects \"007\" and \"7.0\" are one number, and may be one person"))
}
