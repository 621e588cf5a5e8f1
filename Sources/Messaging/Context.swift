import CZeroMQ

/// ZeroMQ's input and output threads; sockets keep their context alive, and its end waits for theirs.
package final class Context: @unchecked Sendable {  // zmq contexts are thread-safe; the handle never changes
    let handle: UnsafeMutableRawPointer

    /// What ZeroMQ opens for a context and a socket or two; where it can't, it ends the process.
    private static let descriptorCount = 32
    private static let descriptorsOfThread = 2
    /// ZeroMQ's threads beside those that take and send; where it can't start one, it ends the process.
    private static let threadCount = 1

    /// A context.
    ///
    /// - Parameter threads: how many threads take and send what its sockets do, each for some of the connections; where
    ///   messages are sealed, that is work.
    /// - Throws: when the process is out of resources.
    package init(threads: Int = 1) throws(SocketError) {
        let wanted = Self.descriptorCount + Self.descriptorsOfThread * threads
        _ = try Descriptors.free(upTo: wanted, required: wanted)
        try OwnThread.requireRoom(for: Self.threadCount + threads, use: "messages")
        guard let handle = zmq_ctx_new() else { throw .last("zmq_ctx_new") }
        zmq_ctx_set(handle, ZMQ_IO_THREADS, Int32(threads))
        self.handle = handle
    }

    deinit { zmq_ctx_term(handle) }
}
