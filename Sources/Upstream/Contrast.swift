import CKernels
import Layers
import Numerics
import Signals

/// The normalised temperature-scaled cross-entropy over pairs (Chen et al., "A Simple Framework for Contrastive
/// Learning of Visual Representations", ICML 2020, equation 1), with the samples that a pair is told from taken from
/// its group alone.
///
/// Rows `0 ..< n` are the first of each pair, rows `n ..< 2 n` the second. Embeddings z are the outputs divided by
/// their norms; a row's loss is `-log (exp(z · z' / τ) / Σ exp(z · z'' / τ))` with z' the other of its pair and the sum
/// over the rows of its group but itself. Unlike there, a row that was made of the same sample as the row or its pair
/// is left out of the sum: it is no other. A group is mirrored as a whole or not at all, so that a mirrored twin is not
/// one either.
final class Contrast: PretextTask {
    private let settings: ContrastSettings
    private let surroundings: TaskSurroundings
    /// The sample that each row of the leaf in hand was made of.
    private var sampleOfRow: [Int]
    /// `[2 n, units]`: embeddings, and the gradient there.
    private let embeddings, embeddingGradients: FloatBlock
    /// One over each row's norm.
    private var inverseNorms: [Float]
    /// A group's `[2 g, units]` and `[2 g, 2 g]`.
    private let gathered, gatheredGradients, similarities: FloatBlock
    private var logs, probabilities: [Double]

    init(_ settings: ContrastSettings, _ surroundings: TaskSurroundings) {
        (self.settings, self.surroundings) = (settings, surroundings)
        let rows = 2 * surroundings.capacity
        let group = 2 * (settings.order.groupSize ?? surroundings.capacity)
        sampleOfRow = Array(repeating: 0, count: rows)
        inverseNorms = Array(repeating: 0, count: rows)
        let units = settings.embeddingUnits
        (embeddings, embeddingGradients) = (FloatBlock(count: rows * units), FloatBlock(count: rows * units))
        (gathered, gatheredGradients) = (FloatBlock(count: group * units), FloatBlock(count: group * units))
        similarities = FloatBlock(count: group * group)
        logs = Array(repeating: 0, count: group * group)
        probabilities = logs
    }

    /// Draws each pair's second sample, and augments both.
    func makeRows(
        of samples: PreparedSamples, _ originals: [Int], at place: LeafPlace, into rows: UnsafeMutablePointer<Float>
    ) {
        let (count, size) = (originals.count, samples.valuesPerSample)
        let read = settings.samples(of: originals, at: place, groups: surroundings.groups)
        sampleOfRow.replaceSubrange(..<read.count, with: read)
        samples.copy(read, into: rows)
        var draws = place.draws(for: 2)
        let group = settings.order.groupSize ?? 1
        for first in stride(from: 0, to: count, by: group) {
            var mirrored: Bool?
            for i in first..<min(first + group, count) {
                for row in [i, count + i] {
                    mirrored = surroundings.augmentation.augment(
                        rows + row * size, rows: samples.rows, columns: samples.columns, draws: &draws,
                        mirrored: mirrored)
                }
            }
        }
    }

    /// The leaf's part of the mean loss over the step's rows, and how many rows are nearest to the other of their pair.
    func figures(
        ofOutputs outputs: UnsafePointer<Float>, originals: Int, at place: LeafPlace,
        gradient: UnsafeMutablePointer<Float>
    ) -> [Double] {
        precondition(originals <= surroundings.capacity, "\(originals) originals are beyond the capacity")
        let units = settings.embeddingUnits
        embed(outputs, rows: 2 * originals)
        let scale = 1 / Double(2 * place.originalsPerStep)
        let size = settings.order.groupSize ?? originals
        var (loss, found) = (0.0, 0)
        for first in stride(from: 0, to: originals, by: size) {
            let pairs = min(size, originals - first)
            // The group's rows: its pairs' first, then their second.
            let rows = (0..<pairs).map { first + $0 } + (0..<pairs).map { originals + first + $0 }
            for (i, row) in rows.enumerated() {
                (gathered.base + i * units).update(from: embeddings.base + row * units, count: units)
            }
            let figures = compare(rows, scale: scale)
            (loss, found) = (loss + figures.loss, found + figures.found)
            for (i, row) in rows.enumerated() {
                (embeddingGradients.base + row * units).update(from: gatheredGradients.base + i * units, count: units)
            }
        }
        // Through the division by the norm: what lies along the embedding changes nothing.
        for row in 0..<2 * originals {
            let (z, dz) = (embeddings.base + row * units, embeddingGradients.base + row * units)
            var along: Float = 0
            for u in 0..<units { along.addProduct(z[u], dz[u]) }
            for u in 0..<units { gradient[row * units + u] = (dz[u] - along * z[u]) * inverseNorms[row] }
        }
        return [loss, Double(found)]
    }

    /// Divides outputs by their norms; outputs of zeros stay so, and have no gradient.
    private func embed(_ outputs: UnsafePointer<Float>, rows: Int) {
        let units = settings.embeddingUnits
        for row in 0..<rows {
            let norm = kernel_sum_of_squares(outputs + row * units, units).squareRoot()
            inverseNorms[row] = norm > 1e-12 || norm.isNaN ? Float(1 / norm) : 0
            for u in 0..<units { embeddings[row * units + u] = outputs[row * units + u] * inverseNorms[row] }
        }
    }

    /// The loss of a group's rows, how many are nearest to the other of their pair, and the gradient at their
    /// embeddings.
    private func compare(_ rows: [Int], scale: Double) -> (loss: Double, found: Int) {
        let (count, units) = (rows.count, settings.embeddingUnits)
        let pairs = count / 2
        let sharpness = Float(1 / settings.temperature)
        product(
            m: count, n: count, k: units, gathered.base, aRow: units, gathered.base, .transposed, bRow: units,
            into: similarities.base, cRow: count)
        for i in 0..<count {
            let (mine, pair) = (sampleOfRow[rows[i]], sampleOfRow[rows[(i + pairs) % count]])
            for j in 0..<count {
                let other = sampleOfRow[rows[j]]
                let isPair = j == (i + pairs) % count
                let isLeftOut = j == i || !isPair && (other == mine || other == pair)
                similarities[i * count + j] = isLeftOut ? -1e30 : similarities[i * count + j] * sharpness
            }
        }
        logSoftmax(similarities.base, rows: count, classes: count, logs: &logs, probabilities: &probabilities)
        var (loss, found) = (0.0, 0)
        for i in 0..<count {
            let target = (i + pairs) % count
            loss -= scale * logs[i * count + target]
            var isNearest = true
            for j in 0..<count where j != target {
                if similarities[i * count + j] >= similarities[i * count + target] { isNearest = false }
            }
            if isNearest { found += 1 }
            probabilities[i * count + target] -= 1
        }
        // A similarity is a product of two rows, and each gets its part.
        for i in 0..<count {
            for j in 0...i {
                let both = Float(scale * (probabilities[i * count + j] + probabilities[j * count + i])) * sharpness
                (similarities[i * count + j], similarities[j * count + i]) = (both, both)
            }
        }
        product(
            m: count, n: units, k: count, similarities.base, aRow: count, gathered.base, bRow: units,
            into: gatheredGradients.base, cRow: units)
        return (loss, found)
    }
}
