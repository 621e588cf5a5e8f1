import Foundation
import Numerics
import TestKit
import Testing
import Upstream

/// Checkpoints that may hold wrong sums are never gone on from, whenever the coordinator dies.
@Suite struct DoubtTests {
    let folder: TemporaryFolder
    var run: String { folder.path("run") }

    init() throws { folder = try TemporaryFolder() }

    /// A run of 60 steps whose later checkpoints are wrong, as a coordinator leaves them that is killed before it has
    /// removed them.
    private func doubtedRun(after step: Int, flags: [String] = []) throws {
        let keeping = ["--workers", "1", "--checkpoint-every", "20", "--keep-checkpoints", "9"]
        _ = try Pretraining.pretrain(run: run, steps: 60, keeping + flags)
        for place in [run] + flags.dropFirst() {
            // Where steps are faster than the disk, not each is kept.
            for wrong in try names(in: place) where wrong > step {
                let file = RunFolder(place).checkpointFile(step: wrong)
                let checkpoint = try TrainingCheckpoint(reading: file)
                checkpoint.state.parameters.base[3] += 1
                try checkpoint.write(to: file)
            }
        }
        try Data("\(step)\n".utf8).write(to: URL(filePath: RunFolder(run).doubtFile))
    }

    private func names(in place: String) throws -> [Int] { try RunFolder(place).checkpointSteps }

    @Test func aRunGoesOnFromTheLastCheckpointThatIsNotInDoubt() throws {
        try doubtedRun(after: 25)
        let inspected = try Pretraining.inspect(run)
        #expect(inspected.step == 20)
        let resumed = try Pretraining.pretrain(run: run, ["--workers", "1", "--resume"])
        #expect(resumed.parameters_sha256 == (try Pretraining.undisturbed.get()))
        #expect(!FileManager.default.fileExists(atPath: RunFolder(run).doubtFile))
    }

    /// What one place says of its checkpoints holds for the other's: who was killed may have come no further.
    @Test func aCopysCheckpointsAreInDoubtToo() throws {
        let copy = folder.path("copy")
        try doubtedRun(after: 20, flags: ["--checkpoint-copy", copy])
        let resumed = try Pretraining.pretrain(run: run, ["--workers", "1", "--resume", "--checkpoint-copy", copy])
        #expect(resumed.parameters_sha256 == (try Pretraining.undisturbed.get()))
        #expect(try names(in: copy).contains(200))
    }

    /// Its copy was not there when all was settled.
    @Test func whatACopySaysOfItselfHoldsForItAlone() throws {
        let copy = folder.path("copy")
        _ = try Pretraining.pretrain(run: run, steps: 60, ["--workers", "1", "--checkpoint-copy", copy])
        try Data("20\n".utf8).write(to: URL(filePath: RunFolder(copy).doubtFile))
        let result = try ProgramRun(
            ["pretrain", "--json", "--workers", "1", "--resume", "--checkpoint-copy", copy]
                + Pretraining.jobFlags(run: run, steps: 200)
        ).result()
        #expect(result.output.contains(try Pretraining.undisturbed.get()))
        let started = try RunEventLog(of: run).entries.filter { $0.event == .started }
        #expect(started.last?.step == 60)
        #expect(!FileManager.default.fileExists(atPath: RunFolder(copy).doubtFile))
    }

    @Test func anotherRunDoesNotBeginWhereAllIsInDoubt() throws {
        try doubtedRun(after: 3)
        let before = try names(in: run)
        let result = try ProgramRun(
            ["pretrain", "--workers", "1"] + Pretraining.jobFlags(run: run, steps: 200)
        ).result()
        #expect(result.status == 1 && result.errors.contains("has checkpoints of an earlier run; go on with --resume"))
        #expect(try names(in: run) == before)
    }

    @Test func whereAllAreInDoubtItBeginsAnewAndSaysSo() throws {
        try doubtedRun(after: 3)
        let result = try ProgramRun(
            ["pretrain", "--json", "--workers", "1", "--resume"] + Pretraining.jobFlags(run: run, steps: 200)
        ).result()
        #expect(result.status == 0)
        #expect(result.output.contains(try Pretraining.undisturbed.get()))
        #expect(result.errors.contains("\(run): checkpoints after step 3 are passed over: workers disagreed"))
    }

    @Test func aFileThatIsNotAsItWasWrittenIsRefused() throws {
        try doubtedRun(after: 20)
        try Data("2".utf8).write(to: URL(filePath: RunFolder(run).doubtFile))
        let result = try ProgramRun(
            ["pretrain", "--workers", "1", "--resume"] + Pretraining.jobFlags(run: run, steps: 200)
        ).result()
        #expect(result.status == 1)
        #expect(result.errors.contains("is not as it was written; name another run, or remove it and the checkpoints"))
        #expect(try names(in: run).last == 60)
    }

    /// A referee takes its time here, so that the coordinator dies before there is a verdict; where it does not, it
    /// goes back itself.
    @Test(arguments: [SIGKILL, SIGTERM])
    func whoDiesWhileWorkersDisagreeLeavesNothingWrong(signal: Int32) throws {
        let job = ["--hidden", "400"]
        let endless = try EndlessRun.coordinator(
            run: run, job: job, "--audit", "0.3", "--checkpoint-every", "10")
        let liar = try LyingWorker("liar", endpoint: try endless.events.endpoint(), from: 25)
        try endless.events.waits(for: .checkpointWritten) { $0.step ?? 0 >= 30 }
        let worker = try endless.worker()
        #expect(
            waitFor(every: 500) {
                FileManager.default.fileExists(atPath: RunFolder(run).doubtFile) || endless.process.hasEnded
            })
        endless.process.signal(signal)
        endless.process.result()
        worker.signal(SIGKILL)
        worker.result()
        _ = liar
        // Where there was a verdict, it may have gone back to its begin.
        let steps = (try names(in: run).last ?? 0) + 40
        let resumed = try Pretraining.pretrain(run: run, steps: steps, ["--workers", "1", "--resume"] + job)
        let plain = try Pretraining.pretrain(run: folder.path("plain"), steps: steps, ["--workers", "1"] + job)
        #expect(resumed.parameters_sha256 == plain.parameters_sha256)
        #expect(!FileManager.default.fileExists(atPath: RunFolder(run).doubtFile))
    }
}
