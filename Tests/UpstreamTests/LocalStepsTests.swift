import Checkpoints
import Encoders
import Layers
import Numerics
import Signals
import TestKit
import Testing
import Upstream

private func job(
    _ local: LocalSteps, shards: Int = 5, steps: Int = 12, wire: ElementType = .float32,
    optimiser: OptimiserSettings? = nil
) -> Job {
    var job = SmallJob.job(shards: shards, steps: steps)
    job.settings.exchange = .local(local)
    job.settings.arithmetic.wire = wire
    if let optimiser { job.settings.optimiser = optimiser }
    return job
}

private let adamw = OptimiserSettings.adamw(
    AdamWSettings(adam: AdamSettings(learningRate: 0.02), weightDecay: 0.1, warmupSteps: 3, schedule: .cosine))

/// What the page on local steps says, in plain loops: parameters after all rounds.
///
/// Gradients are those of a job with one shard a step that takes the replica's originals; all else is done here.
private func defined(_ job: Job) throws -> [Float] {
    guard case .local(let local) = job.settings.exchange else { return [] }
    let (replicas, count) = (job.shardsPerStep, job.network.parameterCount)
    guard case .adam(let adam) = job.settings.optimiser else { return [] }
    var published = [
        job.initialParameters().array, .init(repeating: 0, count: count), .init(repeating: 0, count: count),
    ]
    var velocity = [Float](repeating: 0, count: count)
    let gradients = ShardGradient(job: job)
    for round in 0..<job.steps / local.steps {
        var sums = published.map { _ in [[Float]]() }
        for replica in 0..<replicas {
            var own = published
            if local.innerState == .fresh { (own[1], own[2]) = (velocity.map { _ in 0 }, velocity.map { _ in 0 }) }
            for k in 0..<local.steps {
                let gradient = FloatBlock(count: count)
                _ = gradients.gradient(
                    ofShard: replica, step: round * local.steps + k, samples: SmallJob.prepared,
                    parameters: FloatBlock(own[0]), into: gradient)
                let known = (local.innerState == .fresh ? 0 : round * local.steps) + k + 1
                let (b1, b2) = (Float(adam.beta1), Float(adam.beta2))
                func correction(_ beta: Float) -> Float {
                    Float(1 / (1 - (0..<known).reduce(1.0) { power, _ in power * Double(beta) }))
                }
                let (scale1, scale2) = (correction(b1), correction(b2))
                for i in 0..<count {
                    let g = gradient[i]
                    own[1][i] = b1 * own[1][i] + (1 - b1) * g
                    own[2][i] = b2 * own[2][i] + (1 - b2) * (g * g)
                    let rate = Float(adam.learningRate * local.rateScale)
                    own[0][i] -=
                        rate * (own[1][i] * scale1)
                        / ((own[2][i] * scale2).squareRoot() + Float(adam.epsilon))
                }
            }
            for part in 0..<3 { sums[part].append((0..<count).map { own[part][$0] - published[part][$0] }) }
        }
        let share = Float(1 / Double(replicas))
        for part in 0..<(local.innerState == .fresh ? 1 : 3) {
            let sum = treeSum(sums[part])
            for i in 0..<count {
                let (x, rate) = (published[part][i], Float(local.outerRate))
                if part == 0, local.outer == .momentum {
                    let (mean, momentum) = (share * sum[i], Float(local.outerMomentum))
                    velocity[i] = momentum * velocity[i] + mean
                    published[0][i] = x + rate * (mean + momentum * velocity[i])
                } else {
                    let moved = x + (part == 0 ? rate * share : share) * sum[i]
                    published[part][i] = part == 2 ? max(0, moved) : moved
                }
            }
        }
    }
    return published[0]
}

/// Neighbours in pairs, level by level, an odd one out passed up.
private func treeSum(_ leaves: [[Float]]) -> [Float] {
    if leaves.count == 1 { return leaves[0] }
    let pairs = stride(from: 0, to: leaves.count, by: 2).map { i in
        i + 1 < leaves.count ? zip(leaves[i], leaves[i + 1]).map { $0 + $1 } : leaves[i]
    }
    return treeSum(pairs)
}

@Test(arguments: [
    LocalSteps(steps: 1), LocalSteps(steps: 1, innerState: .fresh), LocalSteps(steps: 4, rateScale: 2),
    LocalSteps(steps: 4, innerState: .fresh),
    LocalSteps(steps: 3, outer: .momentum, outerRate: 0.7, outerMomentum: 0.9),
    LocalSteps(steps: 12, innerState: .fresh, outer: .momentum),
])
func localStepsAreWhatTheirPageSays(local: LocalSteps) throws {
    for shards in [1, 2, 5] {
        let job = job(local, shards: shards)
        let state = try pretrainAlone(job, samples: SmallJob.samples)
        let expected = try defined(job)
        #expect(state.step == 12 && state.parameters.array == expected, "\(shards) replicas")
    }
}

private let kinds: [(LocalSteps, ElementType)] = [
    (LocalSteps(steps: 3), .float32), (LocalSteps(steps: 3), .bfloat16),
    (LocalSteps(steps: 3, innerState: .fresh), .int8),
    (LocalSteps(steps: 2, innerState: .averaged, outer: .momentum), .bfloat16),
    (LocalSteps(steps: 2, innerState: .fresh, outer: .momentum), .int8),
]

