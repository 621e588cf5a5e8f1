import Layers
import Numerics
import Recognition
import Signals
import TestKit
import Testing

/// Recordings in which a hidden class stays for a while and shows itself only in noise.
struct Nights {
    let features: Matrix
    let recordings: [Range<Int>]
    let labels: [Int?]
    let truth: [Int]

    init(recordings count: Int, length: Int = 60, classes: Int = 3, noise: Double = 1.2, seed: UInt64 = 1) {
        var draw = RandomSequence(seed: seed, stream: 0)
        var (values, truth, recordings): ([Float], [Int], [Range<Int>]) = ([], [], [])
        for recording in 0..<count {
            let begin = truth.count
            var now = recording % classes
            for _ in 0..<length + recording % 5 {
                if draw.uniform() < 0.08 { now = Int(draw.next() % UInt64(classes)) }
                truth.append(now)
                for c in 0..<4 { values.append(Float(draw.normal() * noise + (c == now ? 2 : 0)) * 100 + 7) }
            }
            recordings.append(begin..<truth.count)
        }
        features = Matrix(rows: truth.count, columns: 4, elements: values)
        (self.truth, self.recordings, labels) = (truth, recordings, truth)
    }

    /// The same values as samples of shape `[2, 2]`.
    var samples: Samples {
        let values = FloatBlock(features.elements)
        return Samples(count: truth.count, rows: 2, columns: 2, base: UnsafePointer(values.base), owner: values)
    }

    /// The labels as a workspace takes them.
    var codes: [Int32] { labels.map { $0.map { Int32($0) } ?? CRF.unknown } }

    func accuracy(_ labels: [Int]) -> Double {
        Double(zip(labels, truth).count { $0 == $1 }) / Double(truth.count)
    }
}

private func small(_ cell: RecogniserCell = .lstm, length: Int? = nil, dropout: Double = 0) -> RecogniserSettings {
    RecogniserSettings(
        cell: cell, hiddenUnits: 12, sequenceLength: length, batchSequences: 6, learningRate: 0.02, epochs: 12,
        dropout: dropout, gradientClip: 1, seed: 4)
}

private func small(epochs: Int) -> RecogniserSettings {
    var settings = small()
    settings.epochs = epochs
    return settings
}

@Test(arguments: [RecogniserCell.lstm, .gru], [nil, 10])
func classesThatStayForAWhileAreLearnt(cell: RecogniserCell, length: Int?) throws {
    let (training, test) = (Nights(recordings: 24), Nights(recordings: 8, seed: 2))
    let recogniser = try Recogniser.fit(
        training.features, recordings: training.recordings, labels: training.labels, classes: 3,
        settings: small(cell, length: length))
    let found = recogniser.recognise(test.features, recordings: test.recordings)
    // One sample alone is recognised in 0.76 of cases.
    #expect(test.accuracy(found.labels) > 0.83)
    for row in 0..<found.probabilities.rows {
        #expect(abs(found.probabilities.row(row).reduce(0, +) - 1) < 1e-5)
    }
}

