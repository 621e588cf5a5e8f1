import Checkpoints
import Foundation
import Numerics
import Signals
import Upstream
import Wire

/// The samples of a job on their way from the coordinator, block by block, each known by its SHA-256.
final class SampleFetch {
    /// How many blocks are asked for ahead.
    private static let window = 4
    /// The dataset that the blocks are of.
    let datasetDigest: String
    private let job: Job
    private let blocks: SampleBlocks
    private let digests: [UInt8]
    private let cache: String?
    private let values: FloatBlock
    private var unasked: [Int]
    private var underway: Set<Int> = []

    /// Starts with what the cache folder has.
    init(job: Job, welcome: Welcome, cache: String?) throws {
        (self.job, self.cache, digests, datasetDigest) = (job, cache, welcome.blockDigests, job.datasetDigest)
        let size = job.rows * job.columns
        blocks = SampleBlocks(
            sampleCount: job.sampleCount, valuesPerSample: size, samplesPerBlock: welcome.samplesPerBlock)
        guard digests.count == blocks.count * 32 else {
            throw ProgramError(
                "the coordinator lists \(digests.count / 32) blocks of samples where there are \(blocks.count)")
        }
        values = FloatBlock(count: job.sampleCount * size)
        unasked = Array((0..<blocks.count).reversed())
        guard let cache else { return }
        do {
            try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
        } catch {
            throw ProgramError("\(cache): no cache folder can be made there: \(error.localizedDescription)")
        }
        unasked.removeAll { block in
            guard let data = FileManager.default.contents(atPath: cacheFile(block, cache)) else { return false }
            return data.withUnsafeBytes { place(block, $0) }
        }
    }

    private func digest(_ block: Int) -> ArraySlice<UInt8> { digests[block * 32..<block * 32 + 32] }

    private func cacheFile(_ block: Int, _ folder: String) -> String {
        folder + "/" + digest(block).map { String(format: "%02x", $0) }.joined() + ".block"
    }

    /// Puts a block's bytes in their place if they are the block's.
    private func place(_ block: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let range = blocks.values(ofBlock: block), bytes.count == range.count * 4,
            SampleBlocks.digest(bytes)[...] == digest(block)
        else { return false }
        UnsafeMutableRawBufferPointer(start: values.base + range.lowerBound, count: bytes.count).copyMemory(from: bytes)
        return true
    }

    /// The blocks to ask for now.
    func nextRequests() -> [Int] {
        var next: [Int] = []
        while underway.count < Self.window, let block = unasked.popLast() {
            underway.insert(block)
            next.append(block)
        }
        return next
    }

    /// Takes a block that came.
    func take(_ block: Int, _ content: FloatBlock) throws {
        guard underway.contains(block) else { return }
        guard place(block, content.bytes) else {
            throw ProgramError(
                "block \(block) of the samples is not what the coordinator lists; start the worker again")
        }
        underway.remove(block)
        if let cache { try WholeFile.write(Data(content.bytes), to: cacheFile(block, cache)) }
    }

    /// All samples, once they are here.
    var samples: Samples? {
        guard unasked.isEmpty, underway.isEmpty else { return nil }
        return Samples(
            count: job.sampleCount, rows: job.rows, columns: job.columns, base: UnsafePointer(values.base),
            owner: values)
    }
}
