import Checkpoints
import Foundation
import TestKit

/// A dataset as PhysioNet publishes one, served by a real HTTP server on this machine.
final class Mirror {
    let folder: TemporaryFolder
    private let process: ProgramRun
    private(set) var address = ""

    /// Serves `files`, by name, with the publisher's list of digests, or with `list` in its place; `faults` are by name
    /// what goes wrong at each request, as `Support/mirror` says.
    init(_ files: [String: Data], list: String? = nil, faults: [String: [String]] = [:]) throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path("site"), withIntermediateDirectories: true)
        for (name, data) in files {
            let path = folder.path("site/" + name)
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try data.write(to: URL(filePath: path))
        }
        let digests = files.sorted { $0.key < $1.key }.map { "\(sha256($0.value)) \($0.key)\n" }
        try folder.write(list ?? digests.joined(), to: "site/SHA256SUMS.txt")
        let script = packageRoot.appending(path: "Tests/ScriptsTests/Support/mirror").path
        let arguments = [
            folder.path("site"), folder.path("requests"),
            String(decoding: try JSONEncoder().encode(faults), as: UTF8.self),
        ]
        process = try withoutBlockedSignals { try ProgramRun(arguments, program: script) }
        guard process.waits(for: "port", seconds: 60), let port = process.outputSoFar.split(separator: " ").last else {
            throw MirrorError(description: "the mirror did not come up: \(process.errorsSoFar)")
        }
        address = "http://127.0.0.1:\(port.trimmingCharacters(in: .whitespacesAndNewlines))"
    }

    deinit { process.signal(SIGKILL) }

    /// What was asked for until now: the name and the range of each GET, the list of files left out.
    var requests: [String] {
        get throws {
            try String(contentsOfFile: folder.path("requests"), encoding: .utf8).split(separator: "\n")
                .filter { $0.hasPrefix("GET ") && !$0.contains("SHA256SUMS.txt") }
                .map { $0.dropFirst(4).trimmingCharacters(in: .whitespaces) }
        }
    }
}

struct MirrorError: Error, CustomStringConvertible {
    let description: String
}

/// The digest of `data` as a publisher lists it.
func sha256(_ data: Data) -> String { data.withUnsafeBytes { SHA256Digest.hex(of: $0) } }
