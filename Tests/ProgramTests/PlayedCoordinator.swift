import Checkpoints
import Encoders
import Foundation
import Layers
import Messaging
import Numerics
import Signals
import TestKit
import Testing
import Upstream
import Wire

/// A coordinator that a test plays for one worker, over the real socket and in the real messages.
final class PlayedCoordinator {
    let socket: Socket
    let endpoint: String
    private var worker: [UInt8] = []

    init() throws {
        socket = try Socket(.router, in: Context(), linger: .seconds(2))
        endpoint = try socket.bind("tcp://127.0.0.1:*")
    }

    /// A worker that connects to it.
    func startWorker(_ flags: String...) throws -> ProgramRun {
        try ProgramRun(["worker", "--connect", endpoint] + flags)
    }

    // MARK: - A job

    /// The made-up samples of the job.
    static let samples: [Float] = (0..<40 * 12).map { Float($0 % 17) - 8 }

    /// A job that can be trained.
    static let job = Job(
        datasetDigest: String(repeating: "ab", count: 32), sampleCount: 40, rows: 4, columns: 3, preset: "paper",
        settings: UpstreamSettings(
            network: NetworkSettings(MLPSettings(hiddenUnits: [9], weightDeviation: 0.1)),
            task: TaskSettings(ViewSettings.standard), optimiser: .adam(AdamSettings(learningRate: 0.01))),
        seed: 7, shardsPerStep: 5, originalsPerShard: 3, steps: 10)

    /// The values of the job's one block of samples.
    static let block = FloatBlock(samples)

    /// The welcome to that job, or to another one.
    static func welcome(_ json: String? = nil) throws -> Welcome {
        Welcome(job: try json ?? job.json, heartbeat: .milliseconds(100), lease: .seconds(10), session: 1)
    }

    /// Takes a worker in, up to its word that it can compute.
    func welcomeUntilReady() throws {
        try awaitHello()
        try send(.welcome(try Self.welcome()))
        try hears { if case .ready = $0 { true } else { nil } }
    }

    /// Answers the request for the one block that there is.
    func sendBlock() throws {
        try awaitRequest(ofBlock: 0)
        try send(.sampleBlock(block: 0), [RawFrame(Self.block)])
    }

    // MARK: - Messages

    func send(_ message: Message, _ frames: [RawFrame] = []) throws {
        let envelope = Envelope(message, frames: frames)
        try send(envelope.headerBytes, frames.map { Array($0.content.bytes) })
    }

    func send(_ header: [UInt8], _ frames: [[UInt8]] = []) throws {
        try socket.send([.copied(worker), .copied(header)] + frames.map { .copied($0) })
    }

    func awaitHello() throws { try hears { if case .hello = $0 { true } else { nil } } }

    func awaitRequest(ofBlock block: Int) throws {
        try hears { if case .sampleRequest(block) = $0 { true } else { nil } }
    }

    /// Waits for a message of which `take` makes something; others are passed over.
    @discardableResult
    func hears<Taken>(_ take: (Message) -> Taken?) throws -> Taken {
        try socket.waits(lacking: "the worker did not say what was waited for") { frames in
            worker = Array(frames[0].bytes)
            let envelope = try ReceivedEnvelope(
                frames.dropFirst().map { ReceivedPart(bytes: $0.bytes, owner: $0) })
            if let taken = take(envelope.message) { return taken }
            if case .farewell(_, let text) = envelope.message {
                throw Pretraining.Failure(text: "the worker left instead: \(text)")
            }
            return nil
        }
    }
}
