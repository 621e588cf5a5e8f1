import Encoders
import Foundation
import Numerics
import TestKit
import Testing

private struct Case: CustomTestStringConvertible {
    let inputs, times: Int
    let channels, kernels, strides: [Int]

    var network: Waves {
        Waves(inputChannels: inputs, times: times, channels: channels, kernels: kernels, strides: strides)
    }
    var testDescription: String { "\(inputs) x \(times), \(channels) channels, \(kernels) by \(strides)" }
}

private let cases = [
    Case(inputs: 1, times: 12, channels: [3], kernels: [3], strides: [1]),
    Case(inputs: 3, times: 40, channels: [4, 5, 3], kernels: [7, 5, 3], strides: [3, 2, 2]),
    Case(inputs: 2, times: 31, channels: [3, 2], kernels: [9, 4], strides: [5, 3]),
    Case(inputs: 3, times: 1, channels: [2, 2], kernels: [5, 3], strides: [2, 3]),
    Case(inputs: 2, times: 50, channels: [20, 18], kernels: [6, 8], strides: [1, 8]),
    Case(inputs: 1, times: 4, channels: [2, 3, 2], kernels: [1, 9, 2], strides: [1, 1, 2]),
]

private func normal(_ count: Int, _ seed: UInt64, deviation: Double = 1) -> [Float] {
    var draw = RandomSequence(seed: seed, stream: 5)
    return (0..<count).map { _ in Float(deviation * draw.normal()) }
}

/// What the network makes of a row, as plain loops: every sum from the kernel's first value to its last, `[time,
/// channel]`, layer by layer.
private func plainLayers(_ example: Case, _ x: [Float], _ parameters: [Float]) -> [[Float]] {
    var (times, inputs, offset) = (example.times, example.inputs, 0)
    var layers = [(0..<times * inputs).map { x[$0 % inputs * times + $0 / inputs] }]
    for (channels, (kernel, stride)) in zip(example.channels, zip(example.kernels, example.strides)) {
        let made = (times + kernel / 2 * 2 - kernel) / stride + 1
        let (values, bias) = (layers[layers.count - 1], offset + kernel * inputs * channels)
        var result: [Float] = []
        for t in 0..<made {
            for c in 0..<channels {
                var sum: Float = 0
                for k in 0..<kernel {
                    let at = t * stride + k - kernel / 2
                    guard (0..<times).contains(at) else { continue }
                    for input in 0..<inputs {
                        let weight = parameters[offset + (k * inputs + input) * channels + c]
                        sum.addProduct(values[at * inputs + input], weight)
                    }
                }
                result.append(max(0, sum + parameters[bias + c]))
            }
        }
        layers.append(result)
        (times, inputs, offset) = (made, channels, bias + channels)
    }
    return layers
}

private func plainFeatures(_ example: Case, _ x: [Float], _ parameters: [Float]) -> [Float] {
    let (last, channels) = (plainLayers(example, x, parameters).last ?? [], example.channels.last ?? 1)
    let each = (0..<channels).map { c in stride(from: c, to: last.count, by: channels).map { last[$0] } }
    return each.map { $0.reduce(0, +) * (1 / Float($0.count)) } + each.map { $0.max() ?? 0 }
}

