import Foundation
import Layers
import Numerics
import TestKit
import Testing

/// A field with random parameters and emissions, and everything about it by enumeration.
private struct Trial: CustomTestStringConvertible {
    let field: CRF
    let lengths: [Int]
    let parameters: [Float]
    let emissions: [Float]
    let labels: [Int]

    init(classes: Int, lengths: [Int], seed: UInt64 = 5, deviation: Double = 1.5) {
        field = CRF(classes: classes, offset: 3)
        self.lengths = lengths
        let rows = lengths.reduce(0, +)
        parameters = normals(field.end, seed: seed, deviation: deviation)
        emissions = normals(rows * classes, seed: seed + 1, deviation: deviation)
        var draw = RandomSequence(seed: seed, stream: 9)
        labels = (0..<rows).map { _ in Int(draw.next() % UInt64(classes)) }
    }

    static let all = [
        Trial(classes: 3, lengths: [4, 2, 5]), Trial(classes: 4, lengths: [1, 5, 1, 3, 3]),
        Trial(classes: 2, lengths: [5, 5]), Trial(classes: 4, lengths: [1]), Trial(classes: 1, lengths: [3, 1]),
        Trial(classes: 3, lengths: [4, 5], deviation: 20),
    ]

    var testDescription: String { "\(field.classes) classes, lengths \(lengths)" }
    var batch: RaggedBatch { RaggedBatch(lengths: lengths) }
    var packedLabels: [Int32] {
        let block = packed(labels.map { Float($0) }, lengths: lengths, batch)
        return block.values.map { Int32($0) }
    }

    func loss(_ parameters: [Float], _ emissions: [Float]) -> Double {
        field.negativeLogLikelihood(
            of: packedLabels, emissions: packed(emissions, lengths: lengths, batch), batch,
            parameters: FloatBlock(parameters), workspace: .init())
    }

    func score(_ labels: [Int], from begin: Int) -> Double {
        let (k, t) = (field.classes, parameters[field.offset...].map(Double.init))
        var sum = t[k * k + labels[0]] + t[k * k + k + labels[labels.count - 1]]
        for (step, label) in labels.enumerated() {
            sum += Double(emissions[(begin + step) * k + label])
            if step > 0 { sum += t[labels[step - 1] * k + label] }
        }
        return sum
    }

    /// Per sequence: where it begins, and every label sequence with its score.
    var enumeration: [(begin: Int, all: [(labels: [Int], score: Double)])] {
        var begin = 0
        return lengths.map { length in
            defer { begin += length }
            var all: [[Int]] = [[]]
            for _ in 0..<length { all = all.flatMap { start in (0..<field.classes).map { start + [$0] } } }
            return (begin, all.map { ($0, score($0, from: begin)) })
        }
    }
}

private func logSum(_ values: [Double]) -> Double {
    let top = values.max() ?? 0
    return top + log(values.reduce(0) { $0 + exp($1 - top) })
}

@Test(arguments: Trial.all)
private func theLikelihoodIsThatOfEnumeration(trial: Trial) {
    var expected = 0.0
    for (begin, all) in trial.enumeration {
        let length = all[0].labels.count
        expected += logSum(all.map(\.score)) - trial.score(Array(trial.labels[begin..<begin + length]), from: begin)
    }
    #expect(abs(trial.loss(trial.parameters, trial.emissions) - expected) < 1e-5 * max(1, expected))
}

@Test(arguments: Trial.all, [1, 2])
private func answersAreThoseOfEnumeration(trial: Trial, threads: Int) {
    let probabilities = FloatBlock(count: trial.emissions.count)
    var found = [Int32](repeating: -1, count: trial.batch.rows)
    trial.field.decode(
        emissions: packed(trial.emissions, lengths: trial.lengths, trial.batch), trial.batch,
        parameters: FloatBlock(trial.parameters), into: &found, probabilities: probabilities, workspace: .init(),
        threads: threads)
    var expected = [Float](repeating: 0, count: trial.emissions.count)
    for (begin, all) in trial.enumeration {
        let logPartition = logSum(all.map(\.score))
        for (labels, score) in all {
            for (step, label) in labels.enumerated() {
                expected[(begin + step) * trial.field.classes + label] += Float(exp(score - logPartition))
            }
        }
    }
    #expect(distance(unpacked(probabilities, lengths: trial.lengths, trial.batch), expected) < 3e-6)
    let labels = unpacked(FloatBlock(found.map { Float($0) }), lengths: trial.lengths, trial.batch).map { Int($0) }
    let best = trial.enumeration.flatMap { $0.all.max { $0.score < $1.score }?.labels ?? [] }
    #expect(labels == best)
}

