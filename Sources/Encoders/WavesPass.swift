import CKernels
public import Numerics

/// Passes of a convolutional network over time over up to a number of rows.
///
/// What lies under a kernel at one time is one run of floats, and a stride further the next begins: so a layer is a
/// product straight from what it reads, with rows that overlap, and nothing is brought together before. A sum is one
/// chain of fused multiply-adds over the kernel's values, with the same bits on every processor. The gradient at what a
/// layer read is made for each remainder of the time by the stride: there, too, it is a product of runs, with the part
/// of the kernel that reaches such times, the last first.
public final class WavesPass: NetworkPass {
    /// What of a kernel reaches the times of one remainder.
    private struct Phase {
        /// How many of the layer's times reach such a time.
        let reach: Int
        /// The first of such times, in strides from the first zero of the border, and how many there are.
        let first, count: Int
        /// Where the first of them lies in what the layer reads.
        let place: Int
        /// `[reach, channels, inputs]`.
        var kernel = PackedFactor()
    }

    /// A layer's memory.
    private struct Layer {
        let sizes: Waves.Layer
        /// What it reads, of all rows: `[rows, borderedTimes, inputs]` with zeros in the border.
        let inputs: FloatBlock
        /// The gradient at its sums for one row, with zeros before and after.
        let gradient: FloatBlock
        /// Times of zeros before.
        let before: Int
        var kernel = PackedFactor()
        var phases: [Phase] = []

        /// A row's first time.
        func inside(_ row: Int) -> UnsafeMutablePointer<Float> {
            inputs.base + (row * sizes.borderedTimes + sizes.border) * sizes.inputs
        }

        /// The gradient at the first time's sums.
        var sumGradient: UnsafeMutablePointer<Float> { gradient.base + before * sizes.channels }
    }

    private let network: Waves
    private let rows: Int
    private var layers: [Layer]
    /// What the last layer makes, `[rows, madeTimes, channels]`; `[rows, features]`, and the gradients there.
    private let made, features, featureGradients: FloatBlock
    /// The times of the largest values, `[rows, channels]`.
    private let which: UnsafeMutablePointer<UInt32>
    /// Held, so that it is known when others come.
    private var parameters = FloatBlock(count: 0)

    /// A pass of up to `rows` rows through `network`.
    public init(of network: Waves, rows: Int) {
        (self.network, self.rows) = (network, rows)
        layers = network.layers.enumerated().map { index, sizes in
            let phases = index > 0 ? Self.phases(of: sizes) : []
            let before = max((phases.map(\.reach).max() ?? 1) - 1, 0)
            let end = phases.map { $0.first + $0.count }.max() ?? 0
            return Layer(
                sizes: sizes, inputs: FloatBlock(count: rows * sizes.borderedTimes * sizes.inputs),
                gradient: FloatBlock(count: (before + max(sizes.madeTimes, end)) * sizes.channels), before: before,
                phases: phases)
        }
        let last = network.last
        made = FloatBlock(count: rows * last.madeTimes * last.channels)
        features = FloatBlock(count: rows * network.featureCount)
        featureGradients = FloatBlock(count: rows * network.featureCount)
        which = UnsafeMutablePointer<UInt32>.allocate(capacity: rows * last.channels)
        which.initialize(repeating: 0, count: rows * last.channels)
    }

    deinit { which.deallocate() }

    private static func phases(of sizes: Waves.Layer) -> [Phase] {
        (0..<sizes.stride).compactMap { remainder in
            let first = max(sizes.border - remainder + sizes.stride - 1, 0) / sizes.stride
            let place = first * sizes.stride + remainder - sizes.border
            guard place < sizes.times else { return nil }
            return Phase(
                reach: (sizes.kernel - remainder + sizes.stride - 1) / sizes.stride, first: first,
                count: (sizes.times - 1 - place) / sizes.stride + 1, place: place)
        }
    }

    /// Takes the parameters for what follows, and lays the kernels out for products.
    public func take(parameters: FloatBlock) {
        if self.parameters === parameters { return }
        precondition(
            parameters.count >= network.parameterCount,
            "\(parameters.count) parameters for a network of \(network.parameterCount)")
        self.parameters = parameters
        for index in layers.indices {
            let sizes = layers[index].sizes
            let weight = parameters.base + sizes.offset
            layers[index].kernel.take(weight, bRow: sizes.channels, k: sizes.under, n: sizes.channels)
            for phase in layers[index].phases.indices { take(weight, layer: index, phase: phase) }
        }
    }

