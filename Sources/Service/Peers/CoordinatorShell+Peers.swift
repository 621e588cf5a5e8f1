import Coordination
import Upstream
import Wire

extension CoordinatorShell: PeerHost {
    var servedJob: Job? { job }
    var workerCount: Int { training.roster.members.count }

    func areSamplesWhole() -> Bool { sampleWatch.isWhole() }

    func knows(_ worker: WorkerID) -> Bool { training.roster.members[worker] != nil }

    func take(_ message: Message, of envelope: ReceivedEnvelope?, from worker: WorkerID) throws {
        let directives = training.onMessage(
            message, blockLengths: envelope?.blockLengths ?? [], isAhead: envelope?.isAhead ?? false, from: worker,
            at: watch.elapsed)
        try perform(directives, on: envelope)
    }

    func takeUnreadable(_ error: WireError, from worker: WorkerID) throws {
        try perform(training.onUnreadable(error, from: worker, at: watch.elapsed))
    }

    func refuse(_ worker: WorkerID, _ refusal: Refusal) throws { try perform(training.onRefused(worker, refusal)) }

    func takeEnd(ofConnectionOf worker: WorkerID) throws { try perform(training.onGone(worker, at: watch.elapsed)) }
}
