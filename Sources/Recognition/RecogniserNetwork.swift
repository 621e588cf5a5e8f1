import CKernels
public import Layers
public import Numerics

/// A bidirectional recurrent layer, a linear layer and a conditional random field, over one flat parameter vector.
public struct RecogniserNetwork: Sendable {
    /// Values per step that it reads.
    public let features: Int
    /// How many classes it tells apart.
    public let classes: Int
    let layer: BidirectionalLayer
    let field: CRF

    /// A network of a given shape.
    public init(cell: RecurrentCell, features: Int, hidden: Int, classes: Int) {
        (self.features, self.classes) = (features, classes)
        layer = BidirectionalLayer(cell: cell, inputs: features, hidden: hidden, offset: 0)
        field = CRF(classes: classes, offset: layer.end + (layer.width + 1) * classes)
    }

    private var weightOffset: Int { layer.end }
    private var biasOffset: Int { layer.end + layer.width * classes }

    /// How many parameters there are.
    public var parameterCount: Int { field.end }

    /// The parameters by name, in the order in which they stand.
    public var parts: [ParameterPart] {
        let linear = [
            ParameterPart(name: "linear.weights", offset: weightOffset, shape: [layer.width, classes]),
            ParameterPart(name: "linear.bias", offset: biasOffset, shape: [classes]),
        ]
        return layer.parts + linear + field.parts
    }

    /// Parameters to start from: weights uniform within 1 / √(their inputs), biases and the field's scores 0.
    public func initialParameters(seed: UInt64) -> FloatBlock {
        let parameters = FloatBlock(count: parameterCount)
        var draw = RandomSequence(seed: seed, stream: RandomStream.parameters)
        layer.initialize(parameters, from: &draw)
        let bound = 1 / Double(layer.width).squareRoot()
        for i in weightOffset..<biasOffset { parameters[i] = Float((2 * draw.uniform() - 1) * bound) }
        return parameters
    }
}

/// Tells uses of a recogniser's seed apart: the stream numbers of its generators.
enum RandomStream {
    static let parameters: UInt64 = 1 << 56
    static func order(epoch: Int) -> UInt64 { 2 << 56 | UInt64(epoch) }
    static func dropout(step: Int) -> UInt64 { 3 << 56 | UInt64(step) }
    static let folds: UInt64 = 4 << 56
    static let mixture: UInt64 = 5 << 56
    static let components: UInt64 = 6 << 56
    static func resample(_ number: Int) -> UInt64 { 32 << 56 | UInt64(number) }
}

extension RecogniserNetwork {
    /// A batch and everything that is computed from it; its memory is used again for the next.
    public final class Workspace {
        var batch = RaggedBatch()
        var labels: [Int32] = []
        var x = Scratch(), y = Scratch(), emissions = Scratch()
        var dropped = Scratch(), mask = Scratch()
        var emissionGradient = Scratch(), outputGradient = Scratch()
        let layer = BidirectionalLayer.Workspace()
        let field = CRF.Workspace()

        /// Without memory yet.
        public init() {}

        /// Lays out these samples' features (`[samples, features]`) and labels, where there are any.
        public func take(_ pieces: [Range<Int>], features: FloatBlock, width: Int, labels given: [Int?]?) {
            batch.arrange(lengths: pieces.map(\.count))
            x.reserve(batch.rows * width)
            if labels.count < batch.rows { labels = [Int32](repeating: 0, count: batch.rows) }
            for (place, piece) in batch.order.lazy.map({ pieces[$0] }).enumerated() {
                for (step, sample) in piece.enumerated() {
                    let row = batch.row(place: place, step: step)
                    (x.base + row * width).update(from: features.base + sample * width, count: width)
                    if let given { labels[row] = Int32(given[sample] ?? 0) }
                }
            }
        }
    }

    /// The probability with which outputs are dropped, and the step's own random numbers.
    public struct Dropout: Sendable {
        let rate: Double
        let generator: CounterGenerator

        /// The dropout of one training step.
        public init(rate: Double, seed: UInt64, step: Int) {
            self.rate = rate
            generator = CounterGenerator(seed: seed, stream: RandomStream.dropout(step: step))
        }

