public import Layers
public import Numerics

/// An optimiser with what it keeps from step to step.
public enum Optimiser: Sendable {
    /// Adam.
    case adam(Adam)
    /// Adam with a schedule and decoupled weight decay.
    case adamw(AdamW)

    /// A job's, that goes on after `step` steps, of which its vectors know all but the first `forgotten`.
    ///
    /// - Precondition: there is a vector for each of the settings' names, all of one length.
    public init(of job: Job, vectors: [FloatBlock], step: Int, forgotten: Int = 0) {
        let (settings, known) = (job.settings.innerOptimiser, step - forgotten)
        precondition(
            vectors.count == settings.vectorNames.count, "\(vectors.count) vectors for \(settings.vectorNames)")
        switch settings {
        case .adam(let settings):
            self = .adam(Adam(settings: settings, firstMoment: vectors[0], secondMoment: vectors[1], step: known))
        case .adamw(let settings):
            self = .adamw(
                AdamW(
                    settings: settings,
                    adam: Adam(
                        settings: settings.adam, firstMoment: vectors[0], secondMoment: vectors[1], step: known),
                    matrices: job.network.parts.filter { $0.shape.count > 1 }.map { $0.offset..<$0.end },
                    stepCount: job.steps, earlierSteps: forgotten))
        }
    }

    /// The vectors that it keeps, in the order of its settings' names; the next step writes over them.
    public var vectors: [FloatBlock] {
        switch self {
        case .adam(let adam): [adam.firstMoment, adam.secondMoment]
        case .adamw(let adamw): [adamw.adam.firstMoment, adamw.adam.secondMoment]
        }
    }

    /// The same, with vectors of its own.
    public func copy() -> Optimiser {
        switch self {
        case .adam(let adam): .adam(adam.copy())
        case .adamw(let adamw): .adamw(adamw.copy())
        }
    }

    /// Makes one step from `parameters` into `updated`, on up to `threads` threads; the bits do not depend on them.
    ///
    /// - Precondition: all three are as long as the vectors.
    public mutating func update(
        _ parameters: FloatBlock, gradient: FloatBlock, into updated: FloatBlock, threads: Int = 1
    ) {
        update(part: 0..<parameters.count, of: parameters, gradient: gradient, into: updated, threads: threads)
        countUpdate()
    }

    /// Makes a part of the next step, with the part's gradient alone; once all parts are made, `countUpdate` is due.
    ///
    /// With `passesOn` the results go past this processor's caches: for other processors, which read them next.
    ///
    /// - Precondition: parameters and results are as long as the vectors.
    public func update(
        part: Range<Int>, of parameters: FloatBlock, gradient: FloatBlock, into updated: FloatBlock, threads: Int = 1,
        passesOn: Bool = false
    ) {
        switch self {
        case .adam(let adam):
            adam.update(
                part: part, of: parameters, gradient: gradient, into: updated, threads: threads, passesOn: passesOn)
        case .adamw(let adamw):
            adamw.update(
                part: part, of: parameters, gradient: gradient, into: updated, threads: threads, passesOn: passesOn)
        }
    }

    /// All parts of a step are made.
    public mutating func countUpdate() {
        switch self {
        case .adam(var adam):
            adam.countUpdate()
            self = .adam(adam)
        case .adamw(var adamw):
            adamw.countUpdate()
            self = .adamw(adamw)
        }
    }
}
