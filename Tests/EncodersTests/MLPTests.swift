import Encoders
import Numerics
import TestKit
import Testing

/// Half the squared distance of the logits from zero: its gradient at the logits is the logits.
private func loss(_ network: MLP, _ x: FloatBlock, rows: Int, _ parameters: [Float]) -> Double {
    let pass = MLPPass(of: network, rows: rows)
    let block = FloatBlock(parameters)
    pass.take(parameters: block)
    return withExtendedLifetime((x, block)) {
        let outputs = pass.forward(x.base, rows: rows)
        return (0..<rows * network.outputCount).reduce(0) { $0 + Double(outputs[$1]) * Double(outputs[$1]) / 2 }
    }
}

@Test(arguments: [[6, 3], [6, 8, 3], [6, 8, 7, 3]])
func theBackwardPassOfAPerceptronMatchesFiniteDifferences(sizes: [Int]) {
    let network = MLP(sizes: sizes)
    var draw = RandomSequence(seed: 4, stream: 9)
    let rows = 5
    let x = FloatBlock((0..<rows * sizes[0]).map { _ in Float(draw.normal()) })
    var parameters = (0..<network.parameterCount).map { _ in Float(0.5 * draw.normal()) }
    let pass = MLPPass(of: network, rows: rows)
    let (block, gradient) = (FloatBlock(parameters), FloatBlock(count: network.parameterCount))
    pass.take(parameters: block)
    withExtendedLifetime((x, gradient)) {
        let outputs = pass.forward(x.base, rows: rows)
        pass.outputGradient.update(from: outputs, count: rows * network.outputCount)
        pass.backward(x.base, rows: rows, into: gradient.base)
    }
    let error = gradientError(
        at: &parameters, analytic: gradient.array, indices: 0..<network.parameterCount, step: 1e-3
    ) { loss(network, x, rows: rows, $0) }
    #expect(error < 5e-3)
}

@Test func theParametersOfAPerceptronLieLayerByLayer() {
    let network = MLP(sizes: [1728, 128, 5])
    #expect(network.offset(ofLayer: 1) == 1728 * 128 + 128)
    #expect(network.parameterCount == 221_957)
    #expect(network.parts.map(\.name) == ["hidden0.weight", "hidden0.bias", "output.weight", "output.bias"])
    #expect(zip(network.parts, network.parts.dropFirst()).allSatisfy { $0.end == $1.offset })
    #expect(network.parts.last?.end == network.parameterCount)
}

@Test(arguments: 0..<3)
func anOverflowInAnyLayerOfAPerceptronReachesTheGradient(layer: Int) {
    let network = MLP(sizes: [4, 5, 6, 3])
    let rows = 2
    var draw = RandomSequence(seed: 1, stream: 0)
    let parameters = FloatBlock((0..<network.parameterCount).map { _ in Float(draw.normal()) })
    parameters[network.offset(ofLayer: layer)] = .nan
    let x = FloatBlock((0..<rows * 4).map { _ in Float(draw.normal()) })
    let pass = MLPPass(of: network, rows: rows)
    let gradient = FloatBlock(count: network.parameterCount)
    pass.take(parameters: parameters)
    withExtendedLifetime((x, gradient)) {
        let outputs = pass.forward(x.base, rows: rows)
        #expect((0..<rows * 3).contains { outputs[$0].isNaN })
        pass.outputGradient.update(from: outputs, count: rows * 3)
        pass.backward(x.base, rows: rows, into: gradient.base)
    }
    #expect(!gradient.isFinite)
}
