import CKernels
public import Numerics
public import Signals

/// The directions along which samples, each divided by its Euclidean norm, differ most.
///
/// Found by subspace iteration with Rayleigh-Ritz projection (Golub and Van Loan, *Matrix Computations*, 4th edition,
/// section 8.2.4), which needs a few passes over the samples and memory for a few vectors, whatever the length of a
/// sample. Each direction's largest value is positive, so that nothing about it is left to chance.
public struct PrincipalComponents: Sendable, Equatable {
    /// The mean of the samples that were fitted on, a value for each value of a sample.
    public let mean: [Float]
    /// The directions, `[components, values]`: orthonormal rows, that of the largest variance first.
    public let directions: Matrix
    /// The variance along each direction, above 0.
    public let variances: [Float]

    /// Components with these numbers.
    public init(mean: [Float], directions: Matrix, variances: [Float]) {
        precondition(
            directions.columns == mean.count && directions.rows == variances.count,
            "\(variances.count) variances and a mean of \(mean.count) for [\(directions.rows), \(directions.columns)]")
        (self.mean, self.directions, self.variances) = (mean, directions, variances)
    }

    /// How many components there are.
    public var count: Int { variances.count }

    /// The first `count` components of these samples.
    ///
    /// - Parameters:
    ///   - samples: where the samples are.
    ///   - training: which of them are fitted on.
    ///   - count: how many components, 1 or more.
    /// - Throws: `RecognitionError.tooFewDirections` when the samples differ in fewer directions.
    public init(of samples: PreparedSamples, training: [Int], count: Int) throws(RecognitionError) {
        let values = samples.valuesPerSample
        let largest = min(values, training.count - 1)
        guard count <= largest else {
            throw .tooFewDirections(wanted: count, found: max(largest, 0), samples: training.count)
        }
        let passes = Passes(samples, training)
        var space = Subspace(length: values, vectors: min(count + Self.spareVectors, values))
        var (found, spread) = ([Double](), 1.0)
        for _ in 0..<Self.largestPassCount {
            let image = passes.image(of: space)
            (found, spread) = space.project(image, wanted: count)
            if spread <= Self.tolerance { break }
            space.advance(image)
        }
        // What lies below is rounding: values have 24 binary digits.
        let directionCount = found.prefix { $0 > 1e-12 && $0 > 1e-6 * found[0] }.count
        guard directionCount >= count else {
            throw .tooFewDirections(wanted: count, found: directionCount, samples: training.count)
        }
        self.init(
            mean: passes.mean,
            directions: Matrix(rows: count, columns: values, elements: (0..<count).flatMap { space.direction($0) }),
            variances: found.prefix(count).map { Float($0) })
    }

    /// Vectors beyond those asked for: the more, the faster the first ones settle.
    private static let spareVectors = 9
    /// How far, as a part of the largest variance, a direction may be from being an eigenvector.
    private static let tolerance = 1e-6
    /// Directions that have not settled by then have equal variances, and any choice of them is as good.
    private static let largestPassCount = 200

    /// A sample's places along the directions; `values` are the sample's own, as long as `mean`.
    public func scores(of values: UnsafeBufferPointer<Float>) -> [Double] {
        var square = 0.0
        for value in values { square += Double(value) * Double(value) }
        let factor = square > 0 ? 1 / square.squareRoot() : 0
        var scores = [Double](repeating: 0, count: count)
        directions.elements.withUnsafeBufferPointer { directions in
            for component in scores.indices {
                let start = component * values.count
                for i in values.indices {
                    scores[component] += (Double(values[i]) * factor - Double(mean[i])) * Double(directions[start + i])
                }
            }
        }
        return scores
    }
}

/// Multiplies vectors with the covariance of samples, in passes over the samples that follow one another in one order.
private struct Passes {
    private static let batch = 256
    private let samples: PreparedSamples
    private let training: [Int]
    private let rows: FloatBlock
    let mean: [Float]

    init(_ samples: PreparedSamples, _ training: [Int]) {
        (self.samples, self.training) = (samples, training)
        let length = samples.valuesPerSample
        rows = FloatBlock(count: Self.batch * length)
        var sums = [Double](repeating: 0, count: length)
        for start in stride(from: 0, to: training.count, by: Self.batch) {
            let batch = Array(training[start..<min(start + Self.batch, training.count)])
            Self.read(samples, batch, into: rows)
            for row in batch.indices {
                for i in sums.indices { sums[i] += Double(rows[row * length + i]) }
            }
        }
        mean = sums.map { Float($0 / Double(training.count)) }
    }

    /// Writes samples, each divided by its norm.
    private static func read(_ samples: PreparedSamples, _ batch: [Int], into rows: FloatBlock) {
        samples.copy(batch, into: rows.base)
        for place in batch.indices {
            let row = rows.base + place * samples.valuesPerSample
            kernel_normalise(row, row, samples.valuesPerSample, row)
        }
    }

    /// The covariance times the vectors of a space, vector after vector.
    func image(of space: Subspace) -> [Double] {
        let (length, width) = (space.length, space.vectors)
        // A product of one row may take another kernel; vectors stand side by side, as products want them.
        let basis = FloatBlock(count: length * width)
        for v in 0..<width {
            for i in 0..<length { basis[i * width + v] = Float(space.basis[v * length + i]) }
        }
        let (scores, part) = (FloatBlock(count: Self.batch * width), FloatBlock(count: length * width))
        var image = [Double](repeating: 0, count: length * width)
        for start in stride(from: 0, to: training.count, by: Self.batch) {
            let batch = Array(training[start..<min(start + Self.batch, training.count)])
            Self.read(samples, batch, into: rows)
            for row in batch.indices {
                for i in 0..<length { rows[row * length + i] -= mean[i] }
            }
            product(
                m: batch.count, n: width, k: length, rows.base, aRow: length, basis.base, bRow: width,
                into: scores.base, cRow: width)
            product(
                m: length, n: width, k: batch.count, rows.base, .transposed, aRow: length, scores.base, bRow: width,
                into: part.base, cRow: width)
            for v in 0..<width {
                for i in 0..<length { image[v * length + i] += Double(part[i * width + v]) }
            }
        }
        withExtendedLifetime((basis, scores, part)) {}
        return image.map { $0 / Double(training.count) }
    }
}

