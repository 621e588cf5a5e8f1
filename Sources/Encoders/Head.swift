public import Layers
public import Numerics

/// What a pretext task puts behind a network's features: hidden affine layers with ReLU, if any, and one affine layer
/// to the outputs.
public struct Head: Equatable, Sendable {
    /// How the weights of the last layer start.
    public enum Start: Equatable, Sendable {
        /// Zero, so that the first outputs are all zero: the published program's.
        case zero
        /// Drawn as those of hidden layers are, for outputs that are divided by their norm.
        case drawn
    }

    /// Units of each hidden layer.
    public var hiddenUnits: [Int]
    /// How many outputs there are.
    public var outputs: Int
    /// How the weights of the last layer start.
    public var start: Start

    /// A head.
    public init(hiddenUnits: [Int] = [], outputs: Int, start: Start = .zero) {
        (self.hiddenUnits, self.outputs, self.start) = (hiddenUnits, outputs, start)
    }

    /// Its layers behind so many features.
    func layers(features: Int, offset: Int) -> AffineLayers {
        AffineLayers(sizes: [features] + hiddenUnits + [outputs], offset: offset, lastHasReLU: false)
    }
}

/// A network with a head behind its features, over one flat vector: the network's parameters, then the head's.
public struct HeadedNetwork: Sendable {
    /// The network, whose parameters come first.
    public let body: any Network
    /// The head.
    public let head: Head
    let layers: AffineLayers

    /// A network and its head.
    public init(_ body: any Network, head: Head) {
        (self.body, self.head) = (body, head)
        layers = head.layers(features: body.featureCount, offset: body.parameterCount)
    }

    /// The body's parts, then the head's `head0.weight`, `head0.bias`, …, `output.weight`, `output.bias`.
    public var parts: [ParameterPart] {
        body.parts + layers.parts { $0 == layers.count - 1 ? "output" : "head\($0)" }
    }

    /// Values that it reads of a row.
    public var inputCount: Int { body.inputCount }
    /// Values that it puts out for a row.
    public var outputCount: Int { head.outputs }
    /// The length of the flat parameter vector.
    public var parameterCount: Int { layers.offset(ofLayer: layers.count) }

    /// About how many floats a pass over so many rows takes, beside rows and parameters.
    public func passFloats(rows: Int) -> Double { body.passFloats(rows: rows) + layers.passFloats(rows: rows) }

    /// Parameters to start from: the body's own; in the head, weights from a normal distribution cut at two deviations,
    /// of variance two over the values that a sum has (He et al., ICCV 2015, equation 10), and zero biases.
    public func initialParameters(seed: UInt64, stream: UInt64) -> FloatBlock {
        let parameters = FloatBlock(count: parameterCount)
        let start = body.initialParameters(seed: seed, stream: stream)
        parameters.base.update(from: start.base, count: start.count)
        for layer in 0..<layers.count where layer < layers.count - 1 || head.start == .drawn {
            var draw = RandomSequence(seed: seed, stream: stream + 1 << 40 + UInt64(layer))
            let (inputs, outputs) = (layers.sizes[layer], layers.sizes[layer + 1])
            let deviation = (2 / Double(inputs)).squareRoot()
            let first = layers.offset(ofLayer: layer)
            for i in first..<first + inputs * outputs { parameters[i] = Float(deviation * draw.truncatedNormal()) }
        }
        return parameters
    }

    /// A pass over up to `rows` rows, for one thread; see `Network.makePass`.
    ///
    /// The head computes in 32-bit floats.
    public func makePass(rows: Int, arithmetic: Arithmetic) -> HeadedPass {
        HeadedPass(of: self, rows: rows, arithmetic: arithmetic)
    }
}

/// Passes through a network and its head; for one thread.
public final class HeadedPass {
    private let body: any NetworkPass
    private let head: AffinePass
    private var features: UnsafePointer<Float>?

    init(of network: HeadedNetwork, rows: Int, arithmetic: Arithmetic) {
        body = network.body.makePass(rows: rows, arithmetic: arithmetic)
        head = AffinePass(of: network.layers, rows: rows, givesInputGradient: true)
    }

    /// Takes the parameters for what follows; see `NetworkPass.take`.
    public func take(parameters: FloatBlock) {
        body.take(parameters: parameters)
        head.take(parameters: parameters)
    }

    /// The outputs for rows of inputs, `[rows, inputCount]` to `[rows, outputCount]`; they stand until the next call.
    public func forward(_ inputs: UnsafePointer<Float>, rows: Int) -> UnsafePointer<Float> {
        let features = body.forward(inputs, rows: rows)
        self.features = features
        return head.forward(features, rows: rows)
    }

    /// Where the gradient at the outputs is written, `[rows, outputCount]`, before `backward`.
    public var outputGradient: UnsafeMutablePointer<Float> { head.outputGradient }

    /// Replaces `gradient`, as long as the parameters, by the gradient of the loss at them.
    ///
    /// - Precondition: `forward` came before, on the same rows, and the gradient at the outputs was written.
    public func backward(_ inputs: UnsafePointer<Float>, rows: Int, into gradient: UnsafeMutablePointer<Float>) {
        guard let features else { preconditionFailure("a backward pass without a forward one") }
        head.backward(features, rows: rows, into: gradient, inputGradient: body.featureGradient)
        body.backward(inputs, rows: rows, into: gradient)
    }
}
