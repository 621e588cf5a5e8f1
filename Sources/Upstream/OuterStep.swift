import CKernels
import Numerics

/// Moves what is published by the replicas' mean change.
struct OuterStep: Sendable {
    private let local: LocalSteps
    private let replicaCount: Int
    private let parameterCount: Int
    /// Where in the published vector the optimiser's vectors are, and which can't be negative.
    private let inner: [(range: Range<Int>, isNeverNegative: Bool)]
    /// The outer velocity, as long as the parameters; nil where there is no momentum.
    ///
    /// The next step writes over it.
    let velocity: FloatBlock?

    /// The outer step of a job with local steps; with the velocity that was kept, or zeros.
    init(_ local: LocalSteps, of job: Job, velocity: FloatBlock? = nil) {
        (self.local, replicaCount, parameterCount) = (local, job.shardsPerStep, job.network.parameterCount)
        self.velocity = local.outer == .momentum ? velocity ?? FloatBlock(count: parameterCount) : nil
        let count = parameterCount
        inner =
            local.innerState == .fresh
            ? []
            : job.settings.optimiser.areNeverNegative.enumerated().map { place, isNeverNegative in
                ((place + 1) * count..<(place + 2) * count, isNeverNegative)
            }
    }

    private init(_ other: OuterStep, velocity: FloatBlock?) {
        (local, replicaCount, parameterCount) = (other.local, other.replicaCount, other.parameterCount)
        (inner, self.velocity) = (other.inner, velocity)
    }

    /// The same, with a velocity of its own.
    func copy() -> OuterStep {
        OuterStep(
            self,
            velocity: velocity.map { velocity in
                let copy = FloatBlock(uninitialised: velocity.count)
                copy.copy(from: velocity)
                return copy
            })
    }

    /// Makes a part of one step from `published` into `updated`, which may be the same, on up to `threads` threads; the
    /// bits depend neither on them nor on the parts.
    ///
    /// - Parameters:
    ///   - part: which values.
    ///   - published: what the replicas started from, as it is kept.
    ///   - change: the sum of all replicas' changes, the part alone.
    ///   - updated: gets the result.
    ///   - threads: the most threads to use.
    func update(
        part: Range<Int>, of published: FloatBlock, change: FloatBlock, into updated: FloatBlock, threads: Int
    ) {
        let whole = part
        let share = Float(1 / Double(replicaCount))
        let (rate, momentum) = (Float(local.outerRate), Float(local.outerMomentum))
        let own = part.clamped(to: 0..<parameterCount)
        inParts(of: own.count, threads: threads) { [velocity] part in
            let start = own.lowerBound + part.lowerBound
            if let velocity {
                kernel_nesterov(
                    updated.base + start, published.base + start, velocity.base + start,
                    change.base + start - whole.lowerBound, share,
                    rate, momentum, part.count)
            } else {
                kernel_add_scaled(
                    updated.base + start, published.base + start, change.base + start - whole.lowerBound, rate * share,
                    part.count)
            }
        }
        for (vector, isNeverNegative) in inner {
            let range = vector.clamped(to: whole)
            inParts(of: range.count, threads: threads) { part in
                let start = range.lowerBound + part.lowerBound
                let add = isNeverNegative ? kernel_add_scaled_above_zero : kernel_add_scaled
                add(
                    updated.base + start, published.base + start, change.base + start - whole.lowerBound, share,
                    part.count)
            }
        }
    }
}
