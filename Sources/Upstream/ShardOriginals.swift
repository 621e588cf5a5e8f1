/// Which samples the shards of a job read: their originals, and what its task reads beside them.
///
/// A value that whoever computes a shard and whoever brings the samples to it both have, so both know the same.
public struct ShardOriginals: Sendable {
    private let task: any TaskKind
    private let seed: UInt64
    private let originalsPerStep: Int
    private let groups: SampleGroups?
    private let trainedSamples: TrainedSamples?
    private var order: any PlacesOfShards

    /// The originals of a job.
    ///
    /// - Precondition: the job is valid.
    public init(_ job: Job) {
        (task, groups) = (job.settings.task.choice, job.groups)
        (seed, originalsPerStep, trainedSamples) = (job.seed, job.originalsPerStep, job.trainedSamples)
        let (shards, perShard) = (job.shardsPerStep, job.originalsPerShard)
        if let groups, task.order != .samples {
            order = GroupOrder(
                seed: seed, groups: groups, order: task.order, shardsPerStep: shards, originalsPerShard: perShard,
                blocks: job.orderBlocks)
        } else if let blocks = job.orderBlocks {
            order = BlockwiseOrder(
                seed: seed, count: job.trainedCount, blocks: blocks, shardsPerStep: shards, perShard: perShard)
        } else {
            order = SampleOrder(
                seed: seed, sampleCount: job.trainedCount, shardsPerStep: shards, originalsPerShard: perShard)
        }
    }

    /// The originals of a shard in one step, in their order, as numbers among all samples.
    public mutating func originals(step: Int, shard: Int) -> [Int] {
        let places = order.places(step: step, shard: shard)
        return trainedSamples.map { samples in places.map { samples[$0] } } ?? places
    }

    /// Every sample that a shard reads in one step, in the order in which its task does; some may be there twice.
    public mutating func samples(step: Int, shard: Int) -> [Int] {
        let place = LeafPlace(seed: seed, step: step, shard: shard, originalsPerStep: originalsPerStep)
        return task.samples(of: originals(step: step, shard: shard), at: place, groups: groups)
    }

    /// Every sample that some shards read in some steps, each once, in rising order.
    public mutating func samples(steps: Range<Int>, shards: Range<Int>) -> [Int] {
        var found: [Int] = []
        for step in steps { for shard in shards { found += samples(step: step, shard: shard) } }
        found.sort()
        var last = -1
        return found.filter { sample in
            defer { last = sample }
            return sample != last
        }
    }
}

/// An order in which the shards of a job take their originals.
protocol PlacesOfShards: Sendable {
    /// The originals of a shard in one step, in their order, as places among those that are trained on.
    mutating func places(step: Int, shard: Int) -> [Int]
}

extension SampleOrder: PlacesOfShards {}
extension GroupOrder: PlacesOfShards {}
extension BlockwiseOrder: PlacesOfShards {}
