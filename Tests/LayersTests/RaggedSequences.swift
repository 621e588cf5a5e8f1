import Layers
import Numerics

/// Values of sequences one after another, as tests and fixtures write them, to and from a batch's rows.
func packed(_ values: [Float], lengths: [Int], _ batch: RaggedBatch) -> FloatBlock {
    let width = values.count / lengths.reduce(0, +)
    let block = FloatBlock(count: values.count)
    forEachStep(lengths, batch) { row, at in
        for c in 0..<width { block[row * width + c] = values[at * width + c] }
    }
    return block
}

/// The inverse of `packed`.
func unpacked(_ block: FloatBlock, lengths: [Int], _ batch: RaggedBatch) -> [Float] {
    let width = block.count / lengths.reduce(0, +)
    var values = [Float](repeating: 0, count: block.count)
    forEachStep(lengths, batch) { row, at in
        for c in 0..<width { values[at * width + c] = block[row * width + c] }
    }
    return values
}

private func forEachStep(_ lengths: [Int], _ batch: RaggedBatch, _ visit: (_ row: Int, _ at: Int) -> Void) {
    var begins: [Int] = []
    var at = 0
    for length in lengths {
        begins.append(at)
        at += length
    }
    for (place, sequence) in batch.order.enumerated() {
        for step in 0..<lengths[sequence] { visit(batch.row(place: place, step: step), begins[sequence] + step) }
    }
}

/// Normally distributed values, the same for the same seed.
func normals(_ count: Int, seed: UInt64, deviation: Double = 1) -> [Float] {
    var draw = RandomSequence(seed: seed, stream: 0)
    return (0..<count).map { _ in Float(draw.normal() * deviation) }
}

/// The largest distance of two rows of numbers.
func distance(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { abs($0 - $1) }.max() ?? 0 }
