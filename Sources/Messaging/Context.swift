import CZeroMQ

/// ZeroMQ's input and output threads; sockets keep their context alive, and its end waits for theirs.
public final class Context: @unchecked Sendable {  // zmq contexts are thread-safe; the handle never changes
    let handle: UnsafeMutableRawPointer

    /// What ZeroMQ opens for a context and a socket or two; where it can't, it ends the process.
    private static let descriptorCount = 32

    /// A context with one input and output thread.
    ///
    /// - Throws: when the process is out of resources.
    public init() throws(SocketError) {
        _ = try Descriptors.free(upTo: Self.descriptorCount, required: Self.descriptorCount)
        guard let handle = zmq_ctx_new() else { throw .last("zmq_ctx_new") }
        self.handle = handle
    }

    deinit { zmq_ctx_term(handle) }
}
