import Checkpoints
import Encoders
import Layers
import Numerics
import TestKit
import Testing
import Upstream

/// A job whose exchange is delayed is what its page says.
@Suite struct OverlapTests {
    private func job(
        shards: Int = 5, steps: Int = 12, wire: ElementType = .float32, optimiser: OptimiserSettings? = nil,
        exchange: ExchangeSettings = .delayed
    ) -> Job {
        var job = SmallJob.job(shards: shards, steps: steps)
        job.settings.exchange = exchange
        job.settings.arithmetic.wire = wire
        if let optimiser { job.settings.optimiser = optimiser }
        return job
    }

    private static let adamw = OptimiserSettings.adamw(
        AdamWSettings(adam: AdamSettings(learningRate: 0.02), weightDecay: 0.1, warmupSteps: 3, schedule: .cosine))

    /// What the page says, in plain loops: parameters after each step, from those at the start on.
    ///
    /// Sums of gradients, and how parameters are rounded, are those of the job without overlap.
    private func defined(_ job: Job) throws -> [[Float]] {
        var plain = job
        plain.settings.exchange = .synchronous
        guard case .adam(let adam) = job.settings.optimiser else { return [] }
        let pool = LeafPool(job: plain, samples: SmallJob.samples, threads: 1)
        let count = job.network.parameterCount
        var after = [job.initialParameters().array]
        var (first, second) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
        let (b1, b2) = (Float(adam.beta1), Float(adam.beta2))
        for step in 0..<job.steps {
            // The parameters after one step less than are done, but for the first step, which has none less.
            let base = max(0, step - 1)
            let published = TrainingState(
                step: base, parameters: FloatBlock(after[base]),
                vectors: [FloatBlock(count: count), FloatBlock(count: count)], job: plain
            ).published
            let gradient = try pool.compute(leaves: 0..<job.shardsPerStep, round: step, parameters: published)[0].vector
            func correction(_ beta: Float) -> Float {
                Float(1 / (1 - (0...step).reduce(1.0) { power, _ in power * Double(beta) }))
            }
            let (scale1, scale2) = (correction(b1), correction(b2))
            var next = after[step]
            for i in 0..<count {
                let g = gradient[i]
                first[i] = b1 * first[i] + (1 - b1) * g
                second[i] = b2 * second[i] + (1 - b2) * (g * g)
                next[i] -=
                    Float(adam.learningRate) * (first[i] * scale1)
                    / ((second[i] * scale2).squareRoot() + Float(adam.epsilon))
            }
            after.append(next)
        }
        return after
    }

    @Test(arguments: [ElementType.float32, .bfloat16, .int8], [1, 2, 5])
    func overlapIsWhatItsPageSays(wire: ElementType, shards: Int) throws {
        let expected = try defined(job(shards: shards, wire: wire))
        for steps in [0, 1, 2, 3, 12] {
            let state = try pretrainAlone(job(shards: shards, steps: steps, wire: wire), samples: SmallJob.samples)
            #expect(state.step == steps && state.parameters.array == expected[steps], "\(steps) steps")
        }
    }

    @Test func theFirstStepIsThatWithoutOverlapAndLaterOnesAreNot() throws {
        let bits = try [1, 2].map { steps in
            try [ExchangeSettings.delayed, .synchronous].map { exchange in
                try pretrainAlone(job(steps: steps, exchange: exchange), samples: SmallJob.samples).parameters.array
            }
        }
        #expect(bits[0][0] == bits[0][1] && bits[1][0] != bits[1][1])
    }

    @Test(arguments: [ElementType.float32, .bfloat16, .int8])
    func anyThreadsAndACheckpointAfterEachStepGiveTheSameBits(wire: ElementType) throws {
        let job = job(wire: wire, optimiser: Self.adamw)
        let alone = try pretrainAlone(job, samples: SmallJob.samples)
        for threads in [2, 3] {
            let state = try pretrainAlone(job, samples: SmallJob.samples, threads: threads)
            #expect(sha256(of: state.parameters) == sha256(of: alone.parameters))
        }
        let folder = try TemporaryFolder()
        var state = TrainingState(startOf: job)
        let pool = LeafPool(job: job, samples: SmallJob.samples, threads: 1)
        while state.step < job.steps {
            let ahead = state.published(for: state.round + 1).array
            try TrainingCheckpoint(job: job, state: state).write(to: folder.path("part.safetensors"))
            state = try TrainingCheckpoint(reading: folder.path("part.safetensors")).state
            #expect(state.published(for: state.round + 1).array == ahead)
            let sum = try pool.compute(leaves: 0..<5, round: state.round, parameters: state.published)[0].vector
            state.advance(sum: sum)
            #expect(state.published.array == ahead, "what was published is what the next step is computed at")
        }
        #expect(sha256(of: state.parameters) == sha256(of: alone.parameters))
    }

    @Test(arguments: [ElementType.float32, .bfloat16, .int8])
    func aStepMadeInPartsInSharedMemoryIsTheSameAndCanBeGivenUp(wire: ElementType) throws {
        let job = job(wire: wire)
        let (count, pool) = (job.exchangeCount, LeafPool(job: job, samples: SmallJob.samples, threads: 1))
        var (whole, cut) = (TrainingState(startOf: job), TrainingState(startOf: job))
        cut.move(to: (0..<5).map { _ in FloatBlock(count: count) })
        for _ in 0..<job.rounds {
            let sum = try pool.compute(leaves: 0..<5, round: cut.round, parameters: cut.published)[0].vector
            let parts = stride(from: 0, to: count, by: 13).map { $0..<min($0 + 13, count) }
            func slice(_ part: Range<Int>) -> FloatBlock { FloatBlock(sum.array[part]) }
            for part in parts.prefix(4) { _ = cut.advance(part: part, sum: slice(part)) }
            cut.giveUpParts()
            let kept = cut.snapshot()
            var made: [Float] = []
            for part in parts { made += cut.advance(part: part, sum: slice(part)).array }
            cut.finishParts()
            let before = whole.published.array
            whole.advance(sum: sum)
            #expect(cut.published.array == whole.published.array && kept.published.array == before)
            // What is made goes to those who compute the step after the next one.
            #expect(made == whole.published(for: whole.round + 1).array)
        }
        #expect(cut.step == 12 && cut.parameters.array == whole.parameters.array)
    }

    @Test func jobsWithoutOverlapSayNothingOfItAndOthersAreToldApart() throws {
        let (plain, delayed) = (job(exchange: .synchronous), job())
        #expect(try !plain.json.contains("exchange") && Job(json: delayed.json) == delayed)
        #expect(try plain.digest != delayed.digest)
        #expect(delayed.differences(from: plain) == ["exchange synchronous there, delayed here"])
        #expect(delayed.roundsAtOnce == 2 && delayed.stateVectorCount == plain.stateVectorCount + 1)
    }

    @Test func lossesFall() throws {
        var losses: [Double] = []
        _ = try pretrainAlone(job(steps: 200, wire: .bfloat16), samples: SmallJob.samples) { losses.append($1) }
        #expect(haveFallen(losses, over: 20))
    }
}
