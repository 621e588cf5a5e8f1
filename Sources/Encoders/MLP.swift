public import Layers
public import Numerics

/// A multilayer perceptron: affine layers with ReLU between them and none after the last.
///
/// Parameters are one flat vector, layer by layer, each a weight `[inputs, outputs]` and then a bias `[outputs]`.
public struct MLP: Network, Equatable {
    /// Units per layer, from the inputs to the outputs; at least three numbers.
    public let sizes: [Int]
    /// The deviation that hidden weights start with.
    public let weightDeviation: Double

    /// A perceptron of these sizes, like `[1728, 128, 5]`.
    public init(sizes: [Int], weightDeviation: Double = 0.1) {
        precondition(sizes.count >= 2 && sizes.allSatisfy { $0 > 0 }, "a perceptron of sizes \(sizes)")
        (self.sizes, self.weightDeviation) = (sizes, weightDeviation)
    }

    /// How many affine layers there are.
    public var layerCount: Int { sizes.count - 1 }

    /// Units of the first layer.
    public var inputCount: Int { sizes[0] }

    /// Units of the last layer.
    public var outputCount: Int { sizes[layerCount] }

    /// Units of the last hidden layer.
    public var featureCount: Int { sizes[layerCount - 1] }

    /// The length of the flat parameter vector.
    public var parameterCount: Int { offset(ofLayer: layerCount) }

    /// Where a layer's weight starts in the flat vector; its bias follows the weight.
    public func offset(ofLayer layer: Int) -> Int {
        (0..<layer).reduce(0) { $0 + (sizes[$1] + 1) * sizes[$1 + 1] }
    }

    /// Each layer's weight and bias, as `hidden0.weight`, `hidden0.bias`, …, `output.weight`, `output.bias`.
    public var parts: [ParameterPart] {
        (0..<layerCount).flatMap { layer in
            let name = layer == layerCount - 1 ? "output" : "hidden\(layer)"
            let (inputs, outputs) = (sizes[layer], sizes[layer + 1])
            let start = offset(ofLayer: layer)
            return [
                ParameterPart(name: "\(name).weight", offset: start, shape: [inputs, outputs]),
                ParameterPart(name: "\(name).bias", offset: start + inputs * outputs, shape: [outputs]),
            ]
        }
    }

    /// Hidden weights from a normal distribution cut at two deviations, all else zero.
    ///
    /// Source: the published program; the output layer's zeros make the first outputs uniform.
    public func initialParameters(seed: UInt64, stream: UInt64) -> FloatBlock {
        let parameters = FloatBlock(count: parameterCount)
        for layer in 0..<layerCount - 1 {
            var draw = RandomSequence(seed: seed, stream: stream + UInt64(layer))
            let start = offset(ofLayer: layer)
            for i in 0..<sizes[layer] * sizes[layer + 1] {
                parameters[start + i] = Float(weightDeviation * draw.truncatedNormal())
            }
        }
        return parameters
    }

    /// Each layer's outputs and their gradients.
    public func passFloats(rows: Int) -> Double { 2 * Double(rows) * sizes.dropFirst().reduce(0.0) { $0 + Double($1) } }

    /// A pass over up to `rows` rows; no fewer fit where its products are bfloat16.
    public func makePass(rows: Int, arithmetic: Arithmetic) -> any NetworkPass {
        MLPPass(of: self, rows: rows, products: arithmetic.products)
    }
}
