import Checkpoints
import Foundation
import Synchronization
import TestKit
import Testing
import Upstream

/// A small checkpoint, cut at each byte and altered in each bit: an error that names the file, never other bits.
@Suite struct AlteredCheckpointTests {
    /// What a file comes to whose content is this.
    private struct Attempt {
        let folder: RunFolder
        let path: String

        init(in folder: TemporaryFolder, _ number: Int) throws {
            self.folder = RunFolder(folder.path("run\(number)"))
            try FileManager.default.createDirectory(
                atPath: self.folder.checkpointFolder, withIntermediateDirectories: true)
            path = self.folder.checkpointFile(step: 2)
        }

        func write(_ content: Data) throws {
            // In place: a new file for each would take as long as all the rest.
            if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(filePath: path)) }
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            try file.write(contentsOf: content)
            try file.truncate(atOffset: UInt64(content.count))
            try file.close()
        }

        /// Whether reading ends with an error that names the file.
        var isRefused: Bool {
            do {
                _ = try TrainingCheckpoint(reading: path)
                return false
            } catch {
                return "\(error)".contains(path) && !"\(error)".contains("\n")
            }
        }
    }

    private let temporary: TemporaryFolder
    private let content: Data

    init() throws {
        temporary = try TemporaryFolder()
        let state = try pretrainAlone(SmallJob.job(steps: 2), samples: SmallJob.samples)
        let path = temporary.path("whole.safetensors")
        try TrainingCheckpoint(job: SmallJob.job(), state: state).write(to: path)
        content = try Data(contentsOf: URL(filePath: path))
    }

    /// Those of `count` alterations that were not refused; a part of them on each processor.
    private func unrefused(of count: Int, _ alter: @Sendable (inout Data, Int) -> Void) throws -> [Int] {
        let found = Mutex<[Int]>([])
        let lanes = max(1, ProcessInfo.processInfo.activeProcessorCount)
        let attempts = try (0..<lanes).map { try Attempt(in: temporary, $0) }
        DispatchQueue.concurrentPerform(iterations: lanes) { lane in
            for place in stride(from: lane, to: count, by: lanes) {
                var altered = content
                alter(&altered, place)
                let isRefused = (try? attempts[lane].write(altered)) != nil && attempts[lane].isRefused
                if !isRefused { found.withLock { $0.append(place) } }
            }
        }
        return found.withLock { $0.sorted() }
    }

    @Test func eachTruncationIsRefused() throws {
        #expect(try unrefused(of: content.count) { $0 = $0.prefix($1) } == [])
    }

    @Test func eachAlteredBitIsRefused() throws {
        #expect(try unrefused(of: content.count * 8) { $0[$1 / 8] ^= 1 << ($1 % 8) } == [])
    }

    @Test func theOlderOneIsTakenInItsPlaceWhateverIsThere() throws {
        let attempt = try Attempt(in: temporary, 0)
        let older = try pretrainAlone(SmallJob.job(steps: 1), samples: SmallJob.samples)
        try TrainingCheckpoint(job: SmallJob.job(), state: older).write(to: attempt.folder.checkpointFile(step: 1))
        let makers: [(String) throws -> Void] = [
            { [content] in try content.dropLast(1).write(to: URL(filePath: $0)) },
            { try Data().write(to: URL(filePath: $0)) },
            { try FileManager.default.createDirectory(atPath: $0, withIntermediateDirectories: true) },
            { #expect(mkfifo($0, 0o600) == 0) },
            { try FileManager.default.createSymbolicLink(atPath: $0, withDestinationPath: $0) },
            { try FileManager.default.createSymbolicLink(atPath: $0, withDestinationPath: "/dev/zero") },
        ]
        for make in makers {
            try make(attempt.path)
            var skipped: [String] = []
            let newest = try attempt.folder.newestCheckpoint { skipped.append($0) }
            #expect(newest?.checkpoint.state.step == 1)
            #expect(newest?.checkpoint.parametersDigest == sha256(of: older.parameters))
            #expect(skipped.count == 1 && skipped[0].contains(attempt.path))
            try FileManager.default.removeItem(atPath: attempt.path)
        }
    }
}
