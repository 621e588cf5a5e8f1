import ArgumentParser
import Service

/// `ssrm bench exchange`: what a step of the upstream stage costs apart from computing.
struct BenchExchangeCommand: ParsableCommand {
    private struct Result: Encodable {
        let workers: Int
        let bytes: Int
        let sharedMemory: Bool
        let loopback: Bool
        let exchangeMicroseconds: Double
        let stepMicrosecondsQuartiles: [Double]
        let time: StepTimes.Means

        enum CodingKeys: String, CodingKey {
            case workers, bytes, loopback, time
            case sharedMemory = "shared_memory"
            case exchangeMicroseconds = "exchange_us"
            case stepMicrosecondsQuartiles = "step_us_quartiles"
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "exchange",
        abstract: "The time in which all workers send a gradient and get parameters, with next to nothing to compute.",
        discussion: """
            A real run of the upstream stage in which each worker has one shard of one row a step. The exchange is the step \
            without the optimiser and without a worker's computing: gradients on their way, their sum, parameters on their way. \
            It is a mean; step_us_quartiles are those of whole steps, in ten stretches.

            Example:
              ssrm bench exchange --workers 2 --bytes 887828 --no-shared-memory --json
            """)

    @Option(help: "Bytes of a gradient and of the parameters; rounded to a network that has about as many.")
    var bytes = 887_828
    @OptionGroup var options: UpstreamBenchOptions

    private static let (inputs, classes) = (1728, 5)

    func validate() throws {
        if !(40_000...1_000_000_000).contains(bytes) { throw ValidationError("--bytes must be 40000 to 10^9") }
    }

    func run() throws {
        let hidden = max(1, (bytes / 4 - Self.classes) / (Self.inputs + 1 + Self.classes))
        let bench = UpstreamBench(
            inputs: Self.inputs, hiddenUnits: [hidden], classes: Self.classes, views: 1, samples: 1024,
            shards: options.workers, shardSize: 1)
        let run = try bench.run(options)
        let time = run.time
        let result = Result(
            workers: options.workers, bytes: 4 * run.parameterCount, sharedMemory: options.sharesMemory,
            loopback: options.loopback,
            exchangeMicroseconds: time.step - time.coordinator.optimising - time.worker.computing,
            stepMicrosecondsQuartiles: run.stepMicrosecondsQuartiles, time: time)
        if options.json { return try printJSON(result) }
        print(
            """
            \(Int(result.exchangeMicroseconds)) us to exchange \(result.bytes) bytes with \(result.workers) workers; whole \
            steps: \(quartileText(result.stepMicrosecondsQuartiles)) us
            \(time.text)
            """)
    }
}
