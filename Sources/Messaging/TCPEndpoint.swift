import CLinux
import Foundation

/// Where a socket listens or connects, like `tcp://127.0.0.1:5555`, with the address that its host's name stands for.
///
/// A name that has addresses of both kinds stands for one of version 4, so that who listens at `localhost` and who
/// connects to it mean the same.
package struct TCPEndpoint: Equatable, Sendable {
    /// As a person wrote it.
    package let text: String
    /// With the address as a number, like `tcp://[::1]:5555`.
    package let numeric: String
    /// Whether only this machine reaches it.
    package let isLoopback: Bool
    /// What ZeroMQ is given: the name where there is one, which it looks up again each time that it connects.
    let zmqText: String
    let isIPv6: Bool

    /// Where to listen: an address of this machine, its name, an interface's name, or `*`; and a port, or `*`.
    ///
    /// A name that stands for addresses alone that no other machine reaches, as Debian writes a machine's own into
    /// /etc/hosts, is refused but for `localhost`, which says so.
    ///
    /// - Throws: when it is no endpoint, nobody knows the name, or nobody can listen there.
    package init(listening text: String) throws(EndpointError) {
        let (host, port) = try Self.parts(of: text, canBeAny: true)
        let address: HostAddress
        if host == "*" {
            address = try HostAddress.all(of: "0.0.0.0", port: "0", in: text)[0]
        } else if let found = HostAddress.all(ofInterface: host) {
            address = found[0]
        } else {
            let found = try HostAddress.all(of: host, port: "0", in: text)
            address = try Self.placeToListen(at: found, of: host, port: port, in: text)
        }
        try self.init(text, address: address, port: port)
    }

    /// Which of a host's addresses it is listened at: the first one, of a name the first that others reach.
    ///
    /// - Throws: where that is none to listen at.
    package static func placeToListen(
        at addresses: [HostAddress], of host: String, port: String, in text: String
    ) throws(EndpointError) -> HostAddress {
        var address = addresses[0]
        if !HostAddress.isNumber(host), !HostAddress.isLocalhost(host) {
            guard let reached = addresses.first(where: { !$0.isLoopback }) else {
                throw .nameOfThisMachineAlone(
                    text, host: host, address: address.number, port: port,
                    other: HostAddress.own.first.map { $0.contains(":") ? "[\($0)]" : $0 })
            }
            address = reached
        }
        if address.isOfMany { throw .ofManyMachines(text, address: address.number) }
        return address
    }

    /// Where to connect: an address or a name, and a port.
    ///
    /// Of several addresses of a name, it is one that somebody listens at now, where there is such a one.
    ///
    /// - Throws: when it is no endpoint, or nobody knows the name.
    package init(connecting text: String) throws(EndpointError) {
        let (host, port) = try Self.parts(of: text, canBeAny: false)
        let addresses = try HostAddress.all(of: host, port: port, in: text)
        var answering: HostAddress?
        if addresses.count > 1 {
            answering = addresses.first { $0.connectionFault(patience: .seconds(2)) == nil }
        }
        let address = answering ?? addresses[0]
        // ZeroMQ takes the first one of a kind.
        let isFirst = addresses.first { $0.isIPv6 == address.isIPv6 } == address
        try self.init(text, address: address, port: port, zmqText: isFirst ? text : nil)
    }

    private init(
        _ text: String, address: HostAddress, port: String, zmqText: String? = nil
    ) throws(EndpointError) {
        if address.lacksInterface { throw .noInterface(text, address: address.number, port: port) }
        (self.text, isIPv6, isLoopback) = (text, address.isIPv6, address.isLoopback)
        numeric = "tcp://" + (address.isIPv6 ? "[\(address.number)]" : address.number) + ":" + port
        self.zmqText = zmqText ?? numeric
    }

    /// Whether `text` may be an endpoint, before any name is looked up.
    ///
    /// - Parameters:
    ///   - text: like `tcp://NAME:5555`.
    ///   - canBeAny: whether the host or the port may be `*`.
    /// - Throws: why it is none.
    package static func check(_ text: String, canBeAny: Bool) throws(EndpointError) {
        _ = try parts(of: text, canBeAny: canBeAny)
    }

    private static func parts(of text: String, canBeAny: Bool) throws(EndpointError) -> (host: String, port: String) {
        if text.contains(where: { ",;".contains($0) }) { throw .several(text) }
        guard text.hasPrefix("tcp://"), let colon = text.lastIndex(of: ":") else { throw .notAnEndpoint(text) }
        var host = text[text.index(text.startIndex, offsetBy: 6)..<max(colon, text.index(text.startIndex, offsetBy: 6))]
        let port = text[text.index(after: colon)...]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw host.contains("[") ? .notAnEndpoint(text) : .bareIPv6(text)
        }
        guard !host.isEmpty, !port.isEmpty, !host.contains(where: { "[]/ ".contains($0) }) else {
            throw .notAnEndpoint(text)
        }
        if canBeAny, port == "*" { return (String(host), "*") }
        guard port.allSatisfy({ $0.isASCII && $0.isNumber }) else { throw .notAnEndpoint(text) }
        guard let number = Int(port), (canBeAny ? 0...65_535 : 1...65_535).contains(number) else {
            throw .noSuchPort(text, port: String(port))
        }
        if host == "*", !canBeAny { throw .notAnEndpoint(text) }
        return (String(host), String(port))
    }

    /// A socket that listens there, and the endpoint with the port that was taken where any was asked for.
    func listener() throws(SocketError) -> (descriptor: Int32, endpoint: String) {
        let address: HostAddress
        do throws(EndpointError) {
            let (host, port) = try Self.parts(of: numeric, canBeAny: true)
            address = try HostAddress.all(of: host, port: port == "*" ? "0" : port, in: numeric)[0]
        } catch {
            throw SocketError(call: "zmq_bind", operand: numeric, code: EINVAL)
        }
        let descriptor = address.listen()
        guard descriptor >= 0 else { throw SocketError(call: "listen", operand: numeric, code: errno) }
        let host = numeric[..<(numeric.lastIndex(of: ":") ?? numeric.endIndex)]
        return (descriptor, "\(host):\(linux_port(descriptor))")
    }

    /// Why nobody can be reached there now, in the system's words; nil when somebody can.
    package func connectionFault(patience: Duration) -> String? {
        do throws(EndpointError) {
            let (host, port) = try Self.parts(of: numeric, canBeAny: false)
            return try HostAddress.all(of: host, port: port, in: numeric)[0].connectionFault(patience: patience)
        } catch {
            return error.description
        }
    }

    /// What becomes of an attempt to connect to what a text says, with what to do about it in words.
    ///
    /// - Parameters:
    ///   - text: like `tcp://NAME:5555`; its name is looked up anew.
    ///   - patience: how long to wait for an answer.
    /// - Returns: what follows "nothing was heard of a coordinator or relay at ENDPOINT: "; nil for what is no such
    ///   text.
    package static func advice(onConnectingTo text: String, patience: Duration) -> String? {
        guard let (host, port) = try? parts(of: text, canBeAny: false) else { return nil }
        return reachability(of: host, port: port, in: text, patience: patience).advice(port: port)
    }

    private static func reachability(
        of host: String, port: String, in text: String, patience: Duration
    ) -> Reachability {
        let address: HostAddress
        do throws(EndpointError) {
            address = try HostAddress.all(of: host, port: port, in: text)[0]
        } catch {
            if case .unknownName(_, _, let reason) = error { return .noWay(reason) }
            return .noWay(error.description)
        }
        switch address.connectionFaultCode(patience: patience) {
        case nil: return .open
        case ECONNREFUSED: return .refused
        case ETIMEDOUT: return .silent
        case let code?: return .noWay(String(cString: strerror(code)))
        }
    }
}
