import Foundation
import Messaging
import TestKit

/// A folder of keys that a test had `ssrm keys` make.
struct TestKeys {
    let folder: String
    let label: String

    /// What `ssrm keys` says to these words.
    @discardableResult
    static func run(_ words: String...) throws -> ProgramResult {
        let result = try ProgramRun(["keys"] + words).result()
        if result.status != 0 { throw Pretraining.Failure(text: result.errors) }
        return result
    }

    /// A coordinator's.
    static func make(in folder: String, label: String = "head") throws -> TestKeys {
        try run("new", folder, "--label", label)
        return TestKeys(folder: folder, label: label)
    }

    /// Those of a worker that may come.
    func issue(_ label: String) throws -> TestKeys {
        let folder = folder + "-" + label
        try Self.run("issue", self.folder, "--label", label, "--out", folder)
        return TestKeys(folder: folder, label: label)
    }

    func revoke(_ label: String) throws { try Self.run("revoke", folder, label) }

    private func word(of file: String) throws -> Substring {
        try String(contentsOfFile: folder + "/" + file, encoding: .utf8).split(separator: " ")[1]
    }

    /// The secret key, as its file has it.
    var secret: String { get throws { String(try word(of: "secret")) } }

    /// Has a socket show these keys, before it connects.
    func show(by socket: Socket) throws {
        guard let pair = try KeyPair(secretText: word(of: "secret")),
            let other = PublicKey(text: try word(of: "coordinator"))
        else { throw Pretraining.Failure(text: "no keys in \(folder)") }
        try socket.setKeys(pair, of: other)
    }
}
