import Coordination
import Upstream
import Wire

extension RelayShell: PeerHost {
    var servedJob: Job? { job }
    var workerCount: Int { relay.workerCount }

    func areSamplesWhole() -> Bool { sampleWatch?.isWhole() ?? true }

    func knows(_ worker: WorkerID) -> Bool { relay.knows(worker) }

    func take(_ message: Message, of envelope: ReceivedEnvelope?, from worker: WorkerID) throws {
        let directives = relay.onMessage(
            message, blockLengths: envelope?.blockLengths ?? [], isAhead: envelope?.isAhead ?? false, from: worker,
            at: watch.elapsed)
        try perform(directives, on: envelope)
    }

    func takeUnreadable(_ error: WireError, from worker: WorkerID) throws {
        try perform(relay.onUnreadable(error, from: worker, at: watch.elapsed))
    }

    func refuse(_ worker: WorkerID, _ refusal: Refusal) throws {
        try perform(relay.onRefused(worker, refusal, at: watch.elapsed))
    }

    func takeEnd(ofConnectionOf worker: WorkerID) throws { try perform(relay.onGone(worker, at: watch.elapsed)) }
}
