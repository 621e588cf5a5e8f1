import Foundation
import Layers
public import Numerics

/// Parameters and optimiser: what a step changes, and all that a checkpoint has to keep.
public struct TrainingState: Sendable {
    /// Steps done.
    public private(set) var step: Int
    /// The parameters that the next step starts from; never written to once they are here.
    public private(set) var parameters: FloatBlock
    private var adam: Adam
    private var spare: [FloatBlock] = []

    /// The state before a job's first step.
    public init(startOf job: Job) {
        step = 0
        parameters = job.initialParameters()
        adam = Adam(parameterCount: parameters.count, settings: job.settings.adam)
    }

    /// A state that was kept.
    public init(
        step: Int, parameters: FloatBlock, firstMoment: FloatBlock, secondMoment: FloatBlock, settings: UpstreamSettings
    ) {
        self.step = step
        self.parameters = parameters
        adam = Adam(settings: settings.adam, firstMoment: firstMoment, secondMoment: secondMoment, step: step)
    }

    /// The optimiser's first moment; the next step writes over it.
    public var firstMoment: FloatBlock { adam.firstMoment }

    /// The optimiser's second moment; the next step writes over it.
    public var secondMoment: FloatBlock { adam.secondMoment }

    /// Makes the next step with the sum of all shards' gradients.
    ///
    /// The new parameters go to memory that nobody else holds: the old ones may still be on their way to a worker.
    public mutating func advance(gradient: FloatBlock) {
        let free = spare.indices.first { isKnownUniquelyReferenced(&spare[$0]) }
        let updated = free.map { spare.remove(at: $0) } ?? FloatBlock(count: parameters.count)
        adam.update(parameters, gradient: gradient, into: updated)
        spare.append(parameters)
        if spare.count > 4 { spare.removeFirst() }
        parameters = updated
        step += 1
    }

    /// Moves the parameters into the first of these blocks, and lets the next steps write theirs to the others in turn.
    ///
    /// - Precondition: there are three blocks or four, each as long as the parameters, and nobody else writes to them.
    public mutating func move(to blocks: [FloatBlock]) {
        precondition((3...4).contains(blocks.count), "\(blocks.count) blocks for parameters")
        blocks[0].copy(from: parameters)
        parameters = blocks[0]
        spare = Array(blocks.dropFirst())
    }

    /// A copy whose optimiser no later step writes over.
    public func snapshot(settings: UpstreamSettings) -> TrainingState {
        let (first, second) = (FloatBlock(count: parameters.count), FloatBlock(count: parameters.count))
        first.copy(from: adam.firstMoment)
        second.copy(from: adam.secondMoment)
        return TrainingState(
            step: step, parameters: parameters, firstMoment: first, secondMoment: second, settings: settings)
    }
}
