import Datasets
import Foundation
import TestKit
import Testing

/// Files that somebody cuts while real processes have them mapped: an error in one line, no signal, and no bit of what
/// is no more.
@Suite(.serialized, .onOwnThreads) struct CutFilesTests {
    let folder: TemporaryFolder
    var run: String { folder.path("run") }
    /// A copy of the dataset for this test alone.
    let copy: String

    init() throws {
        folder = try TemporaryFolder()
        copy = folder.path("copy.safetensors")
        try FileManager.default.copyItem(atPath: try Pretraining.dataset.get(), toPath: copy)
    }

    private func cut(_ path: String) throws {
        let length = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        #expect(truncate(path, off_t(length / 3)) == 0)
    }

    @Test(arguments: ["1", "3"])
    func aDatasetCutDuringARunEndsItInOneLineWithItsLastGoodState(workers: String) throws {
        let endless = try EndlessRun.pretrain(run: run, copy: copy, "--workers", workers)
        try endless.events.waits(for: .joined, count: try #require(Int(workers)))
        try endless.waitsForProgress()
        try cut(copy)
        let result = endless.process.result()
        let line = "ssrm: \(copy) was cut or changed while it was read; copy it again or make it again\n"
        #expect(result.status == 1 && result.errors.hasSuffix(line), Comment(rawValue: result.errors))
        #expect(!result.errors.contains("signal"), Comment(rawValue: result.errors))
        // What was reached before is kept, and is what an undisturbed run comes to.
        let reached = try Pretraining.inspect(run)
        #expect(reached.step > 0)
        #expect(reached.parameters_sha256 == (try Pretraining.bits(afterSteps: reached.step)))
    }

    @Test func aDatasetThatIsTouchedOrWrittenToWithWhatItHoldsDuringARunChangesNothing() throws {
        let endless = try EndlessRun.coordinator(run: run, copy: copy)
        let workers = [try endless.worker("--data", copy), try endless.worker()]
        for worker in workers { try endless.waitsForJoining(of: worker.pid) }
        try endless.waitsForProgress()
        #expect(utimes(copy, nil) == 0)
        try endless.events.waits(for: .samplesConfirmed)
        try endless.waitsForProgress()
        let file = try FileHandle(forUpdating: URL(filePath: copy))
        let bytes = try #require(try file.read(upToCount: 100_000))
        try file.seek(toOffset: 0)
        try file.write(contentsOf: bytes)
        try endless.events.waits(for: .samplesConfirmed, count: 2)
        try endless.waitsForProgress()
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
        for worker in workers { #expect(worker.result().status == 0) }
    }

    private static let largeFolder = Result { try TemporaryFolder() }
    /// A dataset of 69 MB, made once: reading it takes some dozen steps' time.
    private static let large: Result<String, any Error> = Result {
        let path = try largeFolder.get().path("large.safetensors")
        let (count, piece) = (10_000, 100)
        let recording = DatasetOutline.Recording(
            name: "night", subject: 0, firstPosition: 0, labels: Array(repeating: nil, count: count))
        let outline = DatasetOutline(
            kind: "made-up", vocabulary: .posture, rows: 64, columns: 27, subjects: ["A"], codes: [],
            recordings: [recording])
        var writer = try DatasetWriter(path: path, outline: outline)
        let values = (0..<piece * 64 * 27).map { Float($0 % 7919) / 7919 }
        for _ in 0..<count / piece { try writer.append(values) }
        _ = try writer.finish()
        return path
    }

    /// Two copies of it for this test alone.
    private func largeDatasets() throws -> [String] {
        let paths = ["large.safetensors", "other.safetensors"].map { folder.path($0) }
        for path in paths { try FileManager.default.copyItem(atPath: try Self.large.get(), toPath: path) }
        return paths
    }

    @Test func stepsGoOnWhileADatasetThatWasTouchedIsReadAgain() throws {
        let large = try largeDatasets()
        let endless = try EndlessRun.coordinator(run: run, copy: large[0], "--checkpoint-every", "20")
        // The coordinator alone reads the file that is touched.
        let workers = try (0..<2).map { _ in try endless.worker("--data", large[1]) }
        for worker in workers { try endless.waitsForJoining(of: worker.pid) }
        try endless.waitsForProgress()
        #expect(utimes(large[0], nil) == 0)
        let (touched, confirmed) = (
            try endless.events.waits(for: .samplesTouched), try endless.events.waits(for: .samplesConfirmed)
        )
        let steps = [try #require(touched.step), try #require(confirmed.step)]
        #expect(steps[1] > steps[0], "no step was made while the file was read again")
        // Nothing that was reached meanwhile was kept before the file was known to be what it was.
        let entries = try endless.events.entries
        let looked = entries.drop { $0.event != .samplesTouched }.prefix { $0.event != .samplesConfirmed }
        #expect(!looked.contains { $0.event == .checkpointWritten && ($0.step ?? 0) > steps[0] })
        try endless.events.waits(for: .checkpointWritten) { ($0.step ?? 0) > steps[1] }
        #expect(try !endless.events.entries.contains { $0.event == .silent })
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
        for worker in workers { #expect(worker.result().status == 0) }
    }

    @Test func aRunThatIsEndedWhileItsDatasetIsReadAgainKeepsAStateThatIsRight() throws {
        let large = try largeDatasets()
        let endless = try EndlessRun.pretrain(run: run, copy: large[0], "--workers", "2")
        try endless.waitsForProgress()
        #expect(utimes(large[0], nil) == 0)
        try endless.events.waits(for: .samplesTouched)
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
    }

    @Test func aRunThatIsEndedWhileItsLastStepWaitsForItsDatasetKeepsAStateThatIsRight() throws {
        let large = try largeDatasets()
        let steps = 100
        let job = try Pretraining.jobFlags(run: run, steps: steps, copy: large[0])
        let flags = ["--listen", "tcp://127.0.0.1:*", "--no-shared-memory", "--report-every", "1"]
        let coordinator = try ProgramRun(["coordinator"] + flags + job)
        let events = RunEventLog(of: run, by: coordinator)
        let worker = try ProgramRun(["worker", "--connect", events.endpoint(), "--data", large[1]])
        // Touched again before it was read, so that the last step waits with all of its parts made.
        func touch() { #expect(utimes(large[0], nil) == 0) }
        let metrics = URL(filePath: run + "/metrics.jsonl")
        let isLast = waitFor {
            touch()
            let lines = (try? Data(contentsOf: metrics))?.count { $0 == UInt8(ascii: "\n") } ?? 0
            return lines >= steps - 1 || coordinator.hasEnded
        }
        #expect(isLast)
        for _ in 0..<100 {  // meanwhile its sums come
            touch()
            usleep(5_000)
        }
        for process in [worker, coordinator] { process.signal(SIGINT) }
        let result = coordinator.result()
        #expect([0, 130].contains(result.status), Comment(rawValue: result.errors))
        let reached = try Pretraining.inspect(run)
        #expect(reached.step >= steps - 1 && (result.status == 0) == (reached.step == steps))
        #expect(reached.parameters_sha256 == (try Pretraining.bits(afterSteps: reached.step, copy: large[0])))
    }

    @Test(arguments: ["pretrain", "coordinator"])
    func aDatasetThatIsWrittenToInPlaceDuringARunEndsItInOneLine(subcommand: String) throws {
        let isAlone = subcommand == "pretrain"
        let endless =
            isAlone
            ? try EndlessRun.pretrain(run: run, copy: copy, "--workers", "2")
            : try EndlessRun.coordinator(run: run, copy: copy)
        let streaming = isAlone ? nil : try endless.worker()
        try endless.waitsForProgress()
        let file = try FileHandle(forUpdating: URL(filePath: copy))
        let end = try file.seekToEnd()
        try file.seek(toOffset: end / 2)
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: end / 2)
        try file.write(contentsOf: Data([byte ^ 1]))  // the last bit of a float
        let result = endless.process.result()
        let line = "ssrm: \(copy) was cut or changed while it was read; copy it again or make it again\n"
        #expect(result.status == 1 && result.errors.hasSuffix(line), Comment(rawValue: result.errors))
        let reached = try Pretraining.inspect(run)
        #expect(reached.step > 0)
        #expect(reached.parameters_sha256 == (try Pretraining.bits(afterSteps: reached.step)))
        streaming?.signal(SIGTERM)
        streaming?.result()
    }

    @Test func aWorkerWhoseCopyIsCutEndsAndTheRunGoesOnToTheSameBits() throws {
        let endless = try EndlessRun.coordinator(run: run, "--lease", "2", "--heartbeat", "0.2")
        let (first, second) = (try endless.worker("--data", copy), try endless.worker())
        for worker in [first, second] { try endless.waitsForJoining(of: worker.pid) }
        try endless.waitsForProgress()
        try cut(copy)
        let result = first.result()
        #expect(result.status == 1, Comment(rawValue: result.errors))
        #expect(
            result.errors.contains("\(copy) was cut or changed while it was read"), Comment(rawValue: result.errors))
        try endless.waitsForProgress()
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
        #expect(second.result().status == 0)
    }

    @Test func aTableCutWhileItIsReadIsRefusedInOneLine() throws {
        let path = folder.path("table.csv")
        let rows = (0..<400_000).map { "A,n,\($0),W,1.5,2.5,3.5,4.5\n" }.joined()
        try Data(("id,night,epoch,stage,a,b,c,d\n" + rows).utf8).write(to: URL(filePath: path))
        let process = try ProgramRun([
            "data", "table", "--file", path, "--subject", "id", "--recording", "night", "--position", "epoch",
            "--label",
            "stage", "--values", "a,b,c,d", "--vocabulary", "stage", "--out", folder.path("out"),
        ])
        // Mapped, and far from read.
        #expect(
            waitFor {
                process.hasEnded
                    || (try? String(contentsOfFile: "/proc/\(process.pid)/maps", encoding: .utf8))?.contains(path)
                        ?? false
            })
        try cut(path)
        let result = process.result()
        #expect(result.errors == "ssrm: \(path): it was cut or changed while it was read; copy it again\n")
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
    }

    @Test func aBusErrorOfAnythingElseEndsTheProgramAsBefore() throws {
        // Swift's own handler would tell where the program was, and let it go on.
        let process = try ProgramRun(
            ["coordinator", "--listen", "tcp://127.0.0.1:*"] + Pretraining.jobFlags(run: run, steps: 10),
            environment: ["SWIFT_BACKTRACE": "enable=no"])
        _ = try RunEventLog(of: run, by: process).endpoint()
        process.signal(SIGBUS)
        #expect(process.result().status == -SIGBUS)
    }
}
