import Foundation
import Messaging
import TestKit
import Testing

/// What a run that can't begin leaves: what was there before.
@Suite(.serialized, .onOwnThreads) struct RefusedRunTests {
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
        let job = try Pretraining.jobFlags(run: run, steps: 5).without(flags)
        let result = try ProgramRun([command] + job + flags).result()
        #expect(result.status == 1, Comment(rawValue: result.errors), sourceLocation: location)
        #expect(try everything() == before, sourceLocation: location)
        return result.errors
    }

    @Test func aPlaceForCopiesThatCanNotBe() throws {
        try folder.write("", to: "file")
        let inTheWay = try refused("--checkpoint-copy", folder.path("file/copy"))
        #expect(inTheWay.contains("--checkpoint-copy ") && inTheWay.contains("a file is in the way"), "\(inTheWay)")
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

    /// This machine's name, where it stands for addresses alone that no other machine reaches.
    private static let ownName: String? = {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return nil }
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do { _ = try TCPEndpoint(listening: "tcp://\(text):*") } catch EndpointError.nameOfThisMachineAlone {
            return text
        } catch { return nil }
        return nil
    }()

    @Test(.enabled(if: ownName != nil, "this machine's name stands for an address that others reach"))
    func aNameThatNoOtherMachineReaches() throws {
        let name = try #require(Self.ownName)
        let said = try refused("--listen", "tcp://\(name):7000", "--plaintext-network", command: "coordinator")
        #expect(said.hasPrefix("ssrm: tcp://\(name):7000: the name '\(name)' stands for "), "\(said)")
        #expect(said.contains(" here, which no other machine reaches; give this machine's address"))
        let relay = try ProgramRun([
            "relay", "--connect", "tcp://127.0.0.1:9", "--listen", "tcp://\(name):7000", "--plaintext-network",
        ]).result()
        #expect(relay.status == 1 && relay.errors.contains("which no other machine reaches"), "\(relay.errors)")
        let page = try ProgramRun(["status", "nowhere", "--serve", "\(name):8080"]).result()
        #expect(page.status == 2 && page.errors.contains("--serve \(name):8080: the name"), "\(page.errors)")
        #expect(page.errors.contains("or *:8080 for all it has"), "\(page.errors)")
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
