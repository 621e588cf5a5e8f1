import Coordination
import Numerics
import Upstream

extension CoordinatorShell {
    /// What a checkpoint of now holds.
    var checkpoint: TrainingCheckpoint {
        TrainingCheckpoint(job: job, state: state.snapshot(), probe: training.probe, record: training.record)
    }

    /// Has the state as it is now written.
    func keepCheckpoint() throws {
        if let hold, try hold.renew() { events.tell(.folderRestored(path: checkpoints.path)) }
        // While the run goes on, one that it may have to go back to is kept, too.
        let unbelieved = training.ledger == nil ? nil : training.unbelievedSince
        checkpoints.write(checkpoint, backTo: unbelieved.map { $0 * job.stepsPerRound })
    }

    /// Writes what was reached before the job failed, if there is something.
    func keepLastGoodState() {
        let isKept = state.step > startStep && state.parameters.isFinite(threads: Self.threads)
        if isKept, !(hold?.isLost ?? false) {
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
