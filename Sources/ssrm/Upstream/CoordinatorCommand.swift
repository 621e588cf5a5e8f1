import ArgumentParser
import Foundation
import Messaging
import Service

/// `ssrm coordinator`: the upstream stage for workers on any machine.
struct CoordinatorCommand: ParsableCommand, UpstreamCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Coordinates the upstream stage for workers on any machine.",
        discussion: """
            Gives shards of each step to the workers that connect, sums their gradients, updates the parameters and keeps \
            checkpoints. Workers may join, leave and die at any time; the result's bits do not depend on it.

            Example:
              ssrm coordinator --data maps.safetensors --run runs/a \\
                --listen tcp://127.0.0.1:5555 --steps 2000
            """)

    @OptionGroup var options: JobOptions
    @OptionGroup var leaseOptions: LeaseOptions

    @Option(
        help: """
            Where to listen, like tcp://127.0.0.1:5555, tcp://[::1]:5555 or tcp://NAME:5555; * as port takes a free one.
            """)
    var listen: String

    @Flag(
        help:
            "Allow listening beyond this machine: samples and parameters then cross the network readable and unauthenticated."
    )
    var plaintextNetwork = false

    @Option(help: "Give up when there has been no worker for so many seconds; by default wait for ever.")
    var waitSeconds: Double?

    @Option(help: "End, with a checkpoint, when this process, which started the coordinator, ends.")
    var parent: Int32?

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func validate() throws {
        do { try TCPEndpoint.check(listen, canBeAny: true) } catch { throw ValidationError("--listen \(error)") }
        if let waitSeconds, !(waitSeconds > 0 && waitSeconds <= 1e8) {
            throw ValidationError("--wait-seconds must be a number of seconds up to 1e8, not \(waitSeconds)")
        }
    }

    func run() throws {
        if let parent { try ParentProcess.endThisWith(parent) }
        try run(listen: try resolvedEndpoint(), patience: waitSeconds.map { .seconds($0) })
    }

    /// Where to listen, with the address as a number: what is judged here is then what is listened on.
    ///
    /// An endpoint that others can reach is refused unless that was asked for.
    private func resolvedEndpoint() throws -> String {
        let endpoint = try TCPEndpoint(listening: listen)
        if endpoint.isLoopback, plaintextNetwork, endpoint.numeric != listen, !listen.hasPrefix("tcp://localhost:") {
            Terminal.error("note: \(listen) is \(endpoint.numeric) here, which no other machine can reach")
        }
        guard endpoint.isLoopback || plaintextNetwork else {
            let name = endpoint.numeric == listen ? listen : "\(listen) (\(endpoint.numeric))"
            throw ProgramError(
                """
                \(name) can be reached from other machines, and samples and parameters would cross the network readable and \
                unauthenticated: anyone who reaches the port can read them and send gradients. If you trust that network, add \
                --plaintext-network
                """)
        }
        return endpoint.numeric
    }
}
