import Coordination
import Foundation
import Service
import TestKit
import Testing
import Upstream

/// Checkpoints beside the training.
@Suite struct CheckpointWriterTests {
    let run: SmallRun

    init() throws { run = try SmallRun() }

    private func writer(kept: Int = 3, retryDelay: Duration = .milliseconds(20)) throws -> CheckpointWriter {
        try CheckpointWriter(folder: run.folder, kept: kept, retryDelay: retryDelay)
    }

    private func events(of writer: CheckpointWriter, until isLast: (RunEvent) -> Bool) -> [RunEvent] {
        var events: [RunEvent] = []
        let deadline = ContinuousClock.now + .seconds(60)
        while !events.contains(where: isLast), ContinuousClock.now < deadline {
            writer.tick()
            events += writer.events.wait(timeout: .milliseconds(5))
        }
        return events
    }

    @Test func oneThatCannotBeWrittenIsToldOnceAndTriedAgain() throws {
        let writer = try writer()
        writer.write(run.checkpoint(step: 2))  // there is no folder yet
        let failed = events(of: writer) { if case .checkpointFailed = $0 { true } else { false } }
        #expect(failed.count == 1)
        try run.makeFolders()
        let written = events(of: writer) { $0 == .checkpointWritten(step: 2) }
        #expect(written == [.checkpointWritten(step: 2)])
        try writer.finish()
        #expect(try run.folder.checkpointSteps == [2])
    }

    @Test func aNewerOneTakesThePlaceOfOneThatFailed() throws {
        let writer = try writer(retryDelay: .seconds(600))
        writer.write(run.checkpoint(step: 2))
        _ = events(of: writer) { if case .checkpointFailed = $0 { true } else { false } }
        try run.makeFolders()
        writer.write(run.checkpoint(step: 3))
        try writer.finish()
        #expect(writer.events.takeAll() == [.checkpointWritten(step: 3)])
        #expect(try run.folder.checkpointSteps == [3])
    }

    @Test func inADirectoryThatIsAnothersNothingIsWrittenAndNothingRemoved() throws {
        try run.makeFolders()
        for step in 1...3 { try run.checkpoint(step: step).write(to: run.folder.checkpointFile(step: step)) }
        let writer = try CheckpointWriter(folder: run.folder, kept: 1, isHeld: { false })
        writer.write(run.checkpoint(step: 4))
        #expect { try writer.finish() } throws: { "\($0)".contains("was removed or replaced under this run") }
        #expect(writer.dropLater(than: 1).count == 1)
        #expect(try run.folder.checkpointSteps == [1, 2, 3])
    }

    @Test func onlyWhenTheLastOneCannotBeWrittenIsItAnError() throws {
        let writer = try writer(retryDelay: .seconds(600))
        writer.write(run.checkpoint(step: 2))
        #expect {
            try writer.finish()
        } throws: {
            "\($0)".contains("the last checkpoint can't be kept: ") && "\($0)".contains("step-00000002.safetensors")
                && "\($0)".contains("has no checkpoint to resume from") && !"\($0)".contains("--resume")
        }
        try run.makeFolders()
        try writer.finish()
        #expect(try run.folder.checkpointSteps == [2])
    }

    private func expectLastOneMissing(
        _ writer: CheckpointWriter, before step: Int, location: SourceLocation = #_sourceLocation
    ) {
        #expect(sourceLocation: location) {
            try writer.finish()
        } throws: {
            "\($0)".contains("--resume goes on from the one before, of step \(step)")
        }
    }

    @Test func theOneBeforeTheOneThatIsMissingIsNamed() throws {
        try run.makeFolders()
        let writer = try writer(retryDelay: .seconds(600))
        writer.write(run.checkpoint(step: 2))
        try writer.finish()
        try run.temporary.write("", to: "run/checkpoints/step-00000003.safetensors/in-the-way")
        writer.write(run.checkpoint(step: 3))
        expectLastOneMissing(writer, before: 2)
    }

    @Test func oneThatTheRunCouldNotResumeFromCountsForNoneOfThoseToKeep() throws {
        try run.makeFolders()
        try run.checkpoint(step: 10).write(to: run.folder.checkpointFile(step: 10))
        try run.temporary.write("torn", to: "run/checkpoints/step-00000015.safetensors")
        let writer = try CheckpointWriter(folder: run.folder, kept: 2, from: 10, retryDelay: .seconds(600))
        try run.temporary.write("", to: "run/checkpoints/step-00000020.safetensors/in-the-way")
        writer.write(run.checkpoint(step: 20))
        expectLastOneMissing(writer, before: 10)
        try FileManager.default.removeItem(atPath: run.folder.checkpointFile(step: 20))
        writer.write(run.checkpoint(step: 21))
        try writer.finish()
        #expect(try run.folder.checkpointSteps == [10, 21])
    }

    @Test(arguments: [1, 3])
    func soManyAreKeptAndThoseOfOtherNamesToo(kept: Int) throws {
        try run.makeFolders()
        try run.temporary.write("", to: "run/checkpoints/mine.safetensors")
        let writer = try writer(kept: kept)
        for step in 1...5 {
            writer.write(run.checkpoint(step: step))
            try writer.finish()
        }
        #expect(try run.folder.checkpointSteps == Array((1...5).suffix(kept)))
        #expect(try run.folder.newestCheckpoint { _ in }?.checkpoint.state.step == 5)
        #expect(FileManager.default.fileExists(atPath: run.folder.checkpointFolder + "/mine.safetensors"))
    }

    @Test func oneThatCannotBeRemovedIsTold() throws {
        try run.makeFolders()
        try run.temporary.write("", to: "run/checkpoints/step-00000001.safetensors/in-the-way")
        let writer = try writer(kept: 1)
        writer.write(run.checkpoint(step: 2))
        try writer.finish()
        let told = writer.events.takeAll()
        #expect(told.first == .checkpointWritten(step: 2))
        guard case .checkpointNotRemoved(let reason)? = told.last else {
            Issue.record("told \(told)")
            return
        }
        #expect(reason.contains("step-00000001.safetensors"))
    }

    @Test func oneThatTheRunMayHaveToGoBackToIsKeptBesideTheNewest() throws {
        try run.makeFolders()
        let writer = try writer(kept: 2)
        for step in 1...6 {
            writer.write(run.checkpoint(step: step), backTo: step < 6 ? [2] : [4])
            try writer.finish()
            if step == 5 { #expect(try run.folder.checkpointSteps == [2, 4, 5]) }
        }
        #expect(try run.folder.checkpointSteps == [4, 5, 6])
    }
}
