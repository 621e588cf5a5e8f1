import Foundation

/// A request over HTTP to 127.0.0.1, byte by byte as a test has it, and what was answered.
public struct HTTPExchange: Sendable {
    /// Nobody could be reached.
    public struct Unreachable: Error {}

    /// The status; 0 where the connection was closed without one.
    public let status: Int
    /// The headers, their names in small letters.
    public let headers: [String: String]
    /// The body.
    public let body: String

    /// Sends a request and reads until the other side closes.
    public init(
        _ path: String, port: Int, method: String = "GET", host: String? = "localhost", headers: [String] = [],
        body: String = ""
    ) throws {
        let lines = ["\(method) \(path) HTTP/1.1"] + (host.map { ["Host: \($0)"] } ?? []) + headers
        let peer = try Self.connection(to: port)
        defer { close(peer) }
        var left = Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)[...]
        while !left.isEmpty {
            let count = left.withUnsafeBytes { send(peer, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { break }
            left = left.dropFirst(count)
        }
        var answer: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(peer, &piece, piece.count, 0)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            answer += piece[..<count]
        }
        let text = String(decoding: answer, as: UTF8.self)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let head = parts[0].split(separator: "\r\n")
        status = head.first.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0
        self.headers = Dictionary(
            head.dropFirst().map { line in
                let pair = line.split(separator: ":", maxSplits: 1)
                return (pair[0].lowercased(), pair.last?.trimmingCharacters(in: .whitespaces) ?? "")
            }
        ) { first, _ in first }
        self.body = parts.count > 1 ? String(parts[1]) : ""
    }

    /// A connection to a port of 127.0.0.1, which is the caller's to close.
    public static func connection(to port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        (address.sin_family, address.sin_port) = (sa_family_t(AF_INET), UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafeBytes(of: &address) { bytes in
            connect(descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
        }
        guard status == 0 else {
            close(descriptor)
            throw Unreachable()
        }
        return descriptor
    }
}
