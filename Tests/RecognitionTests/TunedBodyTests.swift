import Encoders
import Layers
import Numerics
import Recognition
import Signals
import TestKit
import Testing

/// Made-up maps of 8 x 6 values whose class is where their weight lies: left, middle or right.
private struct Maps {
    let samples: Samples
    let labels: [Int?]

    init(count: Int = 45, seed: UInt64 = 1) {
        var draw = RandomSequence(seed: seed, stream: 0)
        let values = FloatBlock(count: count * 48)
        for sample in 0..<count {
            for row in 0..<8 {
                for column in 0..<6 {
                    let isWhere = column / 2 == sample % 3
                    values[sample * 48 + row * 6 + column] = Float(draw.uniform() + (isWhere ? 0.5 : 0))
                }
            }
        }
        samples = Samples(count: count, rows: 8, columns: 6, base: UnsafePointer(values.base), owner: values)
        labels = (0..<count).map { $0 % 3 }
    }

    /// The first of these again and again, all of its class.
    init(repeating maps: Maps, count: Int) {
        let first = Array(maps.samples[0])
        let values = FloatBlock((0..<count).flatMap { _ in first })
        samples = Samples(count: count, rows: 8, columns: 6, base: UnsafePointer(values.base), owner: values)
        labels = [Int?](repeating: maps.labels[0], count: count)
    }

    func data(
        width: Int = 0, augmentation: Augmentation = .none, sequence: Int = 1, parameters: FloatBlock? = nil
    ) -> RecogniserData {
        let network = NetworkSettings(ConvolutionSettings(channels: [3, 4], kernels: [3, 3])).makeNetwork(
            rows: 8, columns: 6)
        var draw = RandomSequence(seed: 9, stream: 0)
        return RecogniserData(
            values: Matrix(
                rows: samples.count, columns: width,
                elements: (0..<samples.count * width).map { _ in Float(draw.normal()) }),
            recordings: stride(from: 0, to: samples.count, by: sequence).map { $0..<$0 + sequence },
            subjects: (0..<samples.count / sequence).map { $0 % 5 }, training: Array(0..<samples.count),
            targets: [
                RecogniserData.Target(labels: labels, classes: 3),
                RecogniserData.Target(labels: labels.map { $0 == 1 ? 1 : 0 }, classes: 2),
            ],
            body: TunedBody(
                network: network, samples: Preparation.norm.prepared(samples), parameters: parameters,
                augmentation: augmentation, mirrors: [[2, 1, 0], [0, 1]]))
    }
}

private func settings(_ change: (inout RecogniserSettings) -> Void = { _ in }) -> RecogniserSettings {
    var settings = RecogniserSettings(
        cell: .none, hiddenUnits: 4, sequenceLength: 1, batchSequences: 20, learningRate: 0.01, epochs: 1,
        dropout: 0.2, seed: 4)
    settings.encoder = .scratch
    (settings.encoderLearningRate, settings.steps, settings.weightDecay) = (0.01, 12, 0.001)
    change(&settings)
    return settings
}

private func bits(_ fitted: Recogniser.Fitted) -> [[Float]] {
    fitted.recogniser.members.map(\.array) + fitted.bodies.map(\.array)
}

