import Coordination
import Messaging
import Numerics
import Signals
import Upstream
import Wire

/// Whoever takes workers in: what a coordinator's and a relay's shell have in common towards those below them.
///
/// What they may ask, how often, and what waits for them; what comes of it is for the shell's mind to say.
protocol PeerHost: AnyObject {
    var reception: Reception { get }
    var watch: Stopwatch { get }
    var events: RunEvents { get }
    /// The job that workers are taken in for; nil before there is one.
    var servedJob: Job? { get }
    /// Blocks of samples that wait for room.
    var sampleQueue: SampleQueue { get set }
    /// What was sent to peers and may wait for them.
    var sentMemory: SentMemory { get set }
    /// What workers were sent of parameters ahead of work.
    var sent: [WorkerID: PartsSent] { get set }
    /// How many dropped peers were told of.
    var droppedPeers: DroppedPeers { get set }
    /// How many workers there are.
    var workerCount: Int { get }

    /// A block for floats that come as others.
    func place(count: Int) -> FloatBlock
    /// Whether samples that are here are known to be what they were; where they were touched, a look at them begins.
    func areSamplesWhole() -> Bool
    /// Whether a worker is one of them.
    func knows(_ worker: WorkerID) -> Bool
    func send(_ envelope: Envelope, to worker: WorkerID) throws
    /// Sends a block of samples, or sees to it that it comes.
    func sendSamples(_ block: Int, to worker: WorkerID) throws

    /// Does what the mind makes of a message; of one that came, with what came with it.
    func take(_ message: Message, of envelope: ReceivedEnvelope?, from worker: WorkerID) throws
    /// Does what the mind makes of a message that can't be read.
    func takeUnreadable(_ error: WireError, from worker: WorkerID) throws
    /// Turns a worker away.
    func refuse(_ worker: WorkerID, _ refusal: Refusal) throws
    /// Does what the mind makes of a connection that has ended.
    func takeEnd(ofConnectionOf worker: WorkerID) throws
}

/// How many dropped peers were told of, one by one or as a count, and when that was last.
struct DroppedPeers {
    /// How often it is told how many they are, where they are many.
    fileprivate static let pause = Duration.seconds(60)
    fileprivate var told = 0
    fileprivate var countTime = Duration.zero
}

/// How long samples that wait for room wait until it is looked for again.
let sampleWait = Duration.milliseconds(10)

extension PeerHost {
    /// How many threads send and take messages: sealing and opening them takes longer than a fast link does.
    static func ioThreads(_ keys: KeyFolder?) -> Int { keys == nil ? 1 : min(Processors.count, 4) }

    /// Takes what a worker sent, where it may say it.
    func receive(_ arrival: Reception.Arrival) throws {
        guard isWorthReading(arrival) else { return }
        let worker = WorkerID(arrival.peer)
        let envelope: ReceivedEnvelope
        do throws(WireError) {
            envelope = try ReceivedEnvelope(
                [ReceivedPart](arrival.frames), headerLimit: Envelope.workerHeaderByteLimit)
        } catch {
            guard arrival.connection == .open, reception.admitsTalk(of: worker.bytes, at: watch.elapsed) else { return }
            return try takeUnreadable(error, from: worker)
        }
        guard try admits(envelope, from: worker, by: arrival.connection),
            let message = try named(envelope.message, by: arrival)
        else { return }
        try take(message, of: envelope, from: worker)
    }

    /// Whether a message may say anything that matters still: a flood goes on coming after its connection was closed.
    private func isWorthReading(_ arrival: Reception.Arrival) -> Bool {
        switch arrival.connection {
        case .open: true
        case .closed: knows(WorkerID(arrival.peer))
        case .dropped: false
        }
    }

    /// Whether a message is to be looked at: not where a peer says hello or what needs no saying too often, what it
    /// asks for can't reach it any more, or there are too many workers.
    private func admits(
        _ envelope: ReceivedEnvelope, from worker: WorkerID, by connection: Reception.Connection
    ) throws -> Bool {
        guard connection == .open else { return envelope.message.needsNoAnswer }
        guard case .hello = envelope.message else {
            return envelope.message.isWork && knows(worker)
                || reception.admitsTalk(of: worker.bytes, at: watch.elapsed)
        }
        guard envelope.headerBytes <= Hello.byteLimit else {
            let fault = WireError.headerTooLarge(bytes: envelope.headerBytes, limit: Hello.byteLimit)
            try takeUnreadable(fault, from: worker)
            return false
        }
        guard reception.admitsRequest(of: worker.bytes, at: watch.elapsed) else { return false }
        if workerCount >= Roster.memberLimit, !knows(worker) {
            try send(Envelope(.wait(Wait())), to: worker)
            return false
        }
        return true
    }

