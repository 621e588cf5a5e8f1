public import Numerics

/// Parameters and what moves them: what an exchange changes, and all that a checkpoint has to keep.
public struct TrainingState: Sendable {
    /// What turns the sum of all leaves into the next parameters.
    private enum Mover: Sendable {
        /// The job's optimiser, where leaves are gradients.
        case optimiser(Optimiser)
        /// The outer step, where leaves are replicas' changes.
        case outer(OuterStep)

        func copy() -> Mover {
            switch self {
            case .optimiser(let optimiser): .optimiser(optimiser.copy())
            case .outer(let outer): .outer(outer.copy())
            }
        }

        /// The vectors that a part's step writes over.
        var overwritten: [FloatBlock] {
            switch self {
            case .optimiser(let optimiser): optimiser.vectors
            case .outer(let outer): outer.velocity.map { [$0] } ?? []
            }
        }

        func update(
            part: Range<Int>, of kept: FloatBlock, sum: FloatBlock, into updated: FloatBlock, threads: Int,
            passesOn: Bool
        ) {
            switch self {
            case .optimiser(let optimiser):
                optimiser.update(
                    part: part, of: kept, gradient: sum, into: updated, threads: threads, passesOn: passesOn)
            case .outer(let outer): outer.update(part: part, of: kept, change: sum, into: updated, threads: threads)
            }
        }

        mutating func countUpdate() {
            guard case .optimiser(var optimiser) = self else { return }
            optimiser.countUpdate()
            self = .optimiser(optimiser)
        }
    }

    /// What is kept of a step some of whose parts are made.
    private struct BegunStep: Sendable {
        let kept: FloatBlock
        /// Nil where that is `kept`.
        let rounded: FloatBlock?
        var parts: [Range<Int>] = []
    }

    /// Exchanges done.
    public private(set) var round: Int
    /// Steps done.
    public var step: Int { round * stepsPerRound }
    /// What the next exchange's leaves are computed from; never written to once it is here.
    ///
    /// `kept` itself, or that rounded to bfloat16 values where the job exchanges fewer bits than a float has; where the
    /// exchange is delayed, what either was a round before.
    public private(set) var published: FloatBlock
    /// What the leaves of the exchange after the next one are computed from, where they do not wait for it.
    private var publishedNext: FloatBlock?
    /// All that is published as it is kept: parameters, and with averaged inner state the optimiser's vectors.
    private var kept: FloatBlock
    private var mover: Mover
    private let parameterCount: Int
    private let stepsPerRound: Int
    private let rounding: ParameterRounding?
    /// The vectors that are written over, before the parts of a step that were made.
    private var undo: [FloatBlock] = []
    /// The next step, where a part of it is made.
    private var begun: BegunStep?
    private var pool = BlockPool(limit: 5)
    private var publishedPool = BlockPool(limit: 5)

    /// The state before a job's first step.
    public init(startOf job: Job) {
        let parameters = job.initialParameters()
        var vectors = job.stateVectorNames.map { _ in FloatBlock(count: parameters.count) }
        if job.roundsAtOnce > 1, let last = vectors.indices.last {
            // The first two rounds are computed from the same parameters.
            if let rounding = job.parameterRounding {
                rounding.rounding(at: 0).round(parameters, into: vectors[last])
            } else {
                vectors[last] = parameters
            }
        }
        self.init(step: 0, parameters: parameters, vectors: vectors, job: job)
    }

    /// A state of a job that was kept.
    ///
    /// - Precondition: there is a vector for each that the job's state has, each as long as the parameters, and the
    ///   step ends a round.
    public init(step: Int, parameters: FloatBlock, vectors: [FloatBlock], job: Job) {
        precondition(step % job.stepsPerRound == 0, "step \(step) ends no round of \(job.stepsPerRound)")
        precondition(vectors.count == job.stateVectorNames.count, "\(vectors.count) vectors of a state")
        (stepsPerRound, parameterCount) = (job.stepsPerRound, parameters.count)
        (round, rounding) = (step / job.stepsPerRound, job.parameterRounding)
        if let local = job.settings.exchange.localSteps {
            let innerCount = job.exchangeCount / parameters.count - 1
            kept = Self.joined([parameters] + vectors.prefix(innerCount))
            mover = .outer(OuterStep(local, of: job, velocity: vectors.dropFirst(innerCount).first))
        } else {
            kept = parameters
            let own = vectors.prefix(job.settings.optimiser.vectorNames.count)
            mover = .optimiser(Optimiser(of: job, vectors: Array(own), step: step))
        }
        published = kept
        publish()
        guard job.roundsAtOnce > 1, let before = vectors.last else { return }
        (publishedNext, published) = (round == 0 ? before : published, before)
    }

    private static func joined(_ blocks: [FloatBlock]) -> FloatBlock {
        if blocks.count == 1 { return blocks[0] }
        let joined = FloatBlock(uninitialised: blocks.reduce(0) { $0 + $1.count })
        var start = joined.base
        for block in blocks {
            start.update(from: block.base, count: block.count)
            start += block.count
        }
        return joined
    }

    private init(_ other: TrainingState, _ mover: Mover) {
        (round, published, kept, self.mover) = (other.round, other.published, other.kept, mover)
        publishedNext = other.publishedNext
        (parameterCount, stepsPerRound, rounding) = (other.parameterCount, other.stepsPerRound, other.rounding)
    }

    /// The parameters after these steps; never written to once they are here.
    public var parameters: FloatBlock {
        kept.count == parameterCount
            ? kept : FloatBlock(borrowing: kept.base, count: parameterCount, from: kept)
    }

