import Checkpoints
import Coordination
import Foundation
import Messaging
package import Numerics
package import Signals
package import Upstream
import Wire

/// The coordinator's socket, clock, files and processes around a `Training`, which decides.
///
/// One thread owns the ROUTER, the training and the parameters; checkpoints are written beside it.
package final class CoordinatorShell {
    /// How a run ended, unless it failed.
    package enum Outcome: Equatable {
        case complete
        case stopped(signal: Int32)
    }
    private static let timeForKeys = Duration.seconds(10)
    /// Threads for sums and the optimiser, while workers wait; a few are as fast as memory is.
    static let threads = min(Processors.count, 4)
    let settings: CoordinatorSettings
    let job: Job
    let jobText: String
    /// Drawn at random: what workers lent to another process of this run is not this one's.
    let session = UInt64.random(in: .min ... .max)
    let samples: Samples
    /// Whether their file is what it was.
    let sampleWatch: SampleWatch
    /// What may be kept while it is not known whether it is.
    var sampleDoubt = SampleDoubt<TrainingCheckpoint>()
    private let signals: SignalInbox
    let reception: Reception
    let watch = Stopwatch()
    let checkpoints: CheckpointPlaces
    var schedule: CheckpointSchedule
    let events: RunEvents
    var startStep: Int
    /// How the maps lie that are trained on as they are; for checkpoints.
    let frame: MapFrame?
    let figures: [Figure]
    var training: Training
    var state: TrainingState
    /// Whether no sums are in it that are known to be wrong: where going back fails, it is not to be kept.
    var isBelieved = true
    /// How vectors are cut.
    let parts: VectorParts
    /// The round in hand, which is made next, and where two are computed at once the one after it.
    var rounds: [RoundInHand] = []
    /// What these are computed at, as it is sent.
    var published: [Published] = []
    private(set) var workers: LocalWorkers?
    /// Whether some of them may have ended that were not waited for.
    private var haveEnded = false
    /// Where the parameters are, for workers on this machine.
    let memory: SharedMemory?
    /// Why they are in no memory that can be shared, where that was wanted.
    let memoryFault: String?
    /// Where the sums of workers on this machine are.
    var workerMemories: [WorkerID: SharedMemory] = [:]
    /// For sums that come as bfloat16.
    var pools: [Int: BlockPool] = [:]
    /// What workers were sent ahead of work.
    var sent: [WorkerID: PartsSent] = [:]
    /// Blocks of samples that wait for room.
    var sampleQueue = SampleQueue()
    var sampleTraffic = SampleTraffic()
    /// What was sent to peers and may wait for them.
    var sentMemory = SentMemory()
    /// Bytes of messages until now; what lies in shared memory is in none.
    package internal(set) var (sentBytes, receivedBytes) = (0, 0)
    var droppedPeers = DroppedPeers()
    /// What computes leaves here that workers disagree about; there from the begin where sums are audited.
    var referee: Referee?
    /// What it has no verdict on yet.
    var disputes = Disputes()
    private var emptySince = Duration.zero
    /// Whether it was looked whether any key is listed.
    private var hasLookedForKeys = false
    /// What was asked for, once the run was asked to end.
    private(set) var ending: Ending?
    /// Where the time went since the first step that all of this machine's workers were there for.
    package internal(set) var times: StepTimes
    /// Where the time of the round in hand goes.
    var clock = RoundClock()
    /// Where workers reach it.
    package var endpoint: String { reception.endpoint }
    /// Where this machine's own do.
    package var localEndpoint: String { reception.localEndpoint }

    /// A coordinator that listens from now on, and goes on from a checkpoint; it writes others to `checkpoints`, and
    /// looks before that whether the run directory is still there where it is held.
    package init(
        _ settings: CoordinatorSettings, from checkpoint: TrainingCheckpoint, samples: Samples,
        checkpoints: CheckpointPlaces, signals: SignalInbox, events: RunEvents
    ) throws {
        let (job, start) = (checkpoint.job, checkpoint.state)
        frame = checkpoint.frame
        (self.settings, self.job, self.samples, self.signals) = (settings, job, samples, signals)
        (self.events, startStep, figures) = (events, start.step, job.figures)
        sampleWatch = try SampleWatch(samples)
        times = StepTimes(workers: settings.localWorkers, keepsEnds: settings.keepsStepEnds)
        (memory, memoryFault) = Self.makeMemory(settings, job)
        var state = start
        if let memory { state.move(to: memory.blocks(of: job.exchangeCount)) }
        self.state = state
        let listening = try TCPEndpoint(listening: settings.listen)
        parts = Self.parts(settings, isLoopback: listening.isLoopback, vectorCount: job.exchangeCount)
        jobText = try job.json
        self.checkpoints = checkpoints
        schedule = CheckpointSchedule(settings.checkpointEvery, stepsPerRound: job.stepsPerRound)
        let probe = ArithmeticProbe(ofThisProcess: sha256(of: job.probe()))
        training = Training(
            Training.Plan(of: job, parts), round: state.round, firstClaim: .random(in: 1...1 << 62),
            probe: checkpoint.probe?.remembered(beside: probe),
            reference: probe, record: checkpoint.record, heartbeat: settings.heartbeat, lease: settings.lease,
            refusesOtherArithmetic: settings.refusesOtherArithmetic, areNamesOwn: settings.keys != nil,
            audit: settings.audit, auditSeed: .random(in: .min ... .max), crew: settings.crew)
        var limits = try FrontLimits(localWorkers: settings.localWorkers)
        limits.fit(job, heartbeat: settings.heartbeat, lease: settings.lease)
        reception = try Reception(
            at: listening, limits, frameLimit: max(Envelope.headerByteLimit, job.exchangeCount * 4),
            keys: settings.keys?.reception(), in: Context(threads: Self.ioThreads(settings.keys)), linger: .seconds(2))
        if settings.audit > 0 { referee = try Referee(job: job, samples: samples, threads: Self.threads) }
        beginRounds()
    }

    /// Memory for the parameters, or why there is none: containers may forbid it, and limits may not leave room for it.
    private static func makeMemory(_ settings: CoordinatorSettings, _ job: Job) -> (SharedMemory?, String?) {
        guard settings.sharesMemory else { return (nil, nil) }
        do {
            return (try SharedMemory(blocks: 2 + 2 * job.roundsAtOnce, of: job.exchangeCount), nil)
        } catch {
            return (nil, "\(error)")
        }
    }

    /// The state as it is now, as far as it is kept.
    package var finalState: TrainingState { sampleDoubt.unquestioned?.state ?? state }

    /// What the run's sums rest on.
    package var record: AuditRecord { training.record }

    // MARK: - The run

    /// Trains until all steps are done, or a signal asks to stop.
    ///
    /// This machine's own `workers` are ended with the run, however it ends; and however it ends, its last good state
    /// is kept. A run that is asked to end is over within two seconds, unless the disk takes longer for its checkpoint.
    package func run(with workers: LocalWorkers?) throws -> Outcome {
        self.workers = workers
        defer {
            workers?.end(patience: ending?.workersPatience(at: watch.elapsed) ?? .seconds(2))
            if let ending { try? reception.setLinger(ending.linger(at: watch.elapsed)) }  // else it is what it was
        }
        var outcome: Outcome
        do {
            outcome = try loop()
            if let ending {
                // The last step may have waited for that alone, with all of its parts made.
                try awaitSamples(until: ending.stepDeadline)
                if training.ledger == nil { outcome = .complete }
            }
            state.giveUpParts()
        } catch {
            state.giveUpParts()
            try? perform(training.finish(.failed(reason: "\(error)")))  // the error itself is what is told
            keepLastGoodState()
            throw error
        }
        defer { takeCheckpointEvents() }
        try takePeerNotes()
        tellDroppedCount(isLast: true)
        if finalState.step > 0 {  // where no step was done there is nothing to go on from
            do { try keepCheckpoint() } catch {
                keepLastGoodState()  // in the copy alone: the run directory is lost
                throw error
            }
        }
        try finishCheckpoints(signals)
        return outcome
    }

    private func loop() throws -> Outcome {
        let tick = min(settings.heartbeat, .milliseconds(250))
        var nextTick = watch.elapsed + tick
        while training.ledger != nil {
            let waitStart = watch.elapsed
            let waitEnd = min(nextTick, ending?.stepDeadline ?? nextTick, training.nextLook ?? nextTick)
            try Poller.wait(
                for: reception.sockets,
                and: [
                    signals.descriptor, checkpoints.events.descriptor, reception.descriptor, sampleWatch.descriptor,
                ] + (referee.map { [$0.descriptor] } ?? []),
                timeout: min(
                    max(.zero, waitEnd - waitStart),
                    sampleQueue.isEmpty || sampleWatch.isLooking ? tick : sampleWait))
            times.waiting += watch.elapsed - waitStart
            try receiveSome(while: { training.ledger != nil })
            try sendSamplesThatWait()
            try takePeerNotes()
            takeCheckpointEvents()
            try takeVerdicts()
            try takeSampleVerdict()
            if training.ledger == nil { break }  // workers that end from here on were sent away
            if let signal = try handleSignals(), ending == nil {
                ending = Ending(signal: signal, step: state.step, at: watch.elapsed)
                signals.endAtOnceOnNext()
            }
            if let ending, ending.isDue(step: state.step, readyCount: training.readyCount, at: watch.elapsed) {
                try perform(training.finish(.stopped))
                return .stopped(signal: ending.signal)
            }
            if let look = training.nextLook, watch.elapsed >= look { try perform(training.onTick(at: watch.elapsed)) }
            if watch.elapsed >= nextTick {
                nextTick = watch.elapsed + tick
                try perform(training.onTick(at: watch.elapsed))
                tellDroppedCount(isLast: false)
                checkpoints.tick()
                try startWorkers()
                try checkPatience()
            }
        }
        return .complete
    }

    func perform(_ directives: [Training.Directive], on envelope: ReceivedEnvelope? = nil) throws {
        var isRoundDone = false
        for directive in directives {
            switch directive {
            case .send(let message, let worker): try send(Envelope(message), to: worker)
            case .sendWork(let work, let withParameters, let worker):
                try sendWork(work, withParameters: withParameters, to: worker)
            case .welcome(let worker): try welcome(worker)
            case .sendSamples(let block, let worker): queueSamples(block, for: worker)
            case .share(let ready, let worker): openMemory(of: worker, ready)
            case .forget(let worker):
                (workerMemories[worker], sent[worker]) = (nil, nil)
                for place in rounds.indices { rounds[place].held[worker] = nil }
                sampleQueue.remove(worker)
            case .takeSumPart(let part, let nodes, let worker, let isHeld):
                guard let envelope else { preconditionFailure("a part of sums to take where no message came") }
                try take(part, of: nodes, in: envelope, from: worker, isHeld: isHeld)
            case .takeSums(let worker, let isLookedThrough, let isCompared):
                guard let envelope else { preconditionFailure("sums to take where no message came") }
                try perform(
                    takeSums(
                        of: envelope, from: worker, isLookedThrough: isLookedThrough, isCompared: isCompared))
            case .takeAnswer(let claim): takeAnswer(claim)
            case .settle(let round, let leaves): try settle(round, leaves)
            case .goBack(let round): try goBack(to: round)
            case .finishRound: isRoundDone = true  // what else is to be done is of the round that it ends
            case .event(let event):
                if case .joined(let name, _, _) = event { workers?.onJoined(name) }
                if event.kind.removesWorker, training.readyCount == 0 { clock.onDesertion() }
                events.tell(event)
            case .fail(let reason): throw ServiceError(reason)
            }
        }
        if isRoundDone { try finishRounds() }
    }

    // MARK: - Processes

    /// Handles what came since, and returns the signal that asks to stop, if one did.
    private func handleSignals() throws -> Int32? {
        let came = signals.takeAll()
        if came.contains(SIGCHLD) { haveEnded = true }
        // Until it is known what the samples are, or this machine's workers end over them one after another.
        if haveEnded, sampleWatch.isWhole() {
            haveEnded = false
            for end in workers?.reap(restart: ending == nil) ?? [] { try handle(end) }
            try startWorkers()
        }
        return came.first { $0 != SIGCHLD }
    }

    /// Starts this machine's own workers whose time has come.
    private func startWorkers() throws {
        if ending != nil { return }
        for fault in try workers?.tick() ?? [] { events.tell(.notStarted(reason: fault)) }
    }

    private func handle(_ end: LocalWorkers.End) throws {
        let name = WorkerShell.name(ofProcess: end.pid)
        events.tell(.ended(process: end.pid, worker: name, how: end.how))
        try perform(training.onEnd(ofWorkerNamed: name, at: watch.elapsed))
        guard end.isLast else { return }
        events.tell(.givenUp(process: end.pid))
        if workers?.areAllGivenUp ?? false {
            throw ServiceError(
                "no worker stays alive on this machine (the last ended with \(end.how)); see its message above")
        }
    }

    private func checkPatience() throws {
        if training.readyCount > 0 || sampleWatch.isLooking { emptySince = watch.elapsed }
        let isOver = settings.patience.map { watch.elapsed - emptySince > $0 } ?? false
        // Not at once: who starts workers may list their keys only as they come.
        if !hasLookedForKeys, isOver || (!settings.isLaunched && watch.elapsed > Self.timeForKeys) {
            hasLookedForKeys = true
            if let note = settings.keys?.note(ofListed: reception.authorizedCount) { Terminal.error(note) }
        }
        if let patience = settings.patience, isOver {
            throw ServiceError(
                "no worker has been at \(endpoint) for \(String(format: "%g", patience.seconds)) seconds; start some with `ssrm worker --connect`"
            )
        }
    }
}
