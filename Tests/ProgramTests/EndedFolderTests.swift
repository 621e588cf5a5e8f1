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
