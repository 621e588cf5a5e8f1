public import Signals

/// Trains a job in this process: the same leaves, the same tree and the same optimiser as the distributed run, so the
/// same bits.
///
/// For an evaluation's folds, where many small jobs follow one another.
///
/// - Parameters:
///   - job: what to train.
///   - samples: the dataset's samples.
///   - threads: how many leaves are computed at once; the bits do not depend on it.
///   - progress: told the steps done and the loss, after each round, on the calling thread.
/// - Returns: the state after the last step.
/// - Throws: `UpstreamError` for an unfit job, products that this processor has not got, samples that were cut
///   meanwhile, or a gradient that is not finite.
public func pretrainAlone(
    _ job: Job, samples: Samples, threads: Int = 1, progress: (Int, Double) -> Void = { _, _ in }
) throws(UpstreamError) -> TrainingState {
    try job.validate()
    let lanes = min(threads, job.shardsPerStep)
    if let fault = job.settings.arithmetic.fault ?? job.memoryFault(threads: lanes) { throw UpstreamError.unfit(fault) }
    precondition(samples.count == job.sampleCount, "the job is of another number of samples")
    let pool = LeafPool(job: job, samples: samples, threads: threads)
    var state = TrainingState(startOf: job)
    while state.round < job.rounds {
        let sums = try pool.compute(leaves: 0..<job.shardsPerStep, round: state.round, parameters: state.published)
        state.advance(sum: sums[0].vector)
        progress(state.step, sums[0].figures[0])
    }
    guard state.isFinite(threads: lanes) else { throw UpstreamError.stateNotFinite(step: state.step) }
    return state
}
