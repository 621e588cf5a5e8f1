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
    /// The optimiser's vectors before the parts of a step that were made.
    private var undo: [FloatBlock] = []
    /// The next step, where a part of it is made.
    private var begun: BegunStep?
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

    // MARK: - A step in parts

    /// What is kept of a step some of whose parts are made.
    private struct BegunStep: Sendable {
        let parameters: FloatBlock
        /// Nil where that is `parameters`.
        let rounded: FloatBlock?
        var parts: [Range<Int>] = []
    }

    /// Makes a part of the next step, with the sum of all leaves' parts; each part once, in any order.
    ///
    /// - Parameters:
    ///   - part: which values.
    ///   - sum: as long as the part.
    ///   - threads: as for `advance(gradient:)`.
    /// - Returns: the part of what will be published; never written to again, unless the step is given up.
    public mutating func advance(part: Range<Int>, sum: FloatBlock, threads: Int = 1) -> FloatBlock {
        let count = parameters.count
        var step =
            begun
            ?? BegunStep(
                parameters: pool.take(count: count),
                rounded: rounding == nil ? nil : publishedPool.take(count: count))
        for (kept, vector) in zip(undoVectors(), optimiserVectors) {
            (kept.base + part.lowerBound).update(from: vector.base + part.lowerBound, count: part.count)
        }
        step.parts.append(part)
        optimiser.update(part: part, of: parameters, gradient: sum, into: step.parameters, threads: threads)
        begun = step
        func slice(_ block: FloatBlock) -> FloatBlock {
            FloatBlock(borrowing: block.base + part.lowerBound, count: part.count, from: block)
        }
        guard let rounding, let whole = step.rounded else { return slice(step.parameters) }
        let rounded = slice(whole)
        rounding.rounding(at: self.step + 1).from(part.lowerBound).round(slice(step.parameters), into: rounded)
        return rounded
    }

    /// All parts of the step are made: it is done.
    ///
    /// - Precondition: they are.
    public mutating func finishParts() {
        guard let begun else { preconditionFailure("a step without parts") }
        precondition(begun.parts.reduce(0) { $0 + $1.count } == parameters.count, "parts \(begun.parts) of a step")
        (parameters, self.begun) = (begun.parameters, nil)
        published = begun.rounded ?? begun.parameters
        optimiser.countUpdate()
        step += 1
    }

    /// Gives the step up whose parts were made so far, as if it had never begun.
    public mutating func giveUpParts() {
        for (kept, vector) in zip(undo, optimiserVectors) {
            for part in begun?.parts ?? [] {
                (vector.base + part.lowerBound).update(from: kept.base + part.lowerBound, count: part.count)
            }
        }
        begun = nil
    }

    /// Memory for the optimiser's vectors as they were.
    private mutating func undoVectors() -> [FloatBlock] {
        if undo.isEmpty { undo = optimiserVectors.map { FloatBlock(uninitialised: $0.count) } }
        return undo
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
    ///
    /// - Precondition: no parts of a step are made.
    public func snapshot() -> TrainingState {
        precondition(begun == nil, "a copy in the middle of step \(step)")
        return TrainingState(step: step, parameters: parameters, optimiser.copy(), rounding)
    }
}
