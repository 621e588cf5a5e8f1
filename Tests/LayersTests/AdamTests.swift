import Layers
import Numerics
import Testing

/// Algorithm 1 of the paper, in double precision.
private func reference(
    _ start: [Double], gradients: [[Double]], rate: Double, beta1: Double, beta2: Double, epsilon: Double
) -> [Double] {
    var (x, m, v) = (start, [Double](repeating: 0, count: start.count), [Double](repeating: 0, count: start.count))
    var (decay1, decay2) = (1.0, 1.0)
    for gradient in gradients {
        decay1 *= beta1
        decay2 *= beta2
        for i in x.indices {
            m[i] = beta1 * m[i] + (1 - beta1) * gradient[i]
            v[i] = beta2 * v[i] + (1 - beta2) * gradient[i] * gradient[i]
            x[i] -= rate * (m[i] / (1 - decay1)) / ((v[i] / (1 - decay2)).squareRoot() + epsilon)
        }
    }
    return x
}

private func gradients(steps: Int, count: Int) -> [[Double]] {
    var draw = RandomSequence(seed: 11, stream: 0)
    return (0..<steps).map { _ in (0..<count).map { _ in Double(Float(draw.normal())) } }
}

@Test func adamFollowsThePaper() {
    let (count, steps) = (37, 250)
    let start = (0..<count).map { Double($0) / 10 }
    let all = gradients(steps: steps, count: count)
    let parameters = FloatBlock(start.map { Float($0) })
    var adam = Adam(parameterCount: count, settings: AdamSettings(learningRate: 0.01))
    for gradient in all {
        adam.update(parameters, gradient: FloatBlock(gradient.map { Float($0) }), into: parameters)
    }
    let expected = reference(start, gradients: all, rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
    for i in 0..<count { #expect(abs(Double(parameters[i]) - expected[i]) < 2e-5) }
    #expect(adam.step == steps)
}

@Test func aRestoredAdamGoesOnWithTheSameBits() {
    let count = 19
    let all = gradients(steps: 20, count: count).map { FloatBlock($0.map { Float($0) }) }
    let undisturbed = FloatBlock(count: count)
    var adam = Adam(parameterCount: count, settings: AdamSettings(learningRate: 0.1))
    for gradient in all { adam.update(undisturbed, gradient: gradient, into: undisturbed) }

    let resumed = FloatBlock(count: count)
    var first = Adam(parameterCount: count, settings: AdamSettings(learningRate: 0.1))
    for gradient in all[..<12] { first.update(resumed, gradient: gradient, into: resumed) }
    var second = Adam(
        settings: first.settings, firstMoment: FloatBlock(first.firstMoment.values),
        secondMoment: FloatBlock(first.secondMoment.values), step: first.step)
    for gradient in all[12...] { second.update(resumed, gradient: gradient, into: resumed) }
    #expect(Array(resumed.values) == Array(undisturbed.values))
}

@Test func anUpdateIntoAnotherBlockLeavesTheParametersAlone() {
    let (parameters, updated) = (FloatBlock([1, 2, 3]), FloatBlock(count: 3))
    var adam = Adam(parameterCount: 3, settings: AdamSettings(learningRate: 0.5))
    adam.update(parameters, gradient: FloatBlock([4, -5, 0]), into: updated)
    #expect(Array(parameters.values) == [1, 2, 3])
    #expect(abs(updated[0] - 0.5) < 1e-6)
    #expect(abs(updated[1] - 2.5) < 1e-6)
    #expect(updated[2] == 3)
}

@Test func anUpdateOnSeveralThreadsHasTheBitsOfOneThreads() {
    let settings = AdamSettings(learningRate: 0.01)
    var draw = RandomSequence(seed: 1, stream: 0)
    let gradient = FloatBlock((0..<5000).map { _ in Float(draw.normal()) })
    let (alone, together) = (FloatBlock(copying: gradient), FloatBlock(copying: gradient))
    var first = Adam(parameterCount: 5000, settings: settings)
    var second = first.copy()
    for _ in 0..<3 {
        first.update(alone, gradient: gradient, into: alone)
        second.update(together, gradient: gradient, into: together, threads: 3, fewest: 1024)
    }
    #expect(alone.array == together.array)
    #expect(first.firstMoment.array == second.firstMoment.array)
    #expect(first.secondMoment.array == second.secondMoment.array)
}

/// Wherever the result lies among the lines of a cache, and how many values it has.
@Test(arguments: [0, 1, 7, 15, 16], [1, 15, 16, 17, 31, 48, 100])
func anUpdateThatIsPassedOnHasTheBitsOfOneInPlace(offset: Int, count: Int) {
    var draw = RandomSequence(seed: 2, stream: 0)
    func drawn() -> FloatBlock { FloatBlock((0..<count).map { _ in Float(draw.normal()) }) }
    let memory = FloatBlock((0..<2 * (count + 32)).map { Float($0) })
    let places = [offset, offset + count + 32].map {
        FloatBlock(borrowing: memory.base + $0, count: count, from: memory)
    }
    var inPlace = Adam(parameterCount: count, settings: AdamSettings(learningRate: 0.01))
    var elsewhere = inPlace.copy()
    let parameters = drawn()
    places[0].copy(from: parameters)
    for step in 0..<3 {
        let gradient = drawn()
        inPlace.update(parameters, gradient: gradient, into: parameters)
        elsewhere.update(
            part: 0..<count, of: places[step % 2], gradient: gradient, into: places[1 - step % 2], passesOn: true)
        elsewhere.countUpdate()
    }
    #expect(parameters.array == places[1].array)
    #expect(inPlace.firstMoment.array == elsewhere.firstMoment.array)
    #expect(inPlace.secondMoment.array == elsewhere.secondMoment.array)
    let around = memory.array.enumerated().filter { i, _ in
        !(offset..<offset + count).contains(i) && !(offset + count + 32..<offset + 2 * count + 32).contains(i)
    }
    #expect(around.allSatisfy { $0.element == Float($0.offset) })
}
