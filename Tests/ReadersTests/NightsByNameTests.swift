import Datasets
import Foundation
import Readers
import TestKit
import Testing

// Which files of a folder are one night's.

private func found(
    _ names: [String], hypnograms: [String] = [], unlabelled: Bool = false
) throws -> (pairs: [String], skipped: [String]) {
    let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
    for name in names { try folder.write("", to: name) }
    for name in hypnograms { try other.write("", to: name) }
    let (pairs, skipped) = try PolysomnographyFiles.find(
        in: folder.url.path, hypnograms: hypnograms.isEmpty ? nil : other.url.path, unlabelled: unlabelled)
    func name(_ path: String) -> String { URL(filePath: path).lastPathComponent }
    return (
        pairs.map { name($0.signals) + ($0.hypnogram.map { " " + name($0) } ?? "") },
        skipped.map { "\(name($0.path)): \($0.reason)" }
    )
}

@Test(arguments: [
    ["n1.edf", "n1.txt"], ["n1.edf", "n1.rml"], ["n1.edf", "n1.annot"], ["n1.bdf", "n1.csv"], ["n1.EDF", "n1.XML"],
    ["n1.edf", "n1.EDF.XML"],
    ["shhs1-200001.edf", "shhs1-200001-nsrr.xml"], ["sub-01_task-sleep_eeg.edf", "sub-01_task-sleep_events.tsv"],
    ["SN001.edf", "SN001_sleepscoring.edf"], ["a-PSG.edf", "a-Hypnogram.txt"], ["a_PSG.edf", "a_sleepscoring.tsv"],
    ["SC4001E0-PSG.edf", "SC4001EC-Hypnogram.edf"], ["wsc-visit1-10119-nsrr.edf", "wsc-visit1-10119-nsrr.xml"],
    ["wsc-visit1-10119-nsrr.edf", "wsc-visit1-10119.allscore.txt"],
    ["wsc-visit1-10119-nsrr.edf", "wsc-visit1-10119.stg.txt"],
    ["wsc-visit1-10119-nsrr.edf", "wsc-visit1-10119-nsrr.stg.txt"], ["a.edf", "a.allscore.txt"],
    ["sub-S1_ses-1_task-psg_eeg.edf", "sub-S1_ses-1_task-psg_annotations.csv"],
    ["01-03-0001 PSG.edf", "01-03-0001 Base.edf"], ["00000995-100507[001].edf", "00000995-100507.rml"],
])
func filesThatAreCalledAlikeAreANight(names: [String]) throws {
    #expect(try found(names) == (pairs: [names.joined(separator: " ")], skipped: []))
    #expect(
        try found([names[0]], hypnograms: [names[1]]) == (pairs: [names.joined(separator: " ")], skipped: []))
}

@Test func aFolderOfBIDSIsReadWithItsPeopleAndSessions() throws {
    func night(_ name: String) -> [String] {
        ["_eeg.edf", "_eeg.json", "_channels.tsv", "_events.tsv"].map { name + $0 }
    }
    let one = night("sub-01/ses-1/eeg/sub-01_ses-1_task-sleep") + night("sub-01/ses-2/eeg/sub-01_ses-2_task-sleep")
    let two = night("sub-02/eeg/sub-02_task-sleep") + ["sub-02/anat/sub-02_T1w.nii.gz", "sub-02/sub-02_scans.tsv"]
    let beside = [
        "participants.tsv", "dataset_description.json", "README", "code/a.py", "derivatives/sub-01/eeg/x_eeg.edf",
    ]
    let all = try found(one + two + beside)
    let names = ["sub-01_ses-1_task-sleep", "sub-01_ses-2_task-sleep", "sub-02_task-sleep"]
    #expect(all.pairs == names.map { "\($0)_eeg.edf \($0)_events.tsv" })
    #expect(all.skipped == [])
    // What somebody put there is told of.
    #expect(try found(two + ["sub-03_task-sleep_eeg.edf", "other/a.edf"]).skipped.count == 2)
    let events = one.filter { $0.hasSuffix("_events.tsv") }
    #expect(try found(one.filter { $0.hasSuffix(".edf") }, hypnograms: events).pairs.count == 2)
}

@Test func whatIsOfNoNightIsNamed() throws {
    let all = try found([
        "a.edf", "a.txt", "b.edf", "c-PSG.edf", "c.txt", "c-Hypnogram.txt", "d-PSG.edf", "d.edf", "d.csv", "d.tsv",
        "notes.txt", "notes.csv", "x.pdf",
    ])
    #expect(all.pairs == ["a.edf a.txt", "c-PSG.edf c-Hypnogram.txt"])
    // A text beside signals that say that they are may be anything.
    #expect(
        all.skipped.sorted() == [
            "b.edf: no hypnogram is called like it", "c.txt: no signals are called like it",
            "d-PSG.edf: there is no d-Hypnogram.edf beside it", "d.csv: no signals are called like it",
            "d.edf: d-PSG.edf is taken in its place", "d.tsv: no signals are called like it",
            "notes.csv: no signals are called like it",
            "notes.txt: no signals are called like it", "x.pdf: not named like a night's signals or hypnogram",
        ])
    #expect(try found(["a.edf", "b.edf", "b.xml"], unlabelled: true).pairs == ["a.edf", "b.edf b.xml"])
}

