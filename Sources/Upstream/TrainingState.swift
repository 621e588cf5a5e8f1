import Foundation
import Layers
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
    private var adam: Adam
    private let rounding: ParameterRounding?
    private var pool = BlockPool(limit: 5)
    private var publishedPool = BlockPool(limit: 5)

    /// The state before a job's first step.
    public init(startOf job: Job) {
        let parameters = job.initialParameters()
        self.init(
            step: 0, parameters: parameters, Adam(parameterCount: parameters.count, settings: job.settings.adam),
            job.parameterRounding)
    }

    /// A state of a job that was kept.
    public init(step: Int, parameters: FloatBlock, firstMoment: FloatBlock, secondMoment: FloatBlock, job: Job) {
        let adam = Adam(
            settings: job.settings.adam, firstMoment: firstMoment, secondMoment: secondMoment, step: step)
        self.init(step: step, parameters: parameters, adam, job.parameterRounding)
    }

    private init(step: Int, parameters: FloatBlock, _ adam: Adam, _ rounding: ParameterRounding?) {
        (self.step, self.parameters, self.adam, self.rounding) = (step, parameters, adam, rounding)
        published = parameters
        publish()
    }

    /// The optimiser's first moment; the next step writes over it.
    public var firstMoment: FloatBlock { adam.firstMoment }

    /// The optimiser's second moment; the next step writes over it.
    public var secondMoment: FloatBlock { adam.secondMoment }

    /// Makes the next step with the sum of all shards' gradients.
    ///
    /// The new parameters go to memory that nobody else holds: the old ones may still be on their way to a worker. The optimiser runs
    /// on up to `threads` threads; the bits do not depend on it.
    public mutating func advance(gradient: FloatBlock, threads: Int = 1) {
        let updated = pool.take(count: parameters.count)
        adam.update(parameters, gradient: gradient, into: updated, threads: threads)
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

    /// Moves the published parameters into the first of these blocks, and lets the next steps write theirs to the others in turn.
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
        TrainingState(step: step, parameters: parameters, adam.copy(), rounding)
    }
}
