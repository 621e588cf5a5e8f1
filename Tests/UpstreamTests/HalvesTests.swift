import Checkpoints
import Encoders
import Numerics
import TestKit
import Testing
import Upstream

private func job(wire: ElementType = .float32, products: ElementType = .float32, steps: Int = 12) -> Job {
    var job = SmallJob.job(steps: steps)
    job.settings.arithmetic = Arithmetic(wire: wire, products: products)
    return job
}

private let elements: [(ElementType, ElementType)] = [
    (.bfloat16, .float32), (.float32, .bfloat16), (.bfloat16, .bfloat16),
]
private let haveProducts = ProductLibrary.fault(of: .bfloat16) == nil

@Test func aJobSaysWhatItComputesIn() throws {
    let back = job(wire: .bfloat16, products: .bfloat16)
    #expect(try back.json.contains("\"wire\" : \"bfloat16\"") && back.json.contains("\"products\" : \"bfloat16\""))
    #expect(try Job(json: back.json) == back)
    #expect(
        back.differences(from: job()) == ["products float32 there, bfloat16 here", "wire float32 there, bfloat16 here"])
}

@Test(.enabled(if: haveProducts), arguments: elements)
func theSameBitsWithinEachOption(wire: ElementType, products: ElementType) throws {
    let job = job(wire: wire, products: products)
    let alone = try pretrainAlone(job, samples: SmallJob.samples)
    #expect(
        sha256(of: alone.parameters)
            != sha256(of: try pretrainAlone(SmallJob.job(), samples: SmallJob.samples).parameters))
    for threads in [2, 3] {
        let state = try pretrainAlone(job, samples: SmallJob.samples, threads: threads)
        #expect(sha256(of: state.parameters) == sha256(of: alone.parameters))
    }
    // Stopped, kept in a file and resumed.
    let folder = try TemporaryFolder()
    var half = job
    half.steps = 5
    let stopped = try pretrainAlone(half, samples: SmallJob.samples)
    try TrainingCheckpoint(job: job, state: stopped).write(to: folder.path("half.safetensors"))
    var state = try TrainingCheckpoint(reading: folder.path("half.safetensors")).state
    #expect(state.published.array == stopped.published.array)
    let pool = LeafPool(job: job, samples: SmallJob.samples, threads: 1)
    while state.step < 12 {
        let sums = try pool.compute(leaves: 0..<5, round: state.step, parameters: state.published)
        if wire == .bfloat16 { #expect(sums[0].vector.array.allSatisfy { $0.bitPattern & 0xFFFF == 0 }) }
        state.advance(sum: sums[0].vector)
    }
    #expect(sha256(of: state.parameters) == sha256(of: alone.parameters))
}

@Test(.enabled(if: haveProducts), arguments: elements)
func trainingLosesNothingMeasurable(wire: ElementType, products: ElementType) throws {
    func lastLosses(_ job: Job) throws -> Double {
        var losses: [Double] = []
        _ = try pretrainAlone(job, samples: SmallJob.samples) { losses.append($1) }
        return losses.suffix(60).reduce(0, +) / 60
    }
    let plain = try lastLosses(job(steps: 360))
    #expect(abs(try lastLosses(job(wire: wire, products: products, steps: 360)) - plain) < 0.05 * plain)
}

/// What error feedback is for: no parameter is shown wrong for long, though nothing is carried from step to step.
@Test func theErrorsOfPublishedParametersDoNotAddUp() {
    let job = job(wire: .bfloat16)
    var state = TrainingState(startOf: job)
    let (parameters, still) = (state.parameters.array, FloatBlock(count: state.parameters.count))
    var sums = [Double](repeating: 0, count: parameters.count)
    var (worst, offAtNearest) = (0.0, 0)
    for _ in 0..<2000 {
        let published = state.published
        for i in parameters.indices where parameters[i] != 0 {
            let distance =
                Double(Float(bitPattern: (parameters[i].bitPattern & 0xFFFF_0000) + 0x1_0000))
                - Double(Float(bitPattern: parameters[i].bitPattern & 0xFFFF_0000))
            sums[i] += (Double(published[i]) - Double(parameters[i])) / abs(distance)
            worst = max(worst, abs(sums[i]))
        }
        if published.array != parameters { offAtNearest += 1 }
        state.advance(sum: still)
    }
    #expect(state.parameters.array == parameters)  // a gradient of nothing moves nothing
    #expect(offAtNearest == 2000)
    #expect(worst < 6)
}

@Test func publishedParametersAreTheirOwnNeighbours() {
    let state = TrainingState(startOf: job(wire: .bfloat16))
    for (x, y) in zip(state.parameters.array, state.published.array) {
        #expect(y.bitPattern & 0xFFFF == 0 && abs(x - y) <= abs(x) * 0x1p-7)
    }
    let plain = TrainingState(startOf: job())
    #expect(plain.published === plain.parameters)
}
