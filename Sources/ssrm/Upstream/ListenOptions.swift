import ArgumentParser
import Messaging
import Service

/// Where workers are listened for.
struct ListenOptions: ParsableArguments {
    @Option(
        help: """
            Where to listen, like tcp://127.0.0.1:5555, tcp://[::1]:5555 or tcp://NAME:5555; * as port takes a free one.
            """)
    var listen: String

    @Option(
        help: """
            The folder of this side's keys and of the list of those who may come (`ssrm keys`): all traffic is encrypted then, and \
            nobody else is taken in.
            """,
        completion: .directory)
    var keys: String?

    @Flag(
        help: """
            Allow listening beyond this machine without --keys: samples and parameters then cross the network readable and \
            unauthenticated.
            """)
    var plaintextNetwork = false

    func validate() throws {
        if keys != nil, plaintextNetwork {
            throw ValidationError("--keys encrypts what --plaintext-network leaves readable; give one of them")
        }
        do { try TCPEndpoint.check(listen, canBeAny: true) } catch { throw ValidationError("--listen \(error)") }
    }

    /// Where to listen, with the address as a number: what is judged here is then what is listened on.
    ///
    /// An endpoint that others can reach is refused unless that was asked for.
    func resolvedEndpoint() throws -> String {
        let endpoint = try TCPEndpoint(listening: listen)
        if endpoint.isLoopback, plaintextNetwork, endpoint.numeric != listen, !listen.hasPrefix("tcp://localhost:") {
            Terminal.error("note: \(listen) is \(endpoint.numeric) here, which no other machine can reach")
        }
        guard endpoint.isLoopback || plaintextNetwork || keys != nil else {
            let name = endpoint.numeric == listen ? listen : "\(listen) (\(endpoint.numeric))"
            throw ProgramError(
                """
                \(name) can be reached from other machines, and samples and parameters would cross the network readable and \
                unauthenticated: anyone who reaches the port can read them and send gradients. Give --keys FOLDER (`ssrm keys \
                --help` says how) or, if you trust that network, --plaintext-network
                """)
        }
        return endpoint.numeric
    }
}
