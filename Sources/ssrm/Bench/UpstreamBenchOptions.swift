import ArgumentParser

/// Options of every measurement of the upstream stage.
struct UpstreamBenchOptions: ParsableArguments {
    @Option(help: "Worker processes.") var workers = 1
    @Option(help: "Compute threads of each worker.") var threads = 1
    @Option(help: "Steps.") var steps = 300
    @Flag(
        inversion: .prefixedNo,
        help: "Exchange floats through shared memory; without, through a socket of the machine.")
    var sharedMemory = true
    @Flag(
        help: """
            Workers come over the loopback interface, through what guards the port and without shared memory, like those of \
            other machines.
            """)
    var loopback = false
    /// Whether floats go through shared memory.
    var sharesMemory: Bool { sharedMemory && !loopback }
    @OptionGroup var pinning: PinningOptions
    @OptionGroup var elements: ElementOptions
    @Option(help: "The share of steps whose leaves two workers compute.") var audit = 0.0
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        if [workers, threads].contains(where: { !(1...4096).contains($0) }) {
            throw ValidationError("--workers and --threads must be 1 to 4096")
        }
        if !(0...1).contains(audit) { throw ValidationError("--audit is a share from 0 to 1, not \(audit)") }
        if steps < 2 { throw ValidationError("--steps must be at least 2: the time counts from the first one's end") }
    }
}
