import Foundation
import Messaging
import TestKit
import Testing

/// What a run that can't begin leaves: what was there before.
@Suite(.serialized) struct RefusedRunTests {
    let folder: TemporaryFolder
    var run: String { folder.path("new/run") }

    init() throws { folder = try TemporaryFolder() }

    private func everything() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.url.path).sorted()
    }

    /// What a refused run says, which leaves everything as it was.
    private func refused(
        _ flags: String..., command: String = "pretrain", location: SourceLocation = #_sourceLocation
    ) throws -> String {
        let before = try everything()
        let result = try ProgramRun([command] + Pretraining.jobFlags(run: run, steps: 5) + flags).result()
        #expect(result.status == 1, Comment(rawValue: result.errors), sourceLocation: location)
        #expect(try everything() == before, sourceLocation: location)
        return result.errors
    }

    @Test func aPlaceForCopiesThatCanNotBe() throws {
        try folder.write("", to: "file")
        #expect(try refused("--checkpoint-copy", folder.path("file/copy")).contains("no run directory can be made"))
        #expect(try refused("--checkpoint-copy", run).contains("is the run directory itself"))
    }

    @Test func placesWhosePathsLeadThroughFoldersThatAreMadeForThem() throws {
        let socket = try Socket(.router, in: Context())
        let endpoint = try socket.bind("tcp://127.0.0.1:*")
        let said = try refused(
            "--listen", endpoint, "--run", folder.path("x/y/../q"), "--checkpoint-copy", folder.path("x/y/z/../../q2"),
            command: "coordinator")
        #expect(said.contains("in use"), "\(said)")
    }

    @Test func aPlaceForCopiesOfAnotherRun() throws {
        let other = try EndlessRun.pretrain(
            run: folder.path("other"), "--workers", "1", "--checkpoint-every", "1000000")
        try other.events.waits(for: .joined)
        // The other run writes meanwhile, into its own files.
        let said = try ProgramRun(
            ["pretrain"] + Pretraining.jobFlags(run: run, steps: 5) + ["--checkpoint-copy", folder.path("other")]
        ).result()
        #expect(said.status == 1 && said.errors.contains("in use by another coordinator"))
        #expect(try folder.contents == ["other"])
        #expect(
            Set(["lock", "job.json"]).isSubset(
                of: try FileManager.default.contentsOfDirectory(atPath: folder.path("other"))))
        other.process.signal(SIGTERM)
        #expect(other.process.result().status == 143)
    }

    @Test func portsInUseAndAddressesOfOthers() throws {
        let socket = try Socket(.router, in: Context())
        let endpoint = try socket.bind("tcp://127.0.0.1:*")
        let port = try #require(endpoint.split(separator: ":").last.map(String.init))
        #expect(try refused("--status", port).contains(port))
        #expect(try refused("--listen", endpoint, command: "coordinator").contains("in use"))
        let board = folder.path("above/board")
        #expect(
            try refused("--listen", endpoint, "--tensorboard", board, command: "coordinator").contains("in use"))
        _ = try refused("--listen", "tcp://192.0.2.1:5555", "--plaintext-network", command: "coordinator")
    }

    @Test func whatWasThereBeforeStays() throws {
        _ = try Pretraining.pretrain(run: run, steps: 5, "--workers", "1")
        #expect(try refused().contains("go on with --resume"))
        try folder.write("mine", to: "new/run/checkpoints/mine")
        try FileManager.default.removeItem(atPath: run + "/lock")
        #expect(try refused("--checkpoint-copy", folder.path("copy")).contains("go on with --resume"))
    }
}
