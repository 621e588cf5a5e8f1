import Coordination
import Messaging
import Numerics
import Upstream
import Wire

extension RelayShell {
    /// Keeps blocks of this job's samples from here on, and lets go of another dataset's.
    func keepBlocks(of job: Job) {
        let samplesPerBlock = SampleBlocks(job).samplesPerBlock
        guard keptBlocks.turn(to: job.datasetDigest, samplesPerBlock: samplesPerBlock) else { return }
        // Whoever has the dataset sends from it.
        blockFolder = (dataset?.digest == job.datasetDigest ? nil : settings.cache).map { path in
            BlockFolder(
                path, datasetDigest: job.datasetDigest, samplesPerBlock: samplesPerBlock,
                tellAltered: { [tell] in tell(.cacheAltered(file: $0)) },
                tell: { [tell] in tell(.cacheGivenUp(reason: $0)) })
        }
    }

    /// Sends a block of the dataset that is here, or one that came before, or asks the coordinator for it.
    func sendSamples(_ block: Int, to worker: WorkerID) throws {
        guard let job, let range = SampleBlocks(job).values(ofBlock: block) else {
            return try refuse(block: block, to: worker)
        }
        if let samples = dataset.flatMap({ $0.digest == job.datasetDigest ? $0.samples : nil }) {
            return try send(range, of: samples, asBlock: block, to: worker)
        }
        guard let values = kept(block, count: range.count) else {
            return try perform(relay.onWanted(block, by: worker, at: watch.elapsed))
        }
        try send(Envelope(.sampleBlock(block: block), frames: [RawFrame(values)]), to: worker)
    }

    /// A block that came before; one from the folder is kept in memory, too.
    private func kept(_ block: Int, count: Int) -> FloatBlock? {
        if let values = keptBlocks[block] { return values }
        guard let values = blockFolder?.block(block, count: count) else { return nil }
        keptBlocks.keep(block, values)
        return values
    }

    /// Sends a block that came on to those who wait for it; one that came altered is asked for again by them.
    func passOn(_ block: Int, from envelope: ReceivedEnvelope?, to workers: [WorkerID]) throws {
        guard let envelope else { preconditionFailure("a block to pass on where no message came") }
        let blocks: [FloatBlock]
        do throws(WireError) { blocks = try envelope.blocks() } catch {
            if case .frameChecksum = error { return }
            return try perform(relay.onUnreadable(error, at: watch.elapsed))
        }
        if let values = blocks.first, let job, SampleBlocks(job).values(ofBlock: block)?.count == values.count {
            keptBlocks.keep(block, values)
            blockFolder?.keep(block, values)
        }
        let frames = blocks.map { RawFrame($0) }
        for worker in workers { try send(Envelope(.sampleBlock(block: block), frames: frames), to: worker) }
    }
}
