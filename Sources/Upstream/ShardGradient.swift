import Encoders
public import Numerics
public import Signals

/// Computes shards' gradients by the one fixed sequence of operations that every worker goes through; one for each
/// thread.
public final class ShardGradient: LeafWork {
    private let job: Job
    private let parameterCount: Int
    private let task: any PretextTask
    private let pass: HeadedPass
    private let rowsPerOriginal: Int
    private let rows: FloatBlock
    private var originals: ShardOriginals
    private let rounding: GradientRounding?

    /// A computer for the job's shards; everything it will ever need is allocated here.
    ///
    /// - Precondition: the job is valid, and its arithmetic has no fault here.
    public init(job: Job) {
        do { try job.validate() } catch { preconditionFailure("\(error)") }
        self.job = job
        let (network, originals) = (job.network, job.originalsPerShard)
        parameterCount = network.parameterCount
        let (kind, groups, shape) = (job.settings.task.choice, job.groups, job.preparedShape)
        task = kind.makeTask(
            TaskSurroundings(
                rows: shape.rows, columns: shape.columns, capacity: originals, augmentation: job.settings.augmentation,
                groups: groups))
        rowsPerOriginal = kind.rowsPerOriginal
        let rowCount = rowsPerOriginal * originals
        pass = network.makePass(rows: rowCount, arithmetic: job.settings.arithmetic)
        rows = FloatBlock(count: rowCount * network.inputCount)
        self.originals = ShardOriginals(job)
        rounding = job.sumRounding
    }

    /// Computes the gradient of one shard of one round.
    public func compute(
        leaf shard: Int, round: Int, samples: PreparedSamples, parameters: FloatBlock, into gradient: FloatBlock
    ) -> LeafSum {
        let figures = self.gradient(
            ofShard: shard, step: round, samples: samples, parameters: parameters, into: gradient)
        let leaves = shard..<shard + 1
        rounding?.rounding(of: leaves, round: round).round(gradient)
        return LeafSum(leaves: leaves, vector: gradient, figures: figures)
    }

    /// The gradient of one shard of one step as it is, and its figures: a part of the step's, or, where the job has
    /// local steps, that of the shard alone.
    public func gradient(
        ofShard shard: Int, step: Int, samples: PreparedSamples, parameters: FloatBlock, into gradient: FloatBlock
    ) -> [Double] {
        compute(
            originals: originals.originals(step: step, shard: shard), shard: shard, step: step, samples: samples,
            parameters: parameters, into: gradient)
    }

    private func compute(
        originals: [Int], shard: Int, step: Int, samples: PreparedSamples, parameters: FloatBlock,
        into gradient: FloatBlock
    ) -> [Double] {
        let place = LeafPlace(seed: job.seed, step: step, shard: shard, originalsPerStep: job.originalsPerGradient)
        let rowCount = rowsPerOriginal * originals.count
        task.makeRows(of: samples, originals, at: place, into: rows.base)
        pass.take(parameters: parameters)
        let outputs = pass.forward(rows.base, rows: rowCount)
        let figures = task.figures(
            ofOutputs: outputs, originals: originals.count, at: place, gradient: pass.outputGradient)
        pass.backward(rows.base, rows: rowCount, into: gradient.base)
        return figures
    }

    /// The gradient of a made-up shard at made-up parameters.
    public func probe() -> FloatBlock {
        let count = job.originalsPerShard
        var draw = RandomSequence(seed: job.seed, stream: Stream.probe)
        let values = FloatBlock((0..<count * job.rows * job.columns).map { _ in Float(draw.normal()) })
        let samples = Samples(
            count: count, rows: job.rows, columns: job.columns, base: UnsafePointer(values.base), owner: values)
        let parameters = FloatBlock((0..<parameterCount).map { _ in Float(0.1 * draw.normal()) })
        let gradient = FloatBlock(count: parameterCount)
        _ = compute(
            originals: Array(0..<count), shard: 0, step: 0, samples: job.prepared(samples, threads: 1),
            parameters: parameters, into: gradient)
        return gradient
    }
}
