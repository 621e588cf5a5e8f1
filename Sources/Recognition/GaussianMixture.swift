public import Numerics

/// A mixture of Gaussians with diagonal covariances, and the Fisher vectors of points with respect to it.
public struct GaussianMixture: Sendable, Equatable {
    /// The part of each Gaussian, above 0; their sum is 1.
    public let weights: [Float]
    /// The means, `[Gaussians, dimensions]`.
    public let means: Matrix
    /// The variances, `[Gaussians, dimensions]`, above 0.
    public let variances: Matrix

    /// A mixture with these numbers.
    public init(weights: [Float], means: Matrix, variances: Matrix) {
        precondition(
            means.rows == weights.count && variances.rows == weights.count && variances.columns == means.columns,
            "\(weights.count) weights, means [\(means.rows), \(means.columns)], variances [\(variances.rows), ...]")
        (self.weights, self.means, self.variances) = (weights, means, variances)
    }

    /// How many Gaussians there are.
    public var count: Int { weights.count }

    /// The mixture under which points are most likely, by expectation-maximisation (Dempster, Laird and Rubin 1977).
    ///
    /// The means start as in k-means++ (Arthur and Vassilvitskii, SODA 2007): points drawn with a probability that
    /// grows with the squared distance from those drawn before. No variance falls below a thousandth of all points' in
    /// that dimension, so that no Gaussian closes in on a single point.
    ///
    /// - Parameters:
    ///   - points: `[points, dimensions]`, finite.
    ///   - count: how many Gaussians, 1 or more.
    ///   - seed: what the start is drawn from.
    /// - Throws: `RecognitionError.tooFewSamples` when there are fewer points than Gaussians.
    public init(of points: [[Double]], count: Int, seed: UInt64) throws(RecognitionError) {
        guard points.count >= count else { throw .tooFewSamples(wanted: count, found: points.count) }
        var fit = Fit(points, count: count, seed: seed)
        var before = -Double.infinity
        for _ in 0..<Self.largestPassCount {
            let likelihood = fit.improve()
            if likelihood - before < Self.tolerance { break }
            before = likelihood
        }
        let dimensions = points[0].count
        self.init(
            weights: fit.weights.map { Float($0) },
            means: Matrix(rows: count, columns: dimensions, elements: fit.means.joined().map { Float($0) }),
            variances: Matrix(rows: count, columns: dimensions, elements: fit.variances.joined().map { Float($0) }))
    }

    /// By how much, in nats a point, the likelihood must grow for another pass to be made.
    private static let tolerance = 1e-6
    private static let largestPassCount = 500

    /// A point's Fisher vector: the gradient of its log-likelihood at the means, then at the deviations, Gaussian after
    /// Gaussian, scaled by the square root of the (approximate) inverse Fisher information; `2 * count * dimensions`
    /// values.
    ///
    /// With γ the probability that the point x is of a Gaussian with weight w, mean μ and deviation σ, the values are
    /// `γ (x - μ) / (σ √w)` and `γ ((x - μ)² / σ² - 1) / √(2 w)`. Source: Perronnin, Sánchez and Mensink, "Improving
    /// the Fisher Kernel for Large-Scale Image Classification", ECCV 2010, section 2, for the case of one point.
    ///
    /// - Parameters:
    ///   - point: as many values as there are dimensions.
    ///   - isNormalised: whether to take signed square roots of the values and divide them by their norm then (sections
    ///     3.2 and 3.1 there).
    /// - Returns: the vector.
    public func fisherVector(of point: [Double], isNormalised: Bool) -> [Double] {
        let dimensions = means.columns
        let (parts, _) = posteriors(
            of: point, weights: weights.map { Double($0) }, means: rows(means), variances: rows(variances))
        var result = [Double](repeating: 0, count: 2 * count * dimensions)
        for k in 0..<count {
            let root = Double(weights[k]).squareRoot()
            for d in 0..<dimensions {
                let z = (point[d] - Double(means[k, d])) / Double(variances[k, d]).squareRoot()
                result[k * dimensions + d] = parts[k] * z / root
                result[(count + k) * dimensions + d] = parts[k] * (z * z - 1) / (root * 2.0.squareRoot())
            }
        }
        guard isNormalised else { return result }
        result = result.map { $0 < 0 ? -(-$0).squareRoot() : $0.squareRoot() }
        let norm = result.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return norm > 0 ? result.map { $0 / norm } : result
    }

