import Layers
public import Numerics
public import Signals

/// Computes shards' gradients by the one fixed sequence of operations that every worker goes through; one for each thread.
public final class ShardGradient {
    private let job: Job
    private let network: MLP
    private let task: any PretextTask
    private let workspace: MLP.Workspace
    private let rows: FloatBlock
    private var order: SampleOrder
    private let selection: [Int]?
    private let rounding: GradientRounding?

    /// A computer for the job's shards; everything it will ever need is allocated here.
    ///
    /// - Precondition: `job.fault` is nil, and so is the `ProductLibrary`'s for the job's products.
    public init(job: Job) {
        if let fault = job.fault { preconditionFailure(fault) }
        self.job = job
        network = job.network
        let originals = job.originalsPerShard
        task = ViewRecognition(
            settings: job.settings, rows: job.rows, columns: job.columns, outputs: network.sizes[network.layerCount],
            capacity: originals)
        let rowCount = task.rowCount(forOriginals: originals)
        workspace = MLP.Workspace(for: network, rows: rowCount, products: job.settings.products)
        rows = FloatBlock(count: rowCount * network.sizes[0])
        order = SampleOrder(
            seed: job.seed, sampleCount: job.trainedCount, shardsPerStep: job.shardsPerStep,
            originalsPerShard: originals)
        selection = job.selection
        rounding = job.gradientRounding
    }

    /// Computes one shard of one step on the calling thread.
    ///
    /// - Parameters:
    ///   - shard: in `0 ..< shardsPerStep`.
    ///   - step: counted from 0.
    ///   - samples: the dataset's samples.
    ///   - selection: where given, the samples that are trained on instead of the job's, and the order is one of its places.
    ///   - parameters: the network's parameters at this step.
    ///   - gradient: replaced by the shard's gradient.
    /// - Returns: the shard's sum, with `gradient` in it.
    public func compute(
        shard: Int, step: Int, samples: Samples, selection: [Int]? = nil, parameters: FloatBlock,
        into gradient: FloatBlock
    ) -> LeafSum {
        var originals = order.originals(step: step, shard: shard)
        if let selection = selection ?? self.selection { originals = originals.map { selection[$0] } }
        let sum = compute(
            originals: originals, shard: shard, samples: samples, parameters: parameters, into: gradient)
        rounding?.rounding(of: sum.leaves, step: step).round(gradient)
        return sum
    }

    private func compute(
        originals: [Int], shard: Int, samples: Samples, parameters: FloatBlock, into gradient: FloatBlock
    ) -> LeafSum {
        let rowCount = task.rowCount(forOriginals: originals.count)
        task.makeRows(of: samples, originals, into: rows.base)
        workspace.take(parameters: parameters)
        network.forward(rows.base, rows: rowCount, workspace)
        let last = network.layerCount - 1
        let (loss, correct) = task.loss(
            ofLogits: workspace.outputs[last].base, originals: originals.count, originalsPerStep: job.originalsPerStep,
            gradient: workspace.outputGradients[last].base)
        network.backward(rows.base, rows: rowCount, workspace, into: gradient.base)
        return LeafSum(leaves: shard..<shard + 1, vector: gradient, figures: [loss, Double(correct)])
    }

    /// The gradient of a made-up shard at made-up parameters: equal on two machines when their arithmetic is.
    ///
    /// Exercises the job's own network, task and sizes, so a library that chooses another kernel for these sizes shows.
    public func probe() -> FloatBlock {
        let count = job.originalsPerShard
        var draw = RandomSequence(seed: job.seed, stream: Stream.probe)
        let values = FloatBlock((0..<count * job.rows * job.columns).map { _ in Float(draw.normal()) })
        let samples = Samples(
            count: count, rows: job.rows, columns: job.columns, base: UnsafePointer(values.base), owner: values)
        let parameters = FloatBlock((0..<network.parameterCount).map { _ in Float(0.1 * draw.normal()) })
        let gradient = FloatBlock(count: network.parameterCount)
        _ = compute(
            originals: Array(0..<count), shard: 0, samples: samples, parameters: parameters, into: gradient)
        return gradient
    }
}

extension Job {
    /// The parameters before the first step: hidden weights from a normal distribution cut at two deviations, all else zero.
    ///
    /// Source: the published program; the output layer's zeros make the first outputs uniform.
    public func initialParameters() -> FloatBlock {
        let network = network
        let parameters = FloatBlock(count: network.parameterCount)
        for layer in 0..<network.layerCount - 1 {
            var draw = RandomSequence(seed: seed, stream: Stream.initialWeights + UInt64(layer))
            let start = network.offset(ofLayer: layer)
            for i in 0..<network.sizes[layer] * network.sizes[layer + 1] {
                parameters[start + i] = Float(settings.weightDeviation * draw.truncatedNormal())
            }
        }
        return parameters
    }
}
