import Datasets
import Foundation
import Messaging
import Numerics
import Signals
import Upstream
import Wire

/// How a worker runs.
struct WorkerSettings {
    var endpoint: String
    var threads: Int
    var cache: String?
    var patience: Duration
    var isQuiet: Bool
}

/// A worker: this thread owns the DEALER and shows that the worker lives; another computes.
final class WorkerShell {
    /// How a worker ended, unless it failed.
    enum Outcome: Equatable {
        case finished
        case stopped(signal: Int32)
    }
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
    private var probeDigest: String?
    private var fetch: SampleFetch?
    private var parameters: FloatBlock?

    /// A worker that connects from now on.
    init(_ settings: WorkerSettings, dataset: Dataset?, signals: SignalInbox) throws {
        (self.settings, self.dataset, self.signals) = (settings, dataset, signals)
        compute = try ComputeThread(threads: settings.threads)
        socket = try Socket(.dealer, in: Context(), linger: .seconds(1))
        try socket.setIdentity((0..<16).map { _ in UInt8.random(in: 1...255) })
        try socket.sendOnlyWhenConnected()
        try socket.setFrameLimit(bytes: 1 << 31)
        try socket.connect(settings.endpoint)
    }

    /// A worker's name for people, and for a coordinator that started it.
    static func name(ofProcess pid: pid_t) -> String { "\(ProcessInfo.processInfo.hostName):\(pid)" }

    /// Works until the job is over, a signal comes, or the coordinator is silent for too long.
    func run() throws -> Outcome {
        defer { compute.put(.end) }
        while true {
            try Poller.wait(
                for: socket, and: [compute.answers.descriptor, signals.descriptor],
                timeout: max(.zero, nextSign - watch.elapsed))
            for answer in compute.answers.takeAll() { try take(answer) }
            while let frames = try socket.receive() {
                if try take(frames) { return .finished }
            }
            if let signal = signals.takeAll().first {
                try send(Envelope(.farewell(.leaving, text: "")))
                return .stopped(signal: signal)
            }
            if watch.elapsed >= nextSign { try showLife() }
            if watch.elapsed - heard > settings.patience {
                throw ProgramError(
                    """
                    nothing was heard of a coordinator at \(settings.endpoint) for \(Int(settings.patience.seconds)) seconds; \
                    is it running, and can this machine reach it?
                    """)
            }
        }
    }

    private func showLife() throws {
        guard let welcome else {
            // Often while nobody is connected; then once in a while, should the hello or its answer be lost.
            nextSign = watch.elapsed + (try sayHello() ? .seconds(2) : .milliseconds(20))
            return
        }
        nextSign = watch.elapsed + welcome.heartbeat
        sequence += 1
        try send(Envelope(.heartbeat(sequence: sequence)))
    }

    private func sayHello() throws -> Bool {
        try send(
            Envelope(
                .hello(
                    Hello(
                        name: Self.name(ofProcess: getpid()), processor: Processor.name,
                        numerics: "\(ProductLibrary.version), \(ProductLibrary.instructionSet)",
                        threads: settings.threads,
                        datasetDigest: dataset?.digest ?? fetch?.datasetDigest ?? ""))))
    }

    /// Sends to the coordinator; false when none is connected.
    @discardableResult
    private func send(_ envelope: Envelope) throws -> Bool {
        do throws(SocketError) {
            try socket.send(
                [.copied(envelope.headerBytes)] + envelope.frames.map { .shared($0.block.bytes, owner: $0.block) })
            return true
        } catch {
            // No coordinator is connected. What was to be said is stale by the time there is one: the hello that follows says all.
            if !error.isRetriable { throw error }
            return false
        }
    }

    // MARK: - What the compute thread answers

    private func take(_ answer: ComputeThread.Answer) throws {
        switch answer {
        case .prepared(let digest):
            probeDigest = digest
            try send(Envelope(.ready(probeDigest: digest)))
        case .computed(let step, let shards, let sums):
            let report = GradientReport(
                step: step, shards: shards,
                subtrees: sums.map { .init(shards: $0.shards, loss: $0.loss, correct: $0.correct) })
            try send(Envelope(.gradientReport(report), frames: sums.map { RawFrame($0.gradient) }))
        case .failed(let error):
            try send(Envelope(.farewell(error is UpstreamError ? .notFinite : .failed, text: "\(error)")))
            throw error
        }
    }

