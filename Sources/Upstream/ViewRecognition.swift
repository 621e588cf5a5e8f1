import Layers
public import Signals

/// The paper's pretext task: tell which view of a sample a row is.
///
/// The rows of a shard lie view by view: row `v * originals + i` is view `v` of original `i`, made from the prepared
/// original. Its figures are the loss and the number of rows whose view has the largest output.
public final class ViewRecognition: PretextTask {
    private let settings: ViewSettings
    private let outputs: Int
    private let maker: ViewMaker
    /// The outputs' probabilities and their logarithms, a row for each of the network's.
    private var probabilities: [Double]
    private var logs: [Double]
    private var originalGradient: [Double]

    /// The task for samples `[rows, columns]`, up to `capacity` originals at a time.
    public init(settings: ViewSettings, rows: Int, columns: Int, capacity: Int) {
        self.settings = settings
        outputs = settings.outputCount
        maker = ViewMaker(settings.views, rows: rows, columns: columns, capacity: capacity)
        probabilities = [Double](repeating: 0, count: capacity * settings.views.count * outputs)
        (logs, originalGradient) = (probabilities, [Double](repeating: 0, count: outputs))
    }

    /// Writes each original in each view; nothing is drawn.
    public func makeRows(
        of samples: PreparedSamples, _ originals: [Int], at place: LeafPlace, into rows: UnsafeMutablePointer<Float>
    ) {
        let size = samples.valuesPerSample
        samples.copy(originals, into: rows)
        for (v, view) in settings.views.enumerated().dropFirst() {
            maker.make(view, of: rows, count: originals.count, into: rows + v * originals.count * size)
        }
    }

    /// `crossEntropyWeight` times the mean cross-entropy over rows, plus `divergenceWeight` times the mean over
    /// originals and their other views of `KL(p || q)`, where `p` is the network's output for the original and `q` that
    /// for the view.
    ///
    /// Both outputs of a divergence get its gradient: `q - p` at the view's logits, `p (log p - log q - KL)` at the
    /// original's. Source: the paper's total loss, 0.8 x cross-entropy + 0.2 x KL.
    public func figures(
        ofOutputs logits: UnsafePointer<Float>, originals: Int, at place: LeafPlace,
        gradient: UnsafeMutablePointer<Float>
    ) -> [Double] {
        precondition(
            originals * settings.views.count * outputs <= logs.count, "\(originals) originals are beyond the capacity")
        let views = settings.views.count
        let entropyScale = settings.crossEntropyWeight / Double(place.originalsPerStep * views)
        let divergenceScale = settings.divergenceWeight / Double(place.originalsPerStep * max(views - 1, 1))
        var (loss, correct) = (0.0, 0)

        logSoftmax(
            logits, rows: views * originals, classes: outputs, logs: &logs, probabilities: &probabilities)
        for i in 0..<originals {
            for c in 0..<outputs { originalGradient[c] = 0 }
            let original = i * outputs
            for v in 0..<views {
                let row = (v * originals + i) * outputs
                loss -= entropyScale * logs[row + v]
                var best = 0
                for c in 1..<outputs where logits[row + c] > logits[row + best] { best = c }
                if best == v { correct += 1 }
                for c in 0..<outputs {
                    gradient[row + c] = Float(entropyScale * (probabilities[row + c] - (c == v ? 1 : 0)))
                }
                guard v > 0 else { continue }
                var divergence = 0.0
                for c in 0..<outputs {
                    divergence += probabilities[original + c] * (logs[original + c] - logs[row + c])
                }
                loss += divergenceScale * divergence
                for c in 0..<outputs {
                    let p = probabilities[original + c]
                    gradient[row + c] += Float(divergenceScale * (probabilities[row + c] - p))
                    originalGradient[c] += divergenceScale * p * (logs[original + c] - logs[row + c] - divergence)
                }
            }
            for c in 0..<outputs { gradient[original + c] += Float(originalGradient[c]) }
        }
        return [loss, Double(correct)]
    }
}
