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

    /// The scaled features, `[rows, columns]`, in a block, none further from 0 than `clip`, where that is above 0.
    func scaled(_ features: Matrix, clip: Double = 0) -> FloatBlock {
        let scaling = RowScaling(self, clip: clip)
        precondition(features.columns == scaling.width, "\(features.columns) features scaled by \(means.count)")
        let block = FloatBlock(uninitialised: features.rows * features.columns)
        withExtendedLifetime(scaling) {
            features.elements.withUnsafeBufferPointer { values in
                guard let from = values.baseAddress else { return }
                for row in 0..<features.rows {
                    scaling.write(from + row * features.columns, to: block.base + row * features.columns)
                }
            }
        }
        return block
    }
}

/// A scaling as single rows are given it, on any thread.
struct RowScaling: Sendable {
    private let means: FloatBlock
    private let factors: FloatBlock
    private let before: Int
    private let limit: Float

    /// What leaves the first `before` values of a row as they are and scales the others, to none further from 0 than
    /// `clip`, where that is above 0.
    init(_ scaling: FeatureScaling, after before: Int = 0, clip: Double) {
        (means, factors, self.before) = (FloatBlock(scaling.means), FloatBlock(scaling.factors), before)
        limit = clip > 0 ? Float(clip) : .infinity
    }

    /// Values of a row.
    var width: Int { before + means.count }

    /// Writes the scaled values of a row.
    func write(_ row: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
        target.update(from: row, count: before)
        kernel_standardise(target + before, row + before, means.base, factors.base, limit, means.count)
    }
}
