import Checkpoints
import Foundation
import Numerics
import Signals
import Upstream
import Wire

/// The samples of a job on their way from the coordinator or from the cache, block by block, each known by its SHA-256.
final class SampleFetch {
    /// How many blocks are asked for ahead.
    private static let window = 4
    /// How many blocks are looked up in the cache before other things have their turn.
    private static let lookupsAtOnce = 4
    /// The dataset that the blocks are of.
    let datasetDigest: String
    private let job: Job
    private let blocks: SampleBlocks
    private let digests: [UInt8]
    private var cache: String?
    private let values: FloatBlock
    private var unasked: [Int]
    private var underway: Set<Int> = []
    private var isOverdue = false

    /// Makes room for all samples.
    init(job: Job, welcome: Welcome, cache: String?) throws {
        (self.job, self.cache, digests, datasetDigest) = (job, cache, welcome.blockDigests, job.datasetDigest)
        let size = job.rows * job.columns
        blocks = SampleBlocks(
            sampleCount: job.sampleCount, valuesPerSample: size, samplesPerBlock: welcome.samplesPerBlock)
        guard digests.count == blocks.count * 32 else {
            throw ServiceError(
                "the coordinator lists \(digests.count / 32) blocks of samples where there are \(blocks.count)")
        }
        let (bytes, memory) = (job.sampleCount * size * 4, Int(ProcessInfo.processInfo.physicalMemory))
        guard bytes < memory else {
            throw ServiceError(
                """
                the samples take \(bytes >> 20) MiB and this machine has \(memory >> 20) MiB; copy the dataset file here and \
                name it with --data
                """)
        }
        values = FloatBlock(count: job.sampleCount * size)
        unasked = Array((0..<blocks.count).reversed())
        if let cache { makeFolder(cache) }
    }

    private func makeFolder(_ path: String) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            goOnWithoutCache("\(path) is no folder and can't be made one")
        }
    }

    private func goOnWithoutCache(_ reason: String) {
        Terminal.error("\(reason); going on without a cache")
        cache = nil
    }

    /// Whether there may be blocks in the cache that were not looked up.
    var hasMoreInCache: Bool { cache != nil && !unasked.isEmpty && underway.count < Self.window }

    /// All samples, once they are here.
    var samples: Samples? {
        guard unasked.isEmpty, underway.isEmpty else { return nil }
        return Samples(
            count: job.sampleCount, rows: job.rows, columns: job.columns, base: UnsafePointer(values.base),
            owner: values)
    }

    /// The blocks that were asked for and have not come.
    var outstanding: [Int] { underway.sorted() }

    /// The blocks to ask for now, after a few were looked for in the cache.
    func nextRequests() -> [Int] {
        var (next, lookups): ([Int], Int) = ([], 0)
        while underway.count < Self.window, lookups < Self.lookupsAtOnce, let block = unasked.popLast() {
            if let cache {
                lookups += 1
                if let data = regularFile(cacheFile(block, cache)), data.withUnsafeBytes({ place(block, $0) }) {
                    continue
                }
            }
            underway.insert(block)
            next.append(block)
        }
        return next
    }

    /// The blocks to ask for again: none has come since this was asked last.
    func overdueRequests() -> [Int] {
        defer { isOverdue = true }
        return isOverdue ? outstanding : []
    }

    /// Takes a block that came; false if it was not awaited.
    ///
    /// - Throws: when it is not what the coordinator lists.
    func take(_ block: Int, _ content: FloatBlock) throws -> Bool {
        guard underway.contains(block) else { return false }
        guard place(block, content.bytes) else {
            throw ServiceError(
                "block \(block) of the samples is not what the coordinator lists; start the worker again")
        }
        underway.remove(block)
        isOverdue = false
        if let cache {
            do {
                // Not forced to the disk: what a crash leaves half-written is known by its digest.
                try Data(content.bytes).write(to: URL(filePath: cacheFile(block, cache)), options: .atomic)
            } catch {
                goOnWithoutCache("\(cache) can't be written to; is the disk full?")
            }
        }
        return true
    }

    private func digest(_ block: Int) -> ArraySlice<UInt8> { digests[block * 32..<block * 32 + 32] }

    private func cacheFile(_ block: Int, _ folder: String) -> String {
        folder + "/" + digest(block).map { String(format: "%02x", $0) }.joined() + ".block"
    }

    /// A file's content; nil for what is no regular file, a pipe for example, which would never end.
    private func regularFile(_ path: String) -> Data? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return FileManager.default.contents(atPath: path)
    }

    /// Puts a block's bytes in their place if they are the block's.
    private func place(_ block: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let range = blocks.values(ofBlock: block), bytes.count == range.count * 4,
            SHA256Digest.bytes(of: bytes)[...] == digest(block)
        else { return false }
        UnsafeMutableRawBufferPointer(start: values.base + range.lowerBound, count: bytes.count).copyMemory(from: bytes)
        return true
    }
}
