import CZeroMQ
import Foundation

/// A ZeroMQ socket, for the one thread that made it.
package final class Socket {
    /// What kind of socket.
    package enum Kind: Sendable {
        /// Speaks with many, each known by its identity.
        case router
        /// Speaks with one.
        case dealer
        /// Answers whoever asks, one after another.
        case reply
        /// Speaks with one within this process.
        case pair

        var number: Int32 {
            switch self {
            case .router: ZMQ_ROUTER
            case .dealer: ZMQ_DEALER
            case .reply: ZMQ_REP
            case .pair: ZMQ_PAIR
            }
        }
    }
    let handle: UnsafeMutableRawPointer
    private let context: Context  // kept alive: zmq_ctx_term waits for every zmq_close
    /// Whether the connection is within this machine and was not made to hold a vector on its way yet.
    private var isNarrow = false
    private let owner = pthread_self()  // each call checks it: not `Sendable`, yet a closure could carry this off

    /// A socket that, when closed, drops what was not sent within `linger`.
    ///
    /// - Throws: when the process is out of resources.
    package init(_ kind: Kind, in context: Context, linger: Duration = .zero) throws(SocketError) {
        guard let handle = zmq_socket(context.handle, kind.number) else {
            throw .last("zmq_socket")
        }
        (self.handle, self.context) = (handle, context)  // owned from here: a later throw runs deinit
        try setLinger(linger)
        if kind == .router { try set(ZMQ_ROUTER_HANDOVER, Int32(1), "handover") }
    }

    deinit { zmq_close(handle) }

    /// Says anew how long what was not sent is waited for when the socket is closed.
    package func setLinger(_ linger: Duration) throws(SocketError) {
        try set(ZMQ_LINGER, Int32(linger.wholeMilliseconds), "linger")
    }

    private func checkThread() {
        precondition(pthread_equal(owner, pthread_self()) != 0, "a socket was used by a thread that did not make it")
    }

    func set<T>(_ option: Int32, _ value: T, _ name: String) throws(SocketError) {
        checkThread()
        let status = withUnsafeBytes(of: value) { zmq_setsockopt(handle, option, $0.baseAddress, $0.count) }
        if status != 0 { throw .last("zmq_setsockopt", name) }
    }

    func setBytes(_ option: Int32, _ bytes: [UInt8], _ name: String) throws(SocketError) {
        checkThread()
        if zmq_setsockopt(handle, option, bytes, bytes.count) != 0 { throw .last("zmq_setsockopt", name) }
    }

    /// Says under which identity a router knows this dealer; before connecting.
    package func setIdentity(_ identity: [UInt8]) throws(SocketError) {
        try setBytes(ZMQ_ROUTING_ID, identity, "identity")
    }

    /// Lets the library itself drop a peer that announces a larger frame, before anything is allocated for it.
    package func setFrameLimit(bytes: Int) throws(SocketError) {
        try set(ZMQ_MAXMSGSIZE, Int64(bytes), "frame limit")
    }

    /// Listens, and returns the endpoint with the port that was taken where `*` was asked for.
    package func bind(_ endpoint: String) throws(SocketError) -> String {
        checkThread()
        if zmq_bind(handle, endpoint) != 0 { throw .last("zmq_bind", endpoint) }
        var bytes = [CChar](repeating: 0, count: 512)
        var size = bytes.count
        if zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, &bytes, &size) != 0 { throw .last("zmq_getsockopt", endpoint) }
        return String(decoding: bytes.prefix(max(size - 1, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Listens there, and returns the endpoint as a number, with the port that was taken where any was asked for.
    package func bind(_ endpoint: TCPEndpoint) throws(SocketError) -> String {
        try set(ZMQ_IPV6, Int32(endpoint.isIPv6 ? 1 : 0), "IPv6")
        return try bind(endpoint.zmqText)
    }

    /// Listens at an abstract name of this machine, where only this user's processes are taken in.
    ///
    /// - Returns: the endpoint.
    func bind(locally name: String) throws(SocketError) -> String {
        try set(ZMQ_IPC_FILTER_UID, geteuid(), "user")
        try set(ZMQ_BACKLOG, Int32(512), "backlog")
        return try bind(LocalEndpoint.of(name: name))
    }

    /// Gives up the connection to where it was connected, with what was not sent yet, and connects there again.
    package func connectAnew(_ endpoint: TCPEndpoint) throws(SocketError) {
        checkThread()
        if zmq_disconnect(handle, endpoint.zmqText) != 0 { throw .last("zmq_disconnect", endpoint.zmqText) }
        try connect(endpoint)
    }

    /// As `connectAnew` with an endpoint, where it is a local name.
    package func connectAnew(locally name: String) throws(SocketError) {
        checkThread()
        if zmq_disconnect(handle, name) != 0 { throw .last("zmq_disconnect", name) }
        try connect(name)
    }

    /// Connects there, as `connect` with a text does.
    package func connect(_ endpoint: TCPEndpoint) throws(SocketError) {
        try set(ZMQ_IPV6, Int32(endpoint.isIPv6 ? 1 : 0), "IPv6")
        try connect(endpoint.zmqText)
    }

    /// Connects; returns at once, and goes on trying while the other side is away.
    package func connect(_ endpoint: String) throws(SocketError) {
        checkThread()
        isNarrow = LocalEndpoint.isOne(endpoint)
        if zmq_connect(handle, endpoint) != 0 { throw .last("zmq_connect", endpoint) }
    }

    /// Sends a message of one or more parts without waiting.
    ///
    /// A router drops what is for a peer that is gone; a dealer whose queue is full throws.
    package func send(_ parts: [Part]) throws(SocketError) {
        checkThread()
        for (i, part) in parts.enumerated() {
            let flags = ZMQ_DONTWAIT | (i < parts.count - 1 ? ZMQ_SNDMORE : 0)
            var message = zmq_msg_t()
            switch part {
            case .copied(let bytes):
                if zmq_msg_init_size(&message, bytes.count) != 0 { throw .last("zmq_msg_init_size") }
                zmq_msg_data(&message)?.copyMemory(from: bytes, byteCount: bytes.count)
            case .shared(let bytes, let owner):
                let kept = Unmanaged.passRetained(owner).toOpaque()
                let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                let release: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = { _, owner in
                    if let owner { Unmanaged<AnyObject>.fromOpaque(owner).release() }
                }
                if zmq_msg_init_data(&message, start, bytes.count, release, kept) != 0 {
                    Unmanaged<AnyObject>.fromOpaque(kept).release()
                    throw .last("zmq_msg_init_data")
                }
            }
            while zmq_msg_send(&message, handle, flags) < 0 {
                let error = SocketError.last("zmq_msg_send")
                if error.code == EINTR { continue }
                zmq_msg_close(&message)
                throw error
            }
        }
    }

    /// The next whole message's frames, or nil when none has come.
    package func receive() throws(SocketError) -> [Frame]? {
        checkThread()
        var frames: [Frame] = []
        while true {
            let frame = Frame()
            while zmq_msg_recv(frame.message, handle, ZMQ_DONTWAIT) < 0 {
                let error = SocketError.last("zmq_msg_recv")
                if error.code == EINTR { continue }
                if error.code == EAGAIN, frames.isEmpty { return nil }
                throw error
            }
            if isNarrow {
                frame.widenItsConnection()
                isNarrow = false
            }
            frames.append(frame)
            if zmq_msg_more(frame.message) == 0 { return frames }
        }
    }
}