/// As HMC is downloaded: the same stages as annotations and as text.
@Test func ofStagesInEDFAndATextOfTheSameNameTheEDFIsRead() throws {
    let all = try found([
        "SN001.edf", "SN001_sleepscoring.edf", "SN001_sleepscoring.txt", "SN002.edf", "SN002_sleepscoring.edf",
        "SN002_sleepscoring.txt", "a-PSG.edf", "a-Hypnogram.EDF", "a-Hypnogram.csv", "a-Hypnogram.tsv",
    ])
    #expect(
        all.pairs == [
            "SN001.edf SN001_sleepscoring.edf", "SN002.edf SN002_sleepscoring.edf", "a-PSG.edf a-Hypnogram.EDF",
        ])
    let reason = "the EDF file of the same name is read in its place, and so with 3 more"
    #expect(all.skipped == ["SN001_sleepscoring.txt: \(reason)"])
    for names in [
        ["a.edf", "a_sleepscoring.edf", "a-sleepscoring.txt"], ["a.edf", "a_sleepscoring.edf", "a_sleepscoring.xml"],
        ["a.edf", "a_sleepscoring.txt", "a_sleepscoring.csv"], ["a.edf", "a_sleepscoring.edf", "a_sleepscoring.bdf"],
    ] {
        let error = #expect(throws: DatasetError.self) { try found(names) }
        #expect("\(try #require(error))".hasSuffix("are the same recording's: keep one of them"))
    }
}

@Test func partsOfARecordingHaveOneHypnogram() throws {
    let all = try found([
        "1-2[001].edf", "1-2[002].edf", "1-2[010].edf", "1-2.rml", "1-3[001].edf", "1-3[002].txt", "1.rml",
    ])
    #expect(all.pairs == ["001", "002", "010"].map { "1-2[\($0)].edf 1-2.rml" })
    #expect(
        all.skipped.sorted() == [
            "1-3[001].edf: no hypnogram is called like it", "1-3[002].txt: no signals are called like it",
            "1.rml: there is no 1…-PSG.edf beside it",
        ])
    // What is called like a part is its own.
    #expect(
        try found(["a[001].edf", "a[001].rml", "a[002].edf", "a.rml"]).pairs == [
            "a[001].edf a[001].rml", "a[002].edf a.rml",
        ])
    #expect(try found(["a.edf", "a[002].edf", "a.rml"]).pairs == ["a.edf a.rml"])
    #expect(try found(["a.edf", "a.rml", "a[1].edf", "b[12].edf", "b.rml"]).pairs == ["a.edf a.rml"])
}

/// Names that a publisher has for a recording give way to those that are alike, and to nothing else.
@Test func publishersNamesMakeNoOtherPairs() throws {
    for (names, pairs) in [
        (["x.edf", "x-nsrr.xml", "x-nsrr.edf"], ["x.edf x-nsrr.xml"]),
        (["x-nsrr.edf", "x-nsrr.xml", "x.allscore.txt", "x.stg.txt"], ["x-nsrr.edf x-nsrr.xml"]),
        (["x-nsrr.edf", "x-nsrr.txt", "x.stg.txt"], ["x-nsrr.edf x-nsrr.txt"]),
        (["x_eeg.edf", "x_events.tsv", "x_annotations.csv"], ["x_eeg.edf x_events.tsv"]),
        (["x_eeg.edf", "x_annotations.csv", "x.csv"], ["x_eeg.edf x_annotations.csv"]),
        (
            ["1 PSG.edf", "1 Base.edf", "2 PSG.edf", "2 Base.edf", "1 Spindles.edf"],
            ["1 PSG.edf 1 Base.edf", "2 PSG.edf 2 Base.edf"]
        ),
        (["1 PSG.edf", "1 PSG.txt", "1 Base.edf"], ["1 PSG.edf 1 PSG.txt"]),
        (["1 Base.edf", "1 Base.txt", "2 PSG.edf", "2 PSG.txt"], ["1 Base.edf 1 Base.txt", "2 PSG.edf 2 PSG.txt"]),
        (["1 Base.edf", "1 Base.txt", "1 PSG.edf", "1 PSG.txt"], ["1 Base.edf 1 Base.txt", "1 PSG.edf 1 PSG.txt"]),
        (
            [
                "a.edf", "a.txt", "b.edf", "b_annotations.csv", "c-PSG.edf", "c.stg.txt", "d-PSG.edf",
                "d_annotations.csv",
            ], ["a.edf a.txt"]
        ),
    ] { #expect(try found(names).pairs == pairs) }
    let error = #expect(throws: DatasetError.self) { try found(["x-nsrr.edf", "x.allscore.txt", "x.stg.txt"]) }
    #expect("\(try #require(error))".hasSuffix("are the same recording's: keep one of them"))
}

@Test func foldersInTheFolderAreCalledSo() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path("sub-01"), withIntermediateDirectories: false)
    let error = #expect(throws: DatasetError.self) { try PolysomnographyFiles.find(in: folder.url.path) }
    #expect(
        "\(try #require(error))".contains("sub-01: it is a folder, in which nothing is looked for: give its files with")
    )
}

