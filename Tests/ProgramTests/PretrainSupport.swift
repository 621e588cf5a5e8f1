import Foundation
import TestKit
import Testing

extension [String] {
    /// Options with a value each, but for those that are among others.
    func without(_ others: [String]) -> [String] {
        stride(from: 0, to: count - 1, by: 2).flatMap { others.contains(self[$0]) ? [] : self[$0...$0 + 1] }
    }
}

/// A small dataset and the runs of the upstream stage on it.
enum Pretraining {
    private static let folder = Result { try TemporaryFolder() }

    /// Made once for all tests.
    static let dataset: Result<String, any Error> = Result {
        let path = try folder.get().path("maps.safetensors")
        let made = try ProgramRun.ssrm(
            "data", "synthetic", "--kind", "pressure", "--subjects", "3", "--seed", "5", "--out", path)
        guard made.status == 0 else { throw Failure(text: made.errors) }
        return path
    }

    struct Failure: Error { let text: String }

    struct Outcome: Decodable, Equatable {
        let step: Int
        let parameters_sha256: String
        let job_digest: String
    }

    /// The flags that fix a job; `steps` steps of 5 shards of 4 maps of the dataset, or of a copy of it.
    static func jobFlags(run: String, steps: Int, copy: String? = nil) throws -> [String] {
        [
            "--data", try copy ?? dataset.get(), "--run", run, "--steps", "\(steps)", "--seed", "7", "--shards", "5",
            "--shard-size", "4", "--hidden", "24",
        ]
    }

    /// What `ssrm pretrain` with these further flags comes to.
    static func pretrain(
        run: String, steps: Int = 200, _ flags: String..., location: SourceLocation = #_sourceLocation
    ) throws -> Outcome {
        try pretrain(run: run, steps: steps, flags, location: location)
    }

    /// What `ssrm pretrain` with these further flags comes to.
    static func pretrain(
        run: String, steps: Int = 200, _ flags: [String], location: SourceLocation = #_sourceLocation
    ) throws -> Outcome {
        let job = try jobFlags(run: run, steps: steps).without(flags)
        let result = try ProgramRun(["pretrain", "--json"] + job + flags).result()
        #expect(result.status == 0, Comment(rawValue: result.errors), sourceLocation: location)
        return try JSONDecoder().decode(Outcome.self, from: Data(result.output.utf8))
    }

    /// What `ssrm inspect` tells of a run.
    static func inspect(_ run: String) throws -> Outcome {
        try JSONDecoder().decode(Outcome.self, from: Data(try ProgramRun.ssrm("inspect", run, "--json").output.utf8))
    }

    /// The bits that one worker comes to in so many steps of the job on the dataset, or on a copy of it or another
    /// one, when nobody disturbs it.
    static func bits(afterSteps steps: Int, copy: String? = nil, job flags: [String] = []) throws -> String {
        let folder = try TemporaryFolder()
        let job = try jobFlags(run: folder.path("run"), steps: steps, copy: copy).without(flags) + flags
        let result = try ProgramRun(["pretrain", "--json", "--workers", "1"] + job).result()
        guard result.status == 0 else { throw Failure(text: result.errors) }
        return try JSONDecoder().decode(Outcome.self, from: Data(result.output.utf8)).parameters_sha256
    }

    /// What a run comes to whose worker is killed, then its coordinator, and that goes on for 50 steps more.
    static func afterKills(run: String, job flags: [String]) throws -> Outcome {
        let first = try EndlessRun.pretrain(
            run: run, job: flags, "--workers", "2", "--no-shared-memory", "--checkpoint-every", "30")
        kill(try #require(try first.events.waits(for: .joined).pid), SIGKILL)
        try first.events.waits(for: .ended)
        try first.events.waits(for: .checkpointWritten)
        try first.waitsForProgress()
        first.process.signal(SIGKILL)
        first.process.result()
        let steps = try inspect(run).step + 50
        let job = try jobFlags(run: run, steps: steps).without(flags) + flags
        let result = try ProgramRun(["pretrain", "--json", "--workers", "3", "--resume"] + job).result()
        #expect(result.status == 0, Comment(rawValue: result.errors))
        let outcome = try JSONDecoder().decode(Outcome.self, from: Data(result.output.utf8))
        #expect(outcome.step == steps)
        return outcome
    }

    /// The bits that everything else is compared with: one worker, nobody disturbed, 200 steps.
    static let undisturbed: Result<String, any Error> = Result { try bits(afterSteps: 200) }
}
