import Coordination
import Messaging
import Wire

/// What peers may ask of a coordinator, and how often.
extension CoordinatorShell {
    /// How many threads send and take messages: sealing and opening them takes longer than a fast link does.
    static func ioThreads(_ keys: KeyFolder?) -> Int { keys == nil ? 1 : min(Processors.count, 4) }

    /// How long samples that wait for room wait until it is looked for again.
    static let sampleWait = Duration.milliseconds(10)
    /// How often it is told how many peers were dropped, where many are.
    private static let droppedCountPause = Duration.seconds(60)

    /// Whether a message is to be looked at: not where a peer says hello or what needs no saying too often, or there
    /// are too many workers.
    func admits(_ envelope: ReceivedEnvelope, from worker: WorkerID) throws -> Bool {
        guard case .hello = envelope.message else {
            return envelope.message.isWork && training.roster.members[worker] != nil
                || reception.admitsTalk(of: worker.bytes, at: watch.elapsed)
        }
        guard envelope.headerBytes <= Hello.byteLimit else {
            let fault = WireError.headerTooLarge(bytes: envelope.headerBytes, limit: Hello.byteLimit)
            try perform(training.onUnreadable(fault, from: worker, at: watch.elapsed))
            return false
        }
        guard reception.admitsRequest(of: worker.bytes, at: watch.elapsed) else { return false }
        if training.roster.members.count >= Roster.memberLimit, training.roster.members[worker] == nil {
            try send(Envelope(.wait), to: worker)
            return false
        }
        return true
    }

    /// A message as its sender's key lets it say it; nil where it may not, and was told so.
    func named(_ message: Message, by arrival: Reception.Arrival) throws -> Message? {
        guard case .hello(let hello) = message, let label = arrival.label else { return message }
        do throws(KeyedName.Fault) {
            return .hello(try KeyedName.of(hello, label: label, shutOut: training.record.shutOut))
        } catch {
            try perform(training.onRefused(WorkerID(arrival.peer), Refusal(.notAuthorized, "\(error)")))
            return nil
        }
    }

    // MARK: - What waits for peers

    /// Takes note of what is sent to a peer, and has a slow one dropped where too much waits for peers.
    func note(_ frames: [RawFrame]) {
        for frame in frames { sentMemory.note(frame) }
        if sentMemory.isAbove(sentLimit) { reception.dropSlowReader() }
    }

    private var sentLimit: Int { SentMemory.limit(vectorBytes: job.exchangeCount * MemoryLayout<Float>.size) }

    /// Sends blocks of samples to whom there is room for them, one block each.
    func sendSamplesThatWait() throws {
        guard !sampleQueue.isEmpty, sampleWatch.isWhole() else { return }
        for worker in sampleQueue.workers where reception.hasRoom(for: blocks.byteCount, to: worker.bytes) {
            if sentMemory.isAbove(sentLimit) { return reception.dropSlowReader() }
            if let block = sampleQueue.next(for: worker) { try sendSamples(block, to: worker) }
        }
    }

    // MARK: - What happened at the front

    func takePeerNotes() throws {
        for note in reception.takeNotes() {
            if case .dropped = note { droppedTold += 1 }
            if let event = RunEvent(note, authorizedCount: reception.authorizedCount) { events.tell(event) }
            switch note {
            case .revoked(let peer, let label):
                let farewell = KeyedName.farewell(ofKey: label)
                try perform(training.onMessage(farewell, from: WorkerID(peer), at: watch.elapsed))
            case .gone(let peer): try perform(training.onGone(WorkerID(peer), at: watch.elapsed))
            default: break
            }
        }
    }

    /// Tells how many peers were dropped of which nothing was told, from time to time and at the end.
    func tellDroppedCount(isLast: Bool) {
        let count = reception.droppedCount
        guard count > droppedTold, isLast || watch.elapsed - droppedCountTime > Self.droppedCountPause else { return }
        (droppedTold, droppedCountTime) = (count, watch.elapsed)
        events.tell(.peersDropped(count: count))
    }
}

extension Message {
    /// Whether it is part of the work that a worker was given; what else one says is talk, and held to a rate.
    var isWork: Bool {
        switch self {
        case .leafReport, .sumPart, .sampleRequest: true
        default: false
        }
    }
}
