import Foundation

/// A peer that a test plays byte by byte: whatever it sends, it need not be what ZeroMQ would.
public final class RawPeer {
    /// Nobody could be reached.
    public struct Unreachable: Error {}

    private let descriptor: Int32
    private var isClosed = false

    /// A TCP connection to an endpoint on 127.0.0.1; greeted and introduced as a worker's socket would, or not at all.
    public init(_ endpoint: String, greets: Bool = true) throws {
        let port = endpoint.split(separator: ":").last.flatMap { UInt16($0) } ?? 0
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        (address.sin_family, address.sin_port) = (sa_family_t(AF_INET), port.bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafeBytes(of: &address) { bytes in
            connect(descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
        }
        guard status == 0 else { throw Unreachable() }
        guard greets, send(Self.greeting + Self.introduction) else { return }
        // Who says more before the other side has introduced itself breaks ZMTP, and ZeroMQ closes the connection.
        let length = receive(Self.greeting.count + 2).last ?? 0
        _ = receive(Int(length))
    }

    /// So many bytes of what the other side sends; fewer once it has closed.
    private func receive(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let came = recv(descriptor, &bytes, count, Int32(MSG_WAITALL))
        return Array(bytes.prefix(max(0, came)))
    }

    deinit { close() }

    /// Closes the connection.
    public func close() {
        if isClosed { return }  // the number may be another descriptor's by now
        isClosed = true
        Glibc.close(descriptor)
    }

    /// What a peer of ZMTP 3 without security greets with.
    public static let greeting = greeting(mechanism: "NULL")

    /// What a peer of ZMTP 3 with this mechanism greets with.
    public static func greeting(mechanism: String) -> [UInt8] {
        let signature: [UInt8] = [0xFF] + [UInt8](repeating: 0, count: 8) + [0x7F, 3, 0]
        return signature + Array(mechanism.utf8) + [UInt8](repeating: 0, count: 52 - mechanism.utf8.count)
    }

    private static var introduction: [UInt8] {
        func property(_ name: String, _ value: [UInt8]) -> [UInt8] {
            [UInt8(name.utf8.count)] + Array(name.utf8) + [0, 0, 0, UInt8(value.count)] + value
        }
        let identity = (0..<16).map { _ in UInt8.random(in: 1...255) }
        let body =
            [5] + Array("READY".utf8) + property("Socket-Type", Array("DEALER".utf8)) + property("Identity", identity)
        return [4, UInt8(body.count)] + body
    }

    /// A frame of a message, of which more follow or not.
    public static func frame(_ body: [UInt8], isLast: Bool = true) -> [UInt8] {
        let length = (0..<8).reversed().map { UInt8(truncatingIfNeeded: body.count >> (8 * $0)) }
        return [isLast ? 2 : 3] + length + body
    }

    /// Sends bytes; false once the other side has closed.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    /// Sends what there is room for, without waiting; false once the other side has closed.
    @discardableResult
    public func offer(_ bytes: [UInt8]) -> Bool {
        let count = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        return count >= 0 || errno == EAGAIN || errno == EINTR
    }

    /// Waits until the other side closes; what it says is passed over.
    public var isClosedByTheOther: Bool {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        return waitFor {
            let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            return count == 0 || count < 0 && errno != EAGAIN && errno != EINTR
        }
    }
}
