import Layers
import Numerics
import Recognition
import Synchronization
import TestKit
import Testing

private func settings(members: Int = 1, _ change: (inout RecogniserSettings) -> Void = { _ in }) -> RecogniserSettings {
    var settings = RecogniserSettings(
        cell: .lstm, hiddenUnits: 6, sequenceLength: nil, batchSequences: 3, learningRate: 0.02, epochs: 3,
        dropout: 0.3, gradientClip: 1, seed: 4)
    settings.members = members
    (settings.schedule, settings.warmupSteps, settings.weightDecay) = (.cosine, 2, 0.01)
    (settings.inputNoise, settings.inputClip) = (0.1, 3)
    change(&settings)
    return settings
}

private func bits(_ recogniser: Recogniser) -> [[Float]] { recogniser.members.map(\.array) }

private func fit(_ nights: Nights, _ settings: RecogniserSettings, threads: Int = 1) throws -> Recogniser {
    try Recogniser.fit(
        nights.features, recordings: nights.recordings, labels: nights.labels, classes: 3, settings: settings,
        threads: threads)
}

@Test func anEnsembleHasTheSameBitsOnAnyNumberOfThreads() throws {
    let nights = Nights(recordings: 7)
    let fits = try (1...4).map { try fit(nights, settings(members: 3), threads: $0) }
    for other in fits.dropFirst() { #expect(bits(other) == bits(fits[0])) }
    let found = (1...4).map { fits[0].recognise(nights.features, recordings: nights.recordings, threads: $0) }
    for other in found.dropFirst() { #expect(other == found[0]) }
}

/// So many short sequences that threads have batches of their own, and one is left over for all of them.
@Test func sequencesAreRecognisedWithTheSameBitsInAnyBatches() throws {
    let nights = Nights(recordings: 120, length: 3)
    let trained = try fit(nights, settings(members: 2) { ($0.batchSequences, $0.epochs) = (64, 1) })
    let together = trained.recognise(nights.features, recordings: nights.recordings)
    let buffers = RecognitionBuffers()
    for (threads, batch) in [(2, 64), (3, 64), (2, 8), (5, 7), (16, 1), (200, 50)] {
        var changed = trained.settings
        changed.batchSequences = batch
        let recogniser = Recogniser(
            settings: changed, classes: 3, scaling: trained.scaling, members: trained.members)
        let done = Mutex<[Int]>([])
        let found = recogniser.recognise(
            [Recogniser.Reading([nights.features])], recordings: nights.recordings, threads: threads, buffers: buffers
        ) { count in done.withLock { $0.append(count) } }
        #expect(found == together)
        let counts = done.withLock { $0 }
        #expect(counts == counts.sorted() && counts.last == nights.truth.count)
    }
}

/// Rows enough for parts of them to be laid out, dropped from and read by heads on threads of their own.
@Test func largeBatchesHaveTheSameBitsOnAnyNumberOfThreads() {
    let (count, width) = (4_003, 40)
    let network = RecogniserNetwork(cell: .lstm, features: width, hidden: 24, classes: 3)
    var draws = RandomSequence(seed: 6, stream: 1)
    let features = FloatBlock((0..<count * width).map { _ in Float(draws.normal()) })
    let labels = (0..<count).map { Int32($0 / 7 % 3) }
    let pieces = stride(from: 0, to: count, by: 100).map { $0..<min(count, $0 + 100) }
    func pass(threads: Int) -> (loss: Double, gradient: [Float], inputs: [Float]) {
        let (workspace, gradient) = (RecogniserNetwork.Workspace(), FloatBlock(count: network.parameterCount))
        workspace.take(pieces, features: features, width: width, labels: [labels], threads: threads)
        let loss = network.lossAndGradient(
            workspace, parameters: network.initialParameters(seed: 3), into: gradient,
            dropout: RecogniserNetwork.Dropout(rate: 0.4, seed: 3, step: 7), toInputs: true, threads: threads)
        return (loss, gradient.array, (0..<count * width).map { workspace.inputGradient.base[$0] })
    }
    let one = pass(threads: 1)
    for threads in 2...3 {
        let found = pass(threads: threads)
        #expect(found.loss == one.loss && found.gradient == one.gradient && found.inputs == one.inputs)
    }
    #expect(one.gradient.contains { $0 != 0 })
}

@Test func theFirstMemberIsTheRecogniserAloneAndTheOthersDiffer() throws {
    let nights = Nights(recordings: 5)
    let (alone, three) = (try fit(nights, settings()), try fit(nights, settings(members: 3)))
    #expect(bits(alone)[0] == bits(three)[0])
    #expect(bits(three)[1] != bits(three)[0] && bits(three)[2] != bits(three)[1])
}

/// The mean of scores is, but for the sum of probabilities, the geometric mean: seen where a sequence is one sample.
@Test func anEnsemblesProbabilitiesAreItsMembersGeometricMean() throws {
    let nights = Nights(recordings: 6)
    let all = try fit(nights, settings(members: 2) { ($0.cell, $0.sequenceLength) = (.none, 1) })
    let each = all.members.map { member in
        Recogniser(settings: all.settings, classes: 3, scaling: all.scaling, members: [member])
            .recognise(nights.features, recordings: nights.recordings).probabilities
    }
    let found = all.recognise(nights.features, recordings: nights.recordings).probabilities
    for row in 0..<found.rows {
        let products = (0..<3).map { (each[0][row, $0] * each[1][row, $0]).squareRoot() }
        let sum = products.reduce(0, +)
        for c in 0..<3 { #expect(abs(found[row, c] - products[c] / sum) < 1e-5) }
    }
}

@Test func moreMembersThanMemoryHoldsAreRefused() {
    let error = #expect(throws: RecognitionError.self) {
        try fit(
            Nights(recordings: 2),
            settings(members: 1000) { ($0.hiddenUnits, $0.epochs) = (1000, 1) })
    }
    #expect(error?.description.hasPrefix("recogniser.members is 1000: use fewer: each has 80") == true)
}

@Test func stepsMayEndInTheMiddleOfAnEpoch() throws {
    let nights = Nights(recordings: 7)  // three batches an epoch
    let four = try fit(nights, settings { ($0.steps, $0.schedule) = (4, .constant) })
    let five = try fit(nights, settings { ($0.steps, $0.schedule) = (5, .constant) })
    let six = try fit(nights, settings { ($0.steps, $0.schedule) = (6, .constant) })
    let epochs = try fit(nights, settings { ($0.epochs, $0.schedule) = (2, .constant) })
    #expect(bits(six) == bits(epochs))
    #expect(bits(four) != bits(five) && bits(five) != bits(six))
}

@Test func theEpochThatHeldOutPeopleChooseIsKept() throws {
    let nights = Nights(recordings: 8)
    let longer = settings { ($0.epochs, $0.stopSubjects, $0.schedule) = (30, 3, .constant) }
    let data = RecogniserData(
        values: nights.features, recordings: nights.recordings, subjects: [0, 0, 1, 2, 3, 4, 5, 5],
        training: Array(nights.labels.indices), targets: [RecogniserData.Target(labels: nights.labels, classes: 3)])
    let losses = Losses()
    let fitted = try Recogniser.fit(data, settings: longer) { losses.add($0.loss) }
    #expect(losses.all.count == 30 && fitted.loss == losses.all.min())
    var none = longer
    none.stopSubjects = 6
    let error = #expect(throws: RecognitionError.self) { try Recogniser.fit(data, settings: none) }
    #expect(error?.description.contains("stop_subjects is 6: use less than the 6 people") == true)
}

/// What a night's unlabelled middle says counts, and what is outside of its labels does not.
@Test func unlabelledSamplesBetweenLabelledOnesAreReadAndOthersAreNot() throws {
    let nights = Nights(recordings: 5)
    var labels = nights.labels
    for sample in nights.recordings[2].dropFirst(10).prefix(20) { labels[sample] = nil }
    for sample in nights.recordings[3].prefix(9) { labels[sample] = nil }
    let keeping = settings { ($0.unlabelled, $0.inputNoise) = (.keep, 0) }
    func parameters(changing sample: Int?) throws -> [Float] {
        // Scaling counts every sample: two are exchanged, so that it stays.
        var features = nights.features
        if let sample {
            for c in 0..<4 {
                (features[sample, c], features[sample + 1, c]) = (features[sample + 1, c], features[sample, c])
            }
        }
        return try Recogniser.fit(
            features, recordings: nights.recordings, labels: labels, classes: 3, settings: keeping
        ).members[0].array
    }
    let inside = (nights.recordings[2].lowerBound + 15, nights.recordings[3].lowerBound + 2)
    let before = try parameters(changing: nil)
    #expect(try parameters(changing: inside.0) != before)
    let outside = try parameters(changing: inside.1)
    #expect(zip(outside, before).allSatisfy { abs($0 - $1) < 1e-4 })
}

@Test func keepingAndCuttingAreTheSameWhereAllHaveLabels() throws {
    let nights = Nights(recordings: 5)
    let kept = try fit(nights, settings { $0.unlabelled = .keep })
    #expect(bits(kept) == bits(try fit(nights, settings { $0.unlabelled = .cut })))
}

@Test func aSecondSchemeIsLearntBesideAndNotAnswered() throws {
    let nights = Nights(recordings: 6)
    let data = RecogniserData(
        values: nights.features, recordings: nights.recordings, subjects: Array(nights.recordings.indices),
        training: Array(nights.labels.indices),
        targets: [
            RecogniserData.Target(labels: nights.labels, classes: 3),
            RecogniserData.Target(labels: nights.labels.map { $0 == 2 ? 1 : 0 }, classes: 2),
        ])
    let both = try Recogniser.fit(data, settings: settings()).recogniser
    let one = try fit(nights, settings())
    #expect(both.members[0].count == one.members[0].count && bits(both) != bits(one))
    #expect(both.recognise(nights.features, recordings: nights.recordings).probabilities.columns == 3)
}

@Test func theLossTheyAreToldIsOfTheSchemeAskedFor() throws {
    let nights = Nights(recordings: 6)
    let targets = [
        RecogniserData.Target(labels: nights.labels, classes: 3),
        RecogniserData.Target(labels: nights.labels.map { $0 == 2 ? 1 : 0 }, classes: 2),
    ]
    // Steps so small that the second scheme changes nothing.
    func losses(_ targets: [RecogniserData.Target], stopSubjects: Int) throws -> [Double] {
        let settings = settings {
            ($0.learningRate, $0.epochs, $0.dropout, $0.members) = (1e-9, 1, 0, 1)
            ($0.inputNoise, $0.stopSubjects) = (0, stopSubjects)
        }
        let told = Mutex<[Double]>([])
        let data = RecogniserData(
            values: nights.features, recordings: nights.recordings, subjects: Array(nights.recordings.indices),
            training: Array(nights.labels.indices), targets: targets)
        let fitted = try Recogniser.fit(data, settings: settings) { progress in
            told.withLock { $0.append(progress.loss) }
        }
        return told.withLock { $0 } + [fitted.loss]
    }
    for stopSubjects in [0, 2] {
        let (one, both) = (
            try losses([targets[0]], stopSubjects: stopSubjects), try losses(targets, stopSubjects: stopSubjects)
        )
        #expect(one.count == 2 && both.count == 2)
        for (one, both) in zip(one, both) { #expect(abs(one - both) < 1e-4, "\(one), \(both)") }
    }
}

@Test(arguments: RecogniserCell.allCases)
func theGradientOfPartlyLabelledHeadsIsThatOfFiniteDifferences(cell: RecogniserCell) {
    let nights = Nights(recordings: 3, length: 4)
    let network = RecogniserNetwork(cell: cell, features: 4, hidden: 3, classes: 3, others: [2])
    let scaled = FloatBlock(nights.features.elements.map { ($0 - 50) / 150 })
    let dropout = RecogniserNetwork.Dropout(rate: 0.4, seed: 3, step: 7)
    let labels: [[Int32]] = [
        nights.codes.enumerated().map { $0 % 3 == 1 ? CRF.unknown : $1 },
        nights.codes.enumerated().map { $0 % 2 == 1 ? CRF.unknown : min($1, 1) },
    ]
    func loss(_ parameters: [Float], _ values: FloatBlock) -> (Double, gradient: [Float], inputs: [Float]) {
        let workspace = RecogniserNetwork.Workspace()
        workspace.take(nights.recordings, features: values, width: 4, labels: labels)
        let gradient = FloatBlock(count: network.parameterCount)
        let loss = network.lossAndGradient(
            workspace, parameters: FloatBlock(parameters), into: gradient, dropout: dropout, toInputs: true)
        var inputs = [Float](repeating: 0, count: values.count)
        for (row, sample) in workspace.samples.enumerated() {
            for c in 0..<4 { inputs[sample * 4 + c] = workspace.inputGradient.block[row * 4 + c] }
        }
        return (loss, gradient.array, inputs)
    }
    var parameters = network.initialParameters(seed: 2).array
    let analytic = loss(parameters, scaled)
    let error = gradientError(at: &parameters, analytic: analytic.gradient, indices: parameters.indices) {
        loss($0, scaled).0
    }
    #expect(error < 3e-3)
    var values = scaled.array
    let atInputs = gradientError(at: &values, analytic: analytic.inputs, indices: values.indices) {
        loss(parameters, FloatBlock($0)).0
    }
    #expect(atInputs < 3e-3)
}

/// Losses from whatever thread tells them.
private final class Losses: @unchecked Sendable {  // told one call at a time, read after the training
    private(set) var all: [Double] = []
    func add(_ loss: Double) { all.append(loss) }
}
