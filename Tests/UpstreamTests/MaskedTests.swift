import Checkpoints
import Numerics
import Signals
import TestKit
import Testing
import Upstream

private func maskedJob() -> Job {
    var job = SmallJob.job()
    job.settings.task = TaskSettings(MaskedSettings(maskedPart: 0.5, blockRows: 2, blockColumns: 1))
    return job
}

@Test func hiddenBlocksAreZerosAndTheLossIsOfThemAlone() {
    let settings = MaskedSettings(maskedPart: 0.5, blockRows: 2, blockColumns: 2)
    let task = settings.makeTask(TaskSurroundings(rows: 4, columns: 3, capacity: 5))
    let place = LeafPlace(seed: 3, step: 2, shard: 1, originalsPerStep: 10)
    let (rows, originals) = (FloatBlock(count: 5 * 12), [3, 9, 0, 3, 17])
    task.makeRows(of: SmallJob.prepared, originals, at: place, into: rows.base)
    let all = FloatBlock(count: 5 * 12)
    SmallJob.prepared.copy(originals, into: all.base)
    let (seen, whole) = (rows.array, all.array)
    let hidden = seen.indices.filter { seen[$0] == 0 }
    for row in 0..<5 {
        // Of four blocks (two of them one column wide) two are hidden.
        let count = hidden.count { $0 / 12 == row }
        #expect([4, 6, 8].contains(count))
    }
    #expect(seen.indices.allSatisfy { seen[$0] == 0 || seen[$0] == whole[$0] })
    #expect(Set((0..<5).map { row in hidden.filter { $0 / 12 == row }.map { $0 % 12 } }).count > 1)

    func plain(_ outputs: [Float]) -> Double {
        var loss = 0.0
        for row in 0..<5 {
            let places = hidden.filter { $0 / 12 == row }
            for place in places {
                let error = Double(outputs[place]) - Double(whole[place])
                loss += error * error / Double(places.count * 10)
            }
        }
        return loss
    }
    var draw = RandomSequence(seed: 8, stream: 0)
    var outputs = (0..<60).map { _ in Float(draw.normal()) }
    var gradient = [Float](repeating: .nan, count: 60)
    let figures = task.figures(ofOutputs: outputs, originals: 5, at: place, gradient: &gradient)
    #expect(abs(figures[0] - plain(outputs)) < 1e-5)
    #expect(abs(figures[1] - plain([Float](repeating: 0, count: 60))) < 1e-5)
    #expect(gradientError(at: &outputs, analytic: gradient, indices: outputs.indices, loss: plain) < 1e-3)
}

@Test func aMaskedJobHasTheSameBitsOnAnyNumberOfThreadsAndLearns() throws {
    var job = maskedJob()
    job.steps = 200
    var losses: [Double] = []
    let alone = try pretrainAlone(job, samples: SmallJob.samples) { losses.append($1) }
    let (first, last) = (losses.prefix(20).reduce(0, +), losses.suffix(20).reduce(0, +))
    #expect(last < 0.95 * first)
    let several = try pretrainAlone(job, samples: SmallJob.samples, threads: 3)
    #expect(sha256(of: several.parameters) == sha256(of: alone.parameters))
}

@Test func aBlockThatIsTheWholeSampleIsRefused() {
    var job = maskedJob()
    job.settings.task = TaskSettings(MaskedSettings(maskedPart: 0.5, blockRows: 9, blockColumns: 9))
    #expect {
        try job.validate()
    } throws: {
        "\($0)".hasPrefix("upstream.block_rows is 9: use smaller blocks")
    }
}
