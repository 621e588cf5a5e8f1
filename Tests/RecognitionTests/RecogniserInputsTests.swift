import Foundation
import Numerics
import Recognition
import Signals
import Testing

/// What NumPy and scikit-learn find in the same samples.
private struct Fixture: Decodable {
    struct Components: Decodable {
        let rows, columns, count: Int
        let samples, mean, directions, variances, scores: [Double]
    }

    struct Mixture: Decodable {
        let points: [[Double]]
        let weights: [Double]
        let means, variances, fisher_points, fisher: [[Double]]
    }
    let components: [Components]
    let mixture: Mixture

    static let read = Result {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/components", withExtension: "json"))
        return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
    }
}

private func samples(_ values: [Float], columns: Int) -> Samples {
    let block = FloatBlock(values)
    return Samples(
        count: values.count / columns, rows: 1, columns: columns, base: UnsafePointer(block.base), owner: block)
}

private func largestDifference(_ a: some Collection<Float>, _ b: [Double]) -> Double {
    #expect(a.count == b.count)
    return zip(a, b).map { abs(Double($0) - $1) }.max() ?? .infinity
}

@Test(arguments: 0..<2)
func principalComponentsAreThoseOfNumPy(index: Int) throws {
    let expected = try Fixture.read.get().components[index]
    let samples = samples(expected.samples.map { Float($0) }, columns: expected.columns)
    let found = try PrincipalComponents(
        of: Preparation.none.prepared(samples), training: Array(0..<samples.count), count: expected.count)
    #expect(largestDifference(found.mean, expected.mean) < 1e-6)
    #expect(largestDifference(found.directions.elements, expected.directions) < 2e-5)
    let relative = expected.variances.map { $0 / expected.variances[0] }
    #expect(largestDifference(found.variances.map { $0 / Float(expected.variances[0]) }, relative) < 1e-5)
    let scores = (0..<5).flatMap { found.scores(of: samples[$0]) }
    #expect(largestDifference(scores.map { Float($0) }, expected.scores) < 2e-6)
}

@Test func componentsOfLongSamplesAreOrthonormalAndCatchTheirDirections() throws {
    // 1,200 values that move along three directions of very different strength.
    var draw = RandomSequence(seed: 4, stream: 1)
    let directions = (0..<3).map { _ in (0..<1200).map { _ in draw.normal() } }
    let values = (0..<300).flatMap { _ -> [Float] in
        let strengths = [3 * draw.normal(), draw.normal(), 0.2 * draw.normal()]
        return (0..<1200).map { i in
            Float(40 + (0..<3).reduce(0) { $0 + strengths[$1] * directions[$1][i] } + 0.01 * draw.normal())
        }
    }
    let samples = samples(values, columns: 1200)
    let found = try PrincipalComponents(of: Preparation.none.prepared(samples), training: Array(0..<300), count: 3)
    for a in 0..<3 {
        for b in 0..<3 {
            let product = zip(found.directions.row(a), found.directions.row(b)).reduce(0.0) {
                $0 + Double($1.0) * Double($1.1)
            }
            #expect(abs(product - (a == b ? 1 : 0)) < 1e-5)
        }
    }
    #expect(found.variances == found.variances.sorted(by: >))
    // Places along different components are uncorrelated, and their variances are those that are told.
    let scores = (0..<300).map { found.scores(of: samples[$0]) }
    for a in 0..<3 {
        for b in 0...a {
            let covariance = scores.reduce(0) { $0 + $1[a] * $1[b] } / 300
            let scale = Double(found.variances[a] * found.variances[b]).squareRoot()
            #expect(abs(covariance / scale - (a == b ? 1 : 0)) < 1e-3)
        }
    }
}

@Test func onlySamplesThatAreFittedOnReachTheInputs() throws {
    let nights = Nights(recordings: 4)
    let settings = RecogniserSettings(epochs: 1, principalComponents: 3, fisherComponents: 2)
    let training = Array(nights.recordings[0]) + Array(nights.recordings[2])
    let first = try RecogniserInputs(
        of: Preparation.none.prepared(nights.samples), training: training, settings: settings)
    var changed = nights.features.elements
    for i in Array(nights.recordings[1]) + Array(nights.recordings[3]) {
        for c in 0..<4 { changed[i * 4 + c] = 1e5 * Float(i + c) }
    }
    let second = try RecogniserInputs(
        of: Preparation.none.prepared(samples(changed, columns: 4)), training: training, settings: settings)
    #expect(first == second)
    let all = try RecogniserInputs(
        of: Preparation.none.prepared(nights.samples), training: Array(0..<nights.truth.count), settings: settings)
    #expect(all != first)
}

