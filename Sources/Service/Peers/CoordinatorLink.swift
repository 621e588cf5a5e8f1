import Coordination
import Messaging
import Numerics
import Wire

/// The connection of a worker or a relay to its coordinator: a DEALER, and what becomes of its attempts to be taken in.
///
/// It is of the thread that made it.
final class CoordinatorLink {
    /// At the job's end nobody needs what was not sent, but ZeroMQ 4.3.4 ends the process where a socket that does not
    /// linger is closed amid a message just when the other side closes, too.
    private static let linger = Duration.seconds(1)
    private static let frameLimit = 1 << 31
    private let endpoint: String
    private let socket: Socket
    /// Within a machine there are none.
    private let handshakes: HandshakeWatch?

    /// A link that connects from now on.
    ///
    /// - Parameters:
    ///   - endpoint: the coordinator's or a relay's, or a coordinator's local name on this machine.
    ///   - keys: this side's key and the coordinator's; nil for none, as within a machine.
    ///   - context: of the process's sockets.
    /// - Throws: `SocketError` where there can be no such socket or connection, or why keys can't be read.
    init(to endpoint: String, keys: KeyFolder?, in context: Context) throws {
        self.endpoint = endpoint
        socket = try Socket(.dealer, in: context, linger: Self.linger)
        try socket.setIdentity((0..<16).map { _ in UInt8.random(in: 1...255) })
        try socket.setFrameLimit(bytes: Self.frameLimit)
        if LocalEndpoint.isOne(endpoint) {
            handshakes = nil
            try socket.connect(endpoint)
        } else {
            if let keys { try socket.setKeys(keys.pair(), of: keys.coordinatorKey()) }
            handshakes = try HandshakeWatch(of: socket, in: context)
            try socket.connect(TCPEndpoint(connecting: endpoint))
        }
    }

    /// For `Poller`.
    var sockets: [Socket] { [socket] + (handshakes.map { [$0.socket] } ?? []) }

    /// What became of attempts to be taken in, since this was asked last.
    func takeHandshakes() throws -> [Employment.Handshake] {
        try handshakes?.takeAll().map { Employment.Handshake($0) } ?? []
    }

    /// The message that came next; nil where none is there.
    func receive() throws -> [Frame]? { try socket.receive() }

    /// Sends a message, or drops it where the queue is full: nobody has taken anything for long then, and what was to
    /// be said will be stale when somebody does.
    ///
    /// - Parameters:
    ///   - envelope: the message.
    ///   - memory: where its floats lie, if both sides share it: then it goes without them.
    /// - Throws: `SocketError` where the socket can't send at all.
    func send(_ envelope: Envelope, from memory: SharedMemory? = nil) throws {
        let (header, frames) = envelope.parts { memory?.offset(of: $0) }
        do throws(SocketError) {
            try socket.send([Part](header, frames))
        } catch {
            if !error.isRetriable { throw error }
        }
    }

    /// Gives the connection up and makes another one.
    func connectAnew() throws {
        if LocalEndpoint.isOne(endpoint) { return try socket.connectAnew(locally: endpoint) }
        try socket.connectAnew(TCPEndpoint(connecting: endpoint))
    }
}

extension Hello {
    /// What this process says of itself to a coordinator.
    init(name: String, threads: Int, datasetDigest: String?) {
        self.init(
            name: name, processor: Processors.kind,
            numerics: "\(Products.instructionSet), \(ProductLibrary.version)", threads: threads,
            datasetDigest: datasetDigest ?? "")
    }
}
