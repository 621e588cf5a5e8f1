import CKernels
import Numerics
import Signals

/// Computes what a replica's own steps of a round change; one for each thread.
///
/// Replica r takes shard r of each step of the round.
final class ReplicaSteps: LeafWork {
    private let job: Job
    private let local: LocalSteps
    private let gradients: ShardGradient
    private let parameterCount: Int
    /// The parameters, and the memory of the next ones: a pass takes those of one block for the same.
    private var parameters: (now: FloatBlock, next: FloatBlock)
    private let vectors: [FloatBlock]
    private let gradient: FloatBlock
    private let rounding: GradientRounding?

    /// A computer for the replicas of a job with local steps; everything it will ever need is allocated here.
    ///
    /// - Precondition: the job is valid, and its arithmetic has no fault here.
    init(job: Job, local: LocalSteps) {
        (self.job, self.local, rounding) = (job, local, job.sumRounding)
        gradients = ShardGradient(job: job)
        let count = job.network.parameterCount
        parameterCount = count
        parameters = (FloatBlock(count: count), FloatBlock(count: count))
        gradient = FloatBlock(count: count)
        vectors = job.settings.optimiser.vectorNames.map { _ in FloatBlock(count: count) }
    }

    func compute(
        leaf replica: Int, round: Int, samples: PreparedSamples, parameters published: FloatBlock,
        into change: FloatBlock
    ) -> LeafSum {
        let (count, first) = (parameterCount, round * local.steps)
        parameters.now.base.update(from: published.base, count: count)
        let keepsVectors = local.innerState == .averaged
        for (place, vector) in vectors.enumerated() {
            if keepsVectors {
                vector.base.update(from: published.base + (place + 1) * count, count: count)
            } else {
                vector.base.update(repeating: 0, count: count)
            }
        }
        var optimiser = Optimiser(of: job, vectors: vectors, step: first, forgotten: keepsVectors ? 0 : first)
        var figures: [Double] = []
        for step in first..<first + local.steps {
            let found = gradients.gradient(
                ofShard: replica, step: step, samples: samples, parameters: parameters.now, into: gradient)
            figures = figures.isEmpty ? found : zip(figures, found).map { $0 + $1 }
            optimiser.update(parameters.now, gradient: gradient, into: parameters.next)
            parameters = (parameters.next, parameters.now)
        }
        kernel_subtract(change.base, parameters.now.base, published.base, count)
        if keepsVectors {
            for (place, vector) in vectors.enumerated() {
                let start = (place + 1) * count
                kernel_subtract(change.base + start, vector.base, published.base + start, count)
            }
        }
        let leaves = replica..<replica + 1
        rounding?.rounding(of: leaves, round: round).round(change)
        // A round's figures are means over replicas and their steps.
        let share = 1 / Double(local.steps * job.shardsPerStep)
        return LeafSum(leaves: leaves, vector: change, figures: figures.map { $0 * share })
    }
}
