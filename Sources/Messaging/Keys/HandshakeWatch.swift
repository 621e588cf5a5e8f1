import CZeroMQ

/// What becomes of a socket's attempts to be taken in by the other side, which ZeroMQ otherwise tells nobody of.
package final class HandshakeWatch {
    /// What became of one.
    package enum Outcome: Equatable, Sendable {
        /// It was taken in.
        case succeeded
        /// The other side does not list its key.
        case notListed
        /// One side has keys and the other has none.
        case otherMechanism
        /// The other side ended the connection before it was through: it has another key than it was taken for, or
        /// there is no coordinator.
        case broken
        /// A connection is over that was made, taken in or not.
        case ended
    }
    /// For `Poller`.
    package let socket: Socket

    /// Watches a socket of the calling thread, before it connects.
    package init(of watched: Socket, in context: Context) throws(SocketError) {
        socket = try Socket(.pair, in: context)
        let place = "inproc://handshakes-\(UInt64.random(in: .min ... .max))"
        let events =
            ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
            | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_DISCONNECTED
        guard zmq_socket_monitor(watched.handle, place, events) == 0 else { throw .last("zmq_socket_monitor") }
        try socket.connect(place)
    }

    /// What became of those since.
    package func takeAll() throws(SocketError) -> [Outcome] {
        var outcomes: [Outcome] = []
        while let frames = try socket.receive() {
            guard let bytes = frames.first?.copied(), bytes.count == 6 else { continue }
            let (event, value) = bytes.withUnsafeBytes {
                ($0.loadUnaligned(as: UInt16.self), $0.loadUnaligned(fromByteOffset: 2, as: UInt32.self))
            }
            switch Int32(event) {
            case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: outcomes.append(.succeeded)
            case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: outcomes.append(.notListed)
            case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
                let isMechanism = value == UInt32(ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH)
                outcomes.append(isMechanism ? .otherMechanism : .broken)
            case ZMQ_EVENT_DISCONNECTED: outcomes.append(.ended)
            default: outcomes.append(.broken)
            }
        }
        return outcomes
    }
}