/// Two parts of a study that Philips has the stages of in one file; the second begins three minutes after the first.
@Test(arguments: ["24.04.8922.03.00", "24.04.8922.00.00", "01.01.8500.00.00"])
func partsOfARecordingAreWhereTheirHeadersSayAndOnePersons(second: String) throws {
    let folder = try TemporaryFolder()
    for (number, start) in ["24.04.8922.00.00", second].enumerated() {
        try MadeUpPSG.signals(epochs: 12, start: start).write(to: folder.path("n[00\(number + 1)].edf"))
    }
    let stages = ["Wake", "NonREM1", "NonREM2", "NonREM3", "REM"].enumerated()
        .map { "<Stage Type=\"\($1)\" Start=\"\($0 * 90)\"/>" }.joined()
    try folder.write(
        "<PatientStudy><Acquisition><Sessions><Session><RecordingStart>1989-04-24T22:00:00</RecordingStart>"
            + "<Duration>540</Duration></Session></Sessions></Acquisition><ScoringData><StagingData><UserStaging>"
            + "<NeuroAdultAASMStaging>\(stages)</NeuroAdultAASMStaging></UserStaging></StagingData></ScoringData>"
            + "</PatientStudy>", to: "n.rml")
    let files = try PolysomnographyFiles.find(in: folder.url.path).pairs
    for filesAreSubjects in [false, true] {
        let source = try Polysomnography(files, channels: ["ramp"], filesAreSubjects: filesAreSubjects)
        #expect(source.outline.subjects == ["n"] && !source.notes.contains { $0.contains("twice") })
        guard second == "24.04.8922.03.00" else {
            #expect(source.outline.recordings.map(\.name) == ["n[001]"])
            #expect(
                source.skipped.contains { $0.path == files[1].signals && $0.reason.hasPrefix("nothing tells where") })
            continue
        }
        #expect(source.outline.recordings.map(\.name) == ["n[001]", "n[002]"])
        let labels = source.outline.recordings.map { recording in
            recording.labels.map { $0.map { source.outline.codes[$0] } ?? "-" }.joined(separator: " ")
        }
        #expect(labels == ["W W W N1 N1 N1 N2 N2 N2 N3 N3 N3", "N2 N2 N2 N3 N3 N3 REM REM REM REM REM REM"])
    }
}

@Test(arguments: [
    ["a.edf", "a.txt", "a.xml"], ["a.edf", "a-nsrr.xml", "a-profusion.xml"], ["a.edf", "a.bdf", "a.txt"],
])
func aNightOfTwoFilesOfAKindIsRefused(names: [String]) throws {
    let error = #expect(throws: DatasetError.self) { try found(names) }
    #expect("\(try #require(error))".hasSuffix("are the same recording's: keep one of them"))
}

@Test func aFolderWithoutNightsIsRefused() throws {
    let error = #expect(throws: DatasetError.self) { try found(["a.edf", "b.txt"]) }
    #expect(
        "\(try #require(error))".contains("pairs like NAME-PSG.edf and NAME-Hypnogram.edf, or NAME.edf and NAME.txt"))
}

/// Notes may be called as their recording is: what is wrong with them says why they were read.
@Test(arguments: ["Patient moved a lot\n", "W\nW\nthe lamp fell over\nN2\n"])
func notesThatAreCalledLikeTheirNightSayWhatTheyWereTakenFor(text: String) throws {
    let folder = try TemporaryFolder()
    try MadeUpPSG.signals(epochs: 12).write(to: folder.path("n1.edf"))
    let notes = try folder.write(text, to: "n1.txt")
    func fault(_ files: [PolysomnographyFiles]) throws -> String {
        let error = #expect(throws: DatasetError.self) { try Polysomnography(files, channels: ["ramp"]) }
        return "\(try #require(error))"
    }
    let guessed = try fault(PolysomnographyFiles.find(in: folder.url.path).pairs)
    #expect(guessed.contains("; it was taken for the hypnogram of n1.edf, as it is called alike: "), "\(guessed)")
    let named = try fault([PolysomnographyFiles(signals: folder.path("n1.edf"), hypnogram: notes)])
    #expect(guessed.hasPrefix(named) && !named.contains("taken for"), "\(named)")
}

/// Luna's annotations may be of anything.
@Test func annotationsOfLunaCountWhereNothingElseIsTheHypnogram() throws {
    let folder = try TemporaryFolder()
    for name in ["a.edf", "a.txt", "a.annot", "b.edf", "b.annot"] { try folder.write("x", to: name) }
    let found = try PolysomnographyFiles.find(in: folder.url.path)
    let names = found.pairs.map { URL(filePath: $0.hypnogram ?? "").lastPathComponent }
    #expect(names == ["a.txt", "b.annot"])
    #expect(found.skipped.contains { $0.path.hasSuffix("a.annot") && $0.reason == "a.txt is taken in its place" })
}
