public import Layers
public import Numerics

/// A convolutional network over time: layers of kernels that move in strides over the values of all channels, with
/// zeros around and ReLU after each, and of the last layer the mean and the largest value over time.
///
/// A sample `[rows, columns]` is read as `[channels, times]`: a channel is so many of its rows, one after another, as
/// a reader of signals folds them. Parameters are one flat vector, layer by layer: a weight
/// `[kernel, inputs, channels]` and a bias `[channels]`. Features are the last layer's means, then its largest values.
public struct Waves: Network, Equatable {
    /// One layer's sizes.
    struct Layer: Equatable {
        /// Of what it reads: times, and values of each.
        let times, inputs: Int
        /// Of what it makes, at each time.
        let channels: Int
        /// Times under its kernel, and from one place of it to the next.
        let kernel, stride: Int
        /// Where its weight starts in the flat vector; the bias follows.
        let offset: Int

        /// Times of zeros before the first and after the last.
        var border: Int { kernel / 2 }
        /// Times with their zeros.
        var borderedTimes: Int { times + 2 * border }
        /// Times of what it makes.
        var madeTimes: Int { (borderedTimes - kernel) / stride + 1 }
        /// Values under the kernel at a time.
        var under: Int { kernel * inputs }
        var weightCount: Int { under * channels }
    }

    let layers: [Layer]
    /// Values that it reads of a row.
    public let inputCount: Int

    /// A network of these layers for samples of so many channels and times.
    ///
    /// - Precondition: there is a kernel and a stride for each layer; all sizes are positive, and no stride is longer
    ///   than its kernel.
    public init(inputChannels: Int, times: Int, channels: [Int], kernels: [Int], strides: [Int]) {
        precondition(
            channels.count == kernels.count && channels.count == strides.count && !channels.isEmpty,
            "\(kernels) kernels and \(strides) strides for \(channels)")
        precondition(
            (channels + kernels + strides + [inputChannels, times]).allSatisfy { $0 > 0 }, "a size that is not positive"
        )
        var layers: [Layer] = []
        for ((channels, kernel), stride) in zip(zip(channels, kernels), strides) {
            precondition(stride <= kernel, "a stride of \(stride) for a kernel of \(kernel)")
            let last = layers.last
            layers.append(
                Layer(
                    times: last?.madeTimes ?? times, inputs: last?.channels ?? inputChannels, channels: channels,
                    kernel: kernel, stride: stride, offset: last.map { $0.offset + $0.weightCount + $0.channels } ?? 0))
        }
        self.layers = layers
        inputCount = inputChannels * times
    }

    /// The layer whose means and largest values are the features.
    var last: Layer { layers[layers.count - 1] }

    /// Two for each of the last layer's channels.
    public var featureCount: Int { 2 * last.channels }

    /// Each layer's weight and bias, as `waves0.weight`, `waves0.bias`, ….
    public var parts: [ParameterPart] {
        layers.enumerated().flatMap { index, layer in
            [
                ParameterPart(
                    name: "waves\(index).weight", offset: layer.offset,
                    shape: [layer.kernel, layer.inputs, layer.channels]),
                ParameterPart(
                    name: "waves\(index).bias", offset: layer.offset + layer.weightCount, shape: [layer.channels]),
            ]
        }
    }

    /// Kernels from a normal distribution cut at two deviations, of variance two over the values that a sum has (He et
    /// al., ICCV 2015, equation 10); biases zero.
    public func initialParameters(seed: UInt64, stream: UInt64) -> FloatBlock {
        let parameters = FloatBlock(count: parameterCount)
        for (index, layer) in layers.enumerated() {
            var draw = RandomSequence(seed: seed, stream: stream + UInt64(index))
            let deviation = (2 / Double(layer.under)).squareRoot()
            for i in 0..<layer.weightCount {
                parameters[layer.offset + i] = Float(deviation * draw.truncatedNormal())
            }
        }
        return parameters
    }

    /// What each layer reads and the last one makes, of all rows; gradients are of one row at a time.
    public func passFloats(rows: Int) -> Double {
        func floats(_ size: (Layer) -> Int) -> Double { layers.reduce(0) { $0 + Double(size($1)) } }
        let read = floats { $0.borderedTimes * $0.inputs } + Double(last.madeTimes * last.channels)
        let gradients = floats { ($0.borderedTimes + $0.kernel) * $0.channels }
        return Double(rows) * (read + 3 * Double(featureCount)) + gradients
    }

    /// A pass over up to `rows` rows.
    public func makePass(rows: Int, arithmetic: Arithmetic) -> any NetworkPass { WavesPass(of: self, rows: rows) }
}
