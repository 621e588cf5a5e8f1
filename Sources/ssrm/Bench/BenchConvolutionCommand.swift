import ArgumentParser
import Encoders
import Numerics
import Service

/// `ssrm bench convolution`: a convolutional network's passes on one thread.
struct BenchConvolutionCommand: ParsableCommand {
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case convolution, waves
    }

    private struct Result: Encodable {
        let forwardMicroseconds, backwardMicroseconds, samplesPerSecond: Double
        let samplesPerSecondQuartiles: [Double]
        let batch, rows, columns, outputs, parameters: Int
        let network: NetworkSettings

        enum CodingKeys: String, CodingKey {
            case batch, rows, columns, outputs, parameters, network
            case forwardMicroseconds = "forward_us"
            case backwardMicroseconds = "backward_us"
            case samplesPerSecond = "samples_per_s"
            case samplesPerSecondQuartiles = "samples_per_s_quartiles"
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "convolution",
        abstract:
            "Forward and backward passes of a convolutional network over a batch of made-up samples, on one thread.",
        discussion: """
            Each pass takes new parameters, as a step of training does. The medians of all batches are given, after five to \
            warm up, and the rate's quartiles.

            Examples:
              ssrm bench convolution --batch 64 --json
              ssrm bench convolution --kind waves --batch 64
            """)

    @Option(help: "Samples in a batch.") var batch = 64
    @Option(
        help: """
            The standard network of a kind: convolution (over maps of 32 x 16) or waves (over three channels of 1500 \
            values, in 90 rows of 50).
            """)
    var kind = Kind.convolution
    @Option(help: "Rows of a sample. (default: the kind's)") var rows: Int?
    @Option(help: "Columns of a sample. (default: the kind's)") var columns: Int?
    @Option(help: "Outputs.") var outputs = 20
    @Option(help: "Batches that are timed.") var iterations = 200
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        let (rows, columns) = shape
        if [batch, rows, columns, outputs, iterations].contains(where: { $0 < 1 || $0 > 4096 }) {
            throw ValidationError("all sizes must be 1 to 4096")
        }
        if batch * rows * columns > 1 << 24 { throw ValidationError("so many values would fill the memory") }
        do { try settings.validate(rows: rows, columns: columns) } catch { throw ValidationError("\(error)") }
    }

    private var settings: NetworkSettings {
        switch kind {
        case .convolution: return NetworkSettings(ConvolutionSettings.standard)
        case .waves:
            var waves = WavesSettings.standard
            waves.inputChannels = 3
            return NetworkSettings(waves)
        }
    }

    private var shape: (rows: Int, columns: Int) {
        kind == .convolution ? (rows ?? 32, columns ?? 16) : (rows ?? 90, columns ?? 50)
    }

    func run() throws {
        let (rows, columns) = shape
        let network = HeadedNetwork(
            settings.makeNetwork(rows: rows, columns: columns), head: Head(outputs: outputs))
        var draw = RandomSequence(seed: 1, stream: 0)
        let inputs = FloatBlock((0..<batch * network.inputCount).map { _ in Float(draw.normal()) })
        let gradient = FloatBlock(count: network.parameterCount)
        // Two vectors in turn: whoever gets the same again need not lay it out.
        let parameters = (0..<2).map { network.initialParameters(seed: $0, stream: 1) }
        let pass = network.makePass(rows: batch, arithmetic: Arithmetic())
        var (forward, backward): ([Double], [Double]) = ([], [])
        var line = ProgressLine("batches")
        for iteration in 0..<iterations + 5 {
            line.show(iteration, of: iterations + 5)
            let watch = Stopwatch()
            pass.take(parameters: parameters[iteration % 2])
            let outputs = pass.forward(inputs.base, rows: batch)
            let middle = watch.elapsed
            pass.outputGradient.update(from: outputs, count: batch * network.outputCount)
            pass.backward(inputs.base, rows: batch, into: gradient.base)
            if iteration < 5 { continue }
            forward.append(middle.seconds)
            backward.append((watch.elapsed - middle).seconds)
        }
        line.end()
        withExtendedLifetime((inputs, gradient, parameters)) {}
        let whole = MeasuredTimes(zip(forward, backward).map(+))
        let result = Result(
            forwardMicroseconds: (1e6 * MeasuredTimes(forward).median).rounded(),
            backwardMicroseconds: (1e6 * MeasuredTimes(backward).median).rounded(),
            samplesPerSecond: whole.rate(of: Double(batch)).rounded(),
            samplesPerSecondQuartiles: whole.roundedRateQuartiles(of: Double(batch)), batch: batch, rows: rows,
            columns: columns, outputs: outputs, parameters: network.parameterCount, network: settings)
        if json { return try printJSON(result) }
        print(
            """
            \(Int(result.samplesPerSecond)) samples/s (\(quartileText(result.samplesPerSecondQuartiles))): forward \(Int(result.forwardMicroseconds)) us, backward \
            \(Int(result.backwardMicroseconds)) us a batch of \(batch), \(result.parameters) parameters
            """)
    }
}
