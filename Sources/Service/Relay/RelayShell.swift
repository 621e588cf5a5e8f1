package import Coordination
package import Datasets
import Foundation
import Messaging
import Numerics
import Upstream
import Wire

/// A relay's two sockets, clock and sums around a `Relay`, which decides.
///
/// One thread owns the DEALER to the coordinator and the ROUTER to the workers, and adds their sums up.
package final class RelayShell {
    private static let messagesAtOnce = 64
    /// At a job's end, how long workers may take to hear of it.
    private static let workersLinger = Duration.seconds(5)
    let settings: RelaySettings
    let dataset: Dataset?
    /// Whether the dataset's file is what it was.
    let sampleWatch: SampleWatch?
    private let signals: SignalInbox
    let events: RunEvents
    /// Is told what happens to it, in order, on the thread that owns its socket.
    let tell: (WorkerEvent) -> Void
    let upper: CoordinatorLink
    let reception: Reception
    let watch = Stopwatch()
    var relay: Relay
    private var isOver = false
    /// The job that was examined last, as it came.
    var job: Job?
    var welcome: Welcome?
    /// Drawn at random for each job: workers of an earlier one have to come again.
    var session = UInt64.random(in: .min ... .max)
    /// A run in hand: its parameters, as they are sent on, what its workers' sums are added up in, and how long they
    /// computed.
    struct Run {
        let work: Work
        let start: Duration
        var parameters: Published?
        var inHand: RoundInHand
        /// How many parts of its sums were sent up.
        var sentUp = 0
        /// Whether a part's sum is infinite or not a number.
        var isSpoilt = false
        var computing: [WorkerID: Duration] = [:]
        /// The longest of their waits for samples.
        var gathering = Duration.zero
    }
    /// The run that came last, and one of another round that is computed at once with it.
    var runs: [Run] = []
    /// Parameters some of whose parts came ahead of work.
    var coming: ComingParameters?
    /// How sums and parameters are cut for the job's workers.
    var parts = VectorParts(whole: 1)
    var sent: [WorkerID: PartsSent] = [:]
    /// When the last one's sums were whole: where two are in hand, a worker's time counts for one of them.
    var lastRunEnd = Duration.zero
    /// For floats that come as others, by how many they are.
    private var pools: [Int: BlockPool] = [:]
    /// Blocks of samples that came, for workers that ask for them later.
    var keptBlocks: KeptBlocks
    /// Those that are kept for the next job, too; nil where none are.
    var blockFolder: BlockFolder?
    /// Blocks of samples that wait for room.
    var sampleQueue = SampleQueue()
    /// What was sent to workers and may wait for them.
    var sentMemory = SentMemory()
    var droppedPeers = DroppedPeers()
    /// Where workers reach it.
    package var endpoint: String { reception.endpoint }
    /// What a person should know where keys are asked for and none is listed, so that no worker can come.
    package var noteOfKeys: String? { settings.keys?.note(ofListed: reception.authorizedCount) }

    /// A relay that listens and connects from now on.
    package init(
        _ settings: RelaySettings, dataset: Dataset?, signals: SignalInbox, events: RunEvents,
        tell: @escaping (WorkerEvent) -> Void
    ) throws {
        (self.settings, self.dataset, self.signals) = (settings, dataset, signals)
        sampleWatch = try dataset.map { try SampleWatch($0.samples) }
        (self.events, self.tell) = (events, tell)
        keptBlocks = KeptBlocks(capacity: settings.sampleMemory)
        let hello = Hello(
            name: "relay " + WorkerShell.name(ofProcess: getpid()), threads: 1, datasetDigest: dataset?.digest)
        relay = Relay(
            hello, number: .random(in: .min ... .max), datasetPath: dataset?.path, endpoint: settings.endpoint,
            keys: settings.keys?.path,
            patience: settings.patience, hearsOfHandshakes: true, crew: settings.crew, at: watch.elapsed)
        let context = try Context(threads: Self.ioThreads(settings.keys))
        reception = try Reception(
            at: TCPEndpoint(listening: settings.listen), FrontLimits(localWorkers: 0), frameLimit: 1 << 31,
            keys: settings.keys?.reception(), in: context, linger: .seconds(1))
        upper = try CoordinatorLink(to: settings.endpoint, keys: settings.keys, in: context)
    }

    /// Relays until the job is over, a signal comes, or the coordinator is silent for too long.
    package func run() throws -> WorkerShell.Outcome {
        defer { tellDroppedCount(isLast: true) }
        do {
            return try loop()
        } catch {
            try? perform(relay.onFailure("\(error)"))  // the error itself is what is told
            throw error
        }
    }

    private func loop() throws -> WorkerShell.Outcome {
        signals.opening?.end()
        while true {
            // Leases of workers are looked at as often as a coordinator looks at them.
            let timeout = min(
                relay.nextTick - watch.elapsed, sampleQueue.isEmpty ? .milliseconds(250) : sampleWait)
            try Poller.wait(
                for: upper.sockets + reception.sockets,
                and: [signals.descriptor, reception.descriptor] + (sampleWatch.map { [$0.descriptor] } ?? []),
                timeout: max(.zero, timeout))
            for outcome in try upper.takeHandshakes() {
                try perform(relay.onHandshake(outcome, at: watch.elapsed))
            }
            for _ in 0..<Self.messagesAtOnce {
                guard let frames = try upper.receive() else { break }
                try receiveFromAbove(frames)
                if isOver {
                    try reception.setLinger(Self.workersLinger)
                    return .finished
                }
            }
            for _ in 0..<Self.messagesAtOnce {
                guard let arrival = try reception.receive() else { break }
                try receive(arrival)
            }
            if sampleWatch?.takeVerdict() == false, let fault = sampleWatch?.fault { throw ServiceError(fault) }
            try sendSamplesThatWait()
            try takePeerNotes()
            tellDroppedCount(isLast: false)
            if let signal = signals.takeAll().first(where: { $0 != SIGCHLD }) {
                signals.endAtOnceOnNext()
                try perform(relay.onStop())
                return .stopped(signal: signal)
            }
            try perform(relay.onTick(at: watch.elapsed))
        }
    }

    /// A block for floats that come as others.
    func place(count: Int) -> FloatBlock { pools[count, default: BlockPool(limit: 32)].take(count: count) }

    private func receiveFromAbove(_ frames: [Frame]) throws {
        let envelope: ReceivedEnvelope
        do throws(WireError) {
            envelope = try ReceivedEnvelope([ReceivedPart](frames))
        } catch {
            return try perform(relay.onUnreadable(error, at: watch.elapsed))
        }
        let directives = relay.onMessage(
            envelope.message, blockLengths: envelope.blockLengths, isAhead: envelope.isAhead, at: watch.elapsed)
        try perform(directives, on: envelope)
    }

    // MARK: - Directives

    func perform(_ directives: [Relay.Directive], on envelope: ReceivedEnvelope? = nil) throws {
        for directive in directives {
            switch directive {
            case .up(let directive): try perform(directive)
            case .down(let directive): try perform(directive, on: envelope)
            case .takePart(let part, let workers): try take(part, of: envelope, for: workers)
            case .beginRun(let work, let withNewParameters):
                try begin(work, with: withNewParameters ? envelope : nil)
            case .finishRun(let work): try finishRun(work)
            case .passOn(let block, let workers): try passOn(block, from: envelope, to: workers)
            }
        }
    }

    private func perform(_ directive: Employment.Directive) throws {
        switch directive {
        case .send(let message): try upper.send(Envelope(message))
        case .sayReady(let probeDigest):
            let ready = Ready(probeDigest: probeDigest, takesParts: relay.employment.parts != nil)
            try upper.send(Envelope(.ready(ready)))
        case .sendReport(let report, _): try send(report)
        case .examine(let welcome): try examine(welcome)
        case .prepare(let generation): try prepare(generation: generation)
        case .event(let event): tell(event)
        case .connectAnew: try upper.connectAnew()
        case .end: isOver = true
        case .fail(let reason): throw ServiceError(givingUp: reason, at: settings.endpoint)
        // Neither memory nor samples are this process's own.
        case .share, .release, .stream, .bring, .keepParameters, .lookUp, .takeBlock, .dropBlocks, .takePart, .compute:
            break
        }
    }

    private func perform(_ directive: Training.Directive, on envelope: ReceivedEnvelope?) throws {
        switch directive {
        case .send(let message, let worker): try send(Envelope(message), to: worker)
        case .sendWork(let work, let withParameters, let worker):
            try sendWork(work, withParameters: withParameters, to: worker)
        case .welcome(let worker): try welcome(worker)
        case .sendSamples(let block, let worker): queueSamples(block, for: worker)
        case .takeSums(let worker, _, _):
            guard let envelope else { preconditionFailure("sums to take where no message came") }
            try perform(takeSums(of: envelope, from: worker))
        case .takeSumPart(let part, let nodes, let worker, let isHeld):
            guard let envelope else { preconditionFailure("a part of sums to take where no message came") }
            try take(part, of: nodes, in: envelope, from: worker, isHeld: isHeld)
        case .event(let event): events.tell(event)
        case .forget(let worker):
            sampleQueue.remove(worker)
            sent[worker] = nil
            for place in runs.indices { (runs[place].inHand.held[worker], runs[place].computing[worker]) = (nil, nil) }
        case .share: break
        case .finishRound, .fail, .takeAnswer, .settle, .goBack:
            preconditionFailure("\(directive) is the relay's own to mind")
        }
    }
}
