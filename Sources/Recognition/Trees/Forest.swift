public import Numerics

/// A random forest (Breiman, "Random Forests", Machine Learning 45, 2001) of trees that each saw some of the people.
///
/// A tree is grown on as many people as there are, drawn with replacement, so that one out of three people had no part
/// in it. What the trees without a person say about that person's samples is what a forest says about somebody new;
/// so whatever reads a forest's answers can be trained on the same people.
public struct Forest: Sendable, Equatable {
    /// How many values a sample has.
    public let inputs: Int
    /// What part of the samples that it was fitted on was of each class: what it answers without a tree.
    public let shares: [Float]
    /// The trees.
    public let trees: [DecisionTree]

    /// A forest from its parts.
    public init(inputs: Int, shares: [Float], trees: [DecisionTree]) {
        (self.inputs, self.shares, self.trees) = (inputs, shares, trees)
    }

    /// How many classes it tells apart.
    public var classes: Int { shares.count }

    /// The mean of the shares of the leaves that each sample comes to.
    ///
    /// - Parameters:
    ///   - values: `[samples, inputs]`.
    ///   - threads: how many threads to use; the bits are the same.
    /// - Returns: `[samples, classes]`.
    public func probabilities(of values: Matrix, threads: Int = 1) -> Matrix {
        probabilities(of: values, threads: threads) { _, _ in true }
    }

    /// The mean over those trees that `counts` says count for a sample; the shares where none does.
    func probabilities(
        of values: Matrix, threads: Int, where counts: @Sendable (_ tree: Int, _ sample: Int) -> Bool
    ) -> Matrix {
        precondition(values.columns == inputs, "\(values.columns) values for a forest of \(inputs)")
        let lanes = max(1, min(threads, values.rows / 256))
        let parts = taskResults(of: lanes, threads: lanes) { lane, _ in
            let range = values.rows * lane / lanes..<values.rows * (lane + 1) / lanes
            return means(of: values, range, where: counts)
        }
        return Matrix(rows: values.rows, columns: classes, elements: Array(parts.joined()))
    }

    /// How many values it adds to those of a sample: of two classes one would say what the other does.
    var addedColumns: Int { classes == 2 ? 1 : classes }

    /// What the network reads of samples: their values, then the logarithm of each class's odds.
    ///
    /// - Parameters:
    ///   - values: `[samples, values]`.
    ///   - probabilities: what the forest says about each, `[samples, classes]`.
    /// - Returns: `[samples, values + addedColumns]`.
    func read(_ values: Matrix, with probabilities: Matrix) -> Matrix {
        var elements: [Float] = []
        elements.reserveCapacity(values.rows * (values.columns + addedColumns))
        for row in 0..<values.rows {
            elements += values.row(row)
            elements += probabilities.row(row).prefix(addedColumns).map { Self.logarithmOfOdds($0) }
        }
        return Matrix(rows: values.rows, columns: values.columns + addedColumns, elements: elements)
    }

    /// What is added to a probability and to its counterpart before odds are made of them: what trees never saw is not
    /// impossible.
    public static let leastOdds = 0.005

    private static func logarithmOfOdds(_ probability: Float) -> Float {
        Float(logarithm((Double(probability) + leastOdds) / (1 - Double(probability) + leastOdds)))
    }

    private func means(
        of values: Matrix, _ range: Range<Int>, where counts: (_ tree: Int, _ sample: Int) -> Bool
    ) -> [Float] {
        var sums = [Double](repeating: 0, count: range.count * classes)
        var found = [Int](repeating: 0, count: range.count)
        values.elements.withUnsafeBufferPointer { elements in
            guard let base = elements.baseAddress else { return }
            for (number, tree) in trees.enumerated() {
                for sample in range where counts(number, sample) {
                    let leaf = tree.leaf(of: base + sample * inputs, classes: classes)
                    let place = sample - range.lowerBound
                    found[place] += 1
                    for c in 0..<classes { sums[place * classes + c] += Double(tree.shares[leaf + c]) }
                }
            }
        }
        return sums.indices.map { place in
            let count = found[place / classes]
            return count == 0 ? shares[place % classes] : Float(sums[place] / Double(count))
        }
    }
}
