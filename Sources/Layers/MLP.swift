import CKernels
public import Numerics

/// A multilayer perceptron: affine layers with ReLU between them and none after the last.
///
/// Parameters are one flat vector, layer by layer, each a weight `[inputs, outputs]` and then a bias `[outputs]`.
public struct MLP: Sendable, Equatable {
    /// Units per layer, from the inputs to the outputs; at least two numbers.
    public let sizes: [Int]

    /// A perceptron of these sizes, like `[1728, 128, 5]`.
    public init(sizes: [Int]) {
        precondition(sizes.count >= 2 && sizes.allSatisfy { $0 > 0 }, "a perceptron of sizes \(sizes)")
        self.sizes = sizes
    }

    /// How many affine layers there are.
    public var layerCount: Int { sizes.count - 1 }

    /// The length of the flat parameter vector.
    public var parameterCount: Int { offset(ofLayer: layerCount) }

    /// Where a layer's weight starts in the flat vector; its bias follows the weight.
    public func offset(ofLayer layer: Int) -> Int {
        (0..<layer).reduce(0) { $0 + (sizes[$1] + 1) * sizes[$1 + 1] }
    }

    /// The pieces of the flat vector in their order, each with a name and a shape.
    public var tensors: [(name: String, shape: [Int])] {
        (0..<layerCount).flatMap { layer in
            let name = layer == layerCount - 1 ? "output" : "hidden\(layer)"
            return [("\(name).weight", [sizes[layer], sizes[layer + 1]]), ("\(name).bias", [sizes[layer + 1]])]
        }
    }

    /// The activations and gradients of up to `rows` rows and the parameters as products read them, allocated once; for one thread.
    public final class Workspace {
        /// Row capacity.
        public let rows: Int
        /// Each layer's outputs after its ReLU, `[rows, sizes[layer + 1]]`; the last layer's are the logits.
        public let outputs: [FloatBlock]
        /// The gradient at each layer's outputs, shaped as `outputs`.
        public let outputGradients: [FloatBlock]
        private let network: MLP
        /// The hidden layers' products in bfloat16; nil for all in float32.
        let halves: HalfMLP?
        /// Held, so that it is known when others come.
        private(set) var parameters = FloatBlock(count: 0)
        /// Whether the parameters were taken more than once: then laying them out for products pays.
        private(set) var isPacked = false
        /// Each layer's weight, for forward passes.
        private(set) var weights: [PackedFactor]
        /// Each layer's weight transposed, for backward passes; the first layer's inputs need no gradient.
        private(set) var transposedWeights: [PackedFactor]

        /// Buffers for `rows` rows through `network`; no fewer rows fit where `products` are bfloat16.
        ///
        /// - Precondition: `ProductLibrary.fault(of: products)` is nil.
        public init(for network: MLP, rows: Int, products: ElementType = .float32) {
            (self.network, self.rows) = (network, rows)
            halves = products == .float32 ? nil : HalfMLP(for: network, rows: rows)
            outputs = network.sizes.dropFirst().map { FloatBlock(count: rows * $0) }
            outputGradients = network.sizes.dropFirst().map { FloatBlock(count: rows * $0) }
            weights = Array(repeating: PackedFactor(), count: network.layerCount)
            transposedWeights = weights
        }

        /// Takes the parameters for the passes that follow.
        ///
        /// - Precondition: there are the network's, and their values do not change while the workspace has them.
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
    }

    /// Runs `rows` rows of inputs `[rows, sizes[0]]` through the first `layers` layers (all by default), with the workspace's
    /// parameters.
    public func forward(
        _ inputs: UnsafePointer<Float>, rows: Int, _ workspace: Workspace, layers: Int? = nil
    ) {
        precondition(rows <= workspace.rows, "\(rows) rows in a workspace of \(workspace.rows)")
        var x = inputs
        for layer in 0..<(layers ?? layerCount) {
            let (k, n) = (sizes[layer], sizes[layer + 1])
            let weight = workspace.parameters.base + offset(ofLayer: layer)
            let y = workspace.outputs[layer].base
            if let halves = workspace.halves, halves.has(layer) {
                halves.forward(x, rows: rows, layer: layer, into: y)
            } else if workspace.isPacked {
                workspace.weights[layer].product(m: rows, x, aRow: k, into: y, cRow: n)
            } else {
                product(m: rows, n: n, k: k, x, aRow: k, weight, bRow: n, into: y, cRow: n)
            }
            if layer == layerCount - 1 {
                kernel_add_bias(y, weight + k * n, rows, n)
            } else {
                kernel_add_bias_relu(y, weight + k * n, rows, n)
            }
            x = UnsafePointer(y)
        }
    }

    /// Replaces `gradient`, as long as the parameters, by the gradient of the loss.
    ///
    /// The gradient at the logits stands in the workspace's last output gradient, and the outputs are those of `forward` on the
    /// same inputs and parameters.
    public func backward(
        _ inputs: UnsafePointer<Float>, rows: Int, _ workspace: Workspace, into gradient: UnsafeMutablePointer<Float>
    ) {
        for layer in (0..<layerCount).reversed() {
            let (k, n) = (sizes[layer], sizes[layer + 1])
            let start = offset(ofLayer: layer)
            let x = layer == 0 ? inputs : UnsafePointer(workspace.outputs[layer - 1].base)
            let dy = workspace.outputGradients[layer].base
            kernel_sum_rows(gradient + start + k * n, dy, rows, n)
            let dx = layer == 0 ? nil : workspace.outputGradients[layer - 1].base
            if let halves = workspace.halves, halves.has(layer) {
                halves.backward(dy, layer: layer, weightGradient: gradient + start, inputGradient: dx)
            } else {
                product(m: k, n: n, k: rows, x, .transposed, aRow: k, dy, bRow: n, into: gradient + start, cRow: n)
                if let dx, workspace.isPacked {
                    workspace.transposedWeights[layer].product(m: rows, dy, aRow: n, into: dx, cRow: k)
                } else if let dx {
                    let weight = workspace.parameters.base + start
                    product(m: rows, n: k, k: n, dy, aRow: n, weight, .transposed, bRow: n, into: dx, cRow: k)
                }
            }
            if let dx { kernel_relu_backward(dx, x, rows * k) }
        }
    }
}