/// The gradient of half the sum of the squared features, as plain loops in the pass's order: of a weight over rows and
/// times; of a value over the times that it reaches, the first ones first.
private func plainGradient(_ example: Case, _ rows: [[Float]], _ parameters: [Float]) -> [Float] {
    var gradient = [Float](repeating: 0, count: parameters.count)
    for x in rows {
        let layers = plainLayers(example, x, parameters)
        let features = plainFeatures(example, x, parameters)
        let last = layers[layers.count - 1]
        let lastChannels = example.channels[example.channels.count - 1]
        var offsets = [0]
        var inputs = example.inputs
        for (channels, kernel) in zip(example.channels, example.kernels) {
            offsets.append(offsets[offsets.count - 1] + (kernel * inputs + 1) * channels)
            inputs = channels
        }
        let times = last.count / lastChannels
        var slope = last.indices.map { i -> Float in
            let c = i % lastChannels
            let first = stride(from: c, to: last.count, by: lastChannels).first {
                last[$0] == features[lastChannels + c]
            }
            return last[i] <= 0 ? 0 : 1 / Float(times) * features[c] + (first == i ? features[lastChannels + c] : 0)
        }
        for index in example.channels.indices.reversed() {
            let (channels, kernel, stride) = (example.channels[index], example.kernels[index], example.strides[index])
            let (values, offset) = (layers[index], offsets[index])
            let inputs = index == 0 ? example.inputs : example.channels[index - 1]
            let times = values.count / inputs
            var before = [Float](repeating: 0, count: values.count)
            for t in 0..<slope.count / channels {
                for c in 0..<channels { gradient[offset + kernel * inputs * channels + c] += slope[t * channels + c] }
                for k in 0..<kernel {
                    let at = t * stride + k - kernel / 2
                    guard (0..<times).contains(at) else { continue }
                    for input in 0..<inputs {
                        for c in 0..<channels {
                            let place = offset + (k * inputs + input) * channels + c
                            gradient[place].addProduct(values[at * inputs + input], slope[t * channels + c])
                            before[at * inputs + input].addProduct(slope[t * channels + c], parameters[place])
                        }
                    }
                }
            }
            slope = before.indices.map { values[$0] <= 0 ? 0 : before[$0] }
        }
    }
    return gradient
}

private func computed(
    _ network: Waves, _ pass: any NetworkPass, _ x: FloatBlock, _ parameters: FloatBlock, rows: Int
) -> (features: [Float], gradient: [Float]) {
    let gradient = FloatBlock(count: network.parameterCount)
    pass.take(parameters: parameters)
    return withExtendedLifetime((x, parameters)) {
        let count = rows * network.featureCount
        let features = Array(UnsafeBufferPointer(start: pass.forward(x.base, rows: rows), count: count))
        pass.featureGradient.update(from: features, count: count)
        pass.backward(x.base, rows: rows, into: gradient.base)
        return (features, gradient.array)
    }
}

@Test(arguments: cases)
private func wavesHaveTheBitsOfPlainLoops(example: Case) {
    let (network, rows) = (example.network, 4)
    let (x, parameters) = (normal(rows * network.inputCount, 1), normal(network.parameterCount, 2))
    let pass = network.makePass(rows: rows + 1, arithmetic: Arithmetic())
    let result = computed(network, pass, FloatBlock(x), FloatBlock(parameters), rows: rows)
    let each = (0..<rows).map { Array(x[$0 * network.inputCount..<($0 + 1) * network.inputCount]) }
    #expect(result.features == each.flatMap { plainFeatures(example, $0, parameters) })
    #expect(result.gradient == plainGradient(example, each, parameters))
}

/// A network that PyTorch computed in double precision (`Scripts/fixtures/waves.py`).
private struct Reference: Decodable {
    let inputChannels, times, rows: Int
    let channels, kernels, strides: [Int]
    let x, parameters, features, gradient: [Double]
}

private func distance(_ a: [Float], _ b: [Double]) -> Double {
    b.indices.reduce(0) { max($0, abs(Double(a[$1]) - b[$1])) }
}

@Test(arguments: 0..<3)
func wavesArePyTorchs(index: Int) throws {
    let url = try #require(Bundle.module.url(forResource: "waves", withExtension: "json", subdirectory: "Fixtures"))
    let reference = try JSONDecoder().decode([Reference].self, from: Data(contentsOf: url))[index]
    let network = Waves(
        inputChannels: reference.inputChannels, times: reference.times, channels: reference.channels,
        kernels: reference.kernels, strides: reference.strides)
    #expect(network.parameterCount == reference.parameters.count)
    let pass = network.makePass(rows: reference.rows, arithmetic: Arithmetic())
    let (x, parameters) = (reference.x.map { Float($0) }, reference.parameters.map { Float($0) })
    let result = computed(network, pass, FloatBlock(x), FloatBlock(parameters), rows: reference.rows)
    #expect(distance(result.features, reference.features) < 1e-5)
    #expect(distance(result.gradient, reference.gradient) < 1e-4)
}

