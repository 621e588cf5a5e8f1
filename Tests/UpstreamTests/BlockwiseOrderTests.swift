import Foundation
import Numerics
import Signals
import Synchronization
import Testing
import Upstream

/// Numbers, numbers a block, blocks a window.
private let shapes = [
    (1, 1, 1), (1, 5, 3), (7, 3, 2), (40, 4, 3), (41, 4, 3), (39, 4, 100), (64, 1, 8), (100, 7, 1), (1000, 33, 4),
]

@Test(arguments: shapes) func aBlockwiseOrderHasEachNumberOnceInEveryEpoch(count: Int, size: Int, window: Int) {
    for epoch in 0..<5 {
        var order = BlockwisePermutation(
            count: count, blockSize: size, windowBlocks: window, seed: 3, epoch: epoch)
        #expect((0..<count).map { order.number(at: $0) }.sorted() == Array(0..<count))
    }
}

@Test(arguments: shapes) func theNumbersOfAWindowAreThoseOfItsBlocks(count: Int, size: Int, window: Int) {
    for epoch in 0..<5 {
        var order = BlockwisePermutation(
            count: count, blockSize: size, windowBlocks: window, seed: 11, epoch: epoch)
        var (next, seen) = (0, Set<Int>())
        for number in 0..<order.windowCount {
            let places = order.places(ofWindow: number)
            #expect(places.lowerBound == next && !places.isEmpty)
            next = places.upperBound
            let blocks = Set(places.map { order.number(at: $0) / size })
            #expect(blocks.count <= window && seen.isDisjoint(with: blocks))
            seen.formUnion(blocks)
        }
        #expect(next == count)
    }
}

@Test func placesCanBeAskedForInAnyOrder() {
    var (one, other) = (
        BlockwisePermutation(count: 101, blockSize: 6, windowBlocks: 3, seed: 1, epoch: 2),
        BlockwisePermutation(count: 101, blockSize: 6, windowBlocks: 3, seed: 1, epoch: 2)
    )
    #expect((0..<101).map { one.number(at: $0) } == (0..<101).reversed().map { other.number(at: $0) }.reversed())
}

@Test func epochsAndSeedsHaveOtherOrders() {
    func numbers(seed: UInt64, epoch: Int) -> [Int] {
        var order = BlockwisePermutation(count: 60, blockSize: 5, windowBlocks: 2, seed: seed, epoch: epoch)
        return (0..<60).map { order.number(at: $0) }
    }
    #expect(numbers(seed: 1, epoch: 0) != numbers(seed: 1, epoch: 1))
    #expect(numbers(seed: 1, epoch: 0) != numbers(seed: 2, epoch: 0))
}

private func job(
    _ order: OrderSettings, task: any TaskKind = ViewSettings.standard, shards: Int = 4, perShard: Int = 8
) -> Job {
    var job = SmallJob.job(shards: shards, perShard: perShard)
    job.settings.task = TaskSettings(task)
    job.settings.order = order
    job.recordings = task.needsRecordings ? bounds : nil
    return job
}

/// Recordings of 8, 1, 12, 9 and 10 samples; the first two and the last two are each one person's.
private let bounds = RecordingBounds(starts: [0, 8, 9, 21, 30], subjects: [4, 4, 7, 1, 1])

private func contrast(_ negatives: ContrastSettings.Negatives) -> ContrastSettings {
    ContrastSettings(
        pairDistance: 2, negatives: negatives, groupSize: 4, temperature: 0.3, headUnits: [5], embeddingUnits: 3)
}

private let masked = MaskedSettings(maskedPart: 0.5, blockRows: 1, blockColumns: 1)
private let orders = [OrderSettings(), OrderSettings(.blockwise, windowBlocks: 2)]
private let tasks: [any TaskKind] = [
    ViewSettings.standard, masked, contrast(.recording), contrast(.person), contrast(.anywhere),
]

/// Shards of 8 of 40 samples, a lane of 10 each: 5 steps are 4 epochs of every lane.
@Test func everyShardGoesThroughItsLaneAndAllThroughTheSamples() {
    var originals = ShardOriginals(job(OrderSettings(.blockwise, windowBlocks: 1)))
    var counts = [Int](repeating: 0, count: 40)
    for step in 0..<5 {
        for shard in 0..<4 { for i in originals.originals(step: step, shard: shard) { counts[i] += 1 } }
    }
    #expect(counts == [Int](repeating: 4, count: 40))
}

@Test(arguments: [1, 3, 4, 64]) func samplesThatAreLeftOutAreInNoOrder(shards: Int) {
    for task in tasks where shards < 5 || task.order != .samples {
        var job = job(OrderSettings(.blockwise, windowBlocks: 2), task: task, shards: shards, perShard: 4)
        job.excludedSamples = [0..<5, 22..<26]
        var originals = ShardOriginals(job)
        let read = Set(originals.samples(steps: 0..<30, shards: 0..<shards))
        #expect(read == Set(5..<22).union(26..<40))
    }
}

