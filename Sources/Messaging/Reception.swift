import Foundation

/// A ROUTER that peers reach through a `Front` alone, and one for this machine's own processes, of the same user; for
/// the one thread that made them.
///
/// Where peers need no keys, both are one.
package final class Reception {
    /// What has become of a connection by which a message came.
    package enum Connection: Equatable, Sendable {
        case open
        /// It is closed: what was said by it is heard, as far as it needs no answer.
        case closed
        /// It was, or is being, closed from here, for what its peer did.
        case dropped
    }
    /// A message that came.
    package struct Arrival {
        /// Who sent it: its socket's identity, and its key where it has one, so that nobody is another key's peer.
        package let peer: [UInt8]
        /// The label of its key; nil where none is needed.
        package let label: String?
        /// What it sent.
        package let frames: [Frame]
        /// What has become of the connection since.
        package let connection: Connection
    }
    /// Whose keys may come, and this side's own.
    package struct Keys: Sendable {
        /// This side's own.
        package let pair: KeyPair
        /// Who may come now.
        package let authorized: AuthorizedKeys
        /// Who may come from now on, where that has changed since it was asked for last; nil where not.
        package let change: @Sendable () throws -> AuthorizedKeys?

        /// Keys.
        package init(
            pair: KeyPair, authorized: AuthorizedKeys, change: @escaping @Sendable () throws -> AuthorizedKeys?
        ) {
            (self.pair, self.authorized, self.change) = (pair, authorized, change)
        }
    }

    /// For this machine's own processes, and where no keys are needed for all.
    private var held: Socket?
    /// For who comes with a key.
    var sealed: Socket?
    let front: Front
    let gatekeeper: Gatekeeper?
    /// Where this user's processes on this machine connect.
    package let localEndpoint: String
    /// Where everybody else does.
    package var endpoint: String { front.endpoint }
    /// Of those who came through the front, by their identities.
    private var gauges: [[UInt8]: PassageGauge] = [:]
    private var gaugesKept = 64
    /// Of those who came with keys: as which identity the socket knows them, and with which label.
    var sealedPeers: [[UInt8]: SealedPeer] = [:]
    /// By these identities.
    var sealedNames: [[UInt8]: [UInt8]] = [:]
    var passes: [String: Gatekeeper.Pass] = [:]
    /// Of those who came past it.
    private var locals: Set<[UInt8]> = []
    var limits: FrontLimits
    /// Peers that were dropped and of whom no other connection was heard of yet.
    private var dropped: Set<[UInt8]> = []
    var requests: RequestBook
    var talk: RequestBook
    /// Requests for what is on its way already.
    var needless: RequestBook
    private var linger: Duration
    private var isSealedNext = false

    /// Listens from now on.
    ///
    /// - Parameters:
    ///   - place: where peers connect.
    ///   - limits: what they are held to.
    ///   - frameLimit: the bytes of the largest frame that comes, from whom ever.
    ///   - keys: who may come; nil where everybody may, and what is said is readable.
    ///   - context: the sockets'; one of its own, where there are keys.
    ///   - linger: what was not sent within that time after the end is dropped.
    /// - Throws: when nobody can listen there.
    package init(
        at place: TCPEndpoint, _ limits: FrontLimits, frameLimit: Int, keys: Keys? = nil, in context: Context,
        linger: Duration
    ) throws(SocketError) {
        let socket = try Socket(.router, in: context, linger: linger)
        try socket.setFrameLimit(bytes: frameLimit)
        let front = try Front(at: place, limits, isSealed: keys != nil)
        (self.front, self.limits, self.linger) = (front, limits, linger)
        requests = RequestBook(ofPeer: limits.requests, ofMachine: limits.requestsOfMachine)
        (talk, needless) = (Self.talkBook(limits), Self.talkBook(limits))
        var gatekeeper: Gatekeeper?
        do throws(SocketError) {
            if let keys {
                localEndpoint = try socket.bind(locally: LocalEndpoint.randomName())
                gatekeeper = try Gatekeeper(keys.authorized, reading: keys.change, for: front.shared, in: context)
                let sealed = try Socket(.router, in: context, linger: linger)
                try sealed.setFrameLimit(bytes: frameLimit + PeerFraming.sealBytes)
                try sealed.guardIt(with: keys.pair)
                _ = try sealed.bind(locally: front.localName)
                self.sealed = sealed
            } else {
                localEndpoint = try socket.bind(locally: front.localName)
            }
        } catch {
            gatekeeper?.stop()
            front.end(patience: .zero)
            throw error
        }
        self.gatekeeper = gatekeeper
        held = socket
        // Where that fails, this is at its end already, and ends the rest.
        try front.begin()
    }

    deinit {
        (held, sealed) = (nil, nil)  // what they still have to say is on its way from here on
        gatekeeper?.stop()
        front.end(patience: linger)
    }

    /// After the end, what was not sent within that time is dropped.
    package func setLinger(_ linger: Duration) throws(SocketError) {
        for socket in sockets { try socket.setLinger(linger) }
        self.linger = linger
    }

    private var local: Socket {
        guard let held else { preconditionFailure("a socket used after its end") }
        return held
    }

    /// For `Poller`.
    package var sockets: [Socket] { [local] + (sealed.map { [$0] } ?? []) }

    /// Holds peers to other limits from now on.
    package func limit(_ change: (inout FrontLimits) -> Void) {
        let before = limits
        front.limit(change)
        limits = front.currentLimits
        if limits.talk != before.talk { (talk, needless) = (Self.talkBook(limits), Self.talkBook(limits)) }
    }

    // MARK: - What happened at the front

    /// Readable while `notes` has some.
    package var descriptor: Int32 { front.descriptor }

    /// What happened since.
    package func takeNotes() -> [Front.Note] {
        front.takeNotes().flatMap { note in
            switch note {
            case .keysChanged: return [note] + sendAwayRevoked()
            case .closed(let number):
                // Of a peer that came again by another connection nothing is closed.
                guard let peer = gauges.first(where: { $0.value.number == number })?.key else { return [] }
                return [.gone(peer: peer)]
            default: return [note]
            }
        }
    }

    /// How many peers were turned away.
    package var droppedCount: Int { front.droppedCount }

    // MARK: - Messages

    /// The next whole message; nil when none has come.
    package func receive() throws(SocketError) -> Arrival? {
        let completedCost = front.completedCost
        // In turn, so that none keeps the other waiting.
        for _ in 0..<2 {
            isSealedNext.toggle()
            if isSealedNext, sealed != nil {
                if let arrival = try receiveSealed() { return arrival }
            } else if !isSealedNext, let arrival = try receiveOpen() {
                return arrival
            }
        }
        front.onNothingThere(whenCompleted: completedCost)
        return nil
    }

    private func receiveOpen() throws(SocketError) -> Arrival? {
        guard let frames = try local.receive(), let first = frames.first else { return nil }
        let identity = first.copied()
        // Of a message that ZeroMQ had fetched before it was asked for, only what the peer sent tells its connection.
        let came = frames.count > 1 ? frames[1] : first
        var connection = Connection.open
        switch front.way(of: came) {
        case .through(let gauge) where sealed == nil:
            front.onTaken(frames.dropFirst())
            connection = self.connection(by: gauge, of: identity)
            if connection == .open, gauges[identity] !== gauge {
                came.widenItsConnection()
                note(gauge, of: identity)
            }
        case .past:
            if locals.insert(identity).inserted { came.widenItsConnection() }
            if locals.count > 4096 { locals = [] }
        case .closed, .through: connection = self.connection(by: nil, of: identity)
        }
        return Arrival(peer: identity, label: nil, frames: Array(frames.dropFirst()), connection: connection)
    }

    /// What has become of the connection through the front by which a peer said something; `gauge` is nil where it is
    /// closed.
    func connection(by gauge: PassageGauge?, of identity: [UInt8]) -> Connection {
        guard let gauge, !gauge.isDropped else {
            return gauge != nil || dropped.contains(identity) ? .dropped : .closed
        }
        if !dropped.isEmpty { dropped.remove(identity) }
        return .open
    }

    func note(_ gauge: PassageGauge, of identity: [UInt8]) {
        gauges[identity] = gauge
        guard gauges.count > gaugesKept else { return }
        for (identity, gauge) in gauges where gauge.isClosed {
            gauges[identity] = nil
            forgetSealed(identity)
        }
        gaugesKept = max(64, 2 * gauges.count)
    }

    /// The connection of a peer that came through the front; nil for one that did not, or was not heard of.
    package func gauge(of identity: [UInt8]) -> PassageGauge? { gauges[identity] }

    /// Whether so many bytes more may wait for a peer.
    package func hasRoom(for byteCount: Int, to identity: [UInt8]) -> Bool {
        gauges[identity].map { $0.waiting + byteCount <= limits.waiting } ?? true
    }

    /// Sends a message without waiting; one for a peer that is gone, or for which too much waits already, is dropped.
    ///
    /// - Returns: whether it was not dropped for what waits.
    @discardableResult
    package func send(_ parts: [Part], to identity: [UInt8]) throws(SocketError) -> Bool {
        let byteCount = parts.reduce(0) { $0 + $1.byteCount }
        // Short answers may wait behind what fills the room.
        if byteCount > 4096, !hasRoom(for: byteCount, to: identity) { return false }
        let name = sealedPeers[identity]?.name
        gauges[identity]?.onSent(parts.reduce(0) { $0 + $1.framedByteCount(isSealed: name != nil) })
        if let name {
            // Another key's peer that took the name is none of whom this is for.
            if sealedNames[name] == identity { try sealed?.send([.copied(name)] + parts) }
        } else {
            try local.send([.copied(identity)] + parts)
        }
        return true
    }

    /// Closes a peer's connection.
    package func drop(_ identity: [UInt8], because reason: String) {
        if let gauge = gauges.removeValue(forKey: identity) {
            front.drop(gauge, because: reason)
            if dropped.count >= 4096 { dropped = [] }
            dropped.insert(identity)
        }
        forgetSealed(identity)
    }

    /// Has the peer dropped that has not read for longest, where one has not for long.
    package func dropSlowReader() { front.dropSlowReader() }
}
