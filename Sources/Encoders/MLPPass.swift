import CKernels
public import Numerics

/// A perceptron's passes: activations and gradients of up to a number of rows, and the parameters as products read
/// them.
public final class MLPPass: NetworkPass {
    private let network: MLP
    private let rows: Int
    /// Each layer's outputs after its ReLU, `[rows, sizes[layer + 1]]`; the last layer's are the network's.
    private let outputs: [FloatBlock]
    /// The gradient at each layer's outputs, shaped as `outputs`.
    private let outputGradients: [FloatBlock]
    /// The hidden layers' products in bfloat16; nil for all in float32.
    private let halves: HalfMLP?
    /// Held, so that it is known when others come.
    private var parameters = FloatBlock(count: 0)
    /// Whether the parameters were taken more than once: then laying them out for products pays.
    private var isPacked = false
    /// Each layer's weight, for forward passes.
    private var weights: [PackedFactor]
    /// Each layer's weight transposed, for backward passes; the first layer's inputs need no gradient.
    private var transposedWeights: [PackedFactor]

    /// A pass of `rows` rows through `network`; no fewer rows fit where `products` are bfloat16.
    ///
    /// - Precondition: `ProductLibrary.fault(of: products)` is nil.
    public init(of network: MLP, rows: Int, products: ElementType = .float32) {
        (self.network, self.rows) = (network, rows)
        halves = products == .float32 ? nil : HalfMLP(for: network, rows: rows)
        outputs = network.sizes.dropFirst().map { FloatBlock(count: rows * $0) }
        outputGradients = network.sizes.dropFirst().map { FloatBlock(count: rows * $0) }
        weights = Array(repeating: PackedFactor(), count: network.layerCount)
        transposedWeights = weights
    }

    /// Takes the parameters for what follows; the second time that it gets the same, it lays them out for products.
    public func take(parameters: FloatBlock) {
        if self.parameters === parameters { return pack() }
        precondition(
            parameters.count == network.parameterCount,
            "\(parameters.count) parameters for a network of \(network.parameterCount)")
        (self.parameters, isPacked) = (parameters, false)
        halves?.take(parameters: parameters)
    }

    private func pack() {
        if isPacked { return }
        isPacked = true
        for layer in 0..<network.layerCount where !(halves?.has(layer) ?? false) {
            let (k, n) = (network.sizes[layer], network.sizes[layer + 1])
            let weight = parameters.base + network.offset(ofLayer: layer)
            weights[layer].take(weight, bRow: n, k: k, n: n)
            if layer > 0 { transposedWeights[layer].take(weight, .transposed, bRow: n, k: n, n: k) }
        }
    }

    /// The last layer's outputs, without a ReLU.
    public func forward(_ inputs: UnsafePointer<Float>, rows: Int) -> UnsafePointer<Float> {
        run(inputs, rows: rows, layers: network.layerCount)
    }

    /// The last hidden layer's activations.
    public func features(_ inputs: UnsafePointer<Float>, rows: Int) -> UnsafePointer<Float> {
        run(inputs, rows: rows, layers: network.layerCount - 1)
    }

    /// Runs rows through the first layers, and returns the last of these layers' outputs.
    private func run(_ inputs: UnsafePointer<Float>, rows: Int, layers: Int) -> UnsafePointer<Float> {
        precondition(rows <= self.rows, "\(rows) rows in a pass of \(self.rows)")
        var x = inputs
        for layer in 0..<layers {
            let (k, n) = (network.sizes[layer], network.sizes[layer + 1])
            let weight = parameters.base + network.offset(ofLayer: layer)
            let y = outputs[layer].base
            if let halves, halves.has(layer) {
                halves.forward(x, rows: rows, layer: layer, into: y)
            } else if isPacked {
                weights[layer].product(m: rows, x, aRow: k, into: y, cRow: n)
            } else {
                product(m: rows, n: n, k: k, x, aRow: k, weight, bRow: n, into: y, cRow: n)
            }
            if layer == network.layerCount - 1 {
                kernel_add_bias(y, weight + k * n, rows, n)
            } else {
                kernel_add_bias_relu(y, weight + k * n, rows, n)
            }
            x = UnsafePointer(y)
        }
        return x
    }

    /// The gradient at the last layer's outputs.
    public var outputGradient: UnsafeMutablePointer<Float> { outputGradients[network.layerCount - 1].base }

    /// Replaces `gradient`, as long as the parameters, by the gradient of the loss.
    public func backward(
        _ inputs: UnsafePointer<Float>, rows: Int, into gradient: UnsafeMutablePointer<Float>
    ) {
        for layer in (0..<network.layerCount).reversed() {
            let (k, n) = (network.sizes[layer], network.sizes[layer + 1])
            let start = network.offset(ofLayer: layer)
            let x = layer == 0 ? inputs : UnsafePointer(outputs[layer - 1].base)
            let dy = outputGradients[layer].base
            kernel_sum_rows(gradient + start + k * n, dy, rows, n)
            let dx = layer == 0 ? nil : outputGradients[layer - 1].base
            if let halves, halves.has(layer) {
                halves.backward(dy, layer: layer, weightGradient: gradient + start, inputGradient: dx)
            } else {
                product(m: k, n: n, k: rows, x, .transposed, aRow: k, dy, bRow: n, into: gradient + start, cRow: n)
                if let dx, isPacked {
                    transposedWeights[layer].product(m: rows, dy, aRow: n, into: dx, cRow: k)
                } else if let dx {
                    let weight = parameters.base + start
                    product(m: rows, n: k, k: n, dy, aRow: n, weight, .transposed, bRow: n, into: dx, cRow: k)
                }
            }
            if let dx { kernel_relu_backward(dx, x, rows * k) }
        }
    }
}
