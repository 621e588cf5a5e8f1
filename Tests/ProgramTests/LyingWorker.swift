import Checkpoints
import Datasets
import Foundation
import Messaging
import Numerics
import Synchronization
import TestKit
import Upstream
import Wire

/// A worker whose sums are wrong from some step on in one float, over the real socket and in the real messages.
///
/// Everything else of it is right, the checksums too.
final class LyingWorker: Sendable {
    private let fault = Mutex<String?>(nil)
    private let isOver = DispatchSemaphore(value: 0)

    /// Connects, and works on a thread of its own until it is refused or the job is over.
    init(_ name: String, endpoint: String, keys: TestKeys? = nil, from step: Int) throws {
        let dataset = try Dataset(opening: try Pretraining.dataset.get())
        Thread { [self] in
            let end: String
            do { end = try Self.work(name, endpoint, keys, dataset, from: step) } catch { end = "\(error)" }
            fault.withLock { $0 = end }
            isOver.signal()
        }.start()
    }

    /// Waits until it was told that its sums are not believed.
    func isSentAway() throws {
        guard isOver.wait(timeout: .now() + 600) == .success else {
            throw Pretraining.Failure(text: "the liar was not sent away")
        }
        let end = fault.withLock { $0 } ?? ""
        if end != "refuted" { throw Pretraining.Failure(text: "the liar ended otherwise: \(end)") }
    }

    private static func work(
        _ name: String, _ endpoint: String, _ keys: TestKeys?, _ dataset: Dataset, from step: Int
    ) throws -> String {
        let socket = try Socket(.dealer, in: Context(), linger: .seconds(2))
        try keys?.show(by: socket)
        try socket.connect(endpoint)
        func send(_ message: Message, _ frames: [RawFrame] = []) throws {
            let envelope = Envelope(message, frames: frames)
            try socket.send(
                [.copied(envelope.headerBytes)] + frames.map { .copied(Array($0.content.bytes)) })
        }
        try send(.hello(Hello(name: name, processor: "", numerics: "", threads: 1, datasetDigest: dataset.digest)))
        var (job, pool, parameters): (Job?, LeafPool?, FloatBlock?) = (nil, nil, nil)
        return try socket.waits(lacking: "the coordinator said nothing", patience: .seconds(600)) { frames in
            let envelope = try ReceivedEnvelope(frames.map { ReceivedPart(bytes: $0.bytes, owner: $0) })
            switch envelope.message {
            case .welcome(let welcome):
                let offered = try Job(json: welcome.job)
                (job, pool) = (offered, LeafPool(job: offered, samples: dataset.samples, threads: 1))
                try send(.ready(Ready(probeDigest: sha256(of: offered.probe()))))
            case .work(let work):
                if let came = try envelope.blocks().first { parameters = came }
                guard let parameters, let job, let pool else { return "work came before its job" }
                let sums = try pool.compute(leaves: work.leaves, round: work.round, parameters: parameters)
                if work.round >= step { sums[0].vector.base[7] = -sums[0].vector.base[7] - 1 }
                let nodes = sums.map { LeafReport.Node(leaves: $0.leaves, figures: $0.figures) }
                let report = LeafReport(
                    claim: work.claim, round: work.round, leaves: work.leaves, content: .nodes(nodes))
                try send(
                    .leafReport(report), sums.map { RawFrame($0.vector, as: job.settings.arithmetic.wire) })
            case .refusal(let refusal) where refusal.code == .refuted: return "refuted"
            case .finish: return "finished"
            default: break
            }
            return nil
        }
    }
}
