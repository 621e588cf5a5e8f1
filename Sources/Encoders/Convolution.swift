public import Layers
public import Numerics

/// A convolutional network: layers of square kernels over rows and columns with zeros around them (the size stays),
/// each followed by ReLU and the largest of every 2 x 2 values, then one affine layer.
///
/// Where only one row or column is left, the largest is taken along the other alone. Parameters are one flat vector,
/// layer by layer: a weight `[kernel, kernel, inputs, channels]` and a bias `[channels]`. Features stand pixel by
/// pixel, the channels of a pixel together.
public struct Convolution: Network, Equatable {
    /// One layer's sizes.
    struct Layer: Equatable {
        /// Of what it reads.
        let rows, columns, inputs: Int
        /// Of what it makes, before the largest are taken.
        let channels: Int
        /// Rows and columns of its kernel.
        let kernel: Int
        /// Where its weight starts in the flat vector; the bias follows.
        let offset: Int

        /// Rows and columns of which the largest is taken.
        var tall: Int { rows > 1 ? 2 : 1 }
        var wide: Int { columns > 1 ? 2 : 1 }
        /// What is left of rows and columns.
        var pooledRows: Int { rows / tall }
        var pooledColumns: Int { columns / wide }
        /// Whether rows or columns are left over.
        var hasRest: Bool { rows % tall > 0 || columns % wide > 0 }
        /// Pixels, and values after the largest are taken.
        var pixels: Int { rows * columns }
        var pooledCount: Int { pooledRows * pooledColumns * channels }
        /// Values under the kernel at a pixel.
        var under: Int { kernel * kernel * inputs }
        var weightCount: Int { under * channels }
    }

    let layers: [Layer]
    /// Values that it reads of a row.
    public let inputCount: Int
    /// Values of a row that are features: the last layer's channels over what is left of rows and columns.
    public let featureCount: Int

    /// A network of these layers for samples `[rows, columns]`.
    ///
    /// - Precondition: there is a kernel for each layer, all odd; all sizes are positive.
    public init(rows: Int, columns: Int, channels: [Int], kernels: [Int]) {
        precondition(channels.count == kernels.count && !channels.isEmpty, "\(kernels) kernels for \(channels)")
        precondition(
            (channels + kernels + [rows, columns]).allSatisfy { $0 > 0 }, "a size that is not positive")
        var layers: [Layer] = []
        for (channels, kernel) in zip(channels, kernels) {
            let last = layers.last
            layers.append(
                Layer(
                    rows: last?.pooledRows ?? rows, columns: last?.pooledColumns ?? columns,
                    inputs: last?.channels ?? 1, channels: channels, kernel: kernel,
                    offset: last.map { $0.offset + $0.weightCount + $0.channels } ?? 0))
        }
        self.layers = layers
        let last = layers[layers.count - 1]
        inputCount = rows * columns
        featureCount = last.pooledRows * last.pooledColumns * last.channels
    }

    /// Each layer's weight and bias, as `convolution0.weight`, `convolution0.bias`, ….
    public var parts: [ParameterPart] {
        layers.enumerated().flatMap { index, layer in
            [
                ParameterPart(
                    name: "convolution\(index).weight", offset: layer.offset,
                    shape: [layer.kernel, layer.kernel, layer.inputs, layer.channels]),
                ParameterPart(
                    name: "convolution\(index).bias", offset: layer.offset + layer.weightCount,
                    shape: [layer.channels]),
            ]
        }
    }

    /// Kernels from a normal distribution cut at two deviations, of variance two over the values that a sum has (He et
    /// al., ICCV 2015, equation 10); biases zero.
    public func initialParameters(seed: UInt64, stream: UInt64) -> FloatBlock {
        let parameters = FloatBlock(count: parameterCount)
        for (index, layer) in layers.enumerated() {
            var draw = RandomSequence(seed: seed, stream: stream + UInt64(index))
            let deviation = (2 / Double(layer.kernel * layer.kernel * layer.inputs)).squareRoot()
            for i in 0..<layer.weightCount {
                parameters[layer.offset + i] = Float(deviation * draw.truncatedNormal())
            }
        }
        return parameters
    }

    /// Each layer's grids, before and after the largest are taken, and their gradients.
    public func passFloats(rows: Int) -> Double {
        let grids = layers.map { layer in
            let pixels = Double(layer.rows + layer.kernel) * Double(layer.columns + layer.kernel)
            return 2 * pixels * Double(layer.inputs + layer.channels)
        }
        return Double(rows) * (grids.reduce(0, +) + 2 * Double(featureCount))
    }

    /// A pass over up to `rows` rows.
    public func makePass(rows: Int, arithmetic: Arithmetic) -> any NetworkPass { ConvolutionPass(of: self, rows: rows) }
}
