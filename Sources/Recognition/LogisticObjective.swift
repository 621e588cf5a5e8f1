import Layers
import Numerics

/// What a logistic regression makes small: the mean cross-entropy and the penalty's share, with their gradient.
///
/// Parameters are the weights, `[columns, classes]`, and a bias a class.
struct LogisticObjective {
    private let inputs: FloatBlock
    private let rows, columns, classes: Int
    private let labels: [Int]
    private let penalty: Double
    private let blockRows, threads: Int

    /// The objective over standardised `inputs`, `[rows, columns]`.
    init(_ inputs: FloatBlock, rows: Int, columns: Int, labels: [Int], classes: Int, c: Double, threads: Int) {
        (self.inputs, self.rows, self.columns, self.labels) = (inputs, rows, columns, labels)
        (self.classes, self.threads) = (classes, threads)
        penalty = (classes == 2 ? 2 : 1) / (c * Double(rows))
        blockRows = max(256, (rows + 63) / 64)
    }

    var parameterCount: Int { (columns + 1) * classes }

    /// What a block of samples adds: its loss and its gradient, not divided by their number.
    private struct Part {
        var loss = 0.0
        var gradient: [Float] = []
        var biasGradient: [Double] = []
    }

    /// The value and the gradient at `point`.
    func valueAndGradient(_ point: [Double]) -> (value: Double, gradient: [Double]) {
        let weightCount = columns * classes
        let (weights, biases) = (point[..<weightCount].map { Float($0) }, point[weightCount...].map { Float($0) })
        let blocks = (rows + blockRows - 1) / blockRows
        let parts = taskResults(of: blocks, threads: threads) { block, _ in
            part(block, weights: weights, biases: biases)
        }
        var (value, gradient) = (0.0, [Double](repeating: 0, count: point.count))
        for part in parts {
            value += part.loss
            for i in 0..<weightCount { gradient[i] += Double(part.gradient[i]) }
            for c in 0..<classes { gradient[weightCount + c] += part.biasGradient[c] }
        }
        value /= Double(rows)
        for i in gradient.indices { gradient[i] /= Double(rows) }
        for i in 0..<weightCount {
            value += 0.5 * penalty * point[i] * point[i]
            gradient[i] += penalty * point[i]
        }
        return (value, gradient)
    }

    private func part(_ block: Int, weights: [Float], biases: [Float]) -> Part {
        let first = block * blockRows
        let count = min(blockRows, rows - first)
        let x = inputs.base + first * columns
        let found = Self.logSoftmax(x, rows: count, columns: columns, weights: weights, biases: biases)
        var part = Part()
        part.gradient = [Float](repeating: 0, count: columns * classes)
        part.biasGradient = [Double](repeating: 0, count: classes)
        var errors = [Float](repeating: 0, count: count * classes)
        for row in 0..<count {
            let label = labels[first + row]
            part.loss -= found.logs[row * classes + label]
            for c in 0..<classes {
                let error = found.probabilities[row * classes + c] - (c == label ? 1 : 0)
                part.biasGradient[c] += error
                errors[row * classes + c] = Float(error)
            }
        }
        part.gradient.withUnsafeMutableBufferPointer { gradient in
            guard let gradient = gradient.baseAddress, columns > 0 else { return }
            product(
                m: columns, n: classes, k: count, x, .transposed, aRow: columns, errors, bRow: classes, into: gradient,
                cRow: classes)
        }
        return part
    }

    /// The logarithms of the classes' probabilities and these themselves, `[rows, classes]`.
    static func logSoftmax(
        _ x: UnsafePointer<Float>, rows: Int, columns: Int, weights: [Float], biases: [Float]
    ) -> (logs: [Double], probabilities: [Double]) {
        let classes = biases.count
        var logits = [Float](repeating: 0, count: rows * classes)
        var (logs, probabilities) = (
            [Double](repeating: 0, count: rows * classes), [Double](repeating: 0, count: rows * classes)
        )
        if columns > 0 {
            product(
                m: rows, n: classes, k: columns, x, aRow: columns, weights, bRow: classes, into: &logits, cRow: classes)
        }
        for row in 0..<rows {
            for c in 0..<classes { logits[row * classes + c] += biases[c] }
        }
        Layers.logSoftmax(logits, rows: rows, classes: classes, logs: &logs, probabilities: &probabilities)
        return (logs, probabilities)
    }
}
