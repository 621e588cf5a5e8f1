package import Foundation

/// What connects a run and the process that serves its page: messages, each whole or not at all.
///
/// Nobody waits for the other side to take one.
package final class StatusChannel: Sendable {
    /// The answer of the page's process to its start.
    package enum Answer: Codable, Equatable, Sendable {
        /// It is served there.
        case served(port: Int)
        /// It can't be.
        case failed(reason: String, isPortTaken: Bool)
    }
    private static let messageLimit = 1 << 16
    package let descriptor: Int32

    /// A channel by its descriptor, which is its own from now on.
    package init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Two ends of one.
    static func pair() throws -> (own: StatusChannel, other: StatusChannel) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw ServiceError("the status page can't be started: \(String(cString: strerror(errno)))")
        }
        return (StatusChannel(descriptor: ends[0]), StatusChannel(descriptor: ends[1]))
    }

    /// Sends a message; false where there is no room for it, or nobody there.
    @discardableResult
    package func send(_ message: Data) -> Bool {
        message.withUnsafeBytes {
            Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)) >= 0
        }
    }

    /// Says that nothing more is sent.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// The next message that comes within `patience`.
    ///
    /// - Returns: nil where none does; an empty one when nothing comes any more.
    package func receive(patience: Duration) -> Data? {
        var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&item, 1, Int32(1000 * max(0, patience.seconds))) > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: Self.messageLimit)
        let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EINTR || errno == EAGAIN { return nil }
        return Data(bytes.prefix(max(0, count)))
    }
}
