/// Why a text names no place to listen or to connect.
public enum EndpointError: Error, Equatable, CustomStringConvertible {
    /// It is not written like one.
    case notAnEndpoint(String)
    /// It has an address of version 6 without brackets: where the port begins, nobody can tell.
    case bareIPv6(String)
    /// Its port is none.
    case noSuchPort(String, port: String)
    /// Its host's name stands for no address.
    case unknownName(String, host: String, reason: String)

    /// The one line that a person reads.
    public var description: String {
        switch self {
        case .notAnEndpoint(let text): "\(text): not an endpoint; write it like tcp://127.0.0.1:5555"
        case .bareIPv6(let text): "\(text): not an endpoint; write an IPv6 address in brackets, like tcp://[::1]:5555"
        case .noSuchPort(let text, let port): "\(text): there is no port \(port); ports are 1 to 65535"
        case .unknownName(let text, let host, let reason):
            """
            \(text): no address of a machine called '\(host)' is known here (\(reason)); check its spelling, or give its \
            address as a number
            """
        }
    }
}
