import Foundation
import TestKit
import Testing

/// A short job on a made-up dataset: what every launcher gets to run here, and what its result must be.
struct ClusterJob {
    let folder: TemporaryFolder
    let data: String
    /// The job, done in a moment.
    static let short = flags(steps: 60)
    /// The same, long enough to be interrupted.
    static let long = flags(steps: 2000)
    /// The same, too long to end within a test.
    static let endless = flags(steps: 1_000_000)

    private static func flags(steps: Int) -> [String] {
        ["--steps", "\(steps)", "--shards", "4", "--shard-size", "8", "--seed", "5", "--checkpoint-every", "10"]
    }

    init() throws {
        folder = try TemporaryFolder()
        data = folder.path("data.safetensors")
        let made = try ProgramRun.ssrm(
            "data", "synthetic", "--kind", "pressure", "--subjects", "3", "--seed", "2", "--out", data)
        try #require(made.status == 0, "\(made.errors)")
    }

    /// A run's folder, by name.
    func run(_ name: String) -> String { folder.path(name) }

    /// The digest of the parameters that one local worker reaches.
    func digestOfLocalRun(_ flags: [String] = Self.short) throws -> String {
        let arguments = ["pretrain", "--data", data, "--run", run("local"), "--workers", "1"] + flags
        let result = try ProgramRun(arguments).result(seconds: 900)
        try #require(result.status == 0, "\(result.errors)")
        return try digest(of: "local")
    }

    /// The digest of the newest parameters in a run's folder.
    func digest(of name: String) throws -> String {
        let result = try ProgramRun.ssrm("inspect", run(name), "--json")
        try #require(result.status == 0, "\(result.errors)")
        let report = try JSONDecoder().decode(Inspection.self, from: Data(result.output.utf8))
        return report.parameters_sha256
    }

    /// What a run tells while it goes on.
    func events(of name: String) -> RunEventLog { RunEventLog(of: run(name)) }

    /// The text of a file in a run's folder, for a failure's message.
    func text(_ path: String) -> String {
        (try? String(contentsOfFile: folder.path(path), encoding: .utf8)) ?? "no \(path)"
    }

    private struct Inspection: Decodable {
        let parameters_sha256: String
    }
}
