import Foundation
import TestKit
import Testing

/// A signal while a folder is written leaves no part of it.
@Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func aFolderThatIsHalfWrittenGoesWithTheProgram(signal: Int32) throws {
    let folder = try TemporaryFolder()
    let process = try ProgramRun(
        [
            "--default-signal=HUP,INT,TERM", ProgramRun.ssrm, "data", "synthetic", "--kind", "psg", "--subjects",
            "2000",
            "--epochs", "10", "--seed", "1", "--edf", "--out", folder.path("nights"),
        ], program: "/usr/bin/env")
    func written() -> [String] { (try? FileManager.default.subpathsOfDirectory(atPath: folder.url.path)) ?? [] }
    #expect(waitFor { written().count > 3 })
    process.signal(signal)
    #expect(process.result().status == -signal)
    #expect(try folder.contents.isEmpty)
}

/// Two folders go at once: that of the recordings as they were read, and the half-written answers.
@Test func aSignalLeavesNoPartOfTheAnswersToRecordings() throws {
    let (folder, answers, temporary) = (try TemporaryFolder(), try TemporaryFolder(), try TemporaryFolder())
    func make(_ arguments: String...) throws {
        let result = try ProgramRun(arguments).result()
        try #require(result.status == 0, "\(result.errors)")
    }
    try make(
        "data", "synthetic", "--kind", "psg", "--subjects", "300", "--epochs", "10", "--seed", "1", "--edf", "--out",
        folder.path("nights"))
    try make(
        "data", "edf", "--signals", folder.path("nights/P00001-PSG.edf"), "--hypnogram",
        folder.path("nights/P00001-Hypnogram.edf"), "--signals", folder.path("nights/P00002-PSG.edf"), "--hypnogram",
        folder.path("nights/P00002-Hypnogram.edf"), "--channels", "EEG", "--rate", "10", "--row-seconds", "3", "--out",
        folder.path("two.st"))
    try make(
        "train", "--data", folder.path("two.st"), "--scheme", "five", "--preset", "night", "--set",
        "recogniser.encoder=none", "--set", "recogniser.epochs=1", "--out", folder.path("model.st"))
    let process = try ProgramRun(
        [
            "--default-signal=TERM", "TMPDIR=\(temporary.url.path)", ProgramRun.ssrm, "predict", "--model",
            folder.path("model.st"), "--from", "edf", "--root", folder.path("nights"), "--format", "bids", "--out",
            answers.path("answers"),
        ], program: "/usr/bin/env")
    #expect(waitFor { ((try? answers.contents) ?? []).contains { $0.hasSuffix(".part") } })
    process.signal(SIGTERM)
    #expect(process.result().status == -SIGTERM)
    #expect(try answers.contents.isEmpty)
    #expect(try temporary.contents.isEmpty)
}