@Test(arguments: Trial.all.filter { $0.field.classes > 1 })
private func theGradientIsThatOfFiniteDifferences(trial: Trial) {
    let workspace = CRF.Workspace()
    let (gradient, de) = (FloatBlock(count: trial.parameters.count), FloatBlock(count: trial.emissions.count))
    let (parameters, batch) = (FloatBlock(trial.parameters), trial.batch)
    _ = trial.field.negativeLogLikelihood(
        of: trial.packedLabels, emissions: packed(trial.emissions, lengths: trial.lengths, batch), batch,
        parameters: parameters, workspace: workspace)
    trial.field.backward(
        labels: trial.packedLabels, scale: 1, batch, parameters: parameters, emissionGradient: de, into: gradient,
        workspace: workspace)
    var (p, e) = (trial.parameters, trial.emissions)
    let byParameter = gradientError(at: &p, analytic: Array(gradient.values), indices: p.indices) {
        trial.loss($0, trial.emissions)
    }
    #expect(byParameter < 2e-3)
    let byEmission = gradientError(
        at: &e, analytic: unpacked(de, lengths: trial.lengths, batch), indices: e.indices
    ) { trial.loss(trial.parameters, $0) }
    #expect(byEmission < 2e-3)
}

@Test func aWholeNightKeepsItsPrecision() {
    // A field whose transitions all are 0 falls apart into one choice a step.
    let (steps, classes) = (3_000, 5)
    let field = CRF(classes: classes, offset: 0)
    let emissions = normals(steps * classes, seed: 8, deviation: 4)
    let labels = [Int32](repeating: 2, count: steps)
    let loss = field.negativeLogLikelihood(
        of: labels, emissions: FloatBlock(emissions), RaggedBatch(lengths: [steps]),
        parameters: FloatBlock(count: field.end), workspace: .init())
    var expected = 0.0
    for step in 0..<steps {
        let values = emissions[step * classes..<(step + 1) * classes].map(Double.init)
        expected += logSum(values) - values[2]
    }
    #expect(abs(loss - expected) < 1e-6 * expected)
}

@Test func manySequencesAreEachTheirOwn() {
    // More lanes than a block of the kernels has.
    let lengths = (0..<200).map { 1 + $0 % 7 }
    let trial = Trial(classes: 3, lengths: lengths)
    var (begin, sum) = (0, 0.0)
    for length in lengths {
        let rows = begin..<begin + length
        sum += trial.field.negativeLogLikelihood(
            of: trial.labels[rows].map { Int32($0) },
            emissions: FloatBlock(trial.emissions[rows.lowerBound * 3..<rows.upperBound * 3]),
            RaggedBatch(lengths: [length]), parameters: FloatBlock(trial.parameters), workspace: .init())
        begin += length
    }
    #expect(abs(trial.loss(trial.parameters, trial.emissions) - sum) < 1e-5 * sum)
}

/// Every third label of a trial, and none of its last sequence.
private func partial(_ trial: Trial) -> [Int?] {
    let last = trial.labels.count - (trial.lengths.last ?? 0)
    return trial.labels.indices.map { $0 % 3 == 1 && (trial.lengths.count == 1 || $0 < last) ? trial.labels[$0] : nil }
}

private func partialLoss(
    _ trial: Trial, _ parameters: [Float], _ emissions: [Float], known: [Int?], _ workspace: CRF.PartialWorkspace
) -> Double {
    let labels = packed(known.map { Float($0 ?? -1) }, lengths: trial.lengths, trial.batch)
    return trial.field.negativeLogLikelihood(
        ofKnown: labels.values.map { Int32($0) }, emissions: packed(emissions, lengths: trial.lengths, trial.batch),
        trial.batch, parameters: FloatBlock(parameters), workspace: workspace)
}

@Test(arguments: Trial.all)
private func theLikelihoodOfSomeLabelsIsThatOfAllSequencesThatHaveThem(trial: Trial) {
    let known = partial(trial)
    var expected = 0.0
    for (begin, all) in trial.enumeration {
        let agreeing = all.filter { labels, _ in
            labels.enumerated().allSatisfy { known[begin + $0] == nil || known[begin + $0] == $1 }
        }
        expected += logSum(all.map(\.score)) - logSum(agreeing.map(\.score))
    }
    let loss = partialLoss(trial, trial.parameters, trial.emissions, known: known, .init())
    #expect(abs(loss - expected) < 1e-5 * max(1, trial.loss(trial.parameters, trial.emissions)))
}

