public import Layers
public import Numerics

/// A multilayer perceptron's body: affine layers, each with a ReLU; the last one's activations are the features.
///
/// Parameters are one flat vector, layer by layer, each a weight `[inputs, units]` and then a bias `[units]`.
public struct MLP: Network, Equatable {
    /// The deviation that weights start with.
    public let weightDeviation: Double
    let layers: AffineLayers

    /// A perceptron of these sizes from the inputs to the features, like `[1728, 128]`.
    public init(sizes: [Int], weightDeviation: Double = 0.1) {
        layers = AffineLayers(sizes: sizes, offset: 0, lastHasReLU: true)
        self.weightDeviation = weightDeviation
    }

    /// Units per layer, from the inputs to the features.
    public var sizes: [Int] { layers.sizes }

    /// Units of the first layer.
    public var inputCount: Int { sizes[0] }

    /// Units of the last layer.
    public var featureCount: Int { sizes[layers.count] }

    /// Where a layer's weight starts in the flat vector; its bias follows the weight.
    public func offset(ofLayer layer: Int) -> Int { layers.offset(ofLayer: layer) }

    /// Each layer's weight and bias, as `hidden0.weight`, `hidden0.bias`, ….
    public var parts: [ParameterPart] { layers.parts { "hidden\($0)" } }

    /// Weights from a normal distribution cut at two deviations, biases zero.
    ///
    /// Source: the published program.
    public func initialParameters(seed: UInt64, stream: UInt64) -> FloatBlock {
        let parameters = FloatBlock(count: parameterCount)
        for layer in 0..<layers.count {
            var draw = RandomSequence(seed: seed, stream: stream + UInt64(layer))
            let start = offset(ofLayer: layer)
            for i in 0..<sizes[layer] * sizes[layer + 1] {
                parameters[start + i] = Float(weightDeviation * draw.truncatedNormal())
            }
        }
        return parameters
    }

    /// Each layer's outputs and their gradients.
    public func passFloats(rows: Int) -> Double { layers.passFloats(rows: rows) }

    /// A pass over up to `rows` rows; no fewer fit where its products are bfloat16.
    public func makePass(rows: Int, arithmetic: Arithmetic) -> any NetworkPass {
        MLPPass(of: self, rows: rows, products: arithmetic.products)
    }
}
