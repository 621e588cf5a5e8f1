import CKernels
public import Numerics

/// A convolutional network's passes over up to a number of rows.
///
/// A layer is one product: what lies under the kernel at each pixel, read where it lies, times the kernel. So a sum is
/// one chain of fused multiply-adds over the kernel's values, row by row, with the same bits on every processor. The
/// gradient at what a layer read is the convolution of the gradient at its sums with the kernel turned round. A few
/// images at a time pass through all layers, so that what one writes is near when the next reads it.
public final class ConvolutionPass: NetworkPass {
    /// A layer's memory, for all rows.
    private struct Layer {
        let sizes: Convolution.Layer
        /// What it reads.
        let inputs: ConvolutionGrid
        /// For each value after the largest are taken, which it was.
        let which: UnsafeMutablePointer<UInt32>
        /// The kernel, and the kernel turned round.
        var kernel = PackedFactor()
        var turned = PackedFactor()
    }

    /// Images that pass through the layers together.
    private static let imagesAtOnce = 4

    private let network: Convolution
    private let rows: Int
    private var layers: [Layer]
    /// `[rows, features]`, and the gradient there.
    private let features, featureGradients: FloatBlock
    /// The sums at the pixels of a few images, or the gradients at their inputs.
    private let sums: FloatBlock
    /// The gradient at a few images' sums, with each layer's border.
    private let sumGradients: [ConvolutionGrid]
    /// The same without a border, for the kernel's gradient.
    private let plainGradients: FloatBlock
    /// Held, so that it is known when others come.
    private var parameters = FloatBlock(count: 0)

    /// A pass of up to `rows` rows through `network`.
    public init(of network: Convolution, rows: Int) {
        (self.network, self.rows) = (network, rows)
        let group = min(Self.imagesAtOnce, rows)
        layers = network.layers.map { sizes in
            let which = UnsafeMutablePointer<UInt32>.allocate(capacity: rows * sizes.pooledCount)
            which.initialize(repeating: 0, count: rows * sizes.pooledCount)
            return Layer(
                sizes: sizes,
                inputs: ConvolutionGrid(
                    images: rows, group: group, rows: sizes.rows, columns: sizes.columns, channels: sizes.inputs,
                    kernel: sizes.kernel), which: which)
        }
        sumGradients = network.layers.map { sizes in
            ConvolutionGrid(
                images: group, group: group, rows: sizes.rows, columns: sizes.columns, channels: sizes.channels,
                kernel: sizes.kernel)
        }
        let sizes = network.layers
        sums = FloatBlock(count: group * (sizes.map { $0.pixels * max($0.inputs, $0.channels) }.max() ?? 0))
        plainGradients = FloatBlock(count: group * (sizes.map { $0.pixels * $0.channels }.max() ?? 0))
        (features, featureGradients) = (
            FloatBlock(count: rows * network.featureCount), FloatBlock(count: rows * network.featureCount)
        )
    }

