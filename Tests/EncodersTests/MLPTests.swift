import Encoders
import Numerics
import TestKit
import Testing

/// A perceptron of these sizes, the last of which is a head's outputs.
private func perceptron(_ sizes: [Int], headUnits: [Int] = []) -> HeadedNetwork {
    HeadedNetwork(MLP(sizes: sizes.dropLast()), head: Head(hiddenUnits: headUnits, outputs: sizes.last ?? 0))
}

/// Half the squared distance of the outputs from zero: its gradient at the outputs is the outputs.
private func loss(_ network: HeadedNetwork, _ x: FloatBlock, rows: Int, _ parameters: [Float]) -> Double {
    let pass = network.makePass(rows: rows, arithmetic: Arithmetic())
    let block = FloatBlock(parameters)
    pass.take(parameters: block)
    return withExtendedLifetime((x, block)) {
        let outputs = pass.forward(x.base, rows: rows)
        return (0..<rows * network.outputCount).reduce(0) { $0 + Double(outputs[$1]) * Double(outputs[$1]) / 2 }
    }
}

@Test(arguments: [[6, 8, 3], [6, 8, 7, 3]], [[], [5], [4, 6]])
func theBackwardPassOfAPerceptronAndItsHeadMatchesFiniteDifferences(sizes: [Int], headUnits: [Int]) {
    let network = perceptron(sizes, headUnits: headUnits)
    var draw = RandomSequence(seed: 4, stream: 9)
    let rows = 5
    let x = FloatBlock((0..<rows * sizes[0]).map { _ in Float(draw.normal()) })
    var parameters = (0..<network.parameterCount).map { _ in Float(0.5 * draw.normal()) }
    let pass = network.makePass(rows: rows, arithmetic: Arithmetic())
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
    let network = perceptron([1728, 128, 5], headUnits: [7])
    #expect(network.body.parameterCount == 1728 * 128 + 128)
    #expect(network.parameterCount == 1728 * 128 + 128 + 128 * 7 + 7 + 7 * 5 + 5)
    #expect(
        network.parts.map(\.name) == [
            "hidden0.weight", "hidden0.bias", "head0.weight", "head0.bias", "output.weight", "output.bias",
        ])
    #expect(zip(network.parts, network.parts.dropFirst()).allSatisfy { $0.end == $1.offset })
    #expect(network.parts.last?.end == network.parameterCount)
}

@Test(arguments: 0..<3)
func anOverflowInAnyLayerOfAPerceptronReachesTheGradient(layer: Int) {
    let network = perceptron([4, 5, 6, 3])
    let rows = 2
    var draw = RandomSequence(seed: 1, stream: 0)
    let parameters = FloatBlock((0..<network.parameterCount).map { _ in Float(draw.normal()) })
    parameters[network.parts[2 * layer].offset] = .nan
    let x = FloatBlock((0..<rows * 4).map { _ in Float(draw.normal()) })
    let pass = network.makePass(rows: rows, arithmetic: Arithmetic())
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

@Test(arguments: [Head.Start.zero, .drawn])
func theLastLayerOfAHeadStartsAsItsTaskSays(start: Head.Start) {
    let body = MLP(sizes: [4, 5])
    let network = HeadedNetwork(body, head: Head(hiddenUnits: [6], outputs: 3, start: start))
    let parameters = network.initialParameters(seed: 2, stream: 7).array
    #expect(Array(parameters[..<body.parameterCount]) == body.initialParameters(seed: 2, stream: 7).array)
    func isDrawn(_ name: String) -> Bool {
        network.parts.filter { $0.name == name }.allSatisfy { part in
            parameters[part.offset..<part.end].contains { $0 != 0 }
        }
    }
    #expect(isDrawn("head0.weight") && !isDrawn("head0.bias"))
    #expect(isDrawn("output.weight") == (start == .drawn))
}
