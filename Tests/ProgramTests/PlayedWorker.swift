import Messaging
import Numerics
import TestKit
import Wire

/// A worker that a test plays, over the real socket and in the real messages.
final class PlayedWorker {
    private let socket: Socket
    private let name: String

    init(_ name: String, endpoint: String, keys: TestKeys? = nil) throws {
        self.name = name
        socket = try Socket(.dealer, in: Context(), linger: .seconds(2))
        try keys?.show(by: socket)
        try socket.connect(endpoint)
    }

    func send(_ message: Message, _ frames: [RawFrame] = []) throws {
        let envelope = Envelope(message, frames: frames)
        try send(envelope.headerBytes, frames.map { Array($0.content.bytes) })
    }

    func send(_ header: [UInt8], _ frames: [[UInt8]] = []) throws {
        try socket.send([.copied(header)] + frames.map { .copied($0) })
    }

    func sayHello(threads: Int = 1) throws {
        try send(.hello(Hello(name: name, processor: "", numerics: "", threads: threads, datasetDigest: "")))
    }

    /// Says hello, and once it is welcome that it can compute.
    func becomeReady(threads: Int = 1) throws {
        try sayHello(threads: threads)
        try hears { if case .welcome = $0 { true } else { nil } }
        try send(.ready(Ready(probeDigest: "probe")))
    }

    /// Becomes ready, and returns the work that comes.
    func join(threads: Int = 1) throws -> Work {
        try becomeReady(threads: threads)
        return try work()
    }

    func work() throws -> Work { try hears { if case .work(let work) = $0 { work } else { nil } } }

    func refusal() throws -> Refusal { try hears { if case .refusal(let refusal) = $0 { refusal } else { nil } } }

    /// Says of what it was given that its sum is not finite.
    func sayNotFinite(_ work: Work) throws {
        try send(
            .leafReport(LeafReport(claim: work.claim, round: work.round, leaves: work.leaves, content: .notFinite)))
    }

    /// Waits for a message of which `take` makes something; others are passed over.
    @discardableResult
    func hears<Taken>(_ take: (Message) -> Taken?) throws -> Taken {
        try socket.waits(lacking: "the coordinator did not say what was waited for") { frames in
            take(try ReceivedEnvelope(frames.map { ReceivedPart(bytes: $0.bytes, owner: $0) }).message)
        }
    }
}