    private func rows(_ matrix: Matrix) -> [[Double]] {
        (0..<matrix.rows).map { matrix.row($0).map { Double($0) } }
    }
}

/// The probability of each Gaussian given a point, and the point's log-likelihood.
private func posteriors(
    of point: [Double], weights: [Double], means: [[Double]], variances: [[Double]]
) -> (parts: [Double], logLikelihood: Double) {
    var logs = weights.map { logarithm($0) }
    for k in logs.indices {
        for d in point.indices {
            let distance = point[d] - means[k][d]
            logs[k] -= (distance * distance / variances[k][d] + logarithm(2 * .pi * variances[k][d])) / 2
        }
    }
    let largest = logs.max() ?? 0
    let parts = logs.map { exponential($0 - largest) }
    let sum = parts.reduce(0, +)
    // Of finite numbers it is at least 1.
    return (parts.map { $0 / sum }, largest + (sum >= 1 ? logarithm(sum) : .nan))
}

/// A mixture on its way.
private struct Fit {
    private static let smallestVariance = 1e-3
    private static let smallestWeight = 1e-6
    private let points: [[Double]]
    private let floors: [Double]
    var weights: [Double]
    var means: [[Double]] = []
    var variances: [[Double]]

    init(_ points: [[Double]], count: Int, seed: UInt64) {
        self.points = points
        let (number, dimensions) = (Double(points.count), points[0].indices)
        let mean = dimensions.map { d in points.reduce(0) { $0 + $1[d] } / number }
        let variance = dimensions.map { d in
            max(points.reduce(0) { $0 + ($1[d] - mean[d]) * ($1[d] - mean[d]) } / number, 1e-12)
        }
        floors = variance.map { $0 * Self.smallestVariance }
        weights = [Double](repeating: 1 / Double(count), count: count)
        variances = [[Double]](repeating: variance, count: count)
        var draw = RandomSequence(seed: seed, stream: RandomStream.mixture)
        var distances = [Double](repeating: 1, count: points.count)
        for k in 0..<count {
            let mark = draw.uniform() * distances.reduce(0, +)
            var (sum, chosen) = (0.0, points.count - 1)
            for (i, distance) in distances.enumerated() {
                sum += distance
                if sum > mark {
                    chosen = i
                    break
                }
            }
            means.append(points[chosen])
            for i in points.indices {
                let distance = dimensions.reduce(0.0) { sum, d in
                    let difference = points[i][d] - points[chosen][d]
                    return sum + difference * difference / variance[d]
                }
                distances[i] = k == 0 ? distance : min(distances[i], distance)
            }
        }
    }

    /// One pass of expectation and maximisation; returns the mean log-likelihood before it.
    mutating func improve() -> Double {
        let dimensions = points[0].indices
        var likelihood = 0.0
        var sums = [Double](repeating: 0, count: weights.count)
        var first = [[Double]](repeating: [Double](repeating: 0, count: dimensions.count), count: weights.count)
        var second = first
        // Squares are taken of the distance from the mean before, which keeps their digits.
        for point in points {
            let (parts, logLikelihood) = posteriors(of: point, weights: weights, means: means, variances: variances)
            likelihood += logLikelihood
            for k in weights.indices {
                sums[k] += parts[k]
                for d in dimensions {
                    let distance = point[d] - means[k][d]
                    first[k][d] += parts[k] * distance
                    second[k][d] += parts[k] * distance * distance
                }
            }
        }
        for k in weights.indices {
            weights[k] = max(sums[k] / Double(points.count), Self.smallestWeight)
            guard sums[k] > 1e-9 else { continue }  // nothing is left of it: it stays where it is
            for d in dimensions {
                let shift = first[k][d] / sums[k]
                means[k][d] += shift
                variances[k][d] = max(second[k][d] / sums[k] - shift * shift, floors[d])
            }
        }
        let sum = weights.reduce(0, +)
        for k in weights.indices { weights[k] /= sum }
        return likelihood / Double(points.count)
    }
}
