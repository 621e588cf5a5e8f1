import CKernels
import Layers
import Numerics
import Testing

// What overflowed must be seen: a value that is no number goes through every function, and no comparison makes a number
// of it.

@Test func theRampKeepsWhatIsNotANumber() {
    for count in [1, 3, 64, 65] {  // whole vectors and what is left of them
        var y = (0..<count).map { $0 % 3 == 0 ? Float.nan : Float($0) - 32 }
        let before = y
        kernel_add_bias_relu(&y, [Float](repeating: 0, count: count), 1, count)
        for (after, before) in zip(y, before) {
            #expect(before.isNaN ? after.isNaN : after == max(before, 0))
        }
    }
}

@Test func theRampMakesAPositiveZeroOfBoth() {
    var y: [Float] = [-0.0, 0.0, -1, .leastNonzeroMagnitude]
    kernel_add_bias_relu(&y, [-0.0, 0, 0, 0], 1, 4)
    #expect(y.map(\.bitPattern) == [0, 0, 0, 1])
}

@Test func theGradientGoesThroughARampThatIsNotANumber() {
    var dy: [Float] = [1, 2, 3, .nan, .nan]
    kernel_relu_backward(&dy, [.nan, 0, 5, 1, 0], 5)
    #expect(dy[0] == 1 && dy[1] == 0 && dy[2] == 3 && dy[3].isNaN && dy[4] == 0)
}

@Test func whatIsNoFiniteNumberHasNoLogarithm() {
    var y: [Float] = [0, 0, 0]
    kernel_log(&y, [.nan, .infinity, 1], 3)
    #expect(y[0].isNaN && y[1].isNaN && y[2] == 0)
    #expect(kernel_log_double(.nan).isNaN && kernel_log_double(.infinity).isNaN)
}

@Test(arguments: 0..<3)
func oneLogitThatIsNotANumberSpoilsItsRowAlone(place: Int) {
    var logits: [Float] = [1, 2, 3, 1, 2, 3]
    logits[place] = .nan
    var logs = [Double](repeating: 0, count: 6)
    var probabilities = logs
    logSoftmax(logits, rows: 2, classes: 3, logs: &logs, probabilities: &probabilities)
    #expect(logs[..<3].allSatisfy { $0.isNaN } && probabilities[..<3].allSatisfy { $0.isNaN })
    #expect(logs[3...].allSatisfy { $0.isFinite } && probabilities[3...].allSatisfy { $0.isFinite })
}

@Test(arguments: 0..<12)
func anEmissionThatIsNotANumberReachesTheLikelihoodAndTheMarginals(place: Int) {
    let field = CRF(classes: 3, offset: 0)
    let batch = RaggedBatch(lengths: [4])
    let parameters = FloatBlock(normals(field.end, seed: 3))
    let emissions = FloatBlock(normals(12, seed: 4))
    emissions[place] = .nan
    let loss = field.negativeLogLikelihood(
        of: [0, 1, 2, 0], emissions: emissions, batch, parameters: parameters, workspace: .init())
    #expect(loss.isNaN)
    let marginals = FloatBlock(count: 12)
    var labels = [Int32](repeating: 0, count: 4)
    field.decode(
        emissions: emissions, batch, parameters: parameters, into: &labels, probabilities: marginals,
        workspace: .init(), threads: 1)
    #expect(marginals.array.allSatisfy { $0.isNaN })
}
