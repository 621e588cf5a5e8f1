import Foundation
import Numerics
import Signals
import TestKit
import Testing

private let wavelength = 78.9

/// I and Q of a body whose distance is given, in millimetres.
private func echo(
    _ distance: [Double], radius: Double = 100, noise: Double = 1, gain: Double = 1, skew: Double = 0, seed: UInt64 = 1
) -> (inPhase: [Double], quadrature: [Double]) {
    var random = RandomSequence(seed: seed, stream: 0)
    let phases = distance.map { 4 * .pi / wavelength * $0 }
    return (
        phases.map { 250 + radius * cos($0) + noise * random.normal() },
        phases.map { -80 + radius * gain * sin($0 + skew) + noise * random.normal() }
    )
}

private func breathing(_ depth: Double, seconds: Int = 120, at start: Double = 700) -> [Double] {
    (0..<seconds * 50).map { start + depth / 2 * sin(2 * .pi * 0.25 * Double($0) / 50) }
}

/// The amplitude of a quarter-hertz sine in a signal of whole periods.
private func amplitude(_ signal: [Double]) -> Double {
    var (a, b) = (0.0, 0.0)
    for (index, value) in signal.enumerated() {
        a += value * sin(2 * .pi * 0.25 * Double(index) / 50)
        b += value * cos(2 * .pi * 0.25 * Double(index) / 50)
    }
    return 2 * (a * a + b * b).squareRoot() / Double(signal.count)
}

@Test(arguments: [6.0, 10, 20, 60, 300], [700.0, 711, 726])
func arctangentRecoversTheDisplacement(depth: Double, start: Double) {
    let signal = echo(breathing(depth, at: start))
    let result = QuadratureDemodulation(
        inPhase: signal.inPhase, quadrature: signal.quadrature, blockLength: 750, wavelength: wavelength)
    #expect(result.arctangentBlockCount == result.blockCount && result.blockCount == 8)
    #expect(abs(amplitude(result.displacement) / (depth / 2) - 1) < 0.05)
    #expect(abs(result.radius / 100 - 1) < 0.05)
}

@Test(arguments: [1.03, 0.95], [0.05, -0.05])
func imbalanceChangesTheDisplacementByAboutItsOwnShare(gain: Double, skew: Double) {
    for start in [700.0, 709, 718, 727] {
        let signal = echo(breathing(12, at: start), gain: gain, skew: skew)
        let result = QuadratureDemodulation(
            inPhase: signal.inPhase, quadrature: signal.quadrature, blockLength: 750, wavelength: wavelength)
        #expect(abs(amplitude(result.displacement) / 6 - 1) < 0.15, "from \(start)")
    }
}

@Test func aShortArcIsReadAlongItsAxisWithTheRadiusOfLongerOnes() {
    // A minute of breathing of a millimetre, after one that shows the circle.
    let distance = breathing(20, seconds: 60) + breathing(1, seconds: 120)
    let signal = echo(distance, noise: 3)
    let result = QuadratureDemodulation(
        inPhase: signal.inPhase, quadrature: signal.quadrature, blockLength: 750, wavelength: wavelength)
    #expect(result.arctangentBlockCount == 4 && result.blockCount == 12)
    #expect(abs(amplitude(Array(result.displacement[3_000...])) / 0.5 - 1) < 0.1)
    // Phase grows with distance in both, so the sign is the same.
    let pairs = zip(result.displacement[3_000...], distance[3_000...])
    let product: Double = pairs.reduce(0) { $0 + $1.0 * ($1.1 - 700) }
    #expect(product > 0)
}

@Test func aSignalThatStandsStillOrIsCutOffMovesNothing() {
    let still = QuadratureDemodulation(
        inPhase: Array(repeating: 5, count: 2_000), quadrature: Array(repeating: -1, count: 2_000), blockLength: 750,
        wavelength: wavelength)
    #expect(still.displacement.allSatisfy { $0 == 0 } && still.blockCount == 0)
    let line = QuadratureDemodulation(
        inPhase: (0..<1_500).map(Double.init), quadrature: Array(repeating: 0, count: 1_500), blockLength: 750,
        wavelength: wavelength)
    #expect(line.displacement.allSatisfy { $0.isFinite } && line.arctangentBlockCount == 0)
    let none = QuadratureDemodulation(inPhase: [], quadrature: [], blockLength: 750, wavelength: wavelength)
    #expect(none.displacement.isEmpty)
}

private let stages = ["W", "W", "1", "2", "2", "3", "3", "3", "2", "2", "R", "R", "R", "2", "W"].flatMap { [$0, $0] }

private func night(_ model: RadarModel) -> RadarNight {
    RadarNight(
        pairCount: 8, rate: 50, wavelength: wavelength, epochLength: 1_500,
        usable: Array(repeating: true, count: model.breathing.count / 1_500)
    ) { pair in (model.signals[2 * pair], model.signals[2 * pair + 1]) }
}

@Test(arguments: 1...6 as ClosedRange<UInt64>, [6.0, 10])
func theBestPairSeesBreathingInMillimetres(seed: UInt64, depth: Double) {
    let model = RadarModel(stages: stages, seed: seed, depth: depth)
    let night = night(model)
    #expect(RadarModel.goodPairs.contains(night.pair), "pair \(night.pair)")
    let features = BreathingFeatures(
        respiration: night.respiration.map(Float.init), movement: night.movement.map(Float.init), rate: 50,
        epochLength: 1_500)
    var (rateErrors, depthErrors): ([Double], [Double]) = ([], [])
    for epoch in stages.indices {
        let around = max(epoch * 1_500 - 750, 0)..<min(epoch * 1_500 + 2_250, model.moves.count)
        guard !model.moves[around].contains(true) else { continue }
        let truth = model.breathsPerMinute[around].reduce(0, +) / Double(around.count)
        rateErrors.append(abs(Double(features.rows[0][epoch]) - truth))
        let own = model.breathing[around].reduce(0) { $0 + $1 * $1 } / Double(around.count)
        depthErrors.append(abs(Double(features.rows[3][epoch]) / (8 * own).squareRoot() - 1))
    }
    #expect(rateErrors.count >= 10)
    #expect((rateErrors.max() ?? 9) < 1, "breaths a minute: \(rateErrors)")
    #expect(depthErrors.sorted()[depthErrors.count / 2] < 0.1 && (depthErrors.max() ?? 9) < 0.25, "\(depthErrors)")
}

@Test func movementStandsOutWhereTheBodyMoves() {
    let model = RadarModel(stages: stages, seed: 3)
    let movement = night(model).movement
    let moving = movement.indices.filter { model.moves[$0] }.map { movement[$0] }.sorted()
    let still = movement.indices.filter {
        !model.moves[max($0 - 100, 0)..<min($0 + 100, movement.count)].contains(true)
    }
    .map { movement[$0] }.sorted()
    #expect(moving[moving.count / 2] > 5 * still[still.count / 2])
}

@Test func featuresOfNothingAreFinite() {
    let features = BreathingFeatures(
        respiration: Array(repeating: 0, count: 700), movement: Array(repeating: 0, count: 700), rate: 10,
        epochLength: 300)
    #expect(features.rows.map(\.count) == Array(repeating: 2, count: BreathingFeatures.names.count))
    #expect(features.rows.joined().allSatisfy { $0.isFinite })
}