    deinit { for layer in layers { layer.which.deallocate() } }

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
            if index > 0 { layers[index].turned = Self.turned(weight, sizes) }
        }
    }

    /// A kernel turned round: from `[kernel, kernel, inputs, channels]` to `[kernel, kernel, channels, inputs]`, the
    /// last first.
    private static func turned(_ weight: UnsafePointer<Float>, _ sizes: Convolution.Layer) -> PackedFactor {
        let (places, inputs, channels) = (sizes.kernel * sizes.kernel, sizes.inputs, sizes.channels)
        let turned = FloatBlock(uninitialised: sizes.weightCount)
        for place in 0..<places {
            let from = weight + place * inputs * channels
            let to = turned.base + (places - 1 - place) * inputs * channels
            for input in 0..<inputs {
                for channel in 0..<channels { to[channel * inputs + input] = from[input * channels + channel] }
            }
        }
        var factor = PackedFactor()
        factor.take(turned.base, bRow: inputs, k: places * channels, n: inputs)
        return factor
    }

    // MARK: - Forward

    /// What the last convolutional layer makes, after the largest are taken.
    public func forward(_ inputs: UnsafePointer<Float>, rows: Int) -> UnsafePointer<Float> {
        precondition(rows <= self.rows, "\(rows) rows in a pass of \(self.rows)")
        let first = layers[0]
        for images in groups(of: rows) {
            for image in images {
                for row in 0..<first.sizes.rows {
                    (first.inputs.inside(image) + row * first.inputs.row).update(
                        from: inputs + image * network.inputCount + row * first.sizes.columns,
                        count: first.sizes.columns)
                }
            }
            for index in layers.indices { forward(index, images) }
        }
        return UnsafePointer(features.base)
    }

    private func groups(of rows: Int) -> [Range<Int>] {
        stride(from: 0, to: rows, by: Self.imagesAtOnce).map { $0..<min($0 + Self.imagesAtOnce, rows) }
    }

    private func forward(_ index: Int, _ images: Range<Int>) {
        let (layer, sizes) = (layers[index], layers[index].sizes)
        layer.inputs.windows.product(
            m: images.count * sizes.pixels, of: layer.inputs.bordered(images.lowerBound), layer.kernel, into: sums.base,
            cRow: sizes.channels)
        let bias = parameters.base + sizes.offset + sizes.weightCount
        for (place, image) in images.enumerated() {
            let (to, row) =
                index + 1 < layers.count
                ? (layers[index + 1].inputs.inside(image), layers[index + 1].inputs.row)
                : (features.base + image * network.featureCount, sizes.pooledColumns * sizes.channels)
            kernel_pool(
                to, row, layer.which + image * sizes.pooledCount,
                sums.base + place * sizes.pixels * sizes.channels, bias, sizes.rows, sizes.columns, sizes.channels,
                sizes.tall, sizes.wide)
        }
    }

    // MARK: - Backward

    /// Where the gradient at the features is written.
    public var featureGradient: UnsafeMutablePointer<Float> { featureGradients.base }

    /// Replaces the first `parameterCount` values of `gradient` by the gradient of the loss.
    public func backward(
        _ inputs: UnsafePointer<Float>, rows: Int, into gradient: UnsafeMutablePointer<Float>
    ) {
        if rows == 0 { gradient.update(repeating: 0, count: network.parameterCount) }
        for images in groups(of: rows) {
            for index in layers.indices.reversed() { backward(index, images, into: gradient) }
        }
    }

    /// Adds these images' part of a layer's gradient, and leaves the gradient at what the layer read in `sums`.
    private func backward(_ index: Int, _ images: Range<Int>, into gradient: UnsafeMutablePointer<Float>) {
        let (layer, sizes, grid) = (layers[index], layers[index].sizes, sumGradients[index])
        let (n, count) = (sizes.channels, images.count * sizes.pixels)
        for (place, image) in images.enumerated() {
            let from =
                index + 1 < layers.count
                ? sums.base + place * sizes.pooledCount : featureGradients.base + image * network.featureCount
            let plain = plainGradients.base + place * sizes.pixels * n
            // A last row or column that is in no window has no gradient.
            if sizes.hasRest { plain.update(repeating: 0, count: sizes.pixels * n) }
            kernel_pool_backward(
                plain, sizes.columns * n, from, sizes.pooledColumns * n, layer.which + image * sizes.pooledCount,
                sizes.rows, sizes.columns, n, sizes.tall, sizes.wide)
            if index == 0 { continue }
            for row in 0..<sizes.rows {
                (grid.inside(place) + row * grid.row).update(
                    from: plain + row * sizes.columns * n, count: sizes.columns * n)
            }
        }
        let (weight, bias) = (gradient + sizes.offset, gradient + sizes.offset + sizes.weightCount)
        kernel_add_rows(bias, plainGradients.base, count, n, images.lowerBound > 0)
        layer.inputs.windows.transposedProduct(
            k: count, n: n, of: layer.inputs.bordered(images.lowerBound), plainGradients.base, bRow: n,
            adding: images.lowerBound > 0, into: weight, cRow: n)
        if index == 0 { return }
        grid.windows.product(m: count, of: grid.bordered(0), layer.turned, into: sums.base, cRow: sizes.inputs)
    }
}
