import ArgumentParser
import Signals

/// `ssrm bench pretrain`: rows a second of the upstream stage with real worker processes.
struct BenchPretrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pretrain",
        abstract: "Rows a second of the upstream stage: a coordinator, worker processes, made-up samples.",
        discussion: """
            A row is one view of one sample on its way through the network. The time counts from the first step done that \
            all workers were there for to the last, so it leaves out start-up; the rate is the median of ten stretches of \
            equal length, given with their quartiles; the times per role are means. The coordinator's step is waiting, optimiser, and messages with their sums; a \
            worker's is computing, and the rest.

            Example:
              ssrm bench pretrain --workers 1 --views 1 --shard-size 128 --steps 500 \\
                --json
            """)

    @Option(help: "Shards a step.") var shards = 8
    @Option(help: "Originals a shard.") var shardSize = 128
    @Option(help: "Views of an original: 1, the original alone, to 5.") var views = 1
    @Option(help: "Values of a sample.") var inputs = 1728
    @Option(help: "Units of the hidden layers.") var hidden = "128"
    @Option(help: "Output units.") var classes = 5
    @Option(help: "Samples in the made-up dataset.") var samples = 8192
    @OptionGroup var options: UpstreamBenchOptions

    private var hiddenUnits: [Int] {
        hidden.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    }

    func validate() throws {
        let numbers = [shards, shardSize, views, inputs, classes, samples]
        if numbers.contains(where: { $0 < 1 }) { throw ValidationError("all sizes must be at least 1") }
        if numbers.contains(where: { $0 > 1 << 31 }) || samples * inputs > 1 << 31 {
            throw ValidationError("--samples times --inputs must be at most 2^31 values")
        }
        if views > SampleView.published.count { throw ValidationError("there are \(SampleView.published.count) views") }
        if hiddenUnits.isEmpty || hiddenUnits.contains(where: { $0 < 1 }) {
            throw ValidationError("--hidden takes numbers of units like 128 or 1024,1024, not '\(hidden)'")
        }
    }

    func run() throws {
        let result = try UpstreamBench(
            inputs: inputs, hiddenUnits: hiddenUnits, classes: classes, views: views, samples: samples, shards: shards,
            shardSize: shardSize
        ).run(options)
        if options.json { return try printJSON(result) }
        print(
            """
            \(Int(result.samplesPerSecond)) rows/s (\(quartileText(result.samplesPerSecondQuartiles))), \
            \(Int(result.stepMicroseconds)) us a step of \(result.rowsPerStep) rows
            \(result.time.text)
            """)
    }
}