@Test(arguments: cases)
private func theBackwardPassOfWavesMatchesFiniteDifferences(example: Case) {
    let (network, rows) = (example.network, 3)
    let x = FloatBlock(normal(rows * network.inputCount, 3))
    var parameters = normal(network.parameterCount, 4, deviation: 0.5)
    let pass = network.makePass(rows: rows, arithmetic: Arithmetic())
    let gradient = computed(network, pass, x, FloatBlock(parameters), rows: rows).gradient
    let indices = stride(from: 0, to: network.parameterCount, by: max(network.parameterCount / 150, 1))
    let error = gradientError(at: &parameters, analytic: gradient, indices: indices, step: 1e-3) { parameters in
        computed(network, pass, x, FloatBlock(parameters), rows: rows).features.reduce(0) {
            $0 + Double($1) * Double($1) / 2
        }
    }
    #expect(error < 5e-3)
}

/// What came before, another number of rows or no numbers at all, leaves nothing behind.
@Test func theBitsOfWavesDoNotDependOnWhatTheyComputedBefore() {
    let network = cases[1].network
    let (x, parameters) = (FloatBlock(normal(6 * network.inputCount, 5)), FloatBlock(normal(network.parameterCount, 6)))
    let bad = FloatBlock([Float](repeating: .nan, count: 6 * network.inputCount))
    let fresh = network.makePass(rows: 3, arithmetic: Arithmetic())
    let used = network.makePass(rows: 6, arithmetic: Arithmetic())
    #expect(computed(network, used, bad, parameters, rows: 6).features.allSatisfy { $0.isNaN })
    let (first, second) = (
        computed(network, fresh, x, parameters, rows: 3), computed(network, used, x, parameters, rows: 3)
    )
    #expect(first.features == second.features && first.gradient == second.gradient)
    #expect(computed(network, used, x, parameters, rows: 0).gradient.allSatisfy { $0 == 0 })
}

/// Samples of a reader of signals fold each channel into rows.
@Test func wavesReadChannelsThatAreFoldedIntoRows() {
    let settings = WavesSettings(inputChannels: 3, channels: [4], kernels: [5], strides: [2])
    let (folded, plain) = (
        settings.makeNetwork(rows: 90, columns: 50), settings.makeNetwork(rows: 3, columns: 1500)
    )
    #expect(folded as? Waves == plain as? Waves)
    #expect((folded.inputCount, folded.featureCount) == (4500, 8))
    #expect(folded.initialParameters(seed: 1, stream: 2).array != folded.initialParameters(seed: 2, stream: 2).array)
}

@Test func sizesOfWavesAreRefusedWithTheirLimits() throws {
    func fault(_ channels: [Int], _ kernels: [Int], _ strides: [Int], inputs: Int = 3) -> String {
        let error = #expect(throws: SettingFault.self) {
            let settings = WavesSettings(inputChannels: inputs, channels: channels, kernels: kernels, strides: strides)
            try NetworkSettings(settings).validate(rows: 90, columns: 50)
        }
        return error.map { "\($0)" } ?? ""
    }
    #expect(fault([], [], []).contains("channels"))
    #expect(fault([4], [4, 2], [1]).contains("kernels"))
    #expect(fault([4], [4], [5]).contains("for each of 1 layers a number from 1 to its kernel's"))
    #expect(fault([4], [4], [0]).contains("strides"))
    #expect(fault([4], [4], [1], inputs: 4).contains("input_channels"))
    #expect(
        fault([4096, 4096], [1, 4096], [1, 1]).contains("fewer: the network would have more than 2^29 parameters"))
    try NetworkSettings(WavesSettings.standard).validate(rows: 30, columns: 50)
}