    // MARK: - What the coordinator says

    /// Takes one message; true when the job is over.
    private func take(_ frames: [Frame]) throws -> Bool {
        let envelope: ReceivedEnvelope
        do throws(WireError) {
            envelope = try ReceivedEnvelope(frames.map { ReceivedPart(bytes: $0.bytes, owner: $0) })
        } catch {
            throw ProgramError("a message from the coordinator at \(settings.endpoint) can't be read: \(error)")
        }
        heard = watch.elapsed
        switch envelope.message {
        case .welcome(let welcome): try take(welcome)
        case .sampleBlock(let block): try take(block, envelope.blocks)
        case .work(let step, let shards): try take(step, shards, envelope.blocks.first)
        case .heartbeatReply: break
        case .refusal(let refusal): try take(refusal)
        case .finish(let complete):
            if !settings.isQuiet { Terminal.error(complete ? "the job is done" : "the coordinator stopped") }
            return true
        case .hello, .sampleRequest, .ready, .gradientReport, .heartbeat, .farewell:
            throw ProgramError("\(settings.endpoint) is a worker, not a coordinator")
        }
        return false
    }

    private func take(_ welcome: Welcome) throws {
        let job: Job
        do {
            job = try Job(json: welcome.job)
        } catch {
            throw ProgramError("the coordinator's job can't be read; install the same ssrm on both machines")
        }
        if let fault = job.fault { throw ProgramError("the coordinator's job can't be trained: \(fault)") }
        self.welcome = welcome
        nextSign = watch.elapsed + welcome.heartbeat
        if let probeDigest, self.job == job { return _ = try send(Envelope(.ready(probeDigest: probeDigest))) }
        (self.job, probeDigest) = (job, nil)
        if !settings.isQuiet { Terminal.error("joined the job at \(settings.endpoint)") }
        if let dataset, dataset.digest == job.datasetDigest {
            return try prepare(job, dataset.samples)
        }
        if let fetch, fetch.datasetDigest == job.datasetDigest, let samples = fetch.samples {
            return try prepare(job, samples)
        }
        let fetch = try SampleFetch(job: job, welcome: welcome, cache: settings.cache)
        self.fetch = fetch
        try goOn(fetch, job)
    }

    private func prepare(_ job: Job, _ samples: Samples) throws {
        guard samples.count == job.sampleCount, samples.rows == job.rows, samples.columns == job.columns else {
            throw ProgramError("the coordinator's job is of samples of another shape than its dataset's")
        }
        compute.put(.prepare(job, samples))
    }

    private func take(_ block: Int, _ blocks: [FloatBlock]) throws {
        guard let fetch, let job, let values = blocks.first else { return }
        try fetch.take(block, values)
        try goOn(fetch, job)
    }

    private func goOn(_ fetch: SampleFetch, _ job: Job) throws {
        for block in fetch.nextRequests() { try send(Envelope(.sampleRequest(block: block))) }
        if let samples = fetch.samples, probeDigest == nil { try prepare(job, samples) }
    }

    private func take(_ step: Int, _ shards: Range<Int>, _ sent: FloatBlock?) throws {
        if let sent { parameters = sent }
        guard let job, let parameters, parameters.count == job.network.parameterCount,
            shards.upperBound <= job.shardsPerStep
        else { throw ProgramError("the coordinator sent work that does not fit its job") }
        compute.put(.compute(step: step, shards: shards, parameters: parameters))
    }

    private func take(_ refusal: Refusal) throws {
        switch refusal.code {
        case .unknownWorker:  // a coordinator that was restarted, or that took this worker for dead
            guard welcome != nil else { return }
            welcome = nil
            nextSign = watch.elapsed
        case .staleStep, .notAssigned: break  // somebody else was faster
        case .version:
            throw ProgramError(
                """
                the coordinator at \(settings.endpoint) speaks protocol version \(refusal.version), this worker version \
                \(protocolVersion); install the same ssrm on both machines
                """)
        case .malformed, .otherArithmetic, .noSuchBlock:
            throw ProgramError("refused by the coordinator at \(settings.endpoint): \(refusal.text)")
        }
    }
}

/// What kind of processor this is.
private enum Processor {
    static let name: String = {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let model = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
        return model.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
    }()
}
