import Checkpoints
import Foundation
import Numerics
import Signals
import TestKit
import Testing
import Upstream

/// Recordings of 8, 1, 12, 9 and 10 samples of `SmallJob`'s 40; the first two and the last two are each one person's.
private let bounds = RecordingBounds(starts: [0, 8, 9, 21, 30], subjects: [4, 4, 7, 1, 1])

private func contrastJob(_ change: (inout ContrastSettings) -> Void = { _ in }) -> Job {
    var settings = ContrastSettings(
        pairDistance: 2, negatives: .recording, groupSize: 4, temperature: 0.3, headUnits: [5], embeddingUnits: 3)
    change(&settings)
    var job = SmallJob.job(shards: 3, perShard: 8)
    job.settings.task = TaskSettings(settings)
    job.recordings = bounds
    return job
}

/// The smallest step that there is.
@Test func aStepOfTwoOriginalsTrainsAndHasItsProbe() throws {
    for negatives: ContrastSettings.Negatives in [.recording, .person, .anywhere] {
        var job = contrastJob { ($0.negatives, $0.groupSize) = (negatives, 2) }
        (job.shardsPerStep, job.originalsPerShard, job.steps) = (1, 2, 3)
        let state = try pretrainAlone(job, samples: SmallJob.samples)
        #expect(state.step == 3 && job.probe().isFinite, "\(negatives)")
    }
}

/// What grows with the square of a shard or a group counts as memory.
@Test func similaritiesThatNoMachineHoldsAreRefused() throws {
    var large = contrastJob { ($0.negatives, $0.pairDistance) = (.anywhere, 0) }
    (large.sampleCount, large.shardsPerStep, large.originalsPerShard) = (1 << 20, 1, 1 << 20)
    large.recordings = nil
    try large.validate()
    #expect(try #require(large.memoryFault(threads: 1)).contains("--shard-size"))
    #expect(contrastJob().memoryFault(threads: 2) == nil)
}

/// Three pairs, the first and the last of which are made of one sample.
@Test func theContrastiveLossAndItsGradientAreThoseOfTheFormula() {
    let (temperature, units) = (0.3, 4)
    let settings = ContrastSettings(
        pairDistance: 0, negatives: .anywhere, groupSize: 2, temperature: temperature, headUnits: [],
        embeddingUnits: units)
    let task = settings.makeTask(TaskSurroundings(rows: 1, columns: 2, capacity: 3))
    let values = FloatBlock((0..<20).map(Float.init))
    let samples = Preparation.none.prepared(
        Samples(count: 10, rows: 1, columns: 2, base: UnsafePointer(values.base), owner: values))
    // With a distance of 0 each pair is one sample: samples 1, 5 and 1 again, which is left out of the others' sums.
    let rows = FloatBlock(count: 12)
    let place = LeafPlace(seed: 1, step: 0, shard: 0, originalsPerStep: 6)
    task.makeRows(of: samples, [1, 5, 1], at: place, into: rows.base)
    #expect(rows.array == [2, 3, 10, 11, 2, 3, 2, 3, 10, 11, 2, 3])
    var draw = RandomSequence(seed: 3, stream: 0)
    var outputs = (0..<6 * units).map { _ in Float(draw.normal()) }
    var gradient = [Float](repeating: .nan, count: outputs.count)
    func loss(_ outputs: [Float]) -> Double {
        var unused = outputs
        return task.figures(ofOutputs: outputs, originals: 3, at: place, gradient: &unused)[0]
    }
    let figures = task.figures(ofOutputs: outputs, originals: 3, at: place, gradient: &gradient)
    let samplesOfRows = [1, 5, 1, 1, 5, 1]
    var expected = 0.0
    let z = (0..<6).map { row -> [Double] in
        let values = outputs[row * units..<(row + 1) * units].map(Double.init)
        return values.map { $0 / values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    }
    for i in 0..<6 {
        let pair = (i + 3) % 6
        let others = (0..<6).filter { j in
            j == pair || j != i && ![samplesOfRows[i], samplesOfRows[pair]].contains(samplesOfRows[j])
        }
        func similarity(_ j: Int) -> Double { zip(z[i], z[j]).reduce(0) { $0 + $1.0 * $1.1 } / temperature }
        expected -= (similarity(pair) - log(others.reduce(0) { $0 + exp(similarity($1)) })) / 12
    }
    #expect(abs(figures[0] - expected) < 1e-6)
    let error = gradientError(
        at: &outputs, analytic: gradient, indices: outputs.indices, step: 1e-2, loss: loss)
    #expect(error < 5e-3)
}

@Test(arguments: [ContrastSettings.Negatives.recording, .person, .anywhere])
func aContrastiveJobHasTheSameBitsOnAnyNumberOfThreadsAndLearns(negatives: ContrastSettings.Negatives) throws {
    var job = contrastJob { $0.negatives = negatives }
    job.steps = 150
    var losses: [Double] = []
    let alone = try pretrainAlone(job, samples: SmallJob.samples) { losses.append($1) }
    #expect(haveFallen(losses, over: 20))
    for threads in [2, 3] {
        let state = try pretrainAlone(job, samples: SmallJob.samples, threads: threads)
        #expect(sha256(of: state.parameters) == sha256(of: alone.parameters))
    }
    let encoder = try TrainingCheckpoint(job: job, state: alone).encoder
    #expect(encoder.featureCount == 9 && encoder.parameters.count == 13 * 9)
}

@Test func aJobOfAnotherShardSizeOrWithoutRecordingsIsRefused() {
    var job = contrastJob()
    job.originalsPerShard = 6
    #expect {
        try job.validate()
    } throws: {
        "\($0)".contains("upstream.shard_size is 6: use a multiple of 4")
    }
    job = contrastJob()
    job.recordings = nil
    #expect {
        try job.validate()
    } throws: {
        "\($0)" == "task contrast needs to know the samples' recordings, and the job has none"
    }
    for wrong in [
        RecordingBounds(starts: [1], subjects: [0]), RecordingBounds(starts: [0, 40], subjects: [0, 0]),
        RecordingBounds(starts: [0, 5, 5], subjects: [0, 0, 0]), RecordingBounds(starts: [0, 5], subjects: [0]),
        RecordingBounds(starts: [0], subjects: [-1]), RecordingBounds(starts: [], subjects: []),
    ] {
        job.recordings = wrong
        #expect(throws: UpstreamError.self) { try job.validate() }
    }
}
