import ArgumentParser
import Foundation

/// `ssrm coordinator`: the upstream stage for workers on any machine.
struct CoordinatorCommand: ParsableCommand, UpstreamCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Coordinates the upstream stage for workers on any machine.",
        discussion: """
            Gives shards of each step to the workers that connect, sums their gradients, updates the parameters and keeps \
            checkpoints. Workers may join, leave and die at any time; the result's bits do not depend on it.

            Example: ssrm coordinator --data maps.safetensors --run runs/a --listen tcp://127.0.0.1:5555 --steps 2000
            """)

    @OptionGroup var options: JobOptions
    @OptionGroup var leaseOptions: LeaseOptions

    @Option(help: "Where to listen, like tcp://127.0.0.1:5555; * as port takes a free one.")
    var listen: String

    @Flag(
        help:
            "Allow listening beyond this machine: samples and parameters then cross the network readable and unauthenticated."
    )
    var plaintextNetwork = false

    @Option(help: "Give up when there has been no worker for so many seconds; by default wait for ever.")
    var waitSeconds: Double?

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func validate() throws {
        if let waitSeconds, !(waitSeconds > 0 && waitSeconds <= 1e8) {
            throw ValidationError("--wait-seconds must be a number of seconds up to 1e8, not \(waitSeconds)")
        }
    }

    func run() throws {
        try CoordinatorCommand.checkReach(of: listen, isAllowed: plaintextNetwork)
        try run(listen: listen, patience: waitSeconds.map { .seconds($0) })
    }

    /// Refuses an endpoint that others can reach unless that was asked for.
    static func checkReach(of endpoint: String, isAllowed: Bool) throws {
        guard let parts = endpoint.wholeMatch(of: /tcp:\/\/([^:]+):(\*|\d{1,5})/), Int(parts.2) ?? 0 <= 65_535 else {
            throw ValidationError("--listen takes an endpoint like tcp://127.0.0.1:5555, not '\(endpoint)'")
        }
        let host = parts.1
        let isLoopback = host == "localhost" || host.wholeMatch(of: /127\.\d+\.\d+\.\d+/) != nil
        if !isLoopback, !isAllowed {
            throw ProgramError(
                """
                \(endpoint) can be reached from other machines, and samples and parameters would cross the network readable and \
                unauthenticated: anyone who reaches the port can read them and send gradients. If you trust that network, add \
                --plaintext-network
                """)
        }
    }
}
