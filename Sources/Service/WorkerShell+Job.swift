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
        let job: Job
        do {
            job = try Job(json: welcome.job)
        } catch let error as UpstreamError {
            throw ServiceError("the coordinator's job can't be computed here: \(error)")
        } catch {
            throw ServiceError("the coordinator's job can't be read; install the same ssrm on both machines")
        }
        do { try job.validate() } catch { throw ServiceError("the coordinator's job can't be trained: \(error)") }
        let arithmetic = job.settings.arithmetic
        let lanes = min(settings.threads, job.shardsPerStep)
        if let fault = arithmetic.fault ?? job.memoryFault(threads: lanes) {
            throw ServiceError("the job can't be computed here: \(fault)")
        }
        self.job = job
        let offered = Employment.Job(
            digest: try job.digest, datasetDigest: job.datasetDigest, rounds: job.rounds,
            leafCount: job.shardsPerStep, vectorCount: job.exchangeCount,
            note: arithmetic.note)
        try perform(employment.onJob(offered, in: welcome, at: watch.elapsed))
    }

    /// Opens the coordinator's memory, where it is on this machine.
    func openMemory(_ name: SharedMemoryName?) {
        coordinatorMemory = settings.sharesMemory ? name.flatMap { SharedMemory(opening: $0) } : nil
    }

    func beginFetching(_ welcome: Welcome) throws {
        guard let job else { preconditionFailure("samples to fetch for no job") }
        fetch = try SampleFetch(job: job, welcome: welcome, cache: settings.cache) { [unowned self] in tell($0) }
    }

    /// Gives the compute thread the job, its samples and memory for its sums.
    func prepare(generation: Int) throws {
        guard let job else { preconditionFailure("no job to prepare") }
        let held = dataset.flatMap { $0.digest == job.datasetDigest ? $0.samples : nil }
        guard let samples = held ?? fetch?.samples, samples.count == job.sampleCount, samples.rows == job.rows,
            samples.columns == job.columns
        else { throw ServiceError("the coordinator's job is of samples of another shape than its dataset's") }
        let count = job.exchangeCount
        // A claim's sums and those on their way in its tree, twice: a step's are kept until the next step's work comes.
        let blocksAtOnce = settings.threads + (Int.bitWidth - job.shardsPerStep.leadingZeroBitCount)
        // Where there is no such memory to be had, the sums go through the socket.
        memory = coordinatorMemory == nil ? nil : try? SharedMemory(blocks: 2 * blocksAtOnce, of: count)
        compute.put(.prepare(job, samples, blocks: memory?.blocks(of: count) ?? [], generation: generation))
    }
}
