public import Numerics

/// Multinomial logistic regression on standardised inputs: the plain tool that a recogniser has to beat.
///
/// It minimises C · Σ (a sample's cross-entropy, in nats) + ½ · the sum of squared weights; biases are free. With two
/// classes the penalty is on the difference of their weights. So C is what scikit-learn 1.7 calls C.
///
/// The same arguments give the same bits, on any number of threads: samples are taken in blocks whose bounds depend on
/// their number alone, a block's products are chains of fused multiply-adds in single precision, and blocks are added
/// up in order, in double precision.
public struct LogisticRegression: Sendable, Equatable {
    /// How inputs are scaled.
    public let scaling: FeatureScaling
    /// The weights of the classes that a training sample is of, `[inputs, those classes]`.
    public let weights: Matrix
    /// Their biases.
    public let biases: [Float]
    /// The classes that a training sample is of, in order; no other is ever answered.
    public let presentClasses: [Int]
    /// How many classes there are.
    public let classCount: Int
    /// Whether the minimum was reached, as far as single precision tells.
    public let isConverged: Bool

    /// A regression fitted on the samples that have a label; scaling too is fitted on these alone.
    ///
    /// - Parameters:
    ///   - inputs: `[samples, inputs]`, finite.
    ///   - labels: per sample its class, below `classes`, or nil.
    ///   - classes: how many classes there are.
    ///   - c: how much samples count beside the penalty.
    ///   - threads: how many threads to use; the bits are the same.
    /// - Throws: `RecognitionError.nothingToLearnFrom` when no sample has a label.
    public init(
        fitting inputs: Matrix, labels: [Int?], classes: Int, c: Double = 1, threads: Int = 1
    ) throws(RecognitionError) {
        precondition(labels.count == inputs.rows, "\(labels.count) labels for \(inputs.rows) samples")
        let labelled = labels.indices.filter { labels[$0] != nil }
        guard !labelled.isEmpty else { throw .nothingToLearnFrom }
        let present = Set(labels.compactMap { $0 }).sorted()
        var places = [Int](repeating: 0, count: classes)
        for (place, label) in present.enumerated() { places[label] = place }
        let scaling = FeatureScaling(of: inputs, samples: labelled)
        let chosen = Matrix(
            rows: labelled.count, columns: inputs.columns, elements: labelled.flatMap { inputs.row($0) })
        let objective = LogisticObjective(
            scaling.scaled(chosen), rows: labelled.count, columns: inputs.columns,
            labels: labelled.map { places[labels[$0] ?? 0] }, classes: present.count, c: c, threads: threads)
        let found = LimitedMemoryMinimum(
            from: [Double](repeating: 0, count: objective.parameterCount), passes: Self.largestPassCount,
            tolerance: Self.tolerance, objective.valueAndGradient)
        (self.scaling, presentClasses, classCount) = (scaling, present, classes)
        isConverged = found.isConverged
        let weightCount = inputs.columns * present.count
        weights = Matrix(
            rows: inputs.columns, columns: present.count, elements: found.point[..<weightCount].map { Float($0) })
        biases = found.point[weightCount...].map { Float($0) }
    }

    /// How small each value of the gradient, a sample's share, becomes.
    private static let tolerance = 1e-6
    private static let largestPassCount = 1_000

    /// How probable each class is.
    ///
    /// - Parameter inputs: `[samples, inputs]`.
    /// - Returns: `[samples, classes]`.
    public func probabilities(of inputs: Matrix) -> Matrix {
        let scaled = scaling.scaled(inputs)
        let found = withExtendedLifetime(scaled) {
            LogisticObjective.logSoftmax(
                scaled.base, rows: inputs.rows, columns: inputs.columns, weights: weights.elements, biases: biases
            ).probabilities
        }
        var probabilities = Matrix(rows: inputs.rows, columns: classCount)
        for row in 0..<inputs.rows {
            for (place, label) in presentClasses.enumerated() {
                probabilities[row, label] = Float(found[row * presentClasses.count + place])
            }
        }
        return probabilities
    }

    /// The most probable class of each sample.
    ///
    /// - Parameter inputs: `[samples, inputs]`.
    /// - Returns: a class a sample, the first of equals.
    public func answers(for inputs: Matrix) -> [Int] {
        let probabilities = probabilities(of: inputs)
        return (0..<inputs.rows).map { row in
            (1..<max(classCount, 1)).reduce(0) { probabilities[row, $1] > probabilities[row, $0] ? $1 : $0 }
        }
    }
}
