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
        try Data("\(step) a1\n".utf8).write(to: URL(filePath: RunFolder(run).doubtFile))
    }

    /// Whether nothing that is there is in doubt, though it may have been.
    private func isSettled(_ place: String) throws -> Bool { try RunFolder(place).belief().doubted.isEmpty }

    private func names(in place: String) throws -> [Int] { try RunFolder(place).checkpointSteps }

    @Test func aRunGoesOnFromTheLastCheckpointThatIsNotInDoubt() throws {
        try doubtedRun(after: 25)
        let inspected = try Pretraining.inspect(run)
        #expect(inspected.step == 20)
        let resumed = try Pretraining.pretrain(run: run, ["--workers", "1", "--resume"])
        #expect(resumed.parameters_sha256 == (try Pretraining.undisturbed.get()))
        #expect(try isSettled(run))
    }

    /// What one place says of its checkpoints holds for the other's: who was killed may have come no further.
    @Test func aCopysCheckpointsAreInDoubtToo() throws {
        let copy = folder.path("copy")
        try doubtedRun(after: 20, flags: ["--checkpoint-copy", copy])
        let resumed = try Pretraining.pretrain(run: run, ["--workers", "1", "--resume", "--checkpoint-copy", copy])
        #expect(resumed.parameters_sha256 == (try Pretraining.undisturbed.get()))
        #expect(try names(in: copy).contains(200))
    }

    /// The coordinator looks at what a lone worker answers before it counts.
    @Test func whereNobodyDisagreesNothingIsInDoubt() throws {
        let copy = folder.path("copy")
        _ = try Pretraining.pretrain(
            run: run, steps: 60, ["--workers", "1", "--audit", "1", "--checkpoint-copy", copy])
        for place in [run, copy] { #expect(!FileManager.default.fileExists(atPath: RunFolder(place).doubtFile)) }
        let kept = try TrainingCheckpoint(reading: RunFolder(run).checkpointFile(step: 60))
        #expect(kept.record.audited == kept.record.leaves && kept.doubts.isEmpty)
    }

    /// What a copy tells that the run's own checkpoints name was settled when they were written.
    @Test(arguments: [true, false])
    func whatACopyTellsHoldsForWhatWasWrittenBeforeItWasSettled(isNamed: Bool) throws {
        let copy = folder.path("copy")
        _ = try Pretraining.pretrain(run: run, steps: 60, ["--workers", "1", "--checkpoint-copy", copy])
        let doubt = Doubt(after: 20, id: "a1")
        for step in try names(in: run) where isNamed {
            let file = RunFolder(run).checkpointFile(step: step)
            try TrainingCheckpoint(reading: file).naming([doubt.cleared]).write(to: file)
        }
        try Data("20 a1\n".utf8).write(to: URL(filePath: RunFolder(copy).doubtFile))
        let result = try ProgramRun(
            ["pretrain", "--json", "--workers", "1", "--resume", "--checkpoint-copy", copy]
                + Pretraining.jobFlags(run: run, steps: 200)
        ).result()
        #expect(result.output.contains(try Pretraining.undisturbed.get()))
        let started = try RunEventLog(of: run).entries.filter { $0.event == .started }
        #expect(started.last?.step == (isNamed ? 60 : 0))
        #expect(try isSettled(run) && isSettled(copy))
    }

    /// The disk of a copy is gone when a liar is found out, and is there again when the run is resumed or moved: what
    /// it holds of the liar's is taken from it by nobody.
    @Test(arguments: [true, false])
    func aCopyThatWasAwayWhileALiarWasFoundOutIsNotGoneOnFrom(isBackDuringTheRun: Bool) throws {
        let (copy, away) = (folder.path("copy"), folder.path("away"))
        let endless = try EndlessRun.coordinator(
            run: run, "--audit", "0.3", "--checkpoint-every", "10", "--checkpoint-copy", copy)
        let liar = try LyingWorker("liar", endpoint: try endless.events.endpoint(), from: 25)
        // It is alone and so taken at its word.
        #expect(waitFor(every: 5) { (try? names(in: copy).last ?? 0) ?? 0 >= 60 })
        try FileManager.default.moveItem(atPath: copy, toPath: away)
        let worker = try endless.worker()
        try liar.isSentAway()
        _ = try endless.events.waits(for: .wentBack)
        if isBackDuringTheRun {
            try FileManager.default.moveItem(atPath: away, toPath: copy)
            // Its own file tells of it before it is written to again, or soon after.
            #expect(waitFor { FileManager.default.fileExists(atPath: RunFolder(copy).doubtFile) })
        }
        endless.process.signal(SIGKILL)
        endless.process.result()
        for worker in [worker] {
            worker.signal(SIGKILL)
            worker.result()
        }
        if !isBackDuringTheRun { try FileManager.default.moveItem(atPath: away, toPath: copy) }
        let steps = max(try names(in: copy).last ?? 0, try names(in: run).last ?? 0) + 20
        let plain = try Pretraining.bits(afterSteps: steps)
        if isBackDuringTheRun {
            // The run directory is lost, and the copy taken for it.
            let alone = folder.path("alone")
            try FileManager.default.copyItem(atPath: copy, toPath: alone)
            let resumed = try Pretraining.pretrain(run: alone, steps: steps, ["--workers", "1", "--resume"])
            #expect(resumed.parameters_sha256 == plain)
        }
        let resumed = try Pretraining.pretrain(
            run: run, steps: steps, ["--workers", "1", "--resume", "--checkpoint-copy", copy])
        #expect(resumed.parameters_sha256 == plain)
        #expect(try isSettled(run) && isSettled(copy))
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
        #expect(result.errors.contains("\(run): checkpoints of steps "))
        #expect(result.errors.contains(" are passed over: workers disagreed"))
    }

    @Test func aFileThatIsNotAsItWasWrittenIsRefused() throws {
        try doubtedRun(after: 20)
        try Data("2 a1".utf8).write(to: URL(filePath: RunFolder(run).doubtFile))
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
        #expect(try isSettled(run))
    }
}
