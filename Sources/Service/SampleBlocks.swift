import Upstream

/// How a job's samples are cut into blocks for workers that have not got the file.
struct SampleBlocks {
    /// Samples in each block but perhaps the last.
    let samplesPerBlock: Int
    private let sampleCount: Int
    private let valuesPerSample: Int

    /// The blocks of a valid job.
    init(_ job: Job) {
        (sampleCount, valuesPerSample) = (job.sampleCount, job.rows * job.columns)
        samplesPerBlock = job.samplesPerBlock
    }

    /// How many blocks there are.
    var count: Int { (sampleCount + samplesPerBlock - 1) / samplesPerBlock }

    /// Bytes of each block but perhaps the last.
    var byteCount: Int { 4 * min(samplesPerBlock, sampleCount) * valuesPerSample }

    /// The values of one block, as places among all values; nil if there is no such block.
    func values(ofBlock block: Int) -> Range<Int>? {
        guard (0..<count).contains(block) else { return nil }
        let first = block * samplesPerBlock
        return first * valuesPerSample..<min(first + samplesPerBlock, sampleCount) * valuesPerSample
    }

    /// The blocks of samples that are in rising order, each once.
    func blocks(of samples: [Int]) -> [Int] {
        var blocks: [Int] = []
        for sample in samples where blocks.last != sample / samplesPerBlock { blocks.append(sample / samplesPerBlock) }
        return blocks
    }
}
