import ArgumentParser
import Service

/// `ssrm pretrain`: the upstream stage on this machine alone.
struct PretrainCommand: ParsableCommand, UpstreamCommand {
    static let configuration = CommandConfiguration(
        commandName: "pretrain",
        abstract: "Runs the upstream stage on this machine: a coordinator and worker processes.",
        discussion: """
            Learns features from the samples of a dataset without their labels. Workers that die are started again; after a \
            crash or an interruption, the same command with --resume goes on from the last checkpoint, to the same bits.

            Example:
              ssrm pretrain --data maps.safetensors --run runs/a --workers 2 \\
                --steps 2000 --preset paper --seed 7
            """)

    @OptionGroup var options: JobOptions
    @OptionGroup var leaseOptions: LeaseOptions
    @OptionGroup var statusOption: StatusOption

    @Option(
        help: """
            Worker processes; by default one for each processor that this process may use, no more than a step has shards, \
            and beyond eight fewer of several threads.
            """)
    var workers: Int?

    @Option(help: "Compute threads of each worker; 1 where --workers is given.")
    var threads: Int?

    @OptionGroup var pinning: PinningOptions

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func validate() throws {
        if let workers, workers < 1 { throw ValidationError("--workers must be at least 1, not \(workers)") }
        if let workers, workers > 1024 { throw ValidationError("--workers must be at most 1024, not \(workers)") }
        if let threads, !(1...4096).contains(threads) {
            throw ValidationError("--threads must be 1 to 4096, not \(threads)")
        }
    }

    func run() throws {
        try run(listen: "tcp://127.0.0.1:*") { job in
            let (processors, shards) = (Processors.count, job.shardsPerStep)
            let settings = LocalWorkersSettings(
                count: workers, threads: threads, pins: pinning.pinning, processors: processors, shards: shards)
            let isChosen = workers == nil && threads == nil
            return (settings, isChosen ? settings.reason(processors: processors, shards: shards) : nil)
        }
    }
}
