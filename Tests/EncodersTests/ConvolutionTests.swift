import Encoders
import Foundation
import Numerics
import TestKit
import Testing

private struct Case: CustomTestStringConvertible {
    let rows, columns: Int
    let channels, kernels: [Int]
    let outputs: Int

    var network: HeadedNetwork {
        HeadedNetwork(
            Convolution(rows: rows, columns: columns, channels: channels, kernels: kernels),
            head: Head(outputs: outputs))
    }
    var testDescription: String { "\(rows) x \(columns), \(channels) channels, kernels \(kernels)" }
}

private let cases = [
    Case(rows: 6, columns: 5, channels: [3], kernels: [3], outputs: 2),
    Case(rows: 8, columns: 4, channels: [2, 3], kernels: [5, 3], outputs: 3),
    Case(rows: 1, columns: 9, channels: [3, 2], kernels: [3, 5], outputs: 2),
    Case(rows: 7, columns: 1, channels: [4], kernels: [1], outputs: 1),
    Case(rows: 7, columns: 11, channels: [3, 2], kernels: [3, 5], outputs: 2),
    Case(rows: 2, columns: 2, channels: [2, 2, 2], kernels: [3, 3, 3], outputs: 2),
]

private func normal(_ count: Int, _ seed: UInt64, deviation: Double = 1) -> [Float] {
    var draw = RandomSequence(seed: seed, stream: 5)
    return (0..<count).map { _ in Float(deviation * draw.normal()) }
}

/// What the network is, as plain loops: every sum from the kernel's first value to its last.
private func plain(_ case: Case, _ x: [Float], _ parameters: [Float]) -> (
    features: [Float], outputs: [Float]
) {
    var (image, rows, columns, inputs, offset) = (x, `case`.rows, `case`.columns, 1, 0)
    for (channels, kernel) in zip(`case`.channels, `case`.kernels) {
        let (reach, bias) = (kernel / 2, offset + kernel * kernel * inputs * channels)
        var made = [Float](repeating: 0, count: rows * columns * channels)
        for i in 0..<rows {
            for j in 0..<columns {
                for c in 0..<channels {
                    var sum: Float = 0
                    for ki in 0..<kernel {
                        for kj in 0..<kernel {
                            let (y, z) = (i + ki - reach, j + kj - reach)
                            guard (0..<rows).contains(y), (0..<columns).contains(z) else { continue }
                            for input in 0..<inputs {
                                let weight = parameters[offset + ((ki * kernel + kj) * inputs + input) * channels + c]
                                sum.addProduct(image[(y * columns + z) * inputs + input], weight)
                            }
                        }
                    }
                    made[(i * columns + j) * channels + c] = max(0, sum + parameters[bias + c])
                }
            }
        }
        let (tall, wide) = (min(rows, 2), min(columns, 2))
        var pooled: [Float] = []
        for i in 0..<rows / tall {
            for j in 0..<columns / wide {
                for c in 0..<channels {
                    var best: Float = 0
                    for p in 0..<tall {
                        for q in 0..<wide {
                            best = max(best, made[((i * tall + p) * columns + j * wide + q) * channels + c])
                        }
                    }
                    pooled.append(best)
                }
            }
        }
        (image, rows, columns, inputs) = (pooled, rows / tall, columns / wide, channels)
        offset = bias + channels
    }
    let outputs = (0..<`case`.outputs).map { output in
        var sum: Float = 0
        for (i, value) in image.enumerated() { sum.addProduct(value, parameters[offset + i * `case`.outputs + output]) }
        return sum + parameters[offset + image.count * `case`.outputs + output]
    }
    return (image, outputs)
}

@Test(arguments: cases)
private func aConvolutionHasTheBitsOfPlainLoops(example: Case) {
    let (network, rows) = (example.network, 4)
    let x = normal(rows * network.inputCount, 1)
    let parameters = normal(network.parameterCount, 2)
    let pass = network.makePass(rows: rows + 1, arithmetic: Arithmetic())
    let (block, inputs) = (FloatBlock(parameters), FloatBlock(x))
    pass.take(parameters: block)
    withExtendedLifetime((block, inputs)) {
        let outputs = Array(
            UnsafeBufferPointer(start: pass.forward(inputs.base, rows: rows), count: rows * network.outputCount))
        let body = network.body.makePass(rows: rows, arithmetic: Arithmetic())
        body.take(parameters: block)
        let features = Array(
            UnsafeBufferPointer(
                start: body.forward(inputs.base, rows: rows), count: rows * network.body.featureCount))
        let expected = (0..<rows).map {
            plain(example, Array(x[$0 * network.inputCount..<($0 + 1) * network.inputCount]), parameters)
        }
        #expect(features == expected.flatMap(\.features))
        #expect(outputs == expected.flatMap(\.outputs))
    }
}

/// A network that PyTorch computed in double precision (`Scripts/fixtures/convolution.py`).
private struct Reference: Decodable {
    let rows, columns, outputs, images: Int
    let channels, kernels: [Int]
    let x, parameters, features, y, gradient: [Double]
}

private func distance(_ a: UnsafePointer<Float>, _ b: [Double]) -> Double {
    b.indices.reduce(0) { max($0, abs(Double(a[$1]) - b[$1])) }
}

