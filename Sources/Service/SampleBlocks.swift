import Checkpoints
import Foundation
import Numerics
import Signals
import Upstream

/// How a dataset's samples are cut into blocks for workers that have not got the file.
struct SampleBlocks {
    /// Samples in each block but perhaps the last.
    let samplesPerBlock: Int
    private let sampleCount: Int
    private let valuesPerSample: Int

    /// The coordinator's choice: about a mebibyte a block, and no more blocks than a welcome can list.
    init(sampleCount: Int, valuesPerSample: Int) {
        let mebibyte = max(1, (1 << 18) / valuesPerSample)
        self.init(
            sampleCount: sampleCount, valuesPerSample: valuesPerSample,
            samplesPerBlock: max(mebibyte, (sampleCount + 65_535) / 65_536))
    }

    /// A choice that was made already.
    init(sampleCount: Int, valuesPerSample: Int, samplesPerBlock: Int) {
        (self.sampleCount, self.valuesPerSample) = (sampleCount, valuesPerSample)
        self.samplesPerBlock = samplesPerBlock
    }

    /// How many blocks there are.
    var count: Int { (sampleCount + samplesPerBlock - 1) / samplesPerBlock }

    /// The values of one block, as places among all values; nil if there is no such block.
    func values(ofBlock block: Int) -> Range<Int>? {
        guard (0..<count).contains(block) else { return nil }
        let first = block * samplesPerBlock
        return first * valuesPerSample..<min(first + samplesPerBlock, sampleCount) * valuesPerSample
    }

    /// SHA-256 of each block, 32 bytes after 32 bytes.
    func digests(of samples: Samples) -> [UInt8] {
        (0..<count).flatMap { block in
            let range = values(ofBlock: block) ?? 0..<0
            return SHA256Digest.bytes(
                of: UnsafeRawBufferPointer(start: samples.base + range.lowerBound, count: range.count * 4))
        }
    }
}
