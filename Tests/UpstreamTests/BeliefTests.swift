import Foundation
import TestKit
import Testing
import Upstream

/// Which checkpoints are believed, by what files and checkpoints say.
@Suite struct BeliefTests {
    let folder: TemporaryFolder
    private var run: RunFolder { RunFolder(folder.path("run")) }

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: run.checkpointFolder, withIntermediateDirectories: true)
    }

    private func write(_ steps: Int..., naming doubts: [Doubt] = []) throws {
        for step in steps {
            let state = try pretrainAlone(SmallJob.job(steps: step), samples: SmallJob.samples)
            try TrainingCheckpoint(job: SmallJob.job(), state: state, doubts: doubts)
                .write(to: run.checkpointFile(step: step))
        }
    }

    private func doubt(_ text: String) throws { try folder.write(text, to: "run/doubt") }

    @Test func thoseAfterItsStepAreNotUnlessTheyNameIt() throws {
        try write(2, 4, 6)
        #expect(try run.belief().believed == [2, 4, 6])
        try doubt("3 a1\n")
        #expect(try run.belief().believed == [2] && run.belief().doubted == [4, 6])
        try write(4, naming: [Doubt(after: 3, id: "a1")])
        #expect(try run.belief().believed == [2, 4] && run.belief().doubted == [6])
        try doubt("3 a1\n1 b2\n")
        #expect(try run.belief().believed.isEmpty)
    }

    /// A copy may lack the file and have some of both.
    @Test func whatOneNamesHoldsForThoseThatDoNot() throws {
        try write(2, 6, 8)
        try write(4, naming: [Doubt(after: 2, id: "a1")])
        #expect(try run.belief().believed == [2, 4])
        #expect(try run.belief(knowing: [Doubt(after: 1, id: "b2")]).believed.isEmpty)
        var skipped: [String] = []
        #expect(try run.newestCheckpoint { skipped.append($0) }?.checkpoint.state.step == 4)
        #expect(skipped.count == 1 && skipped[0].hasPrefix("\(run.path): checkpoints of steps 6, 8 are passed over: "))
    }

    @Test func oneThatWasClearedIsOfNoneAndWhatNamesItIsBelieved() throws {
        try write(2, 4)
        try write(6, naming: [Doubt(after: 3, id: "a1").cleared])
        #expect(try run.belief().believed == [2, 4, 6])
        try doubt("3 a1\n")  // it could not be removed
        #expect(try run.belief().believed == [2, 4, 6])
    }

    /// A copy whose disk was away when a doubt was cleared goes on telling of it.
    @Test func whatOnePlaceClearedIsClearedInTheOther() throws {
        try write(2, 4)
        try doubt("3 a1\n1 b2\n")
        #expect(try run.belief(knowing: [Doubt(after: 1, id: "b2").cleared]).believed == [2])
        #expect(try run.belief(knowing: [Doubt(after: 3, id: "a1").cleared]).believed.isEmpty)
        try doubt("none b2\n")
        #expect(try run.belief(knowing: [Doubt(after: 1, id: "b2")]).believed == [2, 4])
    }

    @Test func whatADamagedCheckpointNamesSaysNothingOfOthers() throws {
        try write(2, 8)
        try write(4, naming: [Doubt(after: 2, id: "a1")])
        let path = run.checkpointFile(step: 4)
        var bytes = try Data(contentsOf: URL(filePath: path))
        let place = try #require(bytes.firstRange(of: Data("2 a1".utf8)))
        bytes[place.upperBound - 1] ^= 1
        try bytes.write(to: URL(filePath: path))
        #expect(try run.belief().believed == [2, 4, 8])
        #expect(try run.newestCheckpoint { _ in }?.checkpoint.state.step == 8)
    }

    @Test func aFileThatIsNamedDirectlyIsJudgedByItsRun() throws {
        try write(2, 4)
        try doubt("3 a1\n")
        #expect(try RunFolder.checkpoint(at: run.checkpointFile(step: 2)).state.step == 2)
        let path = run.checkpointFile(step: 4)
        let fault = #expect(throws: UpstreamError.self) { try RunFolder.checkpoint(at: path) }
        #expect("\(try #require(fault))" == "\(path): workers disagreed about sums that are in it, which may be wrong")
        try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: path)
        #expect(throws: UpstreamError.self) { try RunFolder.checkpoint(at: folder.path("link")) }
        try FileManager.default.moveItem(atPath: path, toPath: folder.path("mine"))
        #expect(try RunFolder.checkpoint(at: folder.path("mine")).state.step == 4)
    }

    /// One of ssrm 0.8.0 had a step alone.
    @Test func aFileOfBeforeDoubtsHadNamesIsRead() throws {
        try write(2, 4)
        try doubt("3\n")
        #expect(try run.belief().believed == [2] && run.belief().doubted == [4])
    }

    @Test(arguments: ["3", "-1\n", "3 a1", "-1 a1\n", "3 xyz\n", "3 a1 b\n", "x a1\n"])
    func aFileThatNoRunWroteIsRefused(text: String) throws {
        try write(2)
        try doubt(text)
        #expect {
            try run.belief()
        } throws: {
            "\($0)".hasPrefix("\(run.doubtFile): it says which checkpoints hold, and is not as it was written")
        }
    }

    @Test func theLastOnesAreKeptAndThoseThatWereClearedGoFirst() {
        let cleared = (0..<3000).map { Doubt(after: $0).cleared }
        let others = (0..<3000).map { Doubt(after: $0) }
        #expect(Doubt.kept(others + cleared) == cleared.suffix(1096) + others)
        #expect(Set(others.map(\.id)).count == 3000)
    }
}
