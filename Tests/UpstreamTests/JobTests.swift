import Encoders
import Foundation
import Layers
import Numerics
import Testing
import Upstream

private func job(_ change: (inout Job) -> Void) -> Job {
    var job = SmallJob.job()
    change(&job)
    return job
}

private func job(adam: AdamSettings) -> Job { job { $0.settings.optimiser = .adam(adam) } }

/// Numbers that are fine as they are written, and 0, 1 or infinite as the 32-bit floats that are computed with.
@Test(arguments: [
    (job(adam: AdamSettings(learningRate: 0.1, epsilon: 1e-50)), "epsilon"),
    (job(adam: AdamSettings(learningRate: 0.1, beta1: 0.99999999)), "beta1"),
    (job(adam: AdamSettings(learningRate: 0.1, beta2: 0.99999999)), "beta2"),
    (job(adam: AdamSettings(learningRate: 1e-60)), "learning_rate"),
    (job(adam: AdamSettings(learningRate: 1e60)), "learning_rate"),
    (job(adam: AdamSettings(learningRate: .nan)), "learning_rate"),
    (
        job { $0.settings.network = NetworkSettings(MLPSettings(hiddenUnits: [9], weightDeviation: 1e-60)) },
        "weight_deviation"
    ),
    (
        job {
            $0.settings.task = TaskSettings(
                ViewSettings(views: [.identity], crossEntropyWeight: 1e-60, divergenceWeight: 0))
        }, "cross_entropy_weight"
    ),
])
func settingsAreHeldAgainstTheFloatsThatTheyBecome(job: Job, name: String) {
    #expect {
        try job.validate()
    } throws: {
        "\($0)".hasPrefix("upstream.\(name) is ")
    }
}

/// A coordinator may send any job; none of these may overflow or allocate.
@Test(arguments: [
    job { ($0.sampleCount, $0.rows, $0.columns) = ((1 << 40) - 1, 4096, 4095) },
    job { $0.steps = 1 << 41 }, job { $0.steps = -1 }, job { $0.sampleCount = .max }, job { $0.rows = .max },
    job { ($0.rows, $0.columns) = (1 << 27, 1 << 27) }, job { $0.shardsPerStep = .max },
    job { $0.originalsPerShard = .max }, job { ($0.shardsPerStep, $0.originalsPerShard) = (0, 0) },
    job { ($0.sampleCount, $0.shardsPerStep, $0.originalsPerShard, $0.steps) = (1 << 37, 1 << 16, 1 << 20, 1 << 13) },
    job { $0.settings.network = NetworkSettings(MLPSettings(hiddenUnits: [1 << 27, 1 << 27], weightDeviation: 1)) },
    job { $0.settings.network = NetworkSettings(MLPSettings(hiddenUnits: [], weightDeviation: 1)) },
    job { ($0.rows, $0.columns) = (5000, 2) },
])
func jobsBeyondTheLimitsAreRefused(job: Job) {
    #expect(throws: UpstreamError.self) { try job.validate() }
}

@Test func theLastStepOfTheLongestJobHasItsOriginals() throws {
    let long = job { ($0.shardsPerStep, $0.originalsPerShard, $0.steps) = (1, 1, 1 << 40) }
    try long.validate()
    var order = SampleOrder(seed: 1, sampleCount: 40, shardsPerStep: 1, originalsPerShard: 1)
    #expect((0..<40).contains(order.places(step: (1 << 40) - 1, shard: 0)[0]))
}

@Test func aJobOfAnEarlierFormIsRefusedWithWhatToDo() throws {
    let json = try SmallJob.job().json.replacingOccurrences(of: "\"format\" : 2,", with: "")
    #expect {
        try Job(json: json)
    } throws: {
        "\($0)".contains("form 1") && "\($0)".contains("use the same ssrm everywhere")
    }
}

@Test func aJobBeyondTheMachinesMemoryIsNamedBeforeAnythingIsAllocated() throws {
    let large = job {
        $0.settings.network = NetworkSettings(MLPSettings(hiddenUnits: [1 << 24], weightDeviation: 1))
        ($0.sampleCount, $0.shardsPerStep, $0.originalsPerShard) = (1 << 20, 1, 1 << 20)
    }
    try large.validate()
    let fault = try #require(large.memoryFault(threads: 2))
    #expect(fault.contains("5242880 rows") && fault.contains("--shard-size"))
    #expect(job { _ in }.memoryFault(threads: 64) == nil)
    #expect(throws: UpstreamError.unfit(try #require(large.memoryFault(threads: 1)))) {
        try pretrainAlone(large, samples: SmallJob.samples)
    }
}
