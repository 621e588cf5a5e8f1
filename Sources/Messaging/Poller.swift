import CZeroMQ
import Foundation

/// Waits until a socket or a file descriptor has something to read.
package enum Poller {
    /// Waits for `timeout` at most, and returns early when a signal interrupts.
    ///
    /// - Parameters:
    ///   - socket: a socket of the calling thread.
    ///   - descriptors: file descriptors, like a mailbox's.
    ///   - timeout: rounded up to a millisecond.
    /// - Throws: when a descriptor is bad.
    package static func wait(
        for socket: Socket, and descriptors: [Int32] = [], timeout: Duration
    ) throws(SocketError) {
        try wait(for: [socket], and: descriptors, timeout: timeout)
    }

    /// As `wait(for:and:timeout:)`, for several sockets.
    package static func wait(
        for sockets: [Socket], and descriptors: [Int32], timeout: Duration
    ) throws(SocketError) {
        var items = sockets.map {
            zmq_pollitem_t(socket: $0.handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)
        }
        items += descriptors.map { zmq_pollitem_t(socket: nil, fd: $0, events: Int16(ZMQ_POLLIN), revents: 0) }
        if zmq_poll(&items, Int32(items.count), timeout.wholeMilliseconds) < 0 {
            let error = SocketError.last("zmq_poll")
            if error.code != EINTR { throw error }
        }
    }
}
