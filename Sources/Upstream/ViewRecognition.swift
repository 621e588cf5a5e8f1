import Layers
import Numerics
public import Signals

/// The paper's pretext task: tell which view of a sample a row is.
///
/// The rows of a shard lie view by view: row `v * originals + i` is view `v` of original `i`, made from the original divided by
/// its Euclidean norm.
public final class ViewRecognition: PretextTask {
    private let settings: UpstreamSettings
    private let outputs: Int
    private let maker: ViewMaker
    /// Log-probabilities of the original's row and of one view's row.
    private var logOriginal: [Double]
    private var logView: [Double]
    /// The probabilities themselves.
    private var original: [Double]
    private var view: [Double]
    private var originalGradient: [Double]

    /// The task for samples `[rows, columns]`, up to `capacity` originals at a time, with `outputs` output units.
    public init(settings: UpstreamSettings, rows: Int, columns: Int, outputs: Int, capacity: Int) {
        self.settings = settings
        self.outputs = outputs
        maker = ViewMaker(settings.views, rows: rows, columns: columns, capacity: capacity)
        logOriginal = [Double](repeating: 0, count: outputs)
        (logView, original, view, originalGradient) = (logOriginal, logOriginal, logOriginal, logOriginal)
    }

    /// One row for each original and view.
    public func rowCount(forOriginals count: Int) -> Int { count * settings.views.count }

    /// Writes each original divided by its norm, in each view.
    public func makeRows(of samples: Samples, _ originals: [Int], into rows: UnsafeMutablePointer<Float>) {
        let size = samples.valuesPerSample
        normalise(samples, originals, into: rows)
        for (v, view) in settings.views.enumerated().dropFirst() {
            maker.make(view, of: rows, count: originals.count, into: rows + v * originals.count * size)
        }
    }

    /// `crossEntropyWeight` times the mean cross-entropy over rows, plus `divergenceWeight` times the mean over originals and their
    /// other views of `KL(p || q)`, where `p` is the network's output for the original and `q` that for the view.
    ///
    /// Both outputs of a divergence get its gradient: `q - p` at the view's logits, `p (log p - log q - KL)` at the original's.
    /// Source: the paper's total loss, 0.8 x cross-entropy + 0.2 x KL.
    public func loss(
        ofLogits logits: UnsafePointer<Float>, originals: Int, originalsPerStep: Int,
        gradient: UnsafeMutablePointer<Float>
    ) -> (loss: Double, correct: Int) {
        let views = settings.views.count
        let entropyScale = settings.crossEntropyWeight / Double(originalsPerStep * views)
        let divergenceScale = settings.divergenceWeight / Double(originalsPerStep * max(views - 1, 1))
        var (loss, correct) = (0.0, 0)

        for i in 0..<originals {
            for c in 0..<outputs { originalGradient[c] = 0 }
            logSoftmax(logits + i * outputs, count: outputs, into: &logOriginal)
            for c in 0..<outputs { original[c] = exponential(logOriginal[c]) }
            for v in 0..<views {
                let row = (v * originals + i) * outputs
                logSoftmax(logits + row, count: outputs, into: &logView)
                for c in 0..<outputs { view[c] = exponential(logView[c]) }
                loss -= entropyScale * logView[v]
                var best = 0
                for c in 1..<outputs where logits[row + c] > logits[row + best] { best = c }
                if best == v { correct += 1 }
                for c in 0..<outputs {
                    gradient[row + c] = Float(entropyScale * (view[c] - (c == v ? 1 : 0)))
                }
                guard v > 0 else { continue }
                var divergence = 0.0
                for c in 0..<outputs { divergence += original[c] * (logOriginal[c] - logView[c]) }
                loss += divergenceScale * divergence
                for c in 0..<outputs {
                    let p = original[c]
                    gradient[row + c] += Float(divergenceScale * (view[c] - p))
                    originalGradient[c] += divergenceScale * p * (logOriginal[c] - logView[c] - divergence)
                }
            }
            for c in 0..<outputs { gradient[i * outputs + c] += Float(originalGradient[c]) }
        }
        return (loss, correct)
    }
}