    /// Whether no value of it is infinite or not a number; the squares of finite gradients may be.
    public func isFinite(threads: Int = 1) -> Bool {
        ([kept] + vectors).allSatisfy { $0.isFinite(threads: threads) }
    }

    /// What the leaves of a round are computed from; never written to once it is here.
    ///
    /// - Precondition: it is the next round, or where the exchange is delayed the one after it.
    public func published(for round: Int) -> FloatBlock {
        if round == self.round { return published }
        guard let publishedNext, round == self.round + 1 else {
            preconditionFailure("parameters of round \(round), where \(self.round) is the next")
        }
        return publishedNext
    }

    /// What the state has beside the parameters, in the order of its names; the next step may write over it.
    var vectors: [FloatBlock] {
        switch mover {
        case .optimiser(let optimiser): return optimiser.vectors + (publishedNext == nil ? [] : [published])
        case .outer(let outer):
            let starts = stride(from: parameterCount, to: kept.count, by: parameterCount)
            return starts.map { FloatBlock(borrowing: kept.base + $0, count: parameterCount, from: kept) }
                + (outer.velocity.map { [$0] } ?? [])
        }
    }

    /// Makes the next exchange's step with the sum of all leaves, as long as what is published.
    ///
    /// The new parameters go to memory that nobody else holds: the old ones may still be on their way to a worker. The
    /// work runs on up to `threads` threads; the bits do not depend on it.
    public mutating func advance(sum: FloatBlock, threads: Int = 1) {
        let updated = pool.take(count: kept.count)
        mover.update(
            part: 0..<kept.count, of: kept, sum: sum, into: updated, threads: threads, passesOn: rounding == nil)
        mover.countUpdate()
        kept = updated
        round += 1
        publish()
    }

    // MARK: - A step in parts

    /// Makes a part of the next step, with the sum of all leaves' parts; each part once, in any order.
    ///
    /// - Parameters:
    ///   - part: which values.
    ///   - sum: as long as the part.
    ///   - threads: as for `advance(sum:)`.
    /// - Returns: the part of what will be published; never written to again, unless the step is given up.
    public mutating func advance(part: Range<Int>, sum: FloatBlock, threads: Int = 1) -> FloatBlock {
        let count = kept.count
        var step =
            begun
            ?? BegunStep(
                kept: pool.take(count: count), rounded: rounding == nil ? nil : publishedPool.take(count: count))
        for (old, vector) in zip(undoVectors(), mover.overwritten) {
            let places = part.clamped(to: 0..<vector.count)
            (old.base + places.lowerBound).update(from: vector.base + places.lowerBound, count: places.count)
        }
        step.parts.append(part)
        mover.update(
            part: part, of: kept, sum: sum, into: step.kept, threads: threads, passesOn: rounding == nil)
        begun = step
        func slice(_ block: FloatBlock) -> FloatBlock {
            FloatBlock(borrowing: block.base + part.lowerBound, count: part.count, from: block)
        }
        guard let rounding, let whole = step.rounded else { return slice(step.kept) }
        let rounded = slice(whole)
        rounding.rounding(at: round + 1).from(part.lowerBound).round(slice(step.kept), into: rounded)
        return rounded
    }

    /// All parts of the step are made: it is done.
    ///
    /// - Precondition: they are.
    public mutating func finishParts() {
        guard let begun else { preconditionFailure("a step without parts") }
        precondition(begun.parts.reduce(0) { $0 + $1.count } == kept.count, "parts \(begun.parts) of a step")
        (kept, self.begun) = (begun.kept, nil)
        publish(begun.rounded ?? begun.kept)
        mover.countUpdate()
        round += 1
    }

    /// Gives the step up whose parts were made so far, as if it had never begun.
    public mutating func giveUpParts() {
        for (old, vector) in zip(undo, mover.overwritten) {
            for part in begun?.parts ?? [] {
                let places = part.clamped(to: 0..<vector.count)
                (vector.base + places.lowerBound).update(from: old.base + places.lowerBound, count: places.count)
            }
        }
        begun = nil
    }

    /// Memory for the vectors that are written over, as they were.
    private mutating func undoVectors() -> [FloatBlock] {
        if undo.isEmpty { undo = mover.overwritten.map { FloatBlock(uninitialised: $0.count) } }
        return undo
    }

    private mutating func publish() {
        guard let rounding else { return publish(kept) }
        let rounded = publishedPool.take(count: kept.count)
        rounding.rounding(at: round).round(kept, into: rounded)
        publish(rounded)
    }

    private mutating func publish(_ block: FloatBlock) {
        if let next = publishedNext {
            (published, publishedNext) = (next, block)
        } else {
            published = block
        }
    }

    /// Moves what is published into the first of these blocks, and lets the next steps write theirs to the others in
    /// turn.
    ///
    /// - Precondition: there are three blocks at least, and five where the exchange is delayed, each as long as what is
    ///   published, and nobody else writes to them.
    public mutating func move(to blocks: [FloatBlock]) {
        precondition(blocks.count >= (publishedNext == nil ? 3 : 5), "\(blocks.count) blocks for parameters")
        blocks[0].copy(from: published)
        published = blocks[0]
        if let next = publishedNext {
            blocks[1].copy(from: next)
            publishedNext = blocks[1]
        }
        let pool = BlockPool(blocks, limit: 5)
        if rounding == nil { (kept, self.pool) = (publishedNext ?? published, pool) } else { publishedPool = pool }
    }

    /// A copy whose vectors no later step writes over.
    ///
    /// - Precondition: no parts of a step are made.
    public func snapshot() -> TrainingState {
        precondition(begun == nil, "a copy in the middle of the exchange after step \(step)")
        return TrainingState(self, mover.copy())
    }
}
