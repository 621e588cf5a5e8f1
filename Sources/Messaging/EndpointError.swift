/// Why a text names no place to listen or to connect.
package enum EndpointError: Error, Equatable, CustomStringConvertible {
    /// It is not written like one.
    case notAnEndpoint(String)
    /// It has an address of version 6 without brackets: where the port begins, nobody can tell.
    case bareIPv6(String)
    /// Its port is none.
    case noSuchPort(String, port: String)
    /// It is a list of several.
    case several(String)
    /// Its host's name stands for no address.
    case unknownName(String, host: String, reason: String)
    /// Its host's name, to listen at, stands here for addresses that no other machine reaches; an address of this
    /// machine that others may reach is named, where there is one.
    case nameOfThisMachineAlone(String, host: String, address: String, port: String, other: String?)
    /// Its address, of one link, does not say by which of this machine's interfaces that is reached.
    case noInterface(String, address: String, port: String)
    /// Its address, to listen at, is of many machines.
    case ofManyMachines(String, address: String)

    /// The one line that a person reads.
    package var description: String { "\(text): \(reason)" }

    /// What a person wrote.
    private var text: String {
        switch self {
        case .notAnEndpoint(let text), .bareIPv6(let text), .noSuchPort(let text, _), .several(let text),
            .unknownName(let text, _, _), .nameOfThisMachineAlone(let text, _, _, _, _), .noInterface(let text, _, _),
            .ofManyMachines(let text, _):
            text
        }
    }

    /// The same line without what a person wrote before it.
    package var reason: String {
        switch self {
        case .notAnEndpoint: "not an endpoint; write it like tcp://127.0.0.1:5555"
        case .bareIPv6: "not an endpoint; write an IPv6 address in brackets, like tcp://[::1]:5555"
        case .noSuchPort(_, let port): "there is no port \(port); ports are 1 to 65535"
        case .several: "one address is wanted, like tcp://127.0.0.1:5555, and not a list of them"
        case .unknownName(_, let host, let reason):
            """
            no address of a machine called '\(host)' is known here (\(reason)); check its spelling, or give its \
            address as a number
            """
        case .nameOfThisMachineAlone(_, let host, let address, let port, let other):
            """
            the name '\(host)' stands for \(address) here, which no other machine reaches; give this \
            machine's address on the network: tcp://\(other ?? "ADDRESS"):\(port), or tcp://*:\(port) for all it has
            """
        case .noInterface(_, let address, let port):
            """
            an address like \(address) is of one link; add the interface that it is reached by, like %eth0: \
            tcp://[\(address)%eth0]:\(port) (`ip address` lists them)
            """
        case .ofManyMachines(_, let address):
            "\(address) is an address of many machines at once; give one of this machine, or * for all it has"
        }
    }
}
