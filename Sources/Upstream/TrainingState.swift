public import Numerics

/// Parameters and optimiser: what a step changes, and all that a checkpoint has to keep.
public struct TrainingState: Sendable {
    /// Steps done.
    public private(set) var step: Int
    /// The parameters after these steps; never written to once they are here.
    public private(set) var parameters: FloatBlock
    /// The parameters that the next step's gradients are computed at; never written to once they are here.
    ///
    /// They are `parameters` themselves, or those rounded to bfloat16 values where the job exchanges such.
    public private(set) var published: FloatBlock
    private var optimiser: Optimiser
    private let rounding: ParameterRounding?
    private var pool = BlockPool(limit: 5)
    private var publishedPool = BlockPool(limit: 5)

    /// The state before a job's first step.
    public init(startOf job: Job) {
        let parameters = job.initialParameters()
        self.init(
            step: 0, parameters: parameters,
            Optimiser(startOf: job), job.parameterRounding)
    }

    /// A state of a job that was kept.
    ///
    /// - Precondition: there is a vector for each name of the job's optimiser, each as long as the parameters.
    public init(step: Int, parameters: FloatBlock, vectors: [FloatBlock], job: Job) {
        let optimiser = Optimiser(of: job, vectors: vectors, step: step)
        self.init(step: step, parameters: parameters, optimiser, job.parameterRounding)
    }

    private init(step: Int, parameters: FloatBlock, _ optimiser: Optimiser, _ rounding: ParameterRounding?) {
        (self.step, self.parameters, self.optimiser, self.rounding) = (step, parameters, optimiser, rounding)
        published = parameters
        publish()
    }

    /// What the optimiser keeps from step to step, in the order of its vectors' names; the next step writes over it.
    public var optimiserVectors: [FloatBlock] { optimiser.vectors }

    /// Makes the next step with the sum of all leaves.
    ///
    /// The new parameters go to memory that nobody else holds: the old ones may still be on their way to a worker. The
    /// optimiser runs on up to `threads` threads; the bits do not depend on it.
    public mutating func advance(gradient: FloatBlock, threads: Int = 1) {
        let updated = pool.take(count: parameters.count)
        optimiser.update(parameters, gradient: gradient, into: updated, threads: threads)
        parameters = updated
        step += 1
        publish()
    }

    private mutating func publish() {
        guard let rounding else { return published = parameters }
        let rounded = publishedPool.take(count: parameters.count)
        rounding.rounding(at: step).round(parameters, into: rounded)
        published = rounded
    }

    /// Moves the published parameters into the first of these blocks, and lets the next steps write theirs to the
    /// others in turn.
    ///
    /// - Precondition: there are three blocks or four, each as long as the parameters, and nobody else writes to them.
    public mutating func move(to blocks: [FloatBlock]) {
        precondition((3...4).contains(blocks.count), "\(blocks.count) blocks for parameters")
        blocks[0].copy(from: published)
        published = blocks[0]
        let pool = BlockPool(blocks, limit: 5)
        if rounding == nil { (parameters, self.pool) = (published, pool) } else { publishedPool = pool }
    }

    /// A copy whose optimiser no later step writes over.
    public func snapshot() -> TrainingState {
        TrainingState(step: step, parameters: parameters, optimiser.copy(), rounding)
    }
}