@Test func inABlockwiseOrderARecordingHasAsManyTurnsAsItsSamplesFillGroups() {
    var originals = ShardOriginals(
        job(OrderSettings(.blockwise, windowBlocks: 1), task: contrast(.recording), shards: 1, perShard: 4))
    var turns = [Int](repeating: 0, count: 5)
    // 2 + 1 + 3 + 2 + 2 turns are an epoch.
    for step in 0..<30 {
        let group = originals.originals(step: step, shard: 0)
        let recordings = Set(group.map { sample in bounds.starts.lastIndex { $0 <= sample } ?? 0 })
        #expect(recordings.count == 1)
        for recording in recordings { turns[recording] += 1 }
    }
    #expect(turns == [6, 3, 9, 6, 6])
}

/// What a shard is said to read is what its task reads, partners included, in the task's own order.
@Test(arguments: tasks.indices, orders) func aShardReadsTheSamplesThatItIsSaidToRead(task: Int, order: OrderSettings) {
    let job = job(order, task: tasks[task])
    let read = Mutex<[Int]>([])
    let samples = PreparedSamples(eachTime: SmallJob.samples) { samples, indices, result in
        read.withLock { $0 += indices }
        SmallJob.prepared.copy(indices, into: result)
    }
    let work = job.makeLeafWork()
    var originals = ShardOriginals(job)
    let parameters = TrainingState(startOf: job).published
    for (step, shard) in [(0, 0), (0, 3), (1, 1), (7, 2)] {
        read.withLock { $0 = [] }
        _ = work.compute(
            leaf: shard, round: step, samples: samples, parameters: parameters,
            into: FloatBlock(count: parameters.count))
        #expect(read.withLock { $0 } == originals.samples(step: step, shard: shard))
    }
}

@Test(arguments: tasks.indices, orders) func samplesBroughtTogetherGiveTheBitsOfAllOfThem(
    task: Int, order: OrderSettings
) throws {
    let job = job(order, task: tasks[task])
    let samples = SmallJob.samples
    defer { withExtendedLifetime(samples) {} }
    let (whole, streaming) = (
        LeafPool(job: job, samples: samples, threads: 2), LeafPool(job: job, samples: nil, threads: 2)
    )
    let parameters = TrainingState(startOf: job).published
    var originals = ShardOriginals(job)
    let size = job.rows * job.columns
    for step in 0..<3 {
        let gathered = GatheredSamples(originals.samples(steps: step..<step + 1, shards: 1..<4), of: job)
        for first in stride(from: 0, to: 40, by: 7) {  // blocks of seven samples
            let values = UnsafeBufferPointer(
                start: samples.base + first * size, count: min(7, 40 - first) * size)
            gathered.take(FloatBlock(values), from: first)
        }
        let sums = try whole.compute(leaves: 1..<4, round: step, parameters: parameters)
        let others = try streaming.compute(
            leaves: 1..<4, round: step, parameters: parameters, from: streaming.prepared(gathered))
        #expect(sums.map(\.leaves) == others.map(\.leaves))
        #expect(zip(sums, others).allSatisfy { $0.vector.array == $1.vector.array && $0.figures == $1.figures })
    }
}

@Test func anOrderThatIsTodaysLeavesNoTraceInTheJob() throws {
    var settings = SmallJob.job().settings
    let digest = try SmallJob.job().digest
    #expect(!(try SmallJob.job().json.contains("order")))
    settings.order = OrderSettings(.samples).settled(bytes: 1 << 50)
    var job = SmallJob.job()
    job.settings = settings
    #expect(try job.digest == digest)
    job.settings.order = OrderSettings().settled(bytes: 1 << 50)
    #expect(try job.digest != digest && Job(json: job.json) == job)
    #expect(job.settings.order == OrderSettings(.blockwise, windowBlocks: OrderSettings.standardWindow))
    #expect(OrderSettings().settled(bytes: 1 << 30) == OrderSettings())
    // A window alone asks for it.
    let windowed = OrderSettings(.blockwise, windowBlocks: 2)
    #expect(OrderSettings(windowBlocks: 2).settled(bytes: 1 << 30) == windowed)
    #expect(!SmallJob.job().differences(from: job).isEmpty)
}

@Test(arguments: [OrderSettings(.samples, windowBlocks: 4), OrderSettings(.blockwise, windowBlocks: 0)])
func windowsThatMakeNoSenseAreRefused(order: OrderSettings) {
    var job = SmallJob.job()
    job.settings.order = order
    #expect(throws: UpstreamError.self) { try job.validate() }
}
