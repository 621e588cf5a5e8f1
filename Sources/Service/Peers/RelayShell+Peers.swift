import Coordination
import Messaging
import Upstream
import Wire

/// What workers may ask of a relay, and how often: as of a coordinator.
extension RelayShell {
    static let sampleWait = CoordinatorShell.sampleWait

    /// Whether a message is to be looked at: not where a peer says hello or what needs no saying too often, or there
    /// are too many workers.
    func admits(_ envelope: ReceivedEnvelope, from worker: WorkerID) throws -> Bool {
        guard case .hello = envelope.message else {
            return envelope.message.isWork && relay.knows(worker)
                || lower.admitsTalk(of: worker.bytes, at: watch.elapsed)
        }
        guard envelope.headerBytes <= Hello.byteLimit else {
            let fault = WireError.headerTooLarge(bytes: envelope.headerBytes, limit: Hello.byteLimit)
            try perform(relay.onUnreadable(fault, from: worker, at: watch.elapsed))
            return false
        }
        guard lower.admitsRequest(of: worker.bytes, at: watch.elapsed) else { return false }
        if relay.workerCount >= Roster.memberLimit, !relay.knows(worker) {
            try sendDown(Envelope(.wait), to: worker)
            return false
        }
        return true
    }

    /// A message as its sender's key lets it say it; nil where it may not, and was told so.
    func named(_ message: Message, by arrival: Reception.Arrival) throws -> Message? {
        guard case .hello(let hello) = message, let label = arrival.label else { return message }
        do throws(KeyedName.Fault) {
            return .hello(try KeyedName.of(hello, label: label, shutOut: []))
        } catch {
            let refusal = Refusal(.notAuthorized, "\(error)")
            try perform(relay.onRefused(WorkerID(arrival.peer), refusal, at: watch.elapsed))
            return nil
        }
    }

    /// Takes note of what is sent to a worker, and has a slow one dropped where too much waits for them.
    func note(_ frames: [RawFrame]) {
        for frame in frames { sentMemory.note(frame) }
        if sentMemory.isAbove(sentLimit) { lower.dropSlowReader() }
    }

    private var sentLimit: Int { SentMemory.limit(vectorBytes: (job?.exchangeCount ?? 0) * MemoryLayout<Float>.size) }

    /// Sends blocks of samples to whom there is room for them, one block each.
    func sendSamplesThatWait() throws {
        guard !sampleQueue.isEmpty, sampleWatch?.isWhole() ?? true else { return }
        let byteCount = job.map { SampleBlocks($0).byteCount } ?? 0
        for worker in sampleQueue.workers where lower.hasRoom(for: byteCount, to: worker.bytes) {
            if sentMemory.isAbove(sentLimit) { return lower.dropSlowReader() }
            if let block = sampleQueue.next(for: worker) { try sendSamples(block, to: worker) }
        }
    }

    func takePeerNotes() throws {
        for note in lower.takeNotes() {
            if let event = RunEvent(note, authorizedCount: lower.authorizedCount) { events.tell(event) }
            switch note {
            case .revoked(let peer, let label):
                let farewell = KeyedName.farewell(ofKey: label)
                try perform(relay.onMessage(farewell, from: WorkerID(peer), at: watch.elapsed))
            case .gone(let peer): try perform(relay.onGone(WorkerID(peer), at: watch.elapsed))
            default: break
            }
        }
    }
}
