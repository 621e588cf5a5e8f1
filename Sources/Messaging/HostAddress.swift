import CLinux
import Foundation

/// One address of a machine, with a port.
package struct HostAddress: Equatable {
    /// As a number, like `127.0.0.1` or `::1`.
    package let number: String
    let isIPv6: Bool
    /// Whether only this machine reaches it.
    let isLoopback: Bool
    /// Whether it is a multicast or broadcast address, of many machines at once.
    let isOfMany: Bool
    /// Whether it is of one link (RFC 4291, 2.5.6), and which of the machine's interfaces leads there is not said.
    let lacksInterface: Bool
    /// A `sockaddr` of its kind.
    private let bytes: [UInt8]

    /// An address as the system has it; nil for one of another kind than IP.
    private init?(_ address: UnsafePointer<sockaddr>) {
        let family = Int32(address.pointee.sa_family)
        let byteCount: Int
        switch family {
        case AF_INET: byteCount = MemoryLayout<sockaddr_in>.size
        case AF_INET6: byteCount = MemoryLayout<sockaddr_in6>.size
        default: return nil
        }
        bytes = Array(UnsafeRawBufferPointer(start: address, count: byteCount))
        isIPv6 = family == AF_INET6
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let length = socklen_t(byteCount)
        guard getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else {
            return nil
        }
        number = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Version 4 begins after family and port; version 6 has a word between, and may hold one of version 4.
        let mapped = [UInt8](repeating: 0, count: 10) + [255, 255]
        let six = Array(bytes.dropFirst(8).prefix(16))
        let isLoopbackSix = six == [UInt8](repeating: 0, count: 15) + [1] || six.starts(with: mapped) && six[12] == 127
        isLoopback = isIPv6 ? isLoopbackSix : bytes[4] == 127
        let isBroadcast = bytes[4..<8].allSatisfy { $0 == 255 }
        isOfMany = isIPv6 ? six[0] == 0xFF : bytes[4] & 0xF0 == 0xE0 || isBroadcast
        // The interface's number comes last.
        let isOfLink = isIPv6 && six[0] == 0xFE && six[1] & 0xC0 == 0x80
        lacksInterface = isOfLink && bytes[24..<28].allSatisfy { $0 == 0 }
    }

    /// Whether a host is written as an address and not by a name.
    static func isNumber(_ host: String) -> Bool {
        var hints = addrinfo()
        (hints.ai_family, hints.ai_flags) = (AF_UNSPEC, AI_NUMERICHOST)
        var first: UnsafeMutablePointer<addrinfo>?
        defer { if let first { freeaddrinfo(first) } }
        return getaddrinfo(host, nil, &hints, &first) == 0
    }

    /// Whether a name says that it is this machine for itself (RFC 6761, 6.3; /etc/hosts of the distributions).
    static func isLocalhost(_ name: String) -> Bool {
        let plain = name.lowercased().hasSuffix(".") ? name.lowercased().dropLast() : name.lowercased()[...]
        return plain.hasSuffix(".localhost")
            || ["localhost", "localhost.localdomain", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback"]
                .contains(plain)
    }

    /// The addresses of a machine, or of a number: those of version 4 first.
    ///
    /// - Throws: where there is none; the error names `text`.
    package static func all(of host: String, port: String, in text: String) throws(EndpointError) -> [HostAddress] {
        var hints = addrinfo()
        (hints.ai_family, hints.ai_socktype) = (AF_UNSPEC, Int32(SOCK_STREAM.rawValue))
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, port, &hints, &first)
        defer { if let first { freeaddrinfo(first) } }
        guard code == 0 else {
            throw .unknownName(text, host: host, reason: String(cString: gai_strerror(code)))
        }
        let found = sequence(first: first) { $0?.pointee.ai_next }.prefix { $0 != nil }
            .compactMap { $0?.pointee.ai_addr }.compactMap { HostAddress($0) }
        guard !found.isEmpty else { throw .unknownName(text, host: host, reason: "none that is an IP address") }
        return versionFourFirst(found)
    }

    /// The addresses of a network interface of this machine; nil where there is none of this name, or it has none.
    static func all(ofInterface name: String) -> [HostAddress]? {
        guard if_nametoindex(name) != 0 else { return nil }
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return nil }
        defer { freeifaddrs(first) }
        var found: [HostAddress] = []
        var next = first
        while let entry = next?.pointee {
            if String(cString: entry.ifa_name) == name, let address = entry.ifa_addr.flatMap({ HostAddress($0) }) {
                found.append(address)
            }
            next = entry.ifa_next
        }
        return found.isEmpty ? nil : versionFourFirst(found)
    }

    private static func versionFourFirst(_ addresses: [HostAddress]) -> [HostAddress] {
        addresses.filter { !$0.isIPv6 } + addresses.filter(\.isIPv6)
    }

    /// A socket that listens at it, or -1 with `errno`.
    func listen() -> Int32 { bytes.withUnsafeBytes { linux_listen($0.baseAddress, Int32($0.count)) } }

    /// Why no connection to it can be made now, in the system's words; nil when one can.
    func connectionFault(patience: Duration) -> String? {
        connectionFaultCode(patience: patience).map { String(cString: strerror($0)) }
    }

    /// The same as the system's number for it.
    func connectionFaultCode(patience: Duration) -> Int32? {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, kind, 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        let status = bytes.withUnsafeBytes { raw in
            raw.withMemoryRebound(to: sockaddr.self) { connect(descriptor, $0.baseAddress, socklen_t(raw.count)) }
        }
        if status == 0 { return nil }
        guard errno == EINPROGRESS else { return errno }
        var item = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&item, 1, Int32(patience.wholeMilliseconds)) > 0 else { return ETIMEDOUT }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        return code == 0 ? nil : code
    }

    /// The addresses of this machine that others may reach it by, as numbers, none twice.
    static var own: [String] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        let found = sequence(first: first) { $0?.pointee.ifa_next }.prefix { $0 != nil }
            .compactMap { $0?.pointee.ifa_addr }.compactMap { HostAddress($0) }
        return versionFourFirst(found.filter { !$0.isLoopback && !$0.number.contains("%") }).map(\.number)
    }
}
