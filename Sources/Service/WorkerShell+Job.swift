import Coordination
import Datasets
import Messaging
import Numerics
import Signals
import Upstream
import Wire

extension WorkerShell {
    /// Reads the job that the coordinator offers, and looks whether it can be computed here.
    func examine(_ welcome: Welcome) throws {
        let job = try Job(offeredBy: welcome)
        let arithmetic = job.settings.arithmetic
        let lanes = min(settings.threads, job.shardsPerStep)
        if let fault = arithmetic.fault ?? job.memoryFault(threads: lanes) {
            throw ServiceError("the job can't be computed here: \(fault)")
        }
        self.job = job
        let offered = Employment.Job(
            digest: try job.digest, datasetDigest: job.datasetDigest, rounds: job.rounds,
            leafCount: job.shardsPerStep, vectorCount: job.exchangeCount,
            blockCapacity: SampleStream.capacity(for: job, bytes: settings.sampleMemory),
            roundsAtOnce: job.roundsAtOnce, note: arithmetic.note)
        try perform(employment.onJob(offered, in: welcome, at: watch.elapsed))
    }

    /// Opens the coordinator's memory, where it is on this machine.
    func openMemory(_ name: SharedMemoryName?) {
        coordinatorMemory = settings.sharesMemory ? name.flatMap { SharedMemory(opening: $0) } : nil
    }

    func beginStreaming(keepsBlocks: Bool) throws {
        guard let job else { preconditionFailure("samples to stream for no job") }
        stream = try SampleStream(
            job: job, capacity: SampleStream.capacity(for: job, bytes: settings.sampleMemory), cache: settings.cache,
            keeping: keepsBlocks ? stream : nil, tell: tell)
    }

    /// Begins to bring together what a work reads.
    func bring(_ work: Work) throws {
        guard let stream else { preconditionFailure("samples to bring together that are in no stream") }
        let (blocks, ahead) = stream.bring(work)
        try perform(employment.onNeed(blocks, ahead: ahead, of: work.claim))
    }

    /// Takes the block of samples that came; where it is not what was sent, it is asked for again.
    func takeBlock(_ block: Int, of envelope: ReceivedEnvelope?) throws {
        guard let envelope else { preconditionFailure("a block to take where no message came") }
        let values: FloatBlock?
        do throws(WireError) {
            values = try envelope.blocks().first
        } catch .frameChecksum {
            return try perform(employment.onAltered(block))
        } catch {
            return try perform(employment.onUnreadable(error, at: watch.elapsed))
        }
        try stream?.take(block, values ?? FloatBlock(count: 0))
        try perform(employment.onBlock(block))
    }

    /// Gives the compute thread the job, its samples where they are here, and memory for its sums.
    func prepare(generation: Int) throws {
        guard let job else { preconditionFailure("no job to prepare") }
        let held = dataset.flatMap { $0.digest == job.datasetDigest ? $0.samples : nil }
        if let held, held.count != job.sampleCount || held.rows != job.rows || held.columns != job.columns {
            throw ServiceError("the coordinator's job is of samples of another shape than its dataset's")
        }
        if held != nil { stream = nil }
        let count = job.exchangeCount
        // A claim's sums, those on their way in its tree, and those that threads are adding to others, of each round
        // that is computed at once and once more: a round's are kept until a further round's work comes.
        let adding = settings.threads > 1 ? settings.threads : 0
        let blocksAtOnce = settings.threads + adding + (Int.bitWidth - job.shardsPerStep.leadingZeroBitCount)
        memory = nil
        if coordinatorMemory != nil {
            do {
                memory = try SharedMemory(blocks: (1 + job.roundsAtOnce) * blocksAtOnce, of: count)
            } catch {
                tell(.noSharedMemory(reason: "\(error)"))
            }
        }
        compute.put(.prepare(job, held, blocks: memory?.blocks(of: count) ?? [], generation: generation))
    }
}
