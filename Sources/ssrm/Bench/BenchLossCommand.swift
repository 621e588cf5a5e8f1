import ArgumentParser
import Datasets
import Service
import Upstream

/// `ssrm bench loss`: the pretext task's figures at a checkpoint, on rows that no step of its run made.
struct BenchLossCommand: ParsableCommand {
    private struct Result: Encodable {
        let step: Int
        let figures: [String: Double]
        let originals: Int
    }

    static let configuration = CommandConfiguration(
        commandName: "loss",
        abstract: "The pretext task's figures at a checkpoint's parameters, on rows that no step of its run made.",
        discussion: """
            Runs of one task, size and seed are compared on the same rows, however they exchanged what they learnt.

            Example:
              ssrm bench loss runs/a --data maps.safetensors --steps 20 --json
            """)

    @Argument(help: "A checkpoint file or a run directory.", completion: .file())
    var file: String

    @Option(help: "The dataset that it was trained on.", completion: .file())
    var data: String

    @Option(help: "How many steps' rows to look at.")
    var steps = 20

    @Option(help: "Threads; the figures do not depend on it.")
    var threads = Processors.count

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if !(1...1_000_000).contains(steps) { throw ValidationError("--steps must be 1 to 1000000, not \(steps)") }
        if !(1...4096).contains(threads) { throw ValidationError("--threads must be 1 to 4096, not \(threads)") }
    }

    func run() throws {
        let found = try RunFolder.checkpoint(at: file) { Terminal.error("skipped a checkpoint: \($0)") }
        let (job, dataset) = (found.job, try Dataset(opening: data))
        guard dataset.digest == job.datasetDigest else {
            throw ProgramError("\(data) is not the dataset that \(file) was trained on")
        }
        var line = ProgressLine("steps")
        let values = try job.figures(
            at: found.state.parameters, samples: dataset.samples, steps: steps, threads: threads
        ) { line.show($0, of: steps) }
        line.end()
        let names = job.figures.map(\.name)
        let result = Result(
            step: found.state.step, figures: Dictionary(uniqueKeysWithValues: zip(names, values)),
            originals: steps * job.originalsPerStep)
        if json { return try printJSON(result) }
        print("step \(result.step)  " + zip(names, values).map { "\($0) \($1)" }.joined(separator: "  "))
    }
}