@Test(arguments: [RecogniserCell.none, .lstm])
func aTunedBodyHasTheSameBitsOnAnyNumberOfThreads(cell: RecogniserCell) throws {
    let maps = Maps()
    let data = maps.data(
        width: 2, augmentation: Augmentation(MapAugmentation.standard), sequence: cell == .none ? 1 : 5)
    let chosen = settings {
        ($0.cell, $0.sequenceLength) = (cell, cell == .none ? 1 : nil)
        ($0.inputNoise, $0.augmentation, $0.stopSubjects) = (0.1, Augmentation(MapAugmentation.standard), 1)
        $0.members = 2
    }
    let fits = try (1...4).map { try Recogniser.fit(data, settings: chosen, threads: $0) }
    for other in fits.dropFirst() { #expect(bits(other) == bits(fits[0])) }
    #expect(fits[0].bodies.count == 2 && fits[0].bodies[0].array != fits[0].bodies[1].array)
}

@Test func aBodyFromScratchLearnsWhereTheWeightLies() throws {
    let maps = Maps()
    let fitted = try Recogniser.fit(maps.data(), settings: settings { $0.steps = 150 })
    let test = Maps(count: 30, seed: 2)
    let network = NetworkSettings(ConvolutionSettings(channels: [3, 4], kernels: [3, 3]))
    let encoder = try Encoder(
        record: Encoder.Record(network: network, rows: 8, columns: 6, content: [], units: []),
        parameters: fitted.bodies[0])
    let features = encoder.features(of: Preparation.norm.prepared(test.samples), 0..<30)
    let found = fitted.recogniser.recognise(features, recordings: (0..<30).map { $0..<$0 + 1 })
    #expect(zip(found.labels, test.labels).count { $0 == $1 } >= 27)
}

/// Without dropout and decay, one step of Adam moves each parameter by the rate against its gradient's sign: what the
/// body gets from the heads is what finite differences of the loss say.
@Test func theBodysGradientIsThatOfFiniteDifferences() throws {
    let maps = Maps(count: 6)
    let data = maps.data(width: 1)
    let body = try #require(data.body)
    let network = body.network
    let (heads, pass) = (
        RecogniserNetwork(cell: .gru, features: network.featureCount + 1, hidden: 3, classes: 3, others: [2]),
        network.makePass(rows: 6, arithmetic: Arithmetic())
    )
    let parameters = heads.initialParameters(seed: 3)
    let inputs = FloatBlock(count: 6 * 48)
    body.samples.copy(Array(0..<6), into: inputs.base)
    let labels = data.targets.map { $0.labels.map { Int32($0 ?? 0) } }
    func loss(_ values: [Float]) -> (Double, [Float]) {
        let gradient = FloatBlock(count: network.parameterCount)
        pass.take(parameters: FloatBlock(values))
        let features = pass.forward(inputs.base, rows: 6)
        let count = network.featureCount
        let x = FloatBlock(count: 6 * (count + 1))
        for row in 0..<6 {
            (x.base + row * (count + 1)).update(from: features + row * count, count: count)
            x[row * (count + 1) + count] = data.values[row, 0]
        }
        let workspace = RecogniserNetwork.Workspace()
        workspace.take([0..<6], features: x, width: count + 1, labels: labels)
        let loss = heads.lossAndGradient(
            workspace, parameters: parameters, into: FloatBlock(count: parameters.count), toInputs: true)
        for row in 0..<6 {
            (pass.featureGradient + row * count).update(
                from: workspace.inputGradient.base + row * (count + 1), count: count)
        }
        pass.backward(inputs.base, rows: 6, into: gradient.base)
        return (loss, gradient.array)
    }
    var start = network.initialParameters(seed: 5, stream: 0).array
    let analytic = loss(start).1
    let error = gradientError(at: &start, analytic: analytic, indices: start.indices, step: 2e-3) { loss($0).0 }
    #expect(error < 2e-2)

    // The same gradient is what a training makes its first step by.
    let chosen = settings {
        ($0.encoder, $0.cell, $0.hiddenUnits, $0.dropout, $0.weightDecay) = (.tuned, .gru, 3, 0, 0)
        ($0.steps, $0.batchSequences, $0.sequenceLength) = (1, 1, nil)
    }
    let tuned = maps.data(width: 1, sequence: 6, parameters: FloatBlock(start))
    let after = try Recogniser.fit(tuned, settings: chosen).bodies[0].array
    let moved = zip(after, start).map { $0 - $1 }
    #expect(moved.contains { abs($0) > 0.005 } && moved.allSatisfy { abs($0) < 0.0101 })
}

/// Every map mirrored, with its label, is the same as maps of mirrored labels.
@Test func labelsAreMirroredWithTheirSamples() throws {
    let maps = Maps()
    var mirroring = MapAugmentation(
        rotationDegrees: 0, scaleChange: 0, shiftRows: 0, shiftColumns: 0, mirrorProbability: 1, exponentChange: 0,
        gainChange: 0, blockProbability: 0, noise: 0)
    func fitted(_ augmentation: MapAugmentation) throws -> (Recogniser.Fitted, Encoder) {
        let chosen = settings { ($0.steps, $0.augmentation) = (150, Augmentation(augmentation)) }
        let fitted = try Recogniser.fit(maps.data(augmentation: Augmentation(augmentation)), settings: chosen)
        let network = NetworkSettings(ConvolutionSettings(channels: [3, 4], kernels: [3, 3]))
        let record = Encoder.Record(network: network, rows: 8, columns: 6, content: [], units: [])
        return (fitted, try Encoder(record: record, parameters: fitted.bodies[0]))
    }
    for probability in [0.5, 1] {
        mirroring.mirrorProbability = probability
        let (fitted, encoder) = try fitted(mirroring)
        let found = fitted.recogniser.recognise(
            encoder.features(of: Preparation.norm.prepared(maps.samples), 0..<45),
            recordings: (0..<45).map { $0..<$0 + 1 })
        #expect(zip(found.labels, maps.labels).count { $0 == $1 } >= 40)
    }
}

@Test func aReadingOfMirrorsCountsForTheClassesThatTheyMirror() throws {
    let nights = Nights(recordings: 4)
    let recogniser = try Recogniser.fit(
        nights.features, recordings: nights.recordings, labels: nights.labels, classes: 3,
        settings: RecogniserSettings(cell: .lstm, hiddenUnits: 4, sequenceLength: nil, epochs: 2))
    let plain = Recogniser.Reading([nights.features])
    func found(_ readings: [Recogniser.Reading]) -> Recogniser.Recognition {
        recogniser.recognise(readings, recordings: nights.recordings)
    }
    let once = found([plain])
    let identity = found([plain, Recogniser.Reading([nights.features], mirror: [0, 1, 2])])
    #expect(identity.labels == once.labels)
    // With the classes exchanged twice, once in each reading, all that is left of the order is the exchange.
    let swapped = found([Recogniser.Reading([nights.features], mirror: [1, 0, 2])])
    #expect(swapped.labels == once.labels.map { [1, 0, 2][$0] })
    for row in 0..<once.probabilities.rows {
        #expect(abs(swapped.probabilities[row, 0] - once.probabilities[row, 1]) < 1e-5)
    }
}

/// A body's parameters and its optimiser go on where they were, whether held-out people choose the epoch or not.
@Test(arguments: [0, 2])
func aTunedBodyThatWasInterruptedGoesOnToTheSameBits(heldOut: Int) throws {
    let data = Maps().data(width: 2, augmentation: Augmentation(MapAugmentation.standard), sequence: 5)
    let chosen = settings {
        ($0.cell, $0.sequenceLength, $0.batchSequences, $0.members, $0.stopSubjects) = (.lstm, 5, 4, 2, heldOut)
    }
    let whole = try Recogniser.fit(data, settings: chosen)
    for epoch in [1, 5] {
        let again = try InterruptedTraining(data, settings: chosen, afterEpoch: epoch, threads: 2)
        #expect(bits(again.fitted) == bits(whole) && again.fitted.loss == whole.loss && again.words.isEmpty)
        #expect(again.progress.last?.keptEpochs == epoch)
    }
}

@Test func anAugmentationWithoutABodyIsRefused() {
    var chosen = RecogniserSettings(epochs: 1)
    chosen.augmentation = Augmentation(MapAugmentation.standard)
    let error = #expect(throws: SettingFault.self) { try chosen.validate() }
    #expect(error?.name == "augmentation")
}

@Test func batchesThatWouldFillTheMemoryAreRefused() throws {
    let values = FloatBlock(count: 48)
    let samples = Samples(count: 1, rows: 8, columns: 6, base: UnsafePointer(values.base), owner: values)
    // A body whose passes say that they take a terabyte.
    let body = TunedBody(network: Vast(), samples: Preparation.none.prepared(samples), parameters: nil)
    let data = RecogniserData(
        values: Matrix(rows: 1, columns: 0), recordings: [0..<1], subjects: [0], training: [0],
        targets: [RecogniserData.Target(labels: [0], classes: 2)], body: body)
    let error = #expect(throws: RecognitionError.self) { try Recogniser.fit(data, settings: settings()) }
    #expect(error?.description.hasPrefix("recogniser.batch_sequences is 20: use fewer") == true)
}

private struct Vast: Network {
    let parts = [ParameterPart(name: "all", offset: 0, shape: [1])]
    let inputCount = 48
    let featureCount = 1
    func passFloats(rows: Int) -> Double { 1e12 }
    func initialParameters(seed: UInt64, stream: UInt64) -> FloatBlock { FloatBlock(count: 1) }
    func makePass(rows: Int, arithmetic: Arithmetic) -> any NetworkPass {
        preconditionFailure("it would fill the memory")
    }
}

/// Where all samples are one sample, every batch has the same gradient, however long it is: so trainings in batches of
/// all and in batches of unequal length make the same steps, up to the rounding of sums.
@Test func aBodyLearnsAlikeInBatchesOfUnequalLength() throws {
    let maps = Maps(repeating: Maps(), count: 45)
    func body(batch: Int) throws -> [Float] {
        let chosen = settings {
            ($0.batchSequences, $0.steps, $0.dropout, $0.encoderLearningRate) = (batch, 7, 0, 0.003)
        }
        return try Recogniser.fit(maps.data(), settings: chosen).bodies[0].array
    }
    let (whole, pieces) = (try body(batch: 45), try body(batch: 40))
    let largest = zip(whole, pieces).map { abs($0 - $1) }.max() ?? 1
    #expect(largest < 1e-4)
}
