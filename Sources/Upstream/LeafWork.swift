public import Numerics
public import Signals

/// What is computed for one leaf of a round's tree from the published parameters; a value for each thread.
///
/// Tree, wire and ledger know leaves and their sums, not what a leaf is: one shard's gradient, or what a replica's own
/// steps changed. Whoever computes a leaf gets the same bits.
public protocol LeafWork: AnyObject {
    /// Computes one leaf of one round on the calling thread.
    ///
    /// - Parameters:
    ///   - leaf: from 0, below the job's number of leaves.
    ///   - round: counted from 0; the number of its one step, or with local steps of all that it has.
    ///   - samples: the dataset's samples, prepared.
    ///   - parameters: what is published at this round.
    ///   - vector: replaced by the leaf's vector.
    /// - Returns: the leaf's sum, with `vector` in it.
    func compute(
        leaf: Int, round: Int, samples: PreparedSamples, parameters: FloatBlock, into vector: FloatBlock
    ) -> LeafSum
}

extension Job {
    /// What computes the job's leaves, for one thread; everything that it will ever need is allocated here.
    ///
    /// - Precondition: the job is valid, and its arithmetic has no fault here.
    public func makeLeafWork() -> any LeafWork {
        if let local = settings.exchange.localSteps { return ReplicaSteps(job: self, local: local) }
        return ShardGradient(job: self)
    }

    /// The vector of a made-up leaf at made-up parameters: equal on two machines when their arithmetic is.
    ///
    /// Exercises the job's own network, task and sizes, so a library that chooses another kernel for these sizes shows.
    ///
    /// - Precondition: the job is valid, and its arithmetic has no fault here.
    public func probe() -> FloatBlock {
        // The made-up samples of the leaf are a recording; the job's own are others.
        var probed = self
        (probed.sampleCount, probed.excludedSamples) = (originalsPerStep, [])
        if recordings != nil {
            // Two recordings of one person, for tasks that tell recordings apart; what is beyond the leaf is another's.
            // A step of two samples alone would be two recordings of one, of which nothing could be told apart.
            let isOne = originalsPerStep == 2 && settings.task.choice.order == .recordings(size: 2)
            let bounds = [0, isOne ? 2 : (originalsPerShard + 1) / 2, originalsPerShard]
            let starts = Set(bounds).filter { $0 < originalsPerStep }.sorted()
            probed.recordings = RecordingBounds(
                starts: starts, subjects: starts.map { $0 < originalsPerShard ? 0 : 1 })
        }
        return ShardGradient(job: probed).probe()
    }
}
