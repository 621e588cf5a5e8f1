import Foundation
import Layers
import Numerics
import TestKit
import Testing

/// Half the squared distance of the logits from zero: its gradient at the logits is the logits.
private func loss(_ network: MLP, _ x: FloatBlock, rows: Int, _ parameters: [Float]) -> Double {
    let workspace = MLP.Workspace(for: network, rows: rows)
    let block = FloatBlock(parameters)
    workspace.take(parameters: block)
    withExtendedLifetime(x) { network.forward(x.base, rows: rows, workspace) }
    let logits = workspace.outputs.last?.array.prefix(rows * (network.sizes.last ?? 0))
    return logits?.reduce(0) { $0 + Double($1) * Double($1) / 2 } ?? .nan
}

@Test(arguments: [[6, 3], [6, 8, 3], [6, 8, 7, 3]])
func theBackwardPassOfAPerceptronMatchesFiniteDifferences(sizes: [Int]) {
    let network = MLP(sizes: sizes)
    var draw = RandomSequence(seed: 4, stream: 9)
    let rows = 5
    let x = FloatBlock((0..<rows * sizes[0]).map { _ in Float(draw.normal()) })
    var parameters = (0..<network.parameterCount).map { _ in Float(0.5 * draw.normal()) }
    let workspace = MLP.Workspace(for: network, rows: rows)
    let (block, gradient) = (FloatBlock(parameters), FloatBlock(count: network.parameterCount))
    workspace.take(parameters: block)
    withExtendedLifetime((x, gradient)) {
        network.forward(x.base, rows: rows, workspace)
        workspace.outputGradients[sizes.count - 2].copy(from: workspace.outputs[sizes.count - 2])
        network.backward(x.base, rows: rows, workspace, into: gradient.base)
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
}

@Test func logSoftmaxDoesNotOverflow() {
    let logits: [Float] = [1_000, 1_000, -1_000]
    var (logs, probabilities) = ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0])
    logSoftmax(logits, rows: 1, classes: 3, logs: &logs, probabilities: &probabilities)
    #expect(abs(logs[0] + 0.6931471805599453) < 1e-12)
    #expect(logs[2] == -2000.6931471805599)
    #expect(probabilities[0] == 0.5 && probabilities[2] < 1e-300)
}

@Test(arguments: [(1, 1), (7, 5), (8, 5), (9, 2), (30, 11)])
func logSoftmaxIsThatOfEachRow(rows: Int, classes: Int) {
    var draw = RandomSequence(seed: 6, stream: 2)
    let logits = (0..<rows * classes).map { _ in Float(5 * draw.normal()) }
    var logs = [Double](repeating: 0, count: logits.count)
    var probabilities = logs
    logSoftmax(logits, rows: rows, classes: classes, logs: &logs, probabilities: &probabilities)
    for row in 0..<rows {
        let range = row * classes..<(row + 1) * classes
        let sum = range.reduce(0.0) { $0 + exp(Double(logits[$1])) }
        for i in range {
            #expect(abs(probabilities[i] - exp(Double(logits[i])) / sum) < 1e-15)
            #expect(abs(logs[i] - (Double(logits[i]) - log(sum))) < 1e-13)
        }
    }
}
