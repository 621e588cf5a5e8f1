import ArgumentParser
import Layers
import Numerics
import Recognition
import Service

/// `ssrm bench recognise`: time steps a second of the downstream stage.
struct BenchRecogniseCommand: ParsableCommand {
    private struct Result: Encodable {
        let trainingStepsPerSecond, decodingStepsPerSecond: Double
        let trainingQuartiles, decodingQuartiles: [Double]
        let cell: String
        let threads, length, batch, inputs, hidden, classes: Int

        enum CodingKeys: String, CodingKey {
            case cell, threads, batch, inputs, hidden, classes
            case length = "steps_per_sequence"
            case trainingStepsPerSecond = "train_timesteps_per_s"
            case decodingStepsPerSecond = "decode_timesteps_per_s"
            case trainingQuartiles = "train_timesteps_per_s_quartiles"
            case decodingQuartiles = "decode_timesteps_per_s_quartiles"
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "recognise",
        abstract: "Time steps a second of the downstream stage: training and decoding, made-up features.",
        discussion: """
            A time step is one sample of one sequence. The medians of all batches are given, after one to warm up, with \
            their quartiles.

            Example:
              ssrm bench recognise --steps-per-sequence 960 --batch 8 --threads 2 --json
            """)

    @Option(name: .customLong("steps-per-sequence"), help: "Samples in a sequence.") var length = 10
    @Option(help: "Sequences in a batch.") var batch = 128
    @Option(help: "Values of a sample's features.") var inputs = 131
    @Option(help: "Units of the recurrent layer, each way.") var hidden = 128
    @Option(help: "Classes.") var classes = 3
    @Option(help: "The recurrent cell: lstm, gru or none.") var cell = RecogniserCell.lstm
    @Option(help: "Batches that are timed.") var iterations = 60
    @Option(help: "Threads to compute on.") var threads = 1
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        if [length, batch, inputs, hidden, classes, iterations, threads].contains(where: { $0 < 1 }) {
            throw ValidationError("all sizes must be at least 1")
        }
        if [length, batch, inputs, hidden, classes, iterations].contains(where: { $0 > 1 << 20 })
            || length * batch > 1 << 24 || length * batch * max(inputs, 8 * hidden) > 1 << 31
            || hidden * (inputs + hidden) > 1 << 26 || classes > 1 << 10 || length * batch * classes > 1 << 28
            || threads > 4096
        {
            throw ValidationError("sizes as large as these would fill the memory: take smaller ones")
        }
    }

    func run() throws {
        let network = RecogniserNetwork(cell: cell, features: inputs, hidden: hidden, classes: classes)
        let rows = length * batch
        var draw = RandomSequence(seed: 1, stream: 0)
        let features = Matrix(
            rows: rows, columns: inputs, elements: (0..<rows * inputs).map { _ in Float(draw.uniform()) })
        let labels: [Int32] = (0..<rows).map { _ in Int32(draw.next() % UInt64(classes)) }
        let pieces = (0..<batch).map { $0 * length..<($0 + 1) * length }
        let parameters = network.initialParameters(seed: 1)
        let gradient = FloatBlock(count: parameters.count)
        let settings = AdamSettings(learningRate: 1e-3)
        var adam = Adam(parameterCount: parameters.count, settings: settings)
        let workspace = RecogniserNetwork.Workspace()
        let block = FloatBlock(features.elements)
        let training = times("batches trained on") {
            workspace.take(pieces, features: block, width: inputs, labels: [labels], threads: threads)
            _ = network.lossAndGradient(workspace, parameters: parameters, into: gradient, threads: threads)
            network.update(
                parameters, gradient: gradient, by: &adam, rate: settings.learningRate, threads: threads)
        }
        let recogniser = Recogniser(
            settings: RecogniserSettings(
                cell: cell, hiddenUnits: hidden, sequenceLength: length, batchSequences: batch, epochs: 1),
            classes: classes, scaling: FeatureScaling(of: features, samples: Array(0..<rows)), members: [parameters])
        let buffers = RecognitionBuffers()
        let decoding = times("batches decoded") {
            _ = recogniser.recognise(features, recordings: pieces, threads: threads, buffers: buffers)
        }
        let result = Result(
            trainingStepsPerSecond: training.rate(of: Double(rows)).rounded(),
            decodingStepsPerSecond: decoding.rate(of: Double(rows)).rounded(),
            trainingQuartiles: training.roundedRateQuartiles(of: Double(rows)),
            decodingQuartiles: decoding.roundedRateQuartiles(of: Double(rows)), cell: cell.rawValue, threads: threads,
            length: length, batch: batch, inputs: inputs, hidden: hidden,
            classes: classes)
        if json { return try printJSON(result) }
        print(
            """
            training \(Int(result.trainingStepsPerSecond)) time steps/s (\(quartileText(result.trainingQuartiles))), \
            decoding \(Int(result.decodingStepsPerSecond)) time steps/s (\(quartileText(result.decodingQuartiles)))
            """)
    }

    /// How long `work` takes each of so many times, after one to warm up.
    private func times(_ what: String, _ work: () -> Void) -> MeasuredTimes {
        work()
        var line = ProgressLine(what)
        let times = (0..<iterations).map { iteration in
            line.show(iteration, of: iterations)
            let watch = Stopwatch()
            work()
            return watch.elapsed.seconds
        }
        line.end()
        return MeasuredTimes(times)
    }
}