@Test(arguments: Trial.all.filter { $0.field.classes > 1 && $0.lengths.count > 1 })
private func theGradientOfSomeLabelsIsThatOfFiniteDifferences(trial: Trial) {
    let (known, workspace) = (partial(trial), CRF.PartialWorkspace())
    let (gradient, de) = (FloatBlock(count: trial.parameters.count), FloatBlock(count: trial.emissions.count))
    _ = partialLoss(trial, trial.parameters, trial.emissions, known: known, workspace)
    trial.field.backwardOfKnown(
        scale: 1, trial.batch, parameters: FloatBlock(trial.parameters), emissionGradient: de, into: gradient,
        workspace: workspace)
    var (p, e) = (trial.parameters, trial.emissions)
    let byParameter = gradientError(at: &p, analytic: Array(gradient.values), indices: p.indices) {
        partialLoss(trial, $0, trial.emissions, known: known, .init())
    }
    #expect(byParameter < 4e-3)
    let byEmission = gradientError(
        at: &e, analytic: unpacked(de, lengths: trial.lengths, trial.batch), indices: e.indices
    ) { partialLoss(trial, trial.parameters, $0, known: known, .init()) }
    #expect(byEmission < 4e-3)
}

@Test(arguments: Trial.all)
private func theLikelihoodOfAllLabelsIsTheSameEitherWay(trial: Trial) {
    let loss = partialLoss(trial, trial.parameters, trial.emissions, known: trial.labels, .init())
    let expected = trial.loss(trial.parameters, trial.emissions)
    #expect(abs(loss - expected) < 1e-5 * max(1, expected))
}

/// As few as fit one vector with their classes, as many as fill vectors by themselves, and so many classes that neither
/// holds: one sequence's answers are the same bits among any others.
@Test(arguments: [1, 2, 3, 5, 17], [1, 2, 7, 15, 16, 40])
func aSequencesBitsDoNotDependOnThoseBesideIt(classes: Int, sequences: Int) {
    let field = CRF(classes: classes, offset: 0)
    let parameters = FloatBlock(normals(field.end, seed: 3, deviation: 1.5))
    let lengths = (0..<sequences).map { 9 - $0 % 4 }
    let emissions = normals(lengths.reduce(0, +) * classes, seed: 4, deviation: 1.5)
    struct Answers: Equatable {
        var loss = 0.0
        var labels: [Float], probabilities: [Float], gradient: [Float]
    }
    func answers(_ lengths: [Int], _ emissions: [Float], threads: Int) -> Answers {
        let (batch, workspace) = (RaggedBatch(lengths: lengths), CRF.Workspace())
        let block = packed(emissions, lengths: lengths, batch)
        let (probabilities, de) = (FloatBlock(count: emissions.count), FloatBlock(count: emissions.count))
        var labels = [Int32](repeating: -1, count: batch.rows)
        field.decode(
            emissions: block, batch, parameters: parameters, into: &labels, probabilities: probabilities,
            workspace: workspace, threads: threads)
        let loss = field.negativeLogLikelihood(
            of: labels, emissions: block, batch, parameters: parameters, workspace: workspace)
        field.backward(
            labels: labels, scale: 1, batch, parameters: parameters, emissionGradient: de,
            into: FloatBlock(count: field.end), workspace: workspace)
        func inOrder(_ block: FloatBlock) -> [Float] { unpacked(block, lengths: lengths, batch) }
        return Answers(
            loss: loss, labels: inOrder(FloatBlock(labels.map { Float($0) })), probabilities: inOrder(probabilities),
            gradient: inOrder(de))
    }
    let all = answers(lengths, emissions, threads: 1)
    #expect(answers(lengths, emissions, threads: 2) == all)
    var begin = 0
    for length in lengths {
        let values = begin * classes..<(begin + length) * classes
        let alone = answers([length], Array(emissions[values]), threads: 1)
        #expect(alone.labels == Array(all.labels[begin..<begin + length]))
        #expect(alone.probabilities == Array(all.probabilities[values]))
        #expect(alone.gradient == Array(all.gradient[values]))
        begin += length
    }
}
