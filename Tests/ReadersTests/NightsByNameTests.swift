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
    ["n1.edf", "n1.txt"], ["n1.edf", "n1.rml"], ["n1.bdf", "n1.csv"], ["n1.EDF", "n1.XML"], ["n1.edf", "n1.EDF.XML"],
    ["shhs1-200001.edf", "shhs1-200001-nsrr.xml"], ["sub-01_task-sleep_eeg.edf", "sub-01_task-sleep_events.tsv"],
    ["SN001.edf", "SN001_sleepscoring.edf"], ["a-PSG.edf", "a-Hypnogram.txt"], ["a_PSG.edf", "a_sleepscoring.tsv"],
    ["SC4001E0-PSG.edf", "SC4001EC-Hypnogram.edf"],
])
func filesThatAreCalledAlikeAreANight(names: [String]) throws {
    #expect(try found(names) == (pairs: [names.joined(separator: " ")], skipped: []))
    #expect(
        try found([names[0]], hypnograms: [names[1]]) == (pairs: [names.joined(separator: " ")], skipped: []))
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
