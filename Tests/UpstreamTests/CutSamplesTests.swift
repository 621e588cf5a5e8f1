import Numerics
import Signals
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
        try pool.compute(leaves: 0..<job.shardsPerStep, step: 0, parameters: parameters)
    }
    #expect(throws: UpstreamError.samplesChanged("maps.safetensors was cut")) {
        try pretrainAlone(job, samples: samples)
    }
}