@Test(arguments: 0..<3)
func aConvolutionIsPyTorchs(index: Int) throws {
    let url = try #require(
        Bundle.module.url(forResource: "convolution", withExtension: "json", subdirectory: "Fixtures"))
    let reference = try JSONDecoder().decode([Reference].self, from: Data(contentsOf: url))[index]
    let network = HeadedNetwork(
        Convolution(
            rows: reference.rows, columns: reference.columns, channels: reference.channels, kernels: reference.kernels),
        head: Head(outputs: reference.outputs))
    #expect(network.parameterCount == reference.parameters.count)
    let (x, parameters) = (
        FloatBlock(reference.x.map { Float($0) }), FloatBlock(reference.parameters.map { Float($0) })
    )
    let gradient = FloatBlock(count: network.parameterCount)
    let pass = network.makePass(rows: reference.images, arithmetic: Arithmetic())
    pass.take(parameters: parameters)
    withExtendedLifetime((x, parameters)) {
        let body = network.body.makePass(rows: reference.images, arithmetic: Arithmetic())
        body.take(parameters: parameters)
        #expect(distance(body.forward(x.base, rows: reference.images), reference.features) < 1e-5)
        let y = pass.forward(x.base, rows: reference.images)
        #expect(distance(y, reference.y) < 1e-5)
        pass.outputGradient.update(from: y, count: reference.y.count)
        pass.backward(x.base, rows: reference.images, into: gradient.base)
        #expect(distance(gradient.base, reference.gradient) < 1e-4)
    }
}

@Test(arguments: cases)
private func theBackwardPassOfAConvolutionMatchesFiniteDifferences(example: Case) {
    let (network, rows) = (example.network, 3)
    let x = FloatBlock(normal(rows * network.inputCount, 3))
    var parameters = normal(network.parameterCount, 4, deviation: 0.7)
    func loss(_ parameters: [Float]) -> Double {
        let (pass, block) = (network.makePass(rows: rows, arithmetic: Arithmetic()), FloatBlock(parameters))
        pass.take(parameters: block)
        return withExtendedLifetime((x, block)) {
            let outputs = pass.forward(x.base, rows: rows)
            return (0..<rows * network.outputCount).reduce(0) { $0 + Double(outputs[$1]) * Double(outputs[$1]) / 2 }
        }
    }
    let pass = network.makePass(rows: rows, arithmetic: Arithmetic())
    let (block, gradient) = (FloatBlock(parameters), FloatBlock(count: network.parameterCount))
    pass.take(parameters: block)
    withExtendedLifetime((x, block)) {
        let outputs = pass.forward(x.base, rows: rows)
        pass.outputGradient.update(from: outputs, count: rows * network.outputCount)
        pass.backward(x.base, rows: rows, into: gradient.base)
    }
    let error = gradientError(
        at: &parameters, analytic: gradient.array, indices: 0..<network.parameterCount, step: 1e-3, loss: loss)
    #expect(error < 5e-3)
}

/// What came before, another number of rows or no numbers at all, leaves nothing behind.
@Test func aConvolutionsBitsDoNotDependOnWhatItComputedBefore() {
    let network = cases[1].network
    let (x, parameters) = (FloatBlock(normal(6 * network.inputCount, 5)), FloatBlock(normal(network.parameterCount, 6)))
    let bad = FloatBlock([Float](repeating: .nan, count: 6 * network.inputCount))
    func gradient(_ pass: HeadedPass) -> [Float] {
        let gradient = FloatBlock(count: network.parameterCount)
        return withExtendedLifetime((x, bad, parameters)) {
            let outputs = pass.forward(x.base, rows: 3)
            pass.outputGradient.update(from: outputs, count: 3 * network.outputCount)
            pass.backward(x.base, rows: 3, into: gradient.base)
            return gradient.array
        }
    }
    let (fresh, used) = (
        network.makePass(rows: 3, arithmetic: Arithmetic()), network.makePass(rows: 6, arithmetic: Arithmetic())
    )
    fresh.take(parameters: parameters)
    used.take(parameters: parameters)
    let none = FloatBlock(count: network.parameterCount)
    let outputs = used.forward(bad.base, rows: 6)
    #expect(outputs[0].isNaN)
    used.outputGradient.update(from: outputs, count: 6 * network.outputCount)
    used.backward(bad.base, rows: 6, into: none.base)
    #expect(gradient(used) == gradient(fresh))
}

@Test func sizesOfAConvolutionAreRefusedWithTheirLimits() {
    func fault(_ channels: [Int], _ kernels: [Int]) -> String {
        let error = #expect(throws: SettingFault.self) {
            let settings = NetworkSettings(ConvolutionSettings(channels: channels, kernels: kernels))
            try settings.validate(rows: 64, columns: 27)
        }
        return error.map { "\($0)" } ?? ""
    }
    #expect(fault([], []).contains("channels"))
    #expect(fault([4], [4]).contains("an odd number from 1 to 31 for each of 1 layers"))
    #expect(fault([4, 4], [3]).contains("an odd number from 1 to 31 for each of 2 layers"))
    #expect(fault([4096, 4096], [31, 31]).contains("fewer: the network would have more than 2^29 parameters"))
}
