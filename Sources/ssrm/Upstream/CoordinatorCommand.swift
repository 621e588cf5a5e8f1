import ArgumentParser
import Foundation
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

            For workers on other machines, with keys: ssrm keys --help
            """)

    @OptionGroup var options: JobOptions
    @OptionGroup var leaseOptions: LeaseOptions
    @OptionGroup var statusOption: StatusOption

    @OptionGroup var listenOptions: ListenOptions

    @Option(help: "Give up when there has been no worker for so many seconds; by default wait for ever.")
    var waitSeconds: Double?

    @Option(help: "End, with a checkpoint, when this process, which started the coordinator, ends.")
    var parent: Int32?

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func validate() throws {
        if let waitSeconds, !(waitSeconds > 0 && waitSeconds <= 1e8) {
            throw ValidationError("--wait-seconds must be a number of seconds up to 1e8, not \(waitSeconds)")
        }
    }

    func run() throws {
        if let parent { try ParentProcess.endThisWith(parent) }
        try run(
            listen: try listenOptions.resolvedEndpoint(), keys: listenOptions.keys.map { KeyFolder($0) },
            isLaunched: parent != nil, patience: waitSeconds.map { .seconds($0) })
    }
}
