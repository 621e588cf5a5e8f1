import Foundation
import TestKit
import Testing

/// The promise holds for what others add: a network and a task of the tests' own, trained by real processes.
@Suite(.serialized) struct SeamProcessTests {
    private static let trainer = URL(filePath: ProgramRun.ssrm).deletingLastPathComponent()
        .appending(path: "ExampleTrainer").path
    private struct Outcome: Decodable, Equatable {
        let step: Int
        let parameters_sha256: String
        let job_digest: String
    }
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func start(_ run: String, workers: Int, steps: Int, _ flags: String...) throws -> ProgramRun {
        try ProgramRun(
            ["pretrain", try Pretraining.dataset.get(), folder.path(run), "\(workers)", "\(steps)"] + flags,
            program: Self.trainer)
    }

    private func outcome(of run: ProgramRun, location: SourceLocation = #_sourceLocation) throws -> Outcome {
        let result = run.result()
        #expect(result.status == 0, Comment(rawValue: result.errors), sourceLocation: location)
        return try JSONDecoder().decode(Outcome.self, from: Data(result.output.utf8))
    }

    @Test func theSameJobGivesTheSameBitsWhateverTheWorkersAndTheCoordinatorsDeath() throws {
        let one = try outcome(of: start("one", workers: 1, steps: 400))
        #expect(one.step == 400)
        #expect(try outcome(of: start("three", workers: 3, steps: 400)) == one)

        let killed = try start("killed", workers: 2, steps: 400)
        let checkpoint = folder.path("killed/checkpoints/step-00000040.safetensors")
        #expect(waitFor { FileManager.default.fileExists(atPath: checkpoint) })
        killed.signal(SIGKILL)
        #expect(killed.result().status == -SIGKILL)
        #expect(try outcome(of: start("killed", workers: 3, steps: 400, "--resume")) == one)
    }
}
