import Coordination
import Foundation
import Messaging
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

    /// How long a run that is done waits for space for its last checkpoint, how often it looks whether there is more,
    /// and after how long it tries whatever there is: what a quota leaves nobody tells.
    private static let (patienceForSpace, spaceDelay) = (Duration.seconds(24 * 3600), Duration.seconds(1))
    private static let longestSpaceDelay = Duration.seconds(60)

    /// Waits until all is written.
    ///
    /// A run that nobody asked to end has time: where its state is in no place because there is no space, it waits for
    /// some for a day, or until a signal ends that.
    func finishCheckpoints(_ signals: SignalInbox) throws {
        let begin = watch.elapsed
        var isTold = false
        while true {
            do { return try checkpoints.finish() } catch {
                let isOver = watch.elapsed - begin > Self.patienceForSpace
                guard ending == nil, checkpoints.lackSpaceAlone, !isOver else { throw error }
                takeCheckpointEvents()
                if !isTold { events.tell(.checkpointFailed(reason: Self.waitingForSpace(finalState.step, error))) }
                isTold = true
                let (failed, free) = (watch.elapsed, checkpoints.freeBytes)
                repeat {
                    try Poller.wait(
                        for: reception.sockets, and: [signals.descriptor, reception.descriptor],
                        timeout: Self.spaceDelay)
                    try receiveSome()  // whoever comes is told that the run is over
                    try takePeerNotes()
                    let came = signals.takeAll()
                    if came.contains(SIGCHLD) { _ = workers?.reap(restart: false) }  // they were sent away
                    if came.contains(where: { $0 != SIGCHLD }) { throw error }
                } while checkpoints.freeBytes <= free && watch.elapsed - failed < Self.longestSpaceDelay
            }
        }
    }

    private static func waitingForSpace(_ step: Int, _ error: any Error) -> String {
        """
        all \(step) steps are done, and the run waits until there is space for them (make some; Ctrl-C ends it without \
        them): \(error)
        """
    }

    func takeCheckpointEvents() {
        for event in checkpoints.events.takeAll() { events.tell(event) }
    }
}