    /// A message as its sender's key lets it say it; nil where it may not, and was told so.
    private func named(_ message: Message, by arrival: Reception.Arrival) throws -> Message? {
        guard case .hello(let hello) = message, let label = arrival.label else { return message }
        do throws(KeyedName.Fault) {
            return .hello(try KeyedName.of(hello, label: label))
        } catch {
            try refuse(WorkerID(arrival.peer), Refusal(.notAuthorized, "\(error)"))
            return nil
        }
    }

    // MARK: - What waits for peers

    /// Takes note of what is sent to a worker, and has a slow one dropped where too much waits for them.
    func note(_ frames: [RawFrame], to worker: WorkerID) {
        guard !frames.isEmpty, reception.gauge(of: worker.bytes) != nil else { return }
        for frame in frames { sentMemory.note(frame) }
        if sentMemory.isAbove(sentLimit, at: watch.elapsed) { reception.dropSlowReader() }
    }

    private var sentLimit: Int {
        SentMemory.limit(vectorBytes: (servedJob?.exchangeCount ?? 0) * MemoryLayout<Float>.size)
    }

    /// Has a block of samples sent to a worker that asked for it, once there is room.
    func queueSamples(_ block: Int, for worker: WorkerID) {
        if sampleQueue.add(block, for: worker) == .waitsAlready {
            reception.noteNeedlessRequest(of: worker.bytes, at: watch.elapsed)
        }
    }

    /// Sends blocks of samples to whom there is room for them, one block each.
    func sendSamplesThatWait() throws {
        guard sampleQueue.isDue(at: watch.elapsed), areSamplesWhole(), let job = servedJob else { return }
        let byteCount = SampleBlocks(job).byteCount
        var isSent = false
        for worker in sampleQueue.workers where reception.hasRoom(for: byteCount, to: worker.bytes) {
            if sentMemory.isAbove(sentLimit, at: watch.elapsed) {
                reception.dropSlowReader()
                break
            }
            guard let block = sampleQueue.next(for: worker) else { continue }
            isSent = true
            try sendSamples(block, to: worker)
        }
        if !isSent { sampleQueue.rest(until: watch.elapsed + sampleWait) }
    }

    /// Sends a block of the samples that are here, unless these are in question: then whoever waits for it goes on
    /// waiting.
    ///
    /// - Parameters:
    ///   - values: where the block is in `samples`.
    ///   - samples: the dataset's.
    ///   - block: the block's number.
    ///   - worker: who asked for it.
    /// - Throws: `SocketError` where the socket fails; not where the worker is gone.
    func send(_ values: Range<Int>, of samples: Samples, asBlock block: Int, to worker: WorkerID) throws {
        // A copy: the system refuses to send what a file has no more, and the socket takes that for a fault of its own.
        let copy = FloatBlock(uninitialised: values.count)
        copy.base.update(from: samples.base + values.lowerBound, count: values.count)
        // What a file holds that was touched is not known before it is read again, beside the loop.
        guard areSamplesWhole() else { return _ = sampleQueue.add(block, for: worker) }
        try send(Envelope(.sampleBlock(block: block), frames: [RawFrame(copy)]), to: worker)
    }

    /// Says that a job has no such block.
    func refuse(block: Int, to worker: WorkerID) throws {
        try send(Envelope(.refusal(Refusal(.noSuchBlock, "there is no block \(block)"))), to: worker)
    }

    // MARK: - What happened at the front

    /// Takes note of what happened to connections.
    func takePeerNotes() throws {
        for note in reception.takeNotes() {
            if case .dropped = note { droppedPeers.told += 1 }
            if let event = RunEvent(note, authorizedCount: reception.authorizedCount) { events.tell(event) }
            switch note {
            case .revoked(let peer, let label):
                try take(KeyedName.farewell(ofKey: label), of: nil, from: WorkerID(peer))
            case .gone(let peer): try takeEnd(ofConnectionOf: WorkerID(peer))
            default: break
            }
        }
    }

    /// Tells how many peers were dropped of which nothing was told, from time to time and at the end.
    func tellDroppedCount(isLast: Bool) {
        let (count, now) = (reception.droppedCount, watch.elapsed)
        guard count > droppedPeers.told, isLast || now - droppedPeers.countTime > DroppedPeers.pause else { return }
        droppedPeers = DroppedPeers(told: count, countTime: now)
        events.tell(.peersDropped(count: count))
    }
}

extension Message {
    /// Whether it is part of the work that a worker was given; what else one says is talk, and held to a rate.
    fileprivate var isWork: Bool {
        switch self {
        case .leafReport, .sumPart, .sampleRequest: true
        default: false
        }
    }

    /// Whether it says something to who can't be answered any more.
    fileprivate var needsNoAnswer: Bool {
        switch self {
        case .leafReport, .sumPart, .farewell: true
        default: false
        }
    }
}
