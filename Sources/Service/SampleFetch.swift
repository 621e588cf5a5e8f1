import Checkpoints
import Coordination
import Foundation
import Numerics
import Signals
import Upstream
import Wire

/// The samples of a job on their way from the coordinator or from the cache, block by block, each known by its SHA-256.
///
/// Which block is fetched when is `Employment`'s to say.
final class SampleFetch {
    private let job: Job
    private let blocks: SampleBlocks
    private let digests: [UInt8]
    private var cache: String?
    private let values: FloatBlock
    private let tell: (WorkerEvent) -> Void

    /// Makes room for all samples.
    init(job: Job, welcome: Welcome, cache: String?, tell: @escaping (WorkerEvent) -> Void) throws {
        (self.job, self.cache, self.tell, digests) = (job, cache, tell, welcome.blockDigests)
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
        tell(.cacheGivenUp(reason: reason))
        cache = nil
    }

    /// The samples; those whose blocks are not here yet are zeros.
    var samples: Samples {
        Samples(
            count: job.sampleCount, rows: job.rows, columns: job.columns, base: UnsafePointer(values.base),
            owner: values)
    }

    /// Puts a block into its place from the cache; false where the cache has not got it.
    func lookUp(_ block: Int) -> Bool {
        guard let cache, let data = regularFile(cacheFile(block, cache)) else { return false }
        return data.withUnsafeBytes { place(block, $0) }
    }

    /// Puts a block that came into its place and into the cache.
    ///
    /// - Throws: when it is not what the coordinator lists.
    func take(_ block: Int, _ content: FloatBlock) throws {
        guard place(block, content.bytes) else {
            throw ServiceError(
                "block \(block) of the samples is not what the coordinator lists; start the worker again")
        }
        if let cache {
            do {
                // Not forced to the disk: what a crash leaves half-written is known by its digest.
                try Data(content.bytes).write(to: URL(filePath: cacheFile(block, cache)), options: .atomic)
            } catch {
                goOnWithoutCache("\(cache) can't be written to; is the disk full?")
            }
        }
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
