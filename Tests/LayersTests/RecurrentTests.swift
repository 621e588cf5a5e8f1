import Foundation
import Layers
import Numerics
import TestKit
import Testing

/// A bidirectional layer computed by `Scripts/fixtures/recurrent.py`.
private struct Reference: Decodable {
    let cell: RecurrentCell
    let inputs, hidden: Int
    let lengths: [Int]
    let parameters, x, weights, y, gradient, input_gradient: [Float]

    static func all() throws -> [Reference] {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/recurrent", withExtension: "json"))
        return try JSONDecoder().decode([Reference].self, from: Data(contentsOf: url))
    }
}

/// A layer, what it reads and what its outputs are weighed with: the loss is their sum.
private struct Trial {
    let layer: BidirectionalLayer
    let lengths: [Int]
    var parameters: [Float]
    var x: [Float]
    let weights: [Float]

    init(cell: RecurrentCell, lengths: [Int], inputs: Int = 3, hidden: Int = 5) {
        layer = BidirectionalLayer(cell: cell, inputs: inputs, hidden: hidden, offset: 2)
        self.lengths = lengths
        let rows = lengths.reduce(0, +)
        parameters = normals(layer.end, seed: 1, deviation: 0.5)
        x = normals(rows * inputs, seed: 2)
        weights = normals(rows * 2 * hidden, seed: 3)
    }

    init(_ reference: Reference) {
        layer = BidirectionalLayer(
            cell: reference.cell, inputs: reference.inputs, hidden: reference.hidden, offset: 0)
        lengths = reference.lengths
        (parameters, x, weights) = (reference.parameters, reference.x, reference.weights)
    }

    func outputs(
        _ parameters: [Float], _ x: [Float], _ workspace: BidirectionalLayer.Workspace = .init(),
        keeping: Bool = true, threads: Int = 1
    ) -> FloatBlock {
        let batch = RaggedBatch(lengths: lengths)
        let y = FloatBlock(count: batch.rows * layer.width)
        layer.forward(
            packed(x, lengths: lengths, batch), batch, parameters: FloatBlock(parameters), into: y,
            workspace: workspace, keeping: keeping, threads: threads)
        return y
    }

    func loss(_ parameters: [Float], _ x: [Float]) -> Double {
        let batch = RaggedBatch(lengths: lengths)
        let y = unpacked(outputs(parameters, x), lengths: lengths, batch)
        return zip(y, weights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    func gradients(
        _ workspace: BidirectionalLayer.Workspace = .init(), threads: Int = 1
    ) -> (parameters: [Float], x: [Float]) {
        let batch = RaggedBatch(lengths: lengths)
        let y = outputs(parameters, x, workspace, threads: threads)
        let (gradient, dx) = (FloatBlock(count: parameters.count), FloatBlock(count: x.count))
        layer.backward(
            packed(weights, lengths: lengths, batch), x: packed(x, lengths: lengths, batch), output: y, batch,
            parameters: FloatBlock(parameters), into: gradient, inputGradient: dx, workspace: workspace,
            threads: threads)
        return (Array(gradient.values), unpacked(dx, lengths: lengths, batch))
    }
}

@Test func recurrentLayersAgreeWithNumPy() throws {
    for reference in try Reference.all() {
        let trial = Trial(reference)
        let batch = RaggedBatch(lengths: trial.lengths)
        let y = unpacked(trial.outputs(trial.parameters, trial.x), lengths: trial.lengths, batch)
        let (gradient, dx) = trial.gradients()
        #expect(distance(y, reference.y) < 1e-6, "\(reference.cell)")
        #expect(distance(gradient, reference.gradient) < 1e-5, "\(reference.cell)")
        #expect(distance(dx, reference.input_gradient) < 1e-5, "\(reference.cell)")
    }
}

@Test(arguments: RecurrentCell.allCases, [[4, 4, 4], [3, 1, 6, 6, 2], [1], [5], [1, 1, 1]])
func recurrentGradientsAreThoseOfFiniteDifferences(cell: RecurrentCell, lengths: [Int]) {
    let trial = Trial(cell: cell, lengths: lengths)
    let (gradient, dx) = trial.gradients()
    var (parameters, x) = (trial.parameters, trial.x)
    let byParameter = gradientError(at: &parameters, analytic: gradient, indices: trial.parameters.indices) {
        trial.loss($0, x)
    }
    #expect(byParameter < 2e-3)
    let kept = trial.parameters
    let byInput = gradientError(at: &x, analytic: dx, indices: trial.x.indices) { trial.loss(kept, $0) }
    #expect(byInput < 2e-3)
}

@Test(arguments: RecurrentCell.allCases)
func aSequenceDoesNotFeelItsNeighbours(cell: RecurrentCell) {
    let together = Trial(cell: cell, lengths: [4, 2, 7])
    let batch = RaggedBatch(lengths: together.lengths)
    let y = unpacked(together.outputs(together.parameters, together.x), lengths: together.lengths, batch)
    var other = together.x
    for i in 0..<4 * 3 { other[i] += 10 }
    for i in 6 * 3..<13 * 3 { other[i] -= 10 }
    let z = unpacked(together.outputs(together.parameters, other), lengths: together.lengths, batch)
    #expect(y[4 * 10..<6 * 10] == z[4 * 10..<6 * 10])
    #expect(y[..<40] != z[..<40])
}

@Test(arguments: RecurrentCell.allCases, [[1], [130, 2, 9], [3, 7, 7, 1], Array(repeating: 4, count: 50) + [6, 2]])
func whatIsNotKeptForABackwardPassChangesNoBit(cell: RecurrentCell, lengths: [Int]) {
    let trial = Trial(cell: cell, lengths: lengths, inputs: 7, hidden: 19)
    let kept = trial.outputs(trial.parameters, trial.x)
    let used = BidirectionalLayer.Workspace()
    for threads in [1, 2] {
        let alone = trial.outputs(trial.parameters, trial.x, used, keeping: false, threads: threads)
        #expect(kept.array == alone.array, "\(threads) threads")
    }
    let (fresh, after) = (trial.gradients(), trial.gradients(used))
    #expect(fresh.parameters == after.parameters && fresh.x == after.x)
}

@Test(arguments: RecurrentCell.allCases)
func threadsAndUsedBuffersChangeNoBit(cell: RecurrentCell) {
    let trial = Trial(cell: cell, lengths: [9, 9, 3, 8], inputs: 17, hidden: 33)
    let used = BidirectionalLayer.Workspace()
    _ = Trial(cell: cell, lengths: [12, 5, 12, 1, 30], inputs: 17, hidden: 33).gradients(used)
    let (first, second) = (trial.gradients(), trial.gradients(used, threads: 2))
    #expect(first.parameters == second.parameters)
    #expect(first.x == second.x)
}
