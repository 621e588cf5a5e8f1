import Foundation
import Layers
import Numerics
import Signals
import TestKit
import Testing
import Upstream

private func task(_ settings: ViewSettings, outputs: Int) -> ViewRecognition {
    var settings = settings
    settings.outputUnits = outputs
    return ViewRecognition(settings: settings, rows: 4, columns: 3, capacity: 3)
}

private func place(originalsPerStep: Int) -> LeafPlace {
    LeafPlace(seed: 1, step: 0, shard: 0, originalsPerStep: originalsPerStep)
}

/// The loss written down as the paper says it, in double precision and without a gradient.
private func plainLoss(_ logits: [Float], _ settings: ViewSettings, originals: Int, outputs: Int) -> Double {
    let views = settings.views.count
    func probabilities(_ row: Int) -> [Double] {
        let weights = (0..<outputs).map { exp(Double(logits[row * outputs + $0])) }
        return weights.map { $0 / weights.reduce(0, +) }
    }
    var (entropy, divergence) = (0.0, 0.0)
    for v in 0..<views {
        for i in 0..<originals {
            let (p, q) = (probabilities(i), probabilities(v * originals + i))
            entropy -= log(q[v])
            if v > 0 { divergence += zip(p, q).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) } }
        }
    }
    return settings.crossEntropyWeight * entropy / Double(originals * views)
        + settings.divergenceWeight * divergence / Double(originals * max(1, views - 1))
}

@Test(arguments: [(0.8, 0.2, 5), (1, 0, 5), (0, 1, 5), (0.8, 0.2, 7)])
func theLossAndItsGradientAreThoseOfThePapersFormula(entropy: Double, divergence: Double, outputs: Int) {
    var settings = ViewSettings.standard
    settings.crossEntropyWeight = entropy
    settings.divergenceWeight = divergence
    let originals = 3
    var draw = RandomSequence(seed: 5, stream: 2)
    var logits = (0..<originals * 5 * outputs).map { _ in Float(draw.normal()) }
    var gradient = [Float](repeating: .nan, count: logits.count)
    let loss = task(settings, outputs: outputs).figures(
        ofOutputs: logits, originals: originals, at: place(originalsPerStep: originals), gradient: &gradient)[0]
    #expect(abs(loss - plainLoss(logits, settings, originals: originals, outputs: outputs)) < 1e-9)
    let error = gradientError(at: &logits, analytic: gradient, indices: logits.indices, step: 1e-3) {
        plainLoss($0, settings, originals: originals, outputs: outputs)
    }
    #expect(error < 2e-3)
}

@Test func theLossesOfShardsAddUpToTheLossOfTheStep() {
    let settings = ViewSettings.standard
    var draw = RandomSequence(seed: 6, stream: 2)
    let logits = (0..<15 * 5).map { _ in Float(draw.normal()) }
    var gradient = [Float](repeating: 0, count: logits.count)
    let task = task(settings, outputs: 5)
    let alone = task.figures(
        ofOutputs: logits, originals: 3, at: place(originalsPerStep: 3), gradient: &gradient)[0]
    let quarter = task.figures(
        ofOutputs: logits, originals: 3, at: place(originalsPerStep: 12), gradient: &gradient)[0]
    #expect(abs(alone - 4 * quarter) < 1e-12)
}

@Test func aRowCountsAsCorrectWhenItsViewHasTheLargestOutput() {
    var logits = [Float](repeating: 0, count: 15 * 5)
    for v in 0..<5 { for i in 0..<3 { logits[(v * 3 + i) * 5 + v] = 1 } }
    logits[4] = 2  // the first original now looks like a spectrum
    var gradient = logits
    let figures = task(.standard, outputs: 5).figures(
        ofOutputs: logits, originals: 3, at: place(originalsPerStep: 3), gradient: &gradient)
    #expect(figures[1] == 14)
}

@Test func theRowsOfAShardLieViewByViewAndHaveNormOne() {
    let samples = SmallJob.samples
    let rows = FloatBlock(count: 15 * 12)
    withExtendedLifetime(rows) {
        task(.standard, outputs: 5).makeRows(
            of: SmallJob.prepared, [4, 0, 9], at: place(originalsPerStep: 3), into: rows.base)
    }
    let original = Array(samples[0])
    let norm = original.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let all = rows.array
    #expect(zip(all[12..<24], original).allSatisfy { abs($0 - $1 / norm) < 1e-6 })
    #expect(Array(all[84..<96]) == all[12..<24].reversed())
    for row in 0..<15 {
        let squares: Float = all[row * 12..<(row + 1) * 12].reduce(0) { $0 + $1 * $1 }
        #expect(abs(squares - 1) < 1e-4)
    }
}
