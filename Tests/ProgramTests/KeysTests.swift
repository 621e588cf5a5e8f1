import Foundation
import TestKit
import Testing

/// `ssrm keys` and what is refused because of what it finds.
@Suite struct KeysTests {
    private let folder: TemporaryFolder
    private let head: TestKeys

    init() throws {
        folder = try TemporaryFolder()
        head = try TestKeys.make(in: folder.path("head"))
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? Int ?? 0) & 0o777
    }

    private func fails(_ words: String..., says texts: String..., location: SourceLocation = #_sourceLocation) throws {
        let result = try ProgramRun(words).result()
        #expect(result.status == 1 && result.output.isEmpty, Comment(rawValue: result.errors), sourceLocation: location)
        #expect(result.errors.split(separator: "\n").count == 1, sourceLocation: location)
        for text in texts {
            #expect(result.errors.contains(text), Comment(rawValue: result.errors), sourceLocation: location)
        }
    }

    @Test func aCoordinatorThatNobodyCanJoinSaysSo() throws {
        let worker = try head.issue("mill")
        try head.revoke("mill")
        let job = try Pretraining.jobFlags(run: folder.path("run"), steps: 5)
        for (keys, words) in [
            (head, "note: no key is listed in \(head.folder)/authorized: nobody can join; "),
            (worker, "nobody can join (\(worker.folder) looks like a worker's folder"),
        ] {
            let result = try ProgramRun(
                ["coordinator", "--listen", "tcp://127.0.0.1:*", "--wait-seconds", "0.3", "--keys", keys.folder] + job
                    + ["--resume"]
            ).result()
            #expect(result.errors.contains(words), Comment(rawValue: result.errors))
            #expect(result.errors.contains("`ssrm keys issue \(keys.folder) --label NAME --out FOLDER`"))
        }
    }

    @Test func aNewKeyIsPrintedAsOneObjectWhereAskedFor() throws {
        struct Made: Decodable { let folder, label, key: String }
        let path = folder.path("mill")
        let result = try ProgramRun(["keys", "new", path, "--label", "mill", "--json"]).result()
        let made = try JSONDecoder().decode(Made.self, from: Data(result.output.utf8))
        #expect((made.folder, made.label) == (path, "mill"))
        #expect(try String(contentsOfFile: path + "/public", encoding: .utf8).contains(made.key))
    }

    @Test func onlyTheirOwnerMayReadSecretsAndNobodyIsShownOne() throws {
        let mill = try head.issue("mill")
        #expect(try mode(mill.folder) == 0o700 && mode(mill.folder + "/secret") == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: mill.folder).allSatisfy { !$0.contains(".part") })
        for words in [["list", head.folder], ["list", head.folder, "--json"], ["new", folder.path("new")]] {
            let result = try ProgramRun(["keys"] + words).result()
            #expect(result.status == 0, Comment(rawValue: result.errors))
            for secret in try [head.secret, mill.secret] { #expect(!result.output.contains(secret)) }
        }
        #expect(try TestKeys.run("list", head.folder).output.contains("mill"))
    }

    @Test func nothingTakesTheKeyAway() throws {
        let before = try head.secret
        try fails("keys", "new", head.folder, says: "a key is there already")
        #expect(try head.secret == before)
        try fails("keys", "new", folder.path("a"), "--label", "a b", says: "'a b' is no label", "--label")
    }

    @Test func nothingIsMadeForALabelThatIsTaken() throws {
        _ = try head.issue("mill")
        let other = folder.path("other")
        try fails("keys", "issue", head.folder, "--label", "mill", "--out", other, says: "another key", "'mill'")
        #expect(!FileManager.default.fileExists(atPath: other))
    }

    /// A kill between the pair and the rest leaves such a folder.
    @Test func aWorkersFolderThatWasLeftHalfMadeIsMadeWhole() throws {
        let mill = try TestKeys.make(in: folder.path("mill"), label: "mill")
        let secret = try mill.secret
        let words = ["issue", head.folder, "--label", "mill", "--out", mill.folder]
        #expect(try ProgramRun(["keys"] + words).result().status == 0)
        #expect(try mill.secret == secret && TestKeys.run("list", head.folder).output.contains("mill"))
        try fails("keys", "issue", head.folder, "--label", "mill", "--out", mill.folder, says: "another key")
        _ = try TestKeys.make(in: folder.path("oven"), label: "oven")
        try fails(
            "keys", "issue", head.folder, "--label", "other", "--out", folder.path("oven"),
            says: "a key is there already")
    }

    @Test func aListThatSaysNothingSureIsRefused() throws {
        let mill = try head.issue("mill")
        try fails("keys", "authorize", head.folder, mill.folder + "/secret", says: "secret key")
        let oven = try TestKeys.make(in: folder.path("oven"), label: "oven")
        try fails("keys", "authorize", head.folder, oven.folder + "/public", "--label", "mill", says: "another key")
        try fails("keys", "authorize", head.folder, mill.folder + "/public", "--label", "b", says: "listed", "'mill'")
        try fails("keys", "revoke", head.folder, "oven", says: "'oven'", "mill")
        let list = head.folder + "/authorized"
        try "ssrm-public 12 a\n".write(toFile: list, atomically: false, encoding: .utf8)
        try fails("keys", "list", head.folder, says: list, "line 1")
    }

    @Test func whoseKeyIsTakenIsSaid() throws {
        let mill = try TestKeys.make(in: folder.path("mill"), label: "mill")
        func begin(_ keys: TestKeys) throws -> Substring {
            try String(contentsOfFile: keys.folder + "/public", encoding: .utf8).split(separator: " ")[1].prefix(12)
        }
        let (millKey, headKey) = (try begin(mill), try begin(head))
        #expect(
            try TestKeys.run("authorize", head.folder, mill.folder + "/public").output
                == "\(head.folder)/authorized: 'mill' may come (its key begins with \(millKey))\n")
        #expect(
            try TestKeys.run("trust", mill.folder, head.folder + "/public").output
                == "\(mill.folder)/coordinator: 'head' is trusted (its key begins with \(headKey))\n")
    }

    @Test func aFoldersOwnKeyIsNobodyElses() throws {
        let own = head.folder + "/public"
        try fails(
            "keys", "trust", head.folder, own, says: "the key 'head' is that of \(head.folder) itself", "coordinator's")
        try fails(
            "keys", "authorize", head.folder, own, "--label", "mill", says: "the key 'mill' is that of",
            "a worker's folder")
        for file in ["coordinator", "authorized"] {
            #expect(!FileManager.default.fileExists(atPath: head.folder + "/" + file))
        }
    }

    @Test func halvesOfTwoPairsAreRefused() throws {
        let (mill, oven) = (try head.issue("mill"), try head.issue("oven"))
        for (keys, other) in [(mill, oven), (head, oven)] {
            try FileManager.default.removeItem(atPath: keys.folder + "/public")
            try FileManager.default.copyItem(atPath: other.folder + "/public", toPath: keys.folder + "/public")
        }
        let both = "\(mill.folder)/secret and \(mill.folder)/public are of two key pairs"
        try fails(
            "worker", "--connect", "tcp://127.0.0.1:1", "--keys", mill.folder, says: both, "Copy both", "ssrm keys new")
        let coordinator = try ProgramRun(
            ["coordinator", "--listen", "tcp://127.0.0.1:*", "--keys", head.folder]
                + Pretraining.jobFlags(run: folder.path("run"), steps: 5)
        ).result()
        #expect(coordinator.status == 1 && coordinator.errors.contains("\(head.folder)/public are of two key pairs"))
        // Nobody is given a key to trust that the coordinator has not.
        try fails(
            "keys", "issue", head.folder, "--label", "new", "--out", folder.path("new"), says: "are of two key pairs")
        #expect(!FileManager.default.fileExists(atPath: folder.path("new")))
    }

    @Test func manyAtOnceLoseNoKey() throws {
        let runs = try (0..<6).map {
            try ProgramRun(["keys", "issue", head.folder, "--label", "w\($0)", "--out", folder.path("w\($0)")])
        }
        for run in runs { #expect(run.result().status == 0) }
        #expect(try TestKeys.run("list", head.folder).output.split(separator: "\n").count == 6)
    }

    @Test func filesThatOthersMayReadOrChangeAreRefused() throws {
        let mill = try head.issue("mill")
        let coordinator =
            try ["coordinator", "--listen", "tcp://127.0.0.1:*", "--keys", head.folder]
            + Pretraining.jobFlags(run: folder.path("run"), steps: 5)
        let worker = ["worker", "--connect", "tcp://127.0.0.1:1", "--keys", mill.folder]
        let cases = [
            (worker, mill.folder + "/secret", 0o644, "chmod 600"),
            (coordinator, head.folder + "/secret", 0o640, "chmod 600"),
            (worker, mill.folder + "/coordinator", 0o666, "chmod go-w"),
            (coordinator, head.folder + "/authorized", 0o664, "chmod go-w"),
        ]
        for (words, file, mode, said) in cases {
            let before = try self.mode(file)
            #expect(chmod(file, mode_t(mode)) == 0)
            let result = try ProgramRun(words).result()
            #expect(result.status == 1 && result.errors.contains(file), Comment(rawValue: result.errors))
            let secret = try mill.secret
            #expect(result.errors.contains(said) && !result.errors.contains(secret))
            #expect(chmod(file, mode_t(before)) == 0)
        }
        unlink(mill.folder + "/coordinator")
        try fails("worker", "--connect", "tcp://127.0.0.1:1", "--keys", mill.folder, says: "ssrm keys trust")
        try fails("worker", "--connect", "tcp://127.0.0.1:1", "--keys", folder.path("no"), says: "ssrm keys new")
    }
}
