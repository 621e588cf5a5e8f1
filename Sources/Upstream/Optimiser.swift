public import Layers
public import Numerics

/// An optimiser with what it keeps from step to step.
public enum Optimiser: Sendable {
    /// Adam.
    case adam(Adam)

    /// One that has made no step.
    public init(_ settings: OptimiserSettings, parameterCount: Int) {
        self.init(settings, vectors: settings.vectorNames.map { _ in FloatBlock(count: parameterCount) }, step: 0)
    }

    /// One that goes on after `step` steps.
    ///
    /// - Precondition: there is a vector for each of the settings' names, all of one length.
    public init(_ settings: OptimiserSettings, vectors: [FloatBlock], step: Int) {
        precondition(
            vectors.count == settings.vectorNames.count, "\(vectors.count) vectors for \(settings.vectorNames)")
        switch settings {
        case .adam(let settings):
            self = .adam(Adam(settings: settings, firstMoment: vectors[0], secondMoment: vectors[1], step: step))
        }
    }

    /// The vectors that it keeps, in the order of its settings' names; the next step writes over them.
    public var vectors: [FloatBlock] {
        switch self {
        case .adam(let adam): [adam.firstMoment, adam.secondMoment]
        }
    }

    /// The same, with vectors of its own.
    public func copy() -> Optimiser {
        switch self {
        case .adam(let adam): .adam(adam.copy())
        }
    }

    /// Makes one step from `parameters` into `updated`, on up to `threads` threads; the bits do not depend on them.
    ///
    /// - Precondition: all three are as long as the vectors.
    public mutating func update(
        _ parameters: FloatBlock, gradient: FloatBlock, into updated: FloatBlock, threads: Int = 1
    ) {
        switch self {
        case .adam(var adam):
            adam.update(parameters, gradient: gradient, into: updated, threads: threads)
            self = .adam(adam)
        }
    }
}
