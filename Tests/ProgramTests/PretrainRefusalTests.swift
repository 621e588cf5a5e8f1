import Foundation
import Messaging
import TestKit
import Testing

/// What bad input and bad peers get: one clear line, exit code 1 or 2, nothing half-written.
@Suite(.serialized, .onOwnThreads) struct PretrainRefusalTests {
    let folder: TemporaryFolder
    var run: String { folder.path("run") }

    init() throws { folder = try TemporaryFolder() }

    private func pretrain(_ flags: String...) throws -> ProgramResult {
        try ProgramRun(["pretrain"] + Pretraining.jobFlags(run: run, steps: 20).without(flags) + flags).result()
    }

    private func expectLine(
        _ result: ProgramResult, _ parts: String..., status: Int32 = 1, location: SourceLocation = #_sourceLocation
    ) {
        let last = result.errors.split(separator: "\n").last.map(String.init) ?? ""
        #expect(result.status == status, Comment(rawValue: result.errors), sourceLocation: location)
        #expect(result.output.isEmpty, sourceLocation: location)
        for part in parts {
            #expect(last.contains(part), Comment(rawValue: result.errors), sourceLocation: location)
        }
    }

    @Test func anUnknownPresetIsNamedWithThoseThatThereAre() throws {
        expectLine(try pretrain("--preset", "papre"), "papre", "did you mean paper?", "paper, night", status: 2)
        #expect(try folder.contents.isEmpty)
    }

    @Test func moreOriginalsAStepThanTheDatasetHasAreRefused() throws {
        expectLine(try pretrain("--shard-size", "5000"), "25000 originals", "--shard-size")
        #expect(try folder.contents.isEmpty)
    }

    @Test func anEarlierRunIsNotWrittenOver() throws {
        _ = try Pretraining.pretrain(run: run, steps: 5, "--workers", "1")
        expectLine(try pretrain(), "--resume")
    }

    @Test func aCheckpointOfAnotherJobIsRefusedByWhatDiffers() throws {
        _ = try Pretraining.pretrain(run: run, steps: 5, "--workers", "1")
        expectLine(try pretrain("--resume", "--seed", "8"), "seed 7 there, 8 here")
        expectLine(try pretrain("--resume", "--preset", "night"), "preset paper there, night here")
        let other = folder.path("other.safetensors")
        #expect(
            try ProgramRun.ssrm(
                "data", "synthetic", "--kind", "pressure", "--subjects", "2", "--seed", "1", "--out", other
            ).status == 0)
        expectLine(try pretrain("--resume", "--data", other), "dataset ")
    }

    @Test func aFinishedRunThatIsResumedNamesNoWorkersSinceItStartsNone() throws {
        #expect(try pretrain().errors.contains("this process may use"))
        let again = try pretrain("--resume")
        #expect(again.status == 0 && again.errors.contains("all 20 steps are done"), Comment(rawValue: again.errors))
        #expect(!again.errors.contains("worker"), Comment(rawValue: again.errors))
    }

    @Test func aTornCheckpointIsPassedOverForTheOneBefore() throws {
        _ = try Pretraining.pretrain(run: run, steps: 20, "--workers", "1", "--checkpoint-every", "10")
        let newest = run + "/checkpoints/step-00000020.safetensors"
        let whole = try Data(contentsOf: URL(filePath: newest))
        try whole.dropLast(100).write(to: URL(filePath: newest))
        let result = try pretrain("--resume", "--workers", "1")
        #expect(result.status == 0)
        #expect(result.errors.contains("skipped a checkpoint: ") && result.errors.contains(newest))
        #expect(result.errors.contains("resuming after step 10"))
        #expect(try Data(contentsOf: URL(filePath: newest)) == whole)
    }

    @Test func aLearningRateThatMakesTheGradientInfiniteIsAnError() throws {
        expectLine(try pretrain("--learning-rate", "1e38"), "infinite or not a number", "--learning-rate")
        let status = try ProgramRun.ssrm("status", run)
        #expect(status.status == 0 && status.output.contains("ended by a fault: the gradient of step "), "\(status)")
    }

    @Test func aPortInUseIsNamed() throws {
        let socket = try Socket(.router, in: Context())
        let endpoint = try socket.bind("tcp://127.0.0.1:*")
        let result = try ProgramRun(["coordinator", "--listen", endpoint] + Pretraining.jobFlags(run: run, steps: 5))
            .result()
        expectLine(result, endpoint, "in use")
    }

    @Test(arguments: ["tcp://0.0.0.0:5555", "tcp://*:5555", "tcp://192.0.2.1:5555"])
    func listeningBeyondThisMachineNeedsToBeAskedFor(endpoint: String) throws {
        let result = try ProgramRun(["coordinator", "--listen", endpoint] + Pretraining.jobFlags(run: run, steps: 5))
            .result()
        expectLine(result, endpoint, "--plaintext-network", "unauthenticated")
        #expect(try folder.contents.isEmpty)
    }

    @Test func aRunDirectoryHasOneCoordinatorAtATime() throws {
        let first = try EndlessRun.pretrain(run: run, "--workers", "1")
        try first.events.waits(for: .joined)
        expectLine(try pretrain("--resume"), "in use by another coordinator")
        first.process.signal(SIGTERM)
        #expect(first.process.result().status == 143)
    }

    @Test func aCoordinatorThatNobodyComesToGivesUpWhenAsked() throws {
        let result = try ProgramRun(
            ["coordinator", "--listen", "tcp://127.0.0.1:*", "--wait-seconds", "0.3"]
                + Pretraining.jobFlags(run: run, steps: 5)
        ).result()
        expectLine(result, "no worker", "ssrm worker --connect")
    }

    @Test func aWorkerWhoseCoordinatorIsSilentGivesUp() throws {
        let result = try ProgramRun.ssrm("worker", "--connect", "tcp://127.0.0.1:1", "--patience", "0.5")
        expectLine(result, "tcp://127.0.0.1:1", "nothing listens at its port 1")
    }
}