/// A few orthonormal vectors that turn towards those that a symmetric matrix stretches most.
private struct Subspace {
    let length: Int
    let vectors: Int
    /// Vector after vector.
    private(set) var basis: [Double]
    private var turn: [[Double]] = []

    /// Vectors drawn at random, always the same.
    init(length: Int, vectors: Int) {
        (self.length, self.vectors) = (length, vectors)
        var draw = RandomSequence(seed: 0, stream: RandomStream.components)
        basis = (0..<length * vectors).map { _ in draw.normal() }
        makeOrthonormal()
    }

    /// The matrix seen from inside the space.
    ///
    /// - Parameters:
    ///   - image: the matrix times each vector.
    ///   - wanted: how many of the largest eigenvalues are looked at.
    /// - Returns: the eigenvalues inside the space, the largest first, and how far the first `wanted` directions are
    ///   from being eigenvectors of the whole matrix, as a part of the largest eigenvalue.
    mutating func project(_ image: [Double], wanted: Int) -> (values: [Double], error: Double) {
        var small = (0..<vectors).map { a in (0..<vectors).map { b in dot(basis, a, image, b) } }
        for a in 0..<vectors {
            for b in 0..<a {
                let mean = (small[a][b] + small[b][a]) / 2
                (small[a][b], small[b][a]) = (mean, mean)
            }
        }
        let (values, turn) = symmetricEigenvectors(small)
        self.turn = turn
        let largest = max(values[0], .leastNormalMagnitude)
        var error = 0.0
        for component in 0..<wanted {
            let (x, y) = (turned(basis, component), turned(image, component))
            var square = 0.0
            for i in 0..<length {
                let rest = y[i] - values[component] * x[i]
                square += rest * rest
            }
            error = max(error, square)
        }
        return (values, error.squareRoot() / largest)
    }

    /// Takes the image for the space.
    mutating func advance(_ image: [Double]) {
        basis = (0..<vectors).flatMap { turned(image, $0) }
        makeOrthonormal()
    }

    /// One of the directions last found, its largest value positive.
    func direction(_ component: Int) -> [Float] {
        let values = turned(basis, component)
        let largest = values.max { abs($0) < abs($1) } ?? 0
        return values.map { Float(largest < 0 ? -$0 : $0) }
    }

    private func turned(_ vectors: [Double], _ component: Int) -> [Double] {
        var result = [Double](repeating: 0, count: length)
        for v in 0..<self.vectors {
            let factor = turn[component][v]
            for i in 0..<length { result[i] += factor * vectors[v * length + i] }
        }
        return result
    }

    private func dot(_ x: [Double], _ a: Int, _ y: [Double], _ b: Int) -> Double {
        var sum = 0.0
        for i in 0..<length { sum += x[a * length + i] * y[b * length + i] }
        return sum
    }

    /// Gram and Schmidt's procedure, twice; a vector that lies in the space of those before it becomes zero.
    private mutating func makeOrthonormal() {
        for v in 0..<vectors {
            let before = dot(basis, v, basis, v)
            for _ in 0..<2 {
                for earlier in 0..<v {
                    let part = dot(basis, v, basis, earlier)
                    for i in 0..<length { basis[v * length + i] -= part * basis[earlier * length + i] }
                }
            }
            let square = dot(basis, v, basis, v)
            let factor = square > 1e-24 * before && square > 0 ? 1 / square.squareRoot() : 0
            for i in 0..<length { basis[v * length + i] *= factor }
        }
    }
}

/// The eigenvalues of a small symmetric matrix, the largest first, and an eigenvector of length 1 for each.
///
/// Jacobi's method in cyclic order (Golub and Van Loan, section 8.5.3).
private func symmetricEigenvectors(_ matrix: [[Double]]) -> (values: [Double], vectors: [[Double]]) {
    let size = matrix.count
    var a = matrix
    var vectors = (0..<size).map { row in (0..<size).map { $0 == row ? 1.0 : 0 } }
    let total = a.joined().reduce(0) { $0 + $1 * $1 }
    for _ in 0..<60 {
        var rest = 0.0
        for p in 0..<size { for q in 0..<p { rest += a[p][q] * a[p][q] } }
        if rest <= 1e-32 * total { break }
        for p in 0..<size {
            for q in p + 1..<max(size, p + 1) where a[p][q] != 0 {
                let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
                let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
                let c = 1 / (t * t + 1).squareRoot()
                let s = t * c
                for k in 0..<size { (a[k][p], a[k][q]) = (c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]) }
                for k in 0..<size { (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]) }
                for k in 0..<size {
                    (vectors[p][k], vectors[q][k]) = (
                        c * vectors[p][k] - s * vectors[q][k], s * vectors[p][k] + c * vectors[q][k]
                    )
                }
            }
        }
    }
    let order = (0..<size).sorted { a[$0][$0] > a[$1][$1] }
    return (order.map { a[$0][$0] }, order.map { vectors[$0] })
}
