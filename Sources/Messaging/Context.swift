import CZeroMQ

/// ZeroMQ's input and output threads; sockets keep their context alive, and its end waits for theirs.
public final class Context: @unchecked Sendable {  // zmq contexts are thread-safe; the handle never changes
    let handle: UnsafeMutableRawPointer

    /// A context with one input and output thread.
    ///
    /// - Throws: when the process is out of resources.
    public init() throws(SocketError) {
        guard let handle = zmq_ctx_new() else { throw .last("zmq_ctx_new") }
        self.handle = handle
    }

    deinit { zmq_ctx_term(handle) }
}