@Test(arguments: [(0, 0, false), (3, 0, false), (2, 5, false), (3, 5, true), (0, 0, true)])
func inputsAreAsWideAsTheyTell(components: Int, gaussians: Int, values: Bool) throws {
    let nights = Nights(recordings: 3)
    let settings = RecogniserSettings(
        epochs: 1, principalComponents: components, fisherComponents: gaussians, includeInputs: values)
    let inputs = try RecogniserInputs(
        of: Preparation.none.prepared(nights.samples), training: Array(0..<nights.truth.count), settings: settings)
    let features = Matrix(rows: nights.truth.count, columns: 7)
    let matrix = inputs.matrix(features, samples: Preparation.none.prepared(nights.samples))
    #expect(matrix.columns == 7 + components + 2 * components * gaussians + (values ? 4 : 0))
    #expect(matrix.columns == inputs.width(featureCount: 7, valuesPerSample: 4))
    #expect(matrix.elements.allSatisfy { $0.isFinite })
    if values { #expect(matrix.row(5).suffix(4) == nights.features.row(5)) }
}

@Test func aMixtureIsThatOfScikitLearn() throws {
    let expected = try Fixture.read.get().mixture
    for seed in 1...4 as ClosedRange<UInt64> {
        let found = try GaussianMixture(of: expected.points, count: 3, seed: seed)
        let order = (0..<3).sorted { found.weights[$0] > found.weights[$1] }
        #expect(largestDifference(order.map { found.weights[$0] }, expected.weights) < 1e-4)
        #expect(largestDifference(order.flatMap { found.means.row($0) }, expected.means.flatMap { $0 }) < 1e-3)
        #expect(largestDifference(order.flatMap { found.variances.row($0) }, expected.variances.flatMap { $0 }) < 1e-3)
    }
}

@Test func aFisherVectorIsTheScaledGradientOfTheLikelihood() throws {
    let expected = try Fixture.read.get().mixture
    func matrix(_ rows: [[Double]]) -> Matrix {
        Matrix(rows: rows.count, columns: rows[0].count, elements: rows.joined().map { Float($0) })
    }
    let mixture = GaussianMixture(
        weights: expected.weights.map { Float($0) }, means: matrix(expected.means),
        variances: matrix(expected.variances))
    for (point, vector) in zip(expected.fisher_points, expected.fisher) {
        let found = mixture.fisherVector(of: point, isNormalised: false)
        #expect(largestDifference(found.map { Float($0) }, vector) < 1e-5)
        let normalised = mixture.fisherVector(of: point, isNormalised: true)
        #expect(abs(normalised.reduce(0) { $0 + $1 * $1 } - 1) < 1e-12)
        for (a, b) in zip(found, normalised) { #expect(a * b >= 0) }
        let scale = normalised.map { $0 * $0 }.max() ?? 0
        let largest = found.map { abs($0) }.max() ?? 0
        for (a, b) in zip(found, normalised) { #expect(abs(abs(a) / largest - b * b / scale) < 1e-9) }
    }
}

@Test func aMixtureDependsOnItsSeedAloneAndNeverClosesInOnAPoint() throws {
    var draw = RandomSequence(seed: 8, stream: 2)
    // All at one place but for one point far away.
    let points = (0..<40).map { [$0 == 7 ? 900 : draw.normal() * 1e-9, 1] }
    for seed in 0..<5 as Range<UInt64> {
        let mixture = try GaussianMixture(of: points, count: 4, seed: seed)
        #expect(try mixture == GaussianMixture(of: points, count: 4, seed: seed))
        #expect(abs(mixture.weights.reduce(0, +) - 1) < 1e-6)
        for values in [mixture.weights, mixture.variances.elements] {
            #expect(values.allSatisfy { $0 > 0 && $0.isFinite })
        }
        #expect(mixture.means.elements.allSatisfy { $0.isFinite })
        for point in points {
            #expect(mixture.fisherVector(of: point, isNormalised: true).allSatisfy { $0.isFinite })
        }
    }
}

@Test(arguments: [0, 1, 3])
func fewerSamplesThanComponentsAreRefused(count: Int) {
    let nights = Nights(recordings: 1)
    #expect(throws: RecognitionError.tooFewDirections(wanted: 3, found: max(count - 1, 0), samples: count)) {
        try PrincipalComponents(of: Preparation.none.prepared(nights.samples), training: Array(0..<count), count: 3)
    }
}

@Test func moreComponentsThanValuesAreRefused() {
    let nights = Nights(recordings: 1)
    #expect(throws: RecognitionError.tooFewDirections(wanted: 5, found: 4, samples: 60)) {
        try PrincipalComponents(of: Preparation.none.prepared(nights.samples), training: Array(0..<60), count: 5)
    }
}

@Test(arguments: [Float(0), 0.1, 900])
func samplesThatAreAllTheSameHaveNoComponents(value: Float) {
    let constant = samples([Float](repeating: value, count: 30 * 1000), columns: 1000)
    let error = #expect(throws: RecognitionError.tooFewDirections(wanted: 1, found: 0, samples: 30)) {
        try PrincipalComponents(of: Preparation.none.prepared(constant), training: Array(0..<30), count: 1)
    }
    #expect(error?.description.contains("recogniser.principal_components is 1") == true)
}

@Test func samplesThatDifferInAPlaneHaveTwoComponents() throws {
    let values = (0..<50).flatMap { i -> [Float] in [1, Float(i), 0, 0, 2] }
    let samples = samples(values, columns: 5)
    let training = Array(0..<50)
    // Divided by their norms, these samples turn in a plane: two directions, not more.
    _ = try PrincipalComponents(of: Preparation.none.prepared(samples), training: training, count: 2)
    #expect(throws: RecognitionError.tooFewDirections(wanted: 3, found: 2, samples: 50)) {
        try PrincipalComponents(of: Preparation.none.prepared(samples), training: training, count: 3)
    }
}

@Test func fewerSamplesThanGaussiansAreRefused() {
    let error = #expect(throws: RecognitionError.tooFewSamples(wanted: 5, found: 2)) {
        try GaussianMixture(of: [[1, 2], [3, 4]], count: 5, seed: 1)
    }
    #expect(error?.description.contains("recogniser.fisher_components is 5") == true)
}