@Test(arguments: kinds)
func localStepsGiveTheSameBitsForAnyThreadsAndWhenResumed(local: LocalSteps, wire: ElementType) throws {
    let job = job(local, wire: wire, optimiser: adamw)
    let alone = try pretrainAlone(job, samples: SmallJob.samples)
    for threads in [2, 3] {
        let state = try pretrainAlone(job, samples: SmallJob.samples, threads: threads)
        #expect(sha256(of: state.parameters) == sha256(of: alone.parameters))
    }
    let folder = try TemporaryFolder()
    var state = TrainingState(startOf: job)
    let pool = LeafPool(job: job, samples: SmallJob.samples, threads: 1)
    while state.step < 12 {
        try TrainingCheckpoint(job: job, state: state).write(to: folder.path("part.safetensors"))
        state = try TrainingCheckpoint(reading: folder.path("part.safetensors")).state
        let sums = try pool.compute(leaves: 0..<5, round: state.round, parameters: state.published)
        #expect(sums[0].vector.count == job.exchangeCount)
        state.advance(sum: sums[0].vector)
    }
    #expect(sha256(of: state.parameters) == sha256(of: alone.parameters))
}

@Test func aCheckpointInTheMiddleOfARoundIsRefused() throws {
    let folder = try TemporaryFolder()
    let three = job(LocalSteps(steps: 3))
    try TrainingCheckpoint(job: three, state: try pretrainAlone(three, samples: SmallJob.samples))
        .write(to: folder.path("a.safetensors"))
    let file = try TensorFile(opening: folder.path("a.safetensors"))
    #expect(file.metadata["step"] == "12")
    let other = job(LocalSteps(steps: 4))
    #expect(other.differences(from: three) == ["local_steps 3 there, 4 here"])
}

@Test func secondMomentsStayAboveZeroAndLossesFall() throws {
    var losses: [Double] = []
    let job = job(LocalSteps(steps: 10, rateScale: 2), steps: 400, wire: .bfloat16)
    let state = try pretrainAlone(job, samples: SmallJob.samples) { losses.append($1) }
    #expect(losses.count == 40 && haveFallen(losses, over: 5))
    let count = state.parameters.count
    #expect(state.published.array.suffix(count).allSatisfy { $0 >= 0 })
    let figures = try job.figures(at: state.parameters, samples: SmallJob.samples, steps: 5, threads: 2)
    let untrained = try job.figures(at: job.initialParameters(), samples: SmallJob.samples, steps: 5)
    #expect(figures.count == job.figures.count && figures[0] < untrained[0])
}

@Test func localStepsThatCannotBeServedAreRefused() {
    func fault(_ change: (inout Job) -> Void) -> String {
        var job = job(LocalSteps(steps: 3))
        change(&job)
        do { try job.validate() } catch { return "\(error)" }
        return "valid"
    }
    #expect(fault { _ in } == "valid")
    #expect(
        fault { $0.steps = 13 }.hasSuffix(
            "local_steps is 3: use a number that divides the 13 steps of the job, like 1 or 13"))
    #expect(fault { $0.steps = 20 }.hasSuffix("20 steps of the job, like 2 or 4"))
    #expect(fault { $0.steps = 2 }.hasSuffix("2 steps of the job, like 2"))
    #expect(fault { $0.steps = 1_000_003 }.hasSuffix("of the job, like 1"))
    #expect(fault { $0.settings.exchange = .local(LocalSteps(steps: 0)) }.contains("local_steps"))
    #expect(fault { $0.settings.exchange = .local(LocalSteps(steps: 3, outerRate: 0)) }.contains("outer_rate"))
    #expect(fault { $0.settings.exchange = .local(LocalSteps(steps: 3, outerMomentum: 1)) }.contains("outer_momentum"))
    #expect(fault { $0.settings.exchange = .local(LocalSteps(steps: 3, rateScale: .nan)) }.contains("rate_scale"))
    #expect(fault { $0.settings.arithmetic.wire = .int8 }.contains("wire is int8: use float32 or bfloat16"))
}

@Test func aJobWithoutLocalStepsSaysNothingOfThem() throws {
    #expect(try !SmallJob.job().json.contains("exchange"))
    let local = job(LocalSteps(steps: 3, innerState: .fresh))
    #expect(try Job(json: local.json) == local)
}

@Test(arguments: kinds)
func aRoundMadeInPartsIsTheSameAndCanBeGivenUp(local: LocalSteps, wire: ElementType) throws {
    let job = job(local, wire: wire)
    let (count, pool) = (job.exchangeCount, LeafPool(job: job, samples: SmallJob.samples, threads: 1))
    var (whole, cut) = (TrainingState(startOf: job), TrainingState(startOf: job))
    for _ in 0..<job.rounds {
        let sum = try pool.compute(leaves: 0..<5, round: whole.round, parameters: whole.published)[0].vector
        let parts = stride(from: 0, to: count, by: 13).map { $0..<min($0 + 13, count) }
        func slice(_ part: Range<Int>) -> FloatBlock { FloatBlock(sum.array[part]) }
        for part in parts.prefix(7) { _ = cut.advance(part: part, sum: slice(part)) }
        cut.giveUpParts()
        for part in parts.reversed() {
            let made = cut.advance(part: part, sum: slice(part))
            #expect(made.count == part.count)
        }
        cut.finishParts()
        whole.advance(sum: sum)
        #expect(cut.published.array == whole.published.array)
    }
    #expect(cut.step == 12 && cut.parameters.array == whole.parameters.array)
}
