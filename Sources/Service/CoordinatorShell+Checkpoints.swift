import Coordination
import Numerics
import Upstream

extension CoordinatorShell {
    /// What a checkpoint of now holds.
    var checkpoint: TrainingCheckpoint {
        TrainingCheckpoint(
            job: job, state: state.snapshot(), probe: training.probe, record: training.record, frame: frame)
    }

    /// Has the state as it is now written, or where the samples are in question that from before they were.
    func keepCheckpoint() throws {
        guard state.isFinite(threads: Self.threads) else { throw UpstreamError.stateNotFinite(step: state.step) }
        if !checkpoints.isLost { try renewPlaces() }
        // While the run goes on, those that it may have to go back to are kept, too.
        let unbelieved =
            (training.ledger == nil ? [] : training.unbelievedSince) + [disputes.doubtedSince].compactMap(\.self)
        checkpoints.write(sampleDoubt.unquestioned ?? checkpoint, backTo: unbelieved.map { $0 * job.stepsPerRound })
    }

    /// Makes folders for checkpoints anew that were removed or replaced, and tells of it.
    func renewPlaces() throws {
        for path in try checkpoints.renew() { events.tell(.folderRestored(path: path)) }
    }

    /// Writes what was reached before the job failed, if there is something that is good.
    func keepLastGoodState() {
        let last = finalState
        let isKept = isBelieved && last.step > startStep && last.isFinite(threads: Self.threads)
        if isKept {
            do {
                try keepCheckpoint()
                try checkpoints.finish()
            } catch { events.tell(.checkpointFailed(reason: "\(error)")) }
        }
        takeCheckpointEvents()
    }

    func takeCheckpointEvents() {
        for event in checkpoints.events.takeAll() { events.tell(event) }
    }
}
