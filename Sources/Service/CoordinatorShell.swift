import Coordination
import Foundation
import Messaging
import Numerics
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
    private static let messagesAtOnce = 64
    /// Threads for sums and the optimiser, while workers wait; a few are as fast as memory is.
    private static let threads = min(Processors.allowed.count, 4)
    private let settings: CoordinatorSettings
    private let job: Job
    private let jobText: String
    private let samples: Samples
    private let blocks: SampleBlocks
    /// Makes the digests of all blocks, once a worker needs them.
    private let digestMaker: BlockDigests
    private var blockDigests: [UInt8]?
    private var awaitingDigests: Set<WorkerID> = []
    private let signals: SignalInbox
    private let socket: Socket
    private let watch = Stopwatch()
    private let checkpoints: CheckpointWriter
    private let events: RunEvents
    private let startStep: Int
    private let figures: [Figure]
    private var training: Training
    private var state: TrainingState
    private var workers: LocalWorkers?
    /// Where the parameters are, for workers on this machine.
    private let memory: SharedMemory?
    /// Where the gradients of workers on this machine are.
    private var workerMemories: [WorkerID: SharedMemory] = [:]
    /// For gradients that come as bfloat16.
    private var pool = BlockPool(limit: 32)
    private var emptySince = Duration.zero
    /// Where the time went since the first step was done.
    package private(set) var times: StepTimes
    /// Where workers reach it.
    package let endpoint: String

    /// A coordinator that listens from now on.
    package init(
        _ settings: CoordinatorSettings, job: Job, samples: Samples, state: TrainingState, folder: RunFolder,
        signals: SignalInbox, events: RunEvents
    ) throws {
        (self.settings, self.job, self.samples, self.signals) = (settings, job, samples, signals)
        (self.events, startStep, figures) = (events, state.step, job.figures)
        times = StepTimes(keepsEnds: settings.keepsStepEnds)
        memory = settings.sharesMemory ? try SharedMemory(blocks: 4, of: state.parameters.count) : nil
        var state = state
        if let memory { state.move(to: memory.blocks(of: state.parameters.count)) }
        self.state = state
        jobText = try job.json
        blocks = SampleBlocks(sampleCount: samples.count, valuesPerSample: samples.valuesPerSample)
        checkpoints = try CheckpointWriter(folder: folder, kept: settings.keepCheckpoints)
        training = Training(
            Training.Plan(
                shardCount: job.shardsPerStep, steps: job.steps, rowsPerShard: job.rowsPerStep / job.shardsPerStep,
                parameterCount: state.parameters.count, datasetDigest: job.datasetDigest,
                wire: job.settings.arithmetic.wire,
                rounding: job.gradientRounding, threads: Self.threads),
            step: state.step, parameters: state.published, heartbeat: settings.heartbeat, lease: settings.lease,
            refusesOtherArithmetic: settings.refusesOtherArithmetic)
        digestMaker = try BlockDigests { [blocks, samples] in blocks.digests(of: samples) }
        socket = try Socket(.router, in: Context(), linger: .seconds(2))
        try socket.setFrameLimit(bytes: max(Envelope.headerByteLimit, state.parameters.count * 4))
        endpoint = try socket.bind(settings.listen)
    }

    /// The state as it is now.
    package var finalState: TrainingState { state }

    /// What a checkpoint of now holds.
    private var checkpoint: TrainingCheckpoint { TrainingCheckpoint(job: job, state: state.snapshot()) }

    /// Trains until all steps are done, or a signal asks to stop.
    ///
    /// This machine's own `workers` are ended with the run, however it ends.
    package func run(with workers: LocalWorkers?) throws -> Outcome {
        self.workers = workers
        defer { workers?.end(patience: .seconds(5)) }
        let outcome: Outcome
        do {
            outcome = try loop()
        } catch {
            try? perform(training.finish(complete: false))  // the error itself is what is told
            keepLastGoodState()
            throw error
        }
        defer { takeCheckpointEvents() }
        checkpoints.write(checkpoint)
        try checkpoints.finish()
        return outcome
    }

    /// Writes what was reached before the job failed, if there is something.
    private func keepLastGoodState() {
        if state.step > startStep, state.parameters.isFinite(threads: Self.threads) {
            checkpoints.write(checkpoint)
            do { try checkpoints.finish() } catch { events.tell(.checkpointFailed(reason: "\(error)")) }
        }
        takeCheckpointEvents()
    }

    private func takeCheckpointEvents() {
        for event in checkpoints.events.takeAll() { events.tell(event) }
    }

    private func loop() throws -> Outcome {
        let tick = min(settings.heartbeat, .milliseconds(250))
        var nextTick = watch.elapsed + tick
        while training.round != nil {
            let waitStart = watch.elapsed
            try Poller.wait(
                for: socket, and: [signals.descriptor, digestMaker.made.descriptor, checkpoints.events.descriptor],
                timeout: max(.zero, nextTick - waitStart))
            times.waiting += watch.elapsed - waitStart
            // So many and no more, or a flood of messages would keep signals and time waiting.
            for _ in 0..<Self.messagesAtOnce {
                guard training.round != nil, let frames = try socket.receive() else { break }
                try perform(receive(frames))
            }
            try takeDigests()
            takeCheckpointEvents()
            if training.round == nil { break }  // workers that end from here on were sent away
            if let signal = try handleSignals() {
                try perform(training.finish(complete: false))
                return .stopped(signal: signal)
            }
            if watch.elapsed >= nextTick {
                nextTick = watch.elapsed + tick
                try perform(training.onTick(at: watch.elapsed))
                workerMemories = workerMemories.filter { training.membership.members[$0.key] != nil }
                try checkPatience()
            }
        }
        return .complete
    }

    private func receive(_ frames: [Frame]) -> [Directive] {
        guard let identity = frames.first else { return [] }
        let worker = WorkerID(Array(identity.bytes))
        do throws(WireError) {
            let parts = frames.dropFirst().map { ReceivedPart(bytes: $0.bytes, owner: $0) }
            let envelope = try ReceivedEnvelope(
                parts, headerLimit: Envelope.workerHeaderByteLimit
            ) { offset, count in
                workerMemories[worker]?.block(at: offset, count: count)
            } place: {
                pool.take(count: $0)
            }
            if case .ready(let ready) = envelope.message { openMemory(of: worker, ready) }
            if case .gradientReport(let report) = envelope.message { times.computing += report.computing }
            return training.onMessage(envelope, from: worker, at: watch.elapsed)
        } catch {
            return training.onUnreadable(error, from: worker, at: watch.elapsed)
        }
    }

    private func perform(_ directives: [Directive]) throws {
        for directive in directives {
            switch directive {
            case .send(let envelope, let worker): try send(envelope, to: worker)
            case .welcome(let worker, let needsSamples): try welcome(worker, needsSamples: needsSamples)
            case .sendSamples(let block, let worker): try sendSamples(block, to: worker)
            case .event(let event): events.tell(event)
            case .fail(let reason): throw ServiceError(reason)
            case .finishStep(let sum): try finishStep(sum)
            }
        }
    }

    private func finishStep(_ sum: LeafSum) throws {
        let start = watch.elapsed
        state.advance(gradient: sum.vector, threads: Self.threads)
        times.optimising += watch.elapsed - start
        times.onStep(at: watch.elapsed)
        try perform(training.onParameters(state.published, at: watch.elapsed))
        if state.step % settings.checkpointEvery == 0, state.step < job.steps {
            checkpoints.write(checkpoint)
        }
        let means = zip(figures, sum.figures).map { RunEvent.NamedFigure($0.name, $1 / $0.divisor) }
        events.tell(.stepDone(step: state.step, figures: means, workers: training.readyCount))
    }

    private func send(_ envelope: Envelope, to worker: WorkerID) throws {
        let memory = workerMemories[worker] == nil ? nil : memory
        let (header, frames) = envelope.parts { memory?.offset(of: $0) }
        try socket.send(
            [.copied(worker.bytes), .copied(header)] + frames.map { .shared($0.content.bytes, owner: $0.content.owner) }
        )
    }

    /// Opens a worker's memory, where it has proven that it reads this process's: then both are on one machine.
    private func openMemory(of worker: WorkerID, _ ready: Ready) {
        workerMemories[worker] = nil
        guard let memory, ready.coordinatorToken == memory.token, let name = ready.memory,
            let opened = SharedMemory(opening: name), opened.token == name.token
        else { return }
        workerMemories[worker] = opened
    }

    private func welcome(_ worker: WorkerID, needsSamples: Bool) throws {
        if needsSamples, blockDigests == nil {
            awaitingDigests.insert(worker)
            digestMaker.start()
            // It can't be welcomed yet, and is not to take the coordinator for dead meanwhile.
            return try send(Envelope(.heartbeatReply(sequence: 0)), to: worker)
        }
        let welcome = Welcome(
            job: jobText, heartbeat: settings.heartbeat, lease: settings.lease,
            samplesPerBlock: blocks.samplesPerBlock, blockDigests: needsSamples ? blockDigests ?? [] : [],
            memory: memory?.name(withToken: false))
        try send(Envelope(.welcome(welcome)), to: worker)
    }

    private func takeDigests() throws {
        for digests in digestMaker.made.takeAll() {
            blockDigests = digests
            let workers = awaitingDigests
            awaitingDigests = []
            for worker in workers { try welcome(worker, needsSamples: true) }
        }
    }

    private func sendSamples(_ block: Int, to worker: WorkerID) throws {
        guard let range = blocks.values(ofBlock: block) else {
            return try send(Envelope(.refusal(Refusal(.noSuchBlock, "there is no block \(block)"))), to: worker)
        }
        let start = UnsafeMutablePointer(mutating: samples.base + range.lowerBound)
        let values = FloatBlock(borrowing: start, count: range.count, from: samples.owner)
        try send(Envelope(.sampleBlock(block: block), frames: [RawFrame(values)]), to: worker)
    }

    /// Handles what came since, and returns the signal that asks to stop, if one did.
    private func handleSignals() throws -> Int32? {
        for signal in signals.takeAll() {
            guard signal == SIGCHLD else { return signal }
            for (pid, how) in try workers?.reap(restart: true) ?? [] {
                events.tell(.ended(process: pid, how: how))
                try perform(training.onEnd(ofWorkerNamed: WorkerShell.name(ofProcess: pid), at: watch.elapsed))
            }
        }
        return nil
    }

    private func checkPatience() throws {
        if training.readyCount > 0 { emptySince = watch.elapsed }
        if let patience = settings.patience, watch.elapsed - emptySince > patience {
            throw ServiceError(
                "no worker has been at \(endpoint) for \(Int(patience.seconds)) seconds; start some with `ssrm worker --connect`"
            )
        }
    }
}