        /// Fills `mask` with 0 where a value is dropped and 1 / (1 - rate) where it is kept; 16 random bits decide.
        func fill(_ mask: UnsafeMutablePointer<Float>, count: Int) {
            let limit = UInt32((rate * 65_536).rounded())
            let kept = Float(65_536 / Double(65_536 - limit))
            for block in 0..<(count + 7) / 8 {
                let words = generator.block(UInt64(block))
                for i in 0..<min(8, count - block * 8) {
                    let bits = words[i >> 1] >> (i & 1 == 0 ? 0 : 16) & 0xffff
                    mask[block * 8 + i] = bits < limit ? 0 : kept
                }
            }
        }
    }

    /// The workspace's batch read by the recurrent and the linear layer; the result is `workspace.emissions`.
    func readBatch(_ workspace: Workspace, parameters: FloatBlock, dropout: Dropout?, threads: Int) {
        let (rows, width) = (workspace.batch.rows, layer.width)
        workspace.y.reserve(rows * width)
        workspace.emissions.reserve(rows * classes)
        layer.forward(
            workspace.x.block, workspace.batch, parameters: parameters, into: workspace.y.block,
            workspace: workspace.layer, threads: threads)
        var y = workspace.y.base
        if let dropout {
            workspace.dropped.reserve(rows * width)
            workspace.mask.reserve(rows * width)
            dropout.fill(workspace.mask.base, count: rows * width)
            kernel_multiply(workspace.dropped.base, y, workspace.mask.base, rows * width)
            y = workspace.dropped.base
        }
        product(
            m: rows, n: classes, k: width, y, aRow: width, parameters.base + weightOffset, bRow: classes,
            into: workspace.emissions.base, cRow: classes)
        kernel_add_bias(workspace.emissions.base, parameters.base + biasOffset, rows, classes)
    }

    /// The batch's negative log-likelihood per time step, in nats, and its gradient.
    ///
    /// - Parameters:
    ///   - workspace: holds the batch with its labels.
    ///   - parameters: the flat parameter vector.
    ///   - gradient: replaced, as long as `parameters`.
    ///   - dropout: what is dropped; nil drops nothing.
    ///   - threads: two or more give each direction its own thread; the bits are the same.
    /// - Returns: the loss.
    public func lossAndGradient(
        _ workspace: Workspace, parameters: FloatBlock, into gradient: FloatBlock, dropout: Dropout? = nil,
        threads: Int = 1
    ) -> Double {
        readBatch(workspace, parameters: parameters, dropout: dropout, threads: threads)
        let (batch, rows, width) = (workspace.batch, workspace.batch.rows, layer.width)
        let loss = field.negativeLogLikelihood(
            of: workspace.labels, emissions: workspace.emissions.block, batch, parameters: parameters,
            workspace: workspace.field)
        workspace.emissionGradient.reserve(rows * classes)
        workspace.outputGradient.reserve(rows * width)
        field.backward(
            labels: workspace.labels, scale: 1 / Float(rows), batch, parameters: parameters,
            emissionGradient: workspace.emissionGradient.block, into: gradient, workspace: workspace.field)
        let (y, de) = (dropout == nil ? workspace.y.base : workspace.dropped.base, workspace.emissionGradient.base)
        product(
            m: width, n: classes, k: rows, y, .transposed, aRow: width, de, bRow: classes,
            into: gradient.base + weightOffset, cRow: classes)
        kernel_sum_rows(gradient.base + biasOffset, de, rows, classes)
        product(
            m: rows, n: width, k: classes, de, aRow: classes, parameters.base + weightOffset, .transposed,
            bRow: classes, into: workspace.outputGradient.base, cRow: width)
        if dropout != nil {
            kernel_multiply(
                workspace.outputGradient.base, workspace.outputGradient.base, workspace.mask.base, rows * width)
        }
        layer.backward(
            workspace.outputGradient.block, x: workspace.x.block, output: workspace.y.block, batch,
            parameters: parameters, into: gradient, workspace: workspace.layer, threads: threads)
        return loss / Double(rows)
    }
}
