import Foundation

/// A ROUTER that peers reach through a `Front` alone, and this machine's own processes, of the same user, by its local
/// name; for the one thread that made it.
public final class Reception {
    private var held: Socket?
    private let front: Front
    /// Where this user's processes on this machine connect.
    public let localEndpoint: String
    /// Where everybody else does.
    public var endpoint: String { front.endpoint }
    /// Of those who came through the front, by their identities.
    private var gauges: [[UInt8]: PassageGauge] = [:]
    private var gaugesKept = 64
    /// Of those who came past it.
    private var locals: Set<[UInt8]> = []
    private var waitingLimit: Int
    private var requests: RequestBook
    private var linger: Duration

    /// Listens from now on.
    ///
    /// - Parameters:
    ///   - place: where peers connect.
    ///   - limits: what they are held to.
    ///   - frameLimit: the bytes of the largest frame that comes, from whom ever.
    ///   - context: the socket's.
    ///   - linger: what was not sent within that time after the end is dropped.
    /// - Throws: when nobody can listen there.
    public init(
        at place: TCPEndpoint, _ limits: FrontLimits, frameLimit: Int, in context: Context, linger: Duration
    ) throws(SocketError) {
        let socket = try Socket(.router, in: context, linger: linger)
        try socket.setFrameLimit(bytes: frameLimit)
        let front = try Front(at: place, limits)
        (self.front, waitingLimit) = (front, limits.waiting)
        self.linger = linger
        requests = RequestBook(ofPeer: limits.requests, ofMachine: limits.requestsOfMachine)
        do throws(SocketError) {
            localEndpoint = try socket.bind(locally: front.localName)
        } catch {
            front.end(patience: .zero)
            throw error
        }
        held = socket
    }

    deinit {
        held = nil  // what it still has to say is on its way from here on
        front.end(patience: min(linger, .milliseconds(500)))
    }

    /// After the end, what was not sent within that time is dropped.
    public func setLinger(_ linger: Duration) throws(SocketError) {
        try socket.setLinger(linger)
        self.linger = linger
    }

    /// For `Poller`.
    public var socket: Socket {
        guard let held else { preconditionFailure("a socket used after its end") }
        return held
    }

    /// Holds peers to other limits from now on.
    public func limit(_ change: (inout FrontLimits) -> Void) {
        front.limit(change)
        waitingLimit = front.waitingLimit
    }

    // MARK: - What happened at the front

    /// Readable while `notes` has some.
    public var descriptor: Int32 { front.descriptor }

    /// What happened since.
    public func takeNotes() -> [Front.Note] { front.takeNotes() }

    /// How many peers were turned away.
    public var droppedCount: Int { front.droppedCount }

    // MARK: - Messages

    /// The next whole message's frames, the first of which is who sent it; nil when none has come.
    public func receive() throws(SocketError) -> [Frame]? {
        let completedCost = front.completedCost
        guard let frames = try socket.receive() else {
            front.onNothingThere(whenCompleted: completedCost)
            return nil
        }
        guard let first = frames.first else { return frames }
        let identity = Array(first.bytes)
        // Of a message that ZeroMQ had fetched before it was asked for, only what the peer sent tells its connection.
        let came = frames.count > 1 ? frames[1] : first
        if let gauge = front.gauge(of: came) {
            front.onTaken(frames)
            if gauges[identity] !== gauge {
                came.widenItsConnection()
                note(gauge, of: identity)
            }
        } else if locals.insert(identity).inserted {
            came.widenItsConnection()
            if locals.count > 4096 { locals = [] }
        }
        return frames
    }

    private func note(_ gauge: PassageGauge, of identity: [UInt8]) {
        gauges[identity] = gauge
        guard gauges.count > gaugesKept else { return }
        gauges = gauges.filter { !$0.value.isClosed }
        gaugesKept = max(64, 2 * gauges.count)
    }

    /// The connection of a peer that came through the front; nil for one that did not, or was not heard of.
    public func gauge(of identity: [UInt8]) -> PassageGauge? { gauges[identity] }

    /// Whether a peer may ask now for what costs more than its asking; one that does again and again is dropped.
    public func admitsRequest(of identity: [UInt8], at now: Duration) -> Bool {
        guard let gauge = gauges[identity] else { return true }
        switch requests.onRequest(by: gauge.number, of: gauge.machine, at: now) {
        case .admitted: return true
        case .machineTooOften: return false
        case .tooOften:
            drop(identity, because: "it says hello again and again")
            return false
        }
    }

    /// Whether so many bytes more may wait for a peer.
    public func hasRoom(for byteCount: Int, to identity: [UInt8]) -> Bool {
        gauges[identity].map { $0.waiting + byteCount <= waitingLimit } ?? true
    }

    /// Sends a message without waiting; one for a peer that is gone, or for which too much waits already, is dropped.
    ///
    /// - Returns: whether it was not dropped for what waits.
    @discardableResult
    public func send(_ parts: [Part], to identity: [UInt8]) throws(SocketError) -> Bool {
        let byteCount = parts.reduce(0) { $0 + $1.byteCount }
        // Short answers may wait behind what fills the room.
        if byteCount > 4096, !hasRoom(for: byteCount, to: identity) { return false }
        gauges[identity]?.onSent(parts.reduce(0) { $0 + $1.framedByteCount })
        try socket.send([.copied(identity)] + parts)
        return true
    }

    /// Closes a peer's connection.
    public func drop(_ identity: [UInt8], because reason: String) {
        if let gauge = gauges.removeValue(forKey: identity) { front.drop(gauge, because: reason) }
    }

    /// Has the peer dropped that has not read for longest, where one has not for long.
    public func dropSlowReader() { front.dropSlowReader() }
}