    /// Lays out what of a kernel reaches the times of one remainder, the last first, inputs and channels exchanged.
    private func take(_ weight: UnsafePointer<Float>, layer: Int, phase: Int) {
        let sizes = layers[layer].sizes
        let (inputs, channels) = (sizes.inputs, sizes.channels)
        let (reach, place) = (layers[layer].phases[phase].reach, layers[layer].phases[phase].place)
        let remainder = (place + sizes.border) % sizes.stride
        let turned = FloatBlock(uninitialised: reach * channels * inputs)
        for step in 0..<reach {
            let from = weight + (remainder + (reach - 1 - step) * sizes.stride) * inputs * channels
            let to = turned.base + step * channels * inputs
            for input in 0..<inputs {
                for channel in 0..<channels { to[channel * inputs + input] = from[input * channels + channel] }
            }
        }
        layers[layer].phases[phase].kernel.take(turned.base, bRow: inputs, k: reach * channels, n: inputs)
    }

    // MARK: - Forward

    /// The means and the largest values over time of what the last layer makes.
    public func forward(_ inputs: UnsafePointer<Float>, rows: Int) -> UnsafePointer<Float> {
        precondition(rows <= self.rows, "\(rows) rows in a pass of \(self.rows)")
        let (first, last) = (layers[0], network.last)
        for row in 0..<rows {
            kernel_interleave(
                first.inside(row), inputs + row * network.inputCount, first.sizes.inputs, first.sizes.times)
            for index in layers.indices {
                let (layer, sizes) = (layers[index], layers[index].sizes)
                let result = index + 1 < layers.count ? layers[index + 1].inside(row) : madeOf(row)
                layer.kernel.product(
                    m: sizes.madeTimes, layer.inputs.base + row * sizes.borderedTimes * sizes.inputs,
                    aRow: sizes.stride * sizes.inputs, into: result, cRow: sizes.channels)
                let bias = parameters.base + sizes.offset + sizes.weightCount
                kernel_add_bias_relu(result, bias, sizes.madeTimes, sizes.channels)
            }
            kernel_mean_and_largest(
                features.base + row * network.featureCount, which + row * last.channels, madeOf(row), last.madeTimes,
                last.channels)
        }
        return UnsafePointer(features.base)
    }

    /// What the last layer makes of a row.
    private func madeOf(_ row: Int) -> UnsafeMutablePointer<Float> {
        made.base + row * network.last.madeTimes * network.last.channels
    }

    // MARK: - Backward

    /// Where the gradient at the features is written.
    public var featureGradient: UnsafeMutablePointer<Float> { featureGradients.base }

    /// Replaces the first `parameterCount` values of `gradient` by the gradient of the loss.
    public func backward(
        _ inputs: UnsafePointer<Float>, rows: Int, into gradient: UnsafeMutablePointer<Float>
    ) {
        if rows == 0 { gradient.update(repeating: 0, count: network.parameterCount) }
        let last = network.last
        for row in 0..<rows {
            kernel_mean_and_largest_backward(
                layers[layers.count - 1].sumGradient, featureGradients.base + row * network.featureCount,
                which + row * last.channels, madeOf(row), last.madeTimes, last.channels)
            for index in layers.indices.reversed() { backward(index, row, into: gradient) }
        }
    }

    /// Adds this row's part of a layer's gradient, and leaves the gradient at the sums of the layer before.
    private func backward(_ index: Int, _ row: Int, into gradient: UnsafeMutablePointer<Float>) {
        let (layer, sizes) = (layers[index], layers[index].sizes)
        let (weight, bias) = (gradient + sizes.offset, gradient + sizes.offset + sizes.weightCount)
        let n = sizes.channels
        kernel_add_rows(bias, layer.sumGradient, sizes.madeTimes, n, row > 0)
        product(
            m: sizes.under, n: n, k: sizes.madeTimes, layer.inputs.base + row * sizes.borderedTimes * sizes.inputs,
            .transposed, aRow: sizes.stride * sizes.inputs, layer.sumGradient, bRow: n, adding: row > 0, into: weight,
            cRow: n)
        if index == 0 { return }
        let result = layers[index - 1].sumGradient
        for phase in layer.phases {
            phase.kernel.product(
                m: phase.count, layer.sumGradient + (phase.first - phase.reach + 1) * n, aRow: n,
                into: result + phase.place * sizes.inputs, cRow: sizes.stride * sizes.inputs)
        }
        kernel_relu_backward(result, layer.inside(row), sizes.times * sizes.inputs)
    }
}
