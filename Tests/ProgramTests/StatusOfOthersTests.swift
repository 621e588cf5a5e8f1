import Foundation
import TestKit
import Testing

/// `ssrm status` of what the user who asks may not read.
@Suite struct StatusOfOthersTests {
    private static let setpriv = "/usr/bin/setpriv"
    private let folder: TemporaryFolder
    private var run: String { folder.path("run") }

    init() throws {
        folder = try TemporaryFolder()
        _ = try Pretraining.pretrain(run: run, steps: 2, "--workers", "1")
        #expect(chmod(folder.url.path, 0o755) == 0 && chmod(run, 0o755) == 0)
    }

    /// As a user who is neither root, whom nothing is hidden from, nor the owner where root is.
    private func status() throws -> ProgramResult {
        if geteuid() != 0 { return try ProgramRun(["status", run]).result() }
        // What is built may lie where root alone looks.
        let program = folder.path("ssrm")
        if !FileManager.default.fileExists(atPath: program) {
            try FileManager.default.copyItem(atPath: ProgramRun.ssrm, toPath: program)
            #expect(chmod(program, 0o755) == 0)
        }
        let other = ["--reuid", "65534", "--regid", "65534", "--clear-groups", program, "status", run]
        return try ProgramRun(other, program: Self.setpriv).result()
    }

    @Test(
        .enabled(if: geteuid() != 0 || access(setpriv, X_OK) == 0, "root, and no setpriv"),
        arguments: [("", "job.json"), ("job.json", "job.json"), ("events.jsonl", "events.jsonl")])
    func whatMayNotBeReadIsSaid(hidden: String, named: String) throws {
        let before = try status()
        #expect(before.status == 0 && before.output.contains("finished"), "\(before.errors)")
        #expect(chmod(run + "/" + hidden, 0) == 0)
        let result = try status()
        #expect(chmod(run + "/" + hidden, 0o755) == 0)
        #expect(result.status == 1 && result.output.isEmpty)
        let words = "this user may not read it; ask whoever started the run, or look as that user"
        #expect(result.errors == "ssrm: \(run)/\(named): \(words)\n")
    }
}
