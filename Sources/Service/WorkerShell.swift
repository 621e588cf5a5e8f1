package import Datasets
import Foundation
import Messaging
import Numerics
import Signals
import Upstream
import Wire

/// A worker: this thread owns the DEALER and shows that the worker lives; another computes.
package final class WorkerShell {
    /// How a worker ended, unless it failed.
    package enum Outcome: Equatable {
        case finished
        case stopped(signal: Int32)
    }
    private static let messagesAtOnce = 64
    /// How long a hello's answer is waited for.
    private static let helloPatience = Duration.seconds(5)
    private let settings: WorkerSettings
    private let dataset: Dataset?
    private let signals: SignalInbox
    private let socket: Socket
    private let compute: ComputeThread
    private let watch = Stopwatch()
    private var heard = Duration.zero
    private var nextSign = Duration.zero
    private var sequence: UInt64 = 0
    /// What the coordinator said on welcoming; nil until it did.
    private var welcome: Welcome?
    private var job: Job?
    /// Counts jobs, so that what the compute thread says of an earlier one is known as such.
    private var generation = 0
    private var probeDigest: String?
    private var fetch: SampleFetch?
    /// For parameters that come as bfloat16.
    private var pool = BlockPool(limit: 4)
    private var parameters: (step: Int, block: FloatBlock)?
    /// Where the coordinator's parameters are; nil when it is on another machine or shares nothing.
    private var coordinatorMemory: SharedMemory?
    /// Where this worker's sums are, for a coordinator on this machine.
    private var memory: SharedMemory?
    /// Whether the coordinator has shown that it reads shared memory.
    private var isSharing = false
    /// Sums in shared memory that the coordinator may still need: it has done so once it gives work of a later step.
    private var lent: [(step: Int, blocks: [FloatBlock])] = []
    /// The run that the compute thread has in hand.
    private var run: Heartbeat.Run?

    /// A worker that connects from now on.
    package init(_ settings: WorkerSettings, dataset: Dataset?, signals: SignalInbox) throws {
        (self.settings, self.dataset, self.signals) = (settings, dataset, signals)
        compute = try ComputeThread(threads: settings.threads, processors: settings.processors)
        socket = try Socket(.dealer, in: Context(), linger: .seconds(1))
        try socket.setIdentity((0..<16).map { _ in UInt8.random(in: 1...255) })
        try socket.setFrameLimit(bytes: 1 << 31)
        try socket.connect(settings.endpoint)
    }

    /// A worker's name for people, and for a coordinator that started it.
    static func name(ofProcess pid: pid_t) -> String { "\(ProcessInfo.processInfo.hostName):\(pid)" }

    /// Works until the job is over, a signal comes, or the coordinator is silent for too long.
    package func work() throws -> Outcome {
        defer { compute.put(.end) }
        do {
            return try loop()
        } catch {
            // A gradient that is not finite was told of already, as the end of the job that it is.
            if welcome != nil, !(error is UpstreamError) { try send(Envelope(.farewell(.failed, text: "\(error)"))) }
            throw error
        }
    }

    private func loop() throws -> Outcome {
        while true {
            let isFetching = fetch.map { $0.hasMoreInCache } ?? false
            try Poller.wait(
                for: socket, and: [compute.answers.descriptor, signals.descriptor],
                timeout: isFetching ? .zero : max(.zero, nextSign - watch.elapsed))
            for answer in compute.answers.takeAll() where answer.generation == generation { try take(answer.content) }
            // So many and no more, or a fetch of many blocks would keep signals and signs of life waiting.
            for _ in 0..<Self.messagesAtOnce {
                guard let frames = try socket.receive() else { break }
                if try take(frames) { return .finished }
            }
            if isFetching { try goOnFetching() }
            if let signal = signals.takeAll().first {
                try send(Envelope(.farewell(.leaving, text: "")))
                welcome = nil
                return .stopped(signal: signal)
            }
            if watch.elapsed >= nextSign { try showLife() }
            // A coordinator answers signs of life, so it can't be heard of more often than they are sent.
            let patience = max(settings.patience, (welcome?.heartbeat ?? .zero) * 3)
            if watch.elapsed - heard > patience {
                throw ServiceError(
                    """
                    nothing was heard of a coordinator at \(settings.endpoint) for \(patience.asWords); is it running, and can \
                    this machine reach it?
                    """)
            }
        }
    }

    private func showLife() throws {
        guard let welcome else {
            nextSign = watch.elapsed + min(Self.helloPatience, settings.patience / 2)
            return try sayHello()
        }
        nextSign = watch.elapsed + welcome.heartbeat
        sequence += 1
        try send(Envelope(.heartbeat(Heartbeat(sequence: sequence, isReady: probeDigest != nil, run: run))))
        for block in fetch?.overdueRequests() ?? [] { try send(Envelope(.sampleRequest(block: block))) }
    }

    private func sayHello() throws {
        let heldDigest = dataset?.digest ?? fetch.flatMap { $0.samples == nil ? nil : $0.datasetDigest }
        try send(
            Envelope(
                .hello(
                    Hello(
                        name: Self.name(ofProcess: getpid()), processor: Processors.kind,
                        numerics: "\(Products.instructionSet), \(ProductLibrary.version)",
                        threads: settings.threads, datasetDigest: heldDigest ?? ""))))
    }

    private func send(_ envelope: Envelope) throws {
        let memory = isSharing ? memory : nil
        let (header, frames) = envelope.parts { memory?.offset(of: $0) }
        do throws(SocketError) {
            try socket.send([.copied(header)] + frames.map { .shared($0.content.bytes, owner: $0.content.owner) })
        } catch {
            // The queue is full: nobody has taken anything for long, and what was to be said will be stale when somebody does.
            if !error.isRetriable { throw error }
        }
    }

    // MARK: - What the compute thread answers

    private func take(_ answer: ComputeThread.Answer.Content) throws {
        switch answer {
        case .prepared(let digest):
            probeDigest = digest
            try sayReady(digest)
        case .computed(let step, let shards, let sums, let time):
            if run == Heartbeat.Run(step: step, shards: shards) { run = nil }
            let report = GradientReport(
                step: step, shards: shards,
                subtrees: sums.map { .init(shards: $0.leaves, loss: $0.figures[0], correct: Int($0.figures[1])) },
                computing: time)
            if isSharing { lent.append((step, sums.map(\.vector))) }
            let element = job?.settings.arithmetic.wire ?? .float32
            try send(Envelope(.gradientReport(report), frames: sums.map { RawFrame($0.vector, as: element) }))
        case .failed(let error):
            if error is UpstreamError { try send(Envelope(.farewell(.notFinite, text: "\(error)"))) }
            throw error
        }
    }

    private func sayReady(_ probeDigest: String) throws {
        let ready = Ready(
            probeDigest: probeDigest, coordinatorToken: coordinatorMemory?.token ?? [],
            memory: memory?.name(withToken: true))
        try send(Envelope(.ready(ready)))
    }

    // MARK: - What the coordinator says

    /// Takes one message; true when the job is over.
    private func take(_ frames: [Frame]) throws -> Bool {
        let envelope: ReceivedEnvelope
        do throws(WireError) {
            envelope = try ReceivedEnvelope(
                frames.map { ReceivedPart(bytes: $0.bytes, owner: $0) }
            ) { offset, count in
                coordinatorMemory?.block(at: offset, count: count)
            } place: {
                pool.take(count: $0)
            }
        } catch {
            throw ServiceError("a message from the coordinator at \(settings.endpoint) can't be read: \(error)")
        }
        heard = watch.elapsed
        switch envelope.message {
        case .welcome(let welcome): try take(welcome)
        case .sampleBlock(let block): try take(block, envelope.blocks)
        case .work(let step, let shards):
            if envelope.isShared { isSharing = true }
            lent.removeAll { $0.step < step }
            try take(step, shards, envelope.blocks.first)
        case .heartbeatReply: break
        case .refusal(let refusal): try take(refusal)
        case .finish(let complete):
            if !settings.isQuiet { Terminal.error(complete ? "the job is done" : "the coordinator stopped") }
            return true
        case .hello, .sampleRequest, .ready, .gradientReport, .heartbeat, .farewell:
            throw ServiceError("\(settings.endpoint) is a worker, not a coordinator")
        }
        return false
    }

    private func take(_ welcome: Welcome) throws {
        let job: Job
        do {
            job = try Job(json: welcome.job)
        } catch {
            throw ServiceError("the coordinator's job can't be read; install the same ssrm on both machines")
        }
        do { try job.validate() } catch { throw ServiceError("the coordinator's job can't be trained: \(error)") }
        let arithmetic = job.settings.arithmetic
        if let fault = arithmetic.fault {
            throw ServiceError("the job can't be computed here: \(fault)")
        }
        self.welcome = welcome
        nextSign = watch.elapsed + welcome.heartbeat
        openMemory(welcome.memory)
        if self.job == job {
            if let probeDigest { return try sayReady(probeDigest) }
            // Still preparing, or fetching: what was asked for may have been lost.
            for block in fetch?.outstanding ?? [] { try send(Envelope(.sampleRequest(block: block))) }
            return
        }
        (self.job, probeDigest, run, parameters) = (job, nil, nil, nil)
        generation += 1
        if !settings.isQuiet { Terminal.error("joined the job at \(settings.endpoint)") }
        if !settings.isQuiet, let note = arithmetic.note { Terminal.error("note: \(note)") }
        if let dataset {
            if dataset.digest == job.datasetDigest { return try prepare(job, dataset.samples) }
            Terminal.error("\(dataset.path) is not the job's dataset; the samples come from the coordinator")
        }
        if fetch?.datasetDigest != job.datasetDigest {
            fetch = try SampleFetch(job: job, welcome: welcome, cache: settings.cache)
        }
        try goOnFetching()
    }

    private func prepare(_ job: Job, _ samples: Samples) throws {
        guard samples.count == job.sampleCount, samples.rows == job.rows, samples.columns == job.columns else {
            throw ServiceError("the coordinator's job is of samples of another shape than its dataset's")
        }
        let count = job.network.parameterCount
        // A run's sums and those on their way in its tree, twice: a step's are kept until the next step's work comes.
        let blocksAtOnce = settings.threads + (Int.bitWidth - job.shardsPerStep.leadingZeroBitCount)
        memory = coordinatorMemory == nil ? nil : try SharedMemory(blocks: 2 * blocksAtOnce, of: count)
        compute.put(
            .prepare(job, samples, blocks: memory?.blocks(of: count) ?? [], generation: generation))
    }

    /// Opens the coordinator's memory, where it is on this machine.
    private func openMemory(_ name: SharedMemoryName?) {
        let opened = settings.sharesMemory ? name.flatMap { SharedMemory(opening: $0) } : nil
        isSharing = false
        // The same coordinator may still need what it was lent before the connection broke.
        if opened?.token != coordinatorMemory?.token { lent = [] }
        coordinatorMemory = opened
    }

    private func take(_ block: Int, _ blocks: [FloatBlock]) throws {
        guard let fetch, let values = blocks.first, try fetch.take(block, values) else { return }
        try goOnFetching()
    }

    /// Takes a few blocks from the cache, asks for others, and prepares the job once the last one is there.
    private func goOnFetching() throws {
        guard let fetch, let job else { return }
        for block in fetch.nextRequests() { try send(Envelope(.sampleRequest(block: block))) }
        if let samples = fetch.samples { try prepare(job, samples) }
    }

    private func take(_ step: Int, _ shards: Range<Int>, _ sent: FloatBlock?) throws {
        if let sent { parameters = (step, sent) }
        guard let job, probeDigest != nil, step < job.steps, shards.upperBound <= job.shardsPerStep,
            sent.map({ $0.count == job.network.parameterCount }) ?? true
        else { throw ServiceError("the coordinator sent work that does not fit its job") }
        // Without this step's parameters, which a broken connection took, the next sign of life shows that the work is not in hand.
        guard let parameters, parameters.step == step else { return }
        run = Heartbeat.Run(step: step, shards: shards)
        compute.put(.compute(step: step, shards: shards, parameters: parameters.block, generation: generation))
    }

    private func take(_ refusal: Refusal) throws {
        switch refusal.code {
        case .unknownWorker:  // a coordinator that was restarted, or that took this worker for dead
            guard welcome != nil else { return }
            welcome = nil
            nextSign = watch.elapsed
        case .staleStep, .notAssigned: break  // somebody else was faster
        case .version:
            throw ServiceError(
                """
                the coordinator at \(settings.endpoint) speaks protocol version \(refusal.version), this worker version \
                \(protocolVersion); install the same ssrm on both machines
                """)
        case .malformed, .otherArithmetic, .noSuchBlock:
            throw ServiceError("refused by the coordinator at \(settings.endpoint): \(refusal.text)")
        }
    }
}
