import Checkpoints
import Encoders
import Layers
import Numerics
import Signals
import TestKit
import Testing
import Upstream

@Test(arguments: [1, 2, 3])
func theSameJobGivesTheSameBitsOnAnyNumberOfThreads(threads: Int) throws {
    let job = SmallJob.job()
    let alone = try pretrainAlone(job, samples: SmallJob.samples)
    let state = try pretrainAlone(job, samples: SmallJob.samples, threads: threads)
    #expect(sha256(of: state.parameters) == sha256(of: alone.parameters))
    #expect(state.step == 12)
}

@Test func anotherSeedGivesOtherBits() throws {
    let first = try pretrainAlone(SmallJob.job(), samples: SmallJob.samples)
    let second = try pretrainAlone(SmallJob.job(seed: 8), samples: SmallJob.samples)
    #expect(sha256(of: first.parameters) != sha256(of: second.parameters))
}

@Test func theLossFallsAndTheViewsAreLearnt() throws {
    var losses: [Double] = []
    _ = try pretrainAlone(SmallJob.job(steps: 300), samples: SmallJob.samples) { losses.append($1) }
    #expect(losses[299] < 0.7 * losses[0])
}

@Test func excludedSamplesAreNeverRead() throws {
    var job = SmallJob.job()
    job.excludedSamples = stride(from: 1, to: SmallJob.sampleCount, by: 2).map { $0..<$0 + 1 }
    let whole = try pretrainAlone(job, samples: SmallJob.samples)
    let state = try pretrainAlone(job, samples: SmallJob.samples { $0 % 2 == 1 })
    #expect(sha256(of: state.parameters) == sha256(of: whole.parameters))
}

@Test func aGradientThatIsNotFiniteIsNamedByStepAndShards() {
    #expect(throws: UpstreamError.notFinite(step: 0, leaves: 0..<5)) {
        try pretrainAlone(SmallJob.job(), samples: SmallJob.samples { _ in true })
    }
}

/// The last step's update is looked at by no gradient after it.
@Test func anEncoderWhoseParametersAreNotFiniteIsUnfit() throws {
    var job = SmallJob.job()
    (job.steps, job.settings.optimiser) = (1, .adam(AdamSettings(learningRate: 3e38)))
    let state = try pretrainAlone(job, samples: SmallJob.samples)
    state.parameters[0] = .infinity
    #expect(throws: EncoderError.self) { try TrainingCheckpoint(job: job, state: state).encoder }
}

@Test func aJobOfMoreOriginalsThanSamplesIsUnfit() {
    #expect(throws: UpstreamError.self) { try pretrainAlone(SmallJob.job(shards: 14), samples: SmallJob.samples) }
}

@Test func eachTrainingEpochTakesEachSampleOnceAndStepsWrapAround() {
    var order = SampleOrder(seed: 3, sampleCount: 40, shardsPerStep: 3, originalsPerShard: 5)
    let taken = (0..<8).flatMap { step in (0..<3).flatMap { order.places(step: step, shard: $0) } }
    #expect(Set(taken[0..<40]) == Set(0..<40))
    #expect(Set(taken[40..<80]) == Set(0..<40))
    #expect(Array(taken[0..<40]) != Array(taken[40..<80]))
}

/// Gradients that are finite, and whose squares are not, would leave the parameters as they are for good.
@Test func gradientsWhoseSquaresAreInfiniteEndTheJob() {
    var job = SmallJob.job()
    job.settings.task = TaskSettings(
        ViewSettings(views: SampleView.published, crossEntropyWeight: 1e25, divergenceWeight: 0))
    #expect(throws: UpstreamError.stateNotFinite(step: 12)) { try pretrainAlone(job, samples: SmallJob.samples) }
}

/// Samples that a job excludes are as good as not there: neither their values nor their number reach the parameters.
@Test func aJobThatExcludesSamplesIsTheJobOfTheOthers() throws {
    let excluded = [0..<3, 3..<5, 20..<31, 39..<40]
    let others = (0..<SmallJob.sampleCount).filter { sample in !excluded.contains { $0.contains(sample) } }
    var job = SmallJob.job()
    job.excludedSamples = excluded
    try job.validate()
    #expect(job.trainedCount == others.count)
    let poisoned = SmallJob.samples { !others.contains($0) }
    var selected = SmallJob.job()
    selected.sampleCount = others.count
    let (first, second) = (
        try pretrainAlone(job, samples: poisoned, threads: 2),
        try pretrainAlone(selected, samples: SmallJob.samples(others))
    )
    #expect(sha256(of: first.parameters) == sha256(of: second.parameters))
    #expect(try Job(json: job.json) == job)
    #expect(job.differences(from: SmallJob.job()) == ["excluded samples are others"])
}

@Test(arguments: [[0..<41], [3..<5, 4..<6], [6..<8, 2..<3], [-1..<2], [4..<4], [0..<40], [0..<30]])
func samplesThatCannotBeExcludedMakeAJobUnfit(excluded: [Range<Int>]) {
    var job = SmallJob.job()
    job.excludedSamples = excluded
    #expect(throws: UpstreamError.self) { try job.validate() }
}
