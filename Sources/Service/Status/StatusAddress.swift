import Foundation
import Messaging

/// Where the page of a run is served: a port of this machine alone, or a host's and a port.
package struct StatusAddress: Equatable, Sendable {
    /// As a person wrote it.
    package let text: String
    /// The address as a number, like `127.0.0.1` or `::1`.
    package let host: String
    /// 0 for a free one.
    package let port: UInt16
    /// Whether only this machine reaches it.
    package let isLoopback: Bool
    /// The host as a person wrote it; nil where none was.
    package let name: String?

    /// Whether the address is of version 6.
    package var isIPv6: Bool { host.contains(":") }

    /// The place that a text names: `8080`, `lab1:8080`, `[::1]:8080`; `*` as port takes a free one, as host all of
    /// this machine's addresses.
    ///
    /// A port alone is of 127.0.0.1: nobody else reaches it.
    ///
    /// - Throws: when it is none, or nobody knows the name.
    package init(_ text: String) throws {
        let whole = text == "*" || text.allSatisfy(\.isNumber) ? "127.0.0.1:" + text : text
        let endpoint: TCPEndpoint
        do throws(EndpointError) {
            endpoint = try TCPEndpoint(listening: "tcp://" + whole)
        } catch {
            throw ServiceError(Self.reason(of: error, for: text))
        }
        guard let colon = endpoint.numeric.lastIndex(of: ":") else { throw ServiceError("'\(text)' has no port") }
        let port = endpoint.numeric[endpoint.numeric.index(after: colon)...]
        host = String(endpoint.numeric[..<colon].dropFirst("tcp://".count).filter { !"[]".contains($0) })
        self.text = text
        self.port = port == "*" ? 0 : UInt16(port) ?? 0
        isLoopback = endpoint.isLoopback
        name = whole == text ? text.lastIndex(of: ":").map { String(text[..<$0]) } : nil
    }

    private static func reason(of error: EndpointError, for text: String) -> String {
        switch error {
        case .unknownName(_, let host, _): "no address of a machine called '\(host)' is known here"
        case .nameOfThisMachineAlone, .noInterface, .ofManyMachines, .several:
            error.reason.replacing("tcp://", with: "")  // which is written before no page's address
        case .notAnEndpoint, .bareIPv6, .noSuchPort:
            "it is a port from 0 to 65535, where 0 takes a free one, or HOST:PORT, and not '\(text)'"
        }
    }

    /// The same host with another port.
    package func text(withPort port: Int) -> String { name.map { "\($0):\(port)" } ?? "\(port)" }

    /// The page's address where it is served at a port; of all addresses of this machine by its name.
    package func url(port: Int) -> String {
        let isAny = host == "0.0.0.0" || host == "::"
        let shown = isAny ? ProcessInfo.processInfo.hostName : isIPv6 ? "[\(host)]" : host
        return "http://\(shown):\(port)/"
    }
}
