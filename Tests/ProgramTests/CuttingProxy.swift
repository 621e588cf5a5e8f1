import Foundation
import Synchronization

/// Carries TCP connections to a port of this machine, keeps what it carries, and cuts them or flips a bit when told to.
final class CuttingProxy: Sendable {
    private struct State {
        var open: [Int32] = []
        var isOver = false
        /// Whether a bit of the next large piece is to be flipped, on the way to the target and from it.
        var flips = (there: false, back: false)
        var recordings: [Recording] = []
    }
    /// What went over a connection.
    struct Recording {
        var there: [UInt8] = []
        var back: [UInt8] = []
        /// No more than this is kept, of each way.
        static let limit = 4 << 20
    }
    private let state = Mutex(State())
    private let listener: Int32
    /// Where it listens.
    let port: UInt16

    /// A proxy to `target` on 127.0.0.1.
    init(to target: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutableBytes(of: &address) { bytes in
            let raw = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            bind(descriptor, raw, size)
            listen(descriptor, 16)
            getsockname(descriptor, raw, &size)
        }
        listener = descriptor
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in accept(target) }
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }

    private func accept(_ target: UInt16) {
        while true {
            let near = Glibc.accept(listener, nil, nil)
            guard near >= 0, !state.withLock({ $0.isOver }) else { return }
            let far = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = Self.address(target)
            withUnsafeBytes(of: &address) { bytes in
                _ = connect(far, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
            }
            let number = state.withLock { state in
                state.open += [near, far]
                state.recordings.append(Recording())
                return state.recordings.count - 1
            }
            Thread.detachNewThread { [self] in carry(from: near, to: far, \.there, keptIn: number, \.there) }
            Thread.detachNewThread { [self] in carry(from: far, to: near, \.back, keptIn: number, \.back) }
        }
    }

    private func carry(
        from source: Int32, to sink: Int32, _ isToFlip: WritableKeyPath<(there: Bool, back: Bool), Bool>,
        keptIn number: Int, _ way: WritableKeyPath<Recording, [UInt8]>
    ) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            if count >= 1 << 13, takeFlip(isToFlip) { buffer[count / 2] ^= 1 }  // in the midst of floats
            if count > 0 {
                state.withLock { state in
                    let room = max(0, Recording.limit - state.recordings[number][keyPath: way].count)
                    state.recordings[number][keyPath: way] += buffer.prefix(min(count, room))
                }
            }
            guard count > 0, send(sink, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
        }
        shutdown(sink, Int32(SHUT_RDWR))
    }

    private func takeFlip(_ isToFlip: WritableKeyPath<(there: Bool, back: Bool), Bool>) -> Bool {
        state.withLock { state in
            defer { state.flips[keyPath: isToFlip] = false }
            return state.flips[keyPath: isToFlip]
        }
    }

    /// What went over each connection until now.
    var recordings: [Recording] { state.withLock { $0.recordings } }

    /// Flips a bit of the next floats that go to the target, or come from it.
    func flip(onTheWayBack: Bool) {
        state.withLock { if onTheWayBack { $0.flips.back = true } else { $0.flips.there = true } }
    }

    /// Breaks every connection that there is; new ones are carried again.
    func cut() {
        for descriptor in state.withLock({ $0.open }) { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    /// Ends the proxy.
    func end() {
        state.withLock { $0.isOver = true }
        cut()
        shutdown(listener, Int32(SHUT_RDWR))
    }
}
