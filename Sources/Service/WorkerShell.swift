package import Coordination
package import Datasets
import Foundation
import Messaging
import Numerics
import Upstream
import Wire

/// A worker's socket, clock, files and compute thread around an `Employment`, which decides.
///
/// One thread owns the DEALER and shows that the worker lives; another computes.
package final class WorkerShell {
    /// How a worker ended, unless it failed.
    package enum Outcome: Equatable {
        case finished
        case stopped(signal: Int32)
    }
    private static let messagesAtOnce = 64
    let settings: WorkerSettings
    let dataset: Dataset?
    private let signals: SignalInbox
    /// Is told what happens to it, in order, on the thread that owns its socket.
    let tell: (WorkerEvent) -> Void
    private let link: CoordinatorLink
    let compute: ComputeThread
    let watch = Stopwatch()
    var employment: Employment
    private var isOver = false
    /// The job that was examined last.
    var job: Job?
    /// The job's samples, where its dataset is not here.
    var stream: SampleStream?
    /// How long it waited for them.
    private var gathering = GatheringClock()
    /// For parameters that come as bfloat16.
    private var pool = BlockPool(limit: 4)
    /// The parameters that came last, and those of another round that is computed at once with theirs.
    private var parameters: [(round: Int, block: FloatBlock)] = []
    /// Parameters some of whose parts came ahead of work.
    private var coming: FloatBlock?
    /// Where the coordinator's parameters are; nil when it is on another machine or shares nothing.
    var coordinatorMemory: SharedMemory?
    /// Where this worker's sums are, for a coordinator on this machine.
    var memory: SharedMemory?
    /// Sums that the coordinator may still need, by their claims.
    private var lent: [UInt64: [FloatBlock]] = [:]

    /// A worker that connects from now on.
    package init(
        _ settings: WorkerSettings, dataset: Dataset?, signals: SignalInbox, tell: @escaping (WorkerEvent) -> Void
    ) throws {
        (self.settings, self.dataset, self.signals, self.tell) = (settings, dataset, signals, tell)
        let hello = Hello(
            name: Self.name(ofProcess: getpid()), threads: settings.threads, datasetDigest: dataset?.digest)
        employment = Employment(
            hello, datasetPath: dataset?.path, endpoint: settings.endpoint, keys: settings.keys?.path,
            patience: settings.patience, hearsOfHandshakes: !LocalEndpoint.isOne(settings.endpoint), at: watch.elapsed)
        compute = try ComputeThread(threads: settings.threads, processors: settings.processors)
        link = try CoordinatorLink(to: settings.endpoint, keys: settings.keys, in: Context())
    }

    /// A worker's name for people, and for a coordinator that started it.
    static func name(ofProcess pid: pid_t) -> String {
        WorkerName.of(process: pid, on: ProcessInfo.processInfo.hostName)
    }

    /// Works until the job is over, a signal comes, or the coordinator is silent for too long.
    package func work() throws -> Outcome {
        defer { compute.put(.end) }
        do {
            return try loop()
        } catch {
            for case .send(let message) in employment.onFailure("\(error)") {
                try? link.send(Envelope(message))  // the error itself is what is told
            }
            throw error
        }
    }

    private func loop() throws -> Outcome {
        signals.opening?.end()
        while true {
            try Poller.wait(
                for: link.sockets, and: [compute.answers.descriptor, signals.descriptor],
                timeout: employment.wantsTurn ? .zero : max(.zero, employment.nextTick - watch.elapsed))
            for answer in compute.answers.takeAll() { try take(answer) }
            for outcome in try link.takeHandshakes() {
                try perform(employment.onHandshake(outcome, at: watch.elapsed))
            }
            // So many and no more, or a fetch of many blocks would keep signals and signs of life waiting.
            for _ in 0..<Self.messagesAtOnce {
                guard let frames = try link.receive() else { break }
                try receive(frames)
                if isOver { return .finished }
            }
            if employment.wantsTurn { try perform(employment.onTurn()) }
            if let signal = signals.takeAll().first(where: { $0 != SIGCHLD }) {
                signals.endAtOnceOnNext()
                try perform(employment.onStop())
                return .stopped(signal: signal)
            }
            try perform(employment.onTick(at: watch.elapsed))
        }
    }

    private func receive(_ frames: [Frame]) throws {
        let envelope: ReceivedEnvelope
        do throws(WireError) {
            envelope = try ReceivedEnvelope([ReceivedPart](frames))
        } catch {
            return try perform(employment.onUnreadable(error, at: watch.elapsed))
        }
        let directives = employment.onMessage(
            envelope.message, blockLengths: envelope.blockLengths, isShared: envelope.isShared,
            isAhead: envelope.isAhead,
            at: watch.elapsed)
        try perform(directives, on: envelope)
    }

    /// The first block of floats that came with a message; nil after directives that tell why it can't be read were
    /// performed.
    private func block(of envelope: ReceivedEnvelope?) throws -> FloatBlock? {
        guard let envelope else { preconditionFailure("floats to take where no message came") }
        do throws(WireError) {
            return try envelope.blocks { offset, count in
                coordinatorMemory?.block(at: offset, count: count)
            } place: {
                pool.take(count: $0)
            }.first
        } catch {
            try perform(employment.onUnreadable(error, at: watch.elapsed))
            return nil
        }
    }

    func perform(_ directives: [Employment.Directive], on envelope: ReceivedEnvelope? = nil) throws {
        for directive in directives {
            switch directive {
            case .send(let message): try link.send(Envelope(message))
            case .sayReady(let probeDigest):
                let ready = Ready(
                    probeDigest: probeDigest, coordinatorToken: coordinatorMemory?.token ?? [],
                    memory: memory?.name(withToken: true), takesParts: employment.parts != nil)
                try link.send(Envelope(.ready(ready)))
            case .sendReport: preconditionFailure("a report to send where nothing was computed")
            case .examine(let welcome): try examine(welcome)
            case .share(let name): openMemory(name)
            case .stream(let keepsBlocks): try beginStreaming(keepsBlocks: keepsBlocks)
            case .bring(let work, let withNewParameters):
                if withNewParameters { try keepParameters(of: work, envelope) }
                gathering.onBegin(work.claim, at: watch.elapsed)
                try bring(work)
            case .keepParameters(let work): try keepParameters(of: work, envelope)
            case .lookUp(let block):
                try perform(employment.onLookUp(block, isFound: stream?.lookUp(block) ?? false))
            case .takeBlock(let block): try takeBlock(block, of: envelope)
            case .dropBlocks(let blocks): stream?.drop(blocks)
            case .takePart(let part): try takePart(part, of: envelope)
            case .prepare(let generation): try prepare(generation: generation)
            case .compute(let work, let withNewParameters, let generation):
                if withNewParameters { try keepParameters(of: work, envelope) }
                let samples = stream?.handOver()
                guard let block = parameters.first(where: { $0.round == work.round })?.block else { continue }
                gathering.onOrder(work.claim, at: watch.elapsed)
                compute.put(.compute(work, parameters: block, samples: samples, generation: generation))
            case .release(let claims): for claim in claims { lent[claim] = nil }
            case .event(let event): tell(event)
            case .connectAnew: try link.connectAnew()
            case .end: isOver = true
            case .fail(let reason): throw ServiceError(givingUp: reason, at: settings.endpoint)
            }
        }
    }

    /// Keeps the parameters that came with a work, or in parts ahead of it, for works of its round.
    private func keepParameters(of work: Work, _ envelope: ReceivedEnvelope?) throws {
        let block = try envelope?.isAhead ?? false ? coming : self.block(of: envelope)
        let roundsAtOnce = job?.roundsAtOnce ?? 1
        parameters.removeAll { $0.round == work.round || abs($0.round - work.round) >= roundsAtOnce }
        if let block { parameters.append((work.round, block)) }
    }

    /// Puts a part of parameters into its place.
    private func takePart(_ part: Int, of envelope: ReceivedEnvelope?) throws {
        guard let envelope, let parts = employment.parts else { preconditionFailure("a part where none can be") }
        if part == 0 { coming = pool.take(count: parts.vectorCount) }
        guard let coming else { return }
        let place = FloatBlock(borrowing: coming.base + parts[part].lowerBound, count: parts[part].count, from: coming)
        do throws(WireError) {
            let came = try envelope.blocks(place: { _ in place }).first
            if let came, came !== place { place.copy(from: came) }
        } catch {
            try perform(employment.onUnreadable(error, at: watch.elapsed))
        }
    }

    // MARK: - What the compute thread answers

    private func take(_ answer: ComputeThread.Answer) throws {
        switch answer.content {
        case .prepared(let digest):
            try perform(employment.onPrepared(probeDigest: digest, generation: answer.generation))
        case .computed(let work, let sums, let time):
            let content = sums.map { sums in
                LeafReport.Content.nodes(sums.map { .init(leaves: $0.leaves, figures: $0.figures) })
            }
            let directives = employment.onComputed(
                work, content ?? .notFinite, computing: time,
                gathering: gathering.onComputed(work.claim, at: watch.elapsed), generation: answer.generation)
            for case .sendReport(let report, let isLent) in directives {
                try send(report, of: sums ?? [], isLent: isLent)
            }
        case .failed(let error): throw error
        }
    }

    private func send(_ report: LeafReport, of sums: [LeafSum], isLent: Bool) throws {
        if isLent { lent[report.claim, default: []] += sums.map(\.vector) }
        let element = job?.settings.arithmetic.wire ?? .float32
        let frames = sums.map { RawFrame($0.vector, as: element) }
        guard !isLent, let parts = employment.parts else {
            return try link.send(Envelope(.leafReport(report), frames: frames), from: isLent ? memory : nil)
        }
        if !sums.isEmpty {
            let cut = sums.map { $0.vector.cut(parts) }
            for part in 0..<parts.count {
                let frames = cut.map { RawFrame($0[part], as: element) }
                try link.send(Envelope(.sumPart(SumPart(claim: report.claim, part: part)), frames: frames))
            }
        }
        try link.send(Envelope(.leafReport(report), behind: sums.map(\.vector.count), as: element))
    }
}
