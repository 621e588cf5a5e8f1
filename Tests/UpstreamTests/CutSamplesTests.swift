import Numerics
import Signals
import Synchronization
import Testing
import Upstream

/// Samples that are taken away after they were asked for so many times.
private final class CutSamples: SampleOwner {
    let values: FloatBlock
    init(_ values: FloatBlock) { self.values = values }
    var fault: String? { "maps.safetensors was cut" }
}

@Test func nothingComputedFromSamplesThatWereCutIsHandedOn() throws {
    let job = SmallJob.job()
    let whole = SmallJob.samples
    let values = FloatBlock(UnsafeBufferPointer(start: whole.base, count: whole.count * whole.valuesPerSample))
    let samples = Samples(
        count: whole.count, rows: whole.rows, columns: whole.columns, base: UnsafePointer(values.base),
        owner: CutSamples(values))
    let pool = LeafPool(job: job, samples: samples, threads: 2)
    let parameters = TrainingState(startOf: job).published
    #expect(throws: UpstreamError.samplesChanged("maps.safetensors was cut")) {
        try pool.compute(leaves: 0..<job.shardsPerStep, round: 0, parameters: parameters)
    }
    #expect(throws: UpstreamError.samplesChanged("maps.safetensors was cut")) {
        try pretrainAlone(job, samples: samples)
    }
}

/// As of a task that does not name all samples that it reads, on a worker without the dataset.
@Test func leavesThatReadSamplesThatWereNotBroughtAreAnErrorWithTheirNumber() throws {
    let job = SmallJob.job()
    var originals = ShardOriginals(job)
    let needed = originals.samples(steps: 0..<1, shards: 0..<job.shardsPerStep)
    let missing = try #require(needed.last)
    let brought = GatheredSamples(Array(needed.dropLast()), of: job)
    brought.values.base.update(repeating: 1, count: brought.values.count)
    let pool = LeafPool(job: job, samples: nil, threads: 2)
    let error = #expect(throws: UpstreamError.self) {
        try pool.compute(
            leaves: 0..<job.shardsPerStep, round: 0, parameters: TrainingState(startOf: job).published,
            from: pool.prepared(brought))
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("sample \(missing) is not here"))
}

/// Samples that are something else for a while, and then what they were.
private final class TouchedSamples: SampleOwner {
    let values: FloatBlock
    private let right: [Float]
    private let isChanged = Mutex(true)

    init(_ values: FloatBlock) {
        (self.values, right) = (values, values.array)
        for i in 0..<values.count { values.base[i] = 1 }
    }

    var fault: String? { isChanged.withLock { $0 } ? "maps.safetensors was touched" : nil }

    func confirm() -> Bool {
        isChanged.withLock { $0 = false }
        for (i, value) in right.enumerated() { values.base[i] = value }
        return true
    }
}

@Test func whatWasComputedFromSamplesThatWereSomethingElseForAWhileIsComputedAgain() throws {
    let job = SmallJob.job()
    let whole = SmallJob.samples
    let values = FloatBlock(UnsafeBufferPointer(start: whole.base, count: whole.count * whole.valuesPerSample))
    let touched = TouchedSamples(values)
    let samples = Samples(
        count: whole.count, rows: whole.rows, columns: whole.columns, base: UnsafePointer(values.base), owner: touched)
    let parameters = TrainingState(startOf: job).published
    let sums = try [samples, whole].map { samples in
        try LeafPool(job: job, samples: samples, threads: 2).compute(
            leaves: 0..<job.shardsPerStep, round: 0, parameters: parameters
        ).map(\.vector.array)
    }
    #expect(sums[0] == sums[1])
}