@Test func theTransitionsAreLearnt() throws {
    let nights = Nights(recordings: 24)
    let recogniser = try Recogniser.fit(
        nights.features, recordings: nights.recordings, labels: nights.labels, classes: 3, settings: small())
    let part = try #require(recogniser.network.parts.first { $0.name == "crf.transitions" })
    let transitions = (0..<9).map { recogniser.members[0][part.offset + $0] }
    for from in 0..<3 {
        for to in 0..<3 where to != from { #expect(transitions[from * 4] > transitions[from * 3 + to] + 0.1) }
    }
}

@Test func aCorrectionForRareClassesMovesTheirScoresAlone() throws {
    let nights = Nights(recordings: 6, noise: 3)
    // Two thirds of the second class are without a label, so that it is rare among what is learnt of.
    var seen = 0
    let labels = nights.truth.map { label -> Int? in
        seen += label == 1 ? 1 : 0
        return label == 1 && seen % 3 > 0 ? nil : label
    }
    let fits = try [0.0, 0.5].map { part in
        var settings = small(epochs: 3)
        settings.rareClassCorrection = part
        return try Recogniser.fit(
            nights.features, recordings: nights.recordings, labels: labels, classes: 3, settings: settings)
    }
    let bias = try #require(fits[0].network.parts.first { $0.name == "linear.bias" })
    let counts = (0..<3).map { label in Double(labels.count { $0 == label }) }
    for (place, values) in zip(fits[0].members[0].values, fits[1].members[0].values).enumerated() {
        let share = bias.range.contains(place) ? counts[place - bias.offset] / counts.reduce(0, +) : 1
        #expect(abs(Double(values.1 - values.0) + 0.5 * logarithm(share)) < 1e-5)
    }
    let answers = fits.map { fit in
        fit.recognise(nights.features, recordings: nights.recordings).labels.count { $0 == 1 }
    }
    #expect(answers[1] > answers[0])
}

@Test func threadsAndRepetitionChangeNoBit() throws {
    let nights = Nights(recordings: 7)
    var settings = small(dropout: 0.3)
    settings.epochs = 3
    let runs = try [1, 2, 2].map { threads in
        try Recogniser.fit(
            nights.features, recordings: nights.recordings, labels: nights.labels, classes: 3, settings: settings,
            threads: threads)
    }
    let first = runs[0]
    for run in runs { #expect(Array(run.members[0].values) == Array(first.members[0].values)) }
    #expect(
        runs[0].recognise(nights.features, recordings: nights.recordings, threads: 1)
            == runs[1].recognise(nights.features, recordings: nights.recordings, threads: 2))
    settings.seed += 1
    let other = try Recogniser.fit(
        nights.features, recordings: nights.recordings, labels: nights.labels, classes: 3, settings: settings)
    #expect(Array(other.members[0].values) != Array(first.members[0].values))
}

/// What has no label must not be able to reach the parameters: neither its values nor how it lies.
@Test func samplesWithoutLabelChangeNothingThatIsLearnt() throws {
    let nights = Nights(recordings: 6)
    var labels = nights.labels
    for sample in nights.recordings[2] { labels[sample] = nil }
    for sample in nights.recordings[4].prefix(20) { labels[sample] = nil }
    var changed = nights.features
    for sample in labels.indices where labels[sample] == nil {
        for c in 0..<4 { changed[sample, c] = 1e6 * Float(c + sample) }
    }
    let fits = try [nights.features, changed].map {
        try Recogniser.fit(
            $0, recordings: nights.recordings, labels: labels, classes: 3, settings: small(epochs: 2))
    }
    let (first, second) = (fits[0], fits[1])
    #expect(Array(first.members[0].values) == Array(second.members[0].values))
    #expect(first.scaling == second.scaling)
}

@Test func aSequenceNeverCrossesARecording() throws {
    let nights = Nights(recordings: 4)
    let recogniser = try Recogniser.fit(
        nights.features, recordings: nights.recordings, labels: nights.labels, classes: 3,
        settings: small(epochs: 2))
    let whole = recogniser.recognise(nights.features, recordings: nights.recordings)
    var changed = nights.features
    for sample in nights.recordings[1] { for c in 0..<4 { changed[sample, c] = -500 } }
    let other = recogniser.recognise(changed, recordings: nights.recordings)
    for recording in [0, 2, 3] {
        let samples = nights.recordings[recording]
        #expect(whole.labels[samples] == other.labels[samples])
        #expect(whole.probabilities.rows(in: samples) == other.probabilities.rows(in: samples))
    }
}

@Test func theWholeNetworksGradientIsThatOfFiniteDifferences() {
    let nights = Nights(recordings: 3, length: 4)
    let network = RecogniserNetwork(cell: .lstm, features: 4, hidden: 3, classes: 3)
    let scaled = FloatBlock(nights.features.elements.map { ($0 - 50) / 150 })
    let dropout = RecogniserNetwork.Dropout(rate: 0.4, seed: 3, step: 7)
    func loss(_ parameters: [Float]) -> (Double, [Float]) {
        let workspace = RecogniserNetwork.Workspace()
        workspace.take(nights.recordings, features: scaled, width: 4, labels: [nights.codes])
        let gradient = FloatBlock(count: network.parameterCount)
        let loss = network.lossAndGradient(
            workspace, parameters: FloatBlock(parameters), into: gradient, dropout: dropout)
        return (loss, Array(gradient.values))
    }
    let initial = network.initialParameters(seed: 2)
    var parameters = Array(initial.values)
    let analytic = loss(parameters).1
    let error = gradientError(at: &parameters, analytic: analytic, indices: parameters.indices) { loss($0).0 }
    #expect(error < 3e-3)
}

@Test func theViewsCoverTheParametersOnce() {
    for cell in RecogniserCell.allCases {
        let network = RecogniserNetwork(cell: cell, features: 5, hidden: 4, classes: 3)
        var end = 0
        for part in network.parts {
            #expect(part.offset == end)
            end = part.end
        }
        #expect(end == network.parameterCount)
        #expect(Set(network.parts.map(\.name)).count == network.parts.count)
    }
}

@Test func withoutLabelsThereIsNothingToLearnFrom() {
    let nights = Nights(recordings: 2)
    #expect(throws: RecognitionError.nothingToLearnFrom) {
        try Recogniser.fit(
            nights.features, recordings: nights.recordings, labels: nights.labels.map { _ in nil }, classes: 3,
            settings: small())
    }
}

/// 65,536 units would take 137 GB before the first step.
@Test func aNetworkThatFillsTheMemoryIsRefused() {
    let nights = Nights(recordings: 2)
    var settings = small()
    settings.hiddenUnits = 65_536
    let error = #expect(throws: RecognitionError.self) {
        try Recogniser.fit(
            nights.features, recordings: nights.recordings, labels: nights.labels, classes: 3, settings: settings)
    }
    #expect(error?.description.hasPrefix("recogniser.hidden_units is 65536: use fewer") == true)
}

@Test func aTrainingThatDivergesSaysSo() {
    let nights = Nights(recordings: 2)
    var settings = small()
    (settings.learningRate, settings.gradientClip) = (1e38, 0)
    #expect(throws: RecognitionError.self) {
        try Recogniser.fit(
            nights.features, recordings: nights.recordings, labels: nights.labels, classes: 3, settings: settings)
    }
}
