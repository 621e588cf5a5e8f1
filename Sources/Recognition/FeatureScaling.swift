import CKernels
public import Numerics

/// Brings each feature to mean 0 and deviation 1 as the samples that it was fitted on have them.
public struct FeatureScaling: Sendable, Equatable {
    /// What is taken away from each feature.
    public let means: [Float]
    /// What it is then multiplied with: one over the deviation, or 0 for a feature that never changed.
    public let factors: [Float]

    /// A scaling with these numbers.
    public init(means: [Float], factors: [Float]) {
        precondition(means.count == factors.count, "\(means.count) means and \(factors.count) factors")
        (self.means, self.factors) = (means, factors)
    }

    /// The scaling of the rows `samples` of `features`, in double precision.
    public init(of features: Matrix, samples: [Int]) {
        let count = Double(max(samples.count, 1))
        var means = [Double](repeating: 0, count: features.columns)
        for sample in samples {
            for (c, value) in features.row(sample).enumerated() { means[c] += Double(value) }
        }
        for c in means.indices { means[c] /= count }
        var squares = [Double](repeating: 0, count: features.columns)
        for sample in samples {
            for (c, value) in features.row(sample).enumerated() {
                squares[c] += (Double(value) - means[c]) * (Double(value) - means[c])
            }
        }
        self.init(
            means: means.map { Float($0) },
            factors: zip(squares, means).map { square, mean in
                let deviation = (square / count).squareRoot()
                // Below what single precision tells apart near the mean, it is rounding.
                return deviation > 1e-6 * max(abs(mean), 1e-30) ? Float(1 / deviation) : 0
            })
    }

    /// The scaled features, `[rows, columns]`, in a block: the first `before` columns as they are, the others none
    /// further from 0 than `clip`, where that is above 0.
    func scaled(_ features: Matrix, after before: Int = 0, clip: Double = 0) -> FloatBlock {
        precondition(
            features.columns == before + means.count, "\(features.columns) features scaled by \(means.count)")
        let block = FloatBlock(uninitialised: features.rows * features.columns)
        let limit = clip > 0 ? Float(clip) : .infinity
        features.elements.withUnsafeBufferPointer { values in
            guard let from = values.baseAddress, features.columns > 0 else { return }
            for at in stride(from: 0, to: values.count, by: features.columns) {
                (block.base + at).update(from: from + at, count: before)
                kernel_standardise(block.base + at + before, from + at + before, means, factors, limit, means.count)
            }
        }
        return block
    }
}
