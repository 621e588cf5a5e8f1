import CKernels
import Numerics

/// Passes through affine layers: activations and gradients of up to a number of rows, and the parameters as products
/// read them.
final class AffinePass {
    private let layers: AffineLayers
    private let rows: Int
    /// Each layer's outputs after its ReLU, `[rows, sizes[layer + 1]]`.
    private let outputs: [FloatBlock]
    /// The gradient at each layer's outputs, shaped as `outputs`.
    private let outputGradients: [FloatBlock]
    /// The products in bfloat16; nil for float32.
    private let halves: HalfLayers?
    /// Whether the gradient at the inputs is wanted.
    private let givesInputGradient: Bool
    /// Held, so that it is known when others come.
    private var parameters = FloatBlock(count: 0)
    /// How often they were taken.
    private var uses = 0
    /// Whether they are laid out for products, which pays where they are taken more than once.
    private var isPacked = false
    /// Each layer's weight, for forward passes.
    private var weights: [PackedFactor]
    /// Each layer's weight transposed, for backward passes.
    private var transposedWeights: [PackedFactor]

    /// A pass of `rows` rows; no fewer rows fit where `products` are bfloat16.
    ///
    /// - Precondition: `ProductLibrary.fault(of: products)` is nil; products are float32 where the gradient at the
    ///   inputs is wanted.
    init(of layers: AffineLayers, rows: Int, products: ElementType = .float32, givesInputGradient: Bool = false) {
        (self.layers, self.rows, self.givesInputGradient) = (layers, rows, givesInputGradient)
        halves = products == .float32 ? nil : HalfLayers(for: layers, rows: rows)
        outputs = layers.sizes.dropFirst().map { FloatBlock(count: rows * $0) }
        outputGradients = layers.sizes.dropFirst().map { FloatBlock(count: rows * $0) }
        weights = Array(repeating: PackedFactor(), count: layers.count)
        transposedWeights = weights
    }

    /// Takes the parameters for what follows.
    ///
    /// The second time that it gets the same, it lays them out for products; at once, where it got those before more
    /// than once.
    func take(parameters: FloatBlock) {
        if self.parameters === parameters {
            uses += 1
            return pack()
        }
        precondition(
            parameters.count >= layers.offset(ofLayer: layers.count),
            "\(parameters.count) parameters for layers that end at \(layers.offset(ofLayer: layers.count))")
        let comeAgain = uses > 1
        (self.parameters, uses, isPacked) = (parameters, 1, false)
        halves?.take(parameters: parameters)
        if comeAgain { pack() }
    }

    private func pack() {
        if isPacked || halves != nil { return }
        isPacked = true
        for layer in 0..<layers.count {
            let (k, n) = (layers.sizes[layer], layers.sizes[layer + 1])
            let weight = parameters.base + layers.offset(ofLayer: layer)
            weights[layer].take(weight, bRow: n, k: k, n: n)
            if layer > 0 || givesInputGradient {
                transposedWeights[layer].take(weight, .transposed, bRow: n, k: n, n: k)
            }
        }
    }

    /// The last layer's outputs.
    func forward(_ inputs: UnsafePointer<Float>, rows: Int) -> UnsafePointer<Float> {
        precondition(rows <= self.rows, "\(rows) rows in a pass of \(self.rows)")
        var x = inputs
        for layer in 0..<layers.count {
            let (k, n) = (layers.sizes[layer], layers.sizes[layer + 1])
            let weight = parameters.base + layers.offset(ofLayer: layer)
            let y = outputs[layer].base
            if let halves {
                halves.forward(x, rows: rows, layer: layer, into: y)
            } else if isPacked {
                weights[layer].product(m: rows, x, aRow: k, into: y, cRow: n)
            } else {
                product(m: rows, n: n, k: k, x, aRow: k, weight, bRow: n, into: y, cRow: n)
            }
            if layers.hasReLU(layer) {
                kernel_add_bias_relu(y, weight + k * n, rows, n)
            } else {
                kernel_add_bias(y, weight + k * n, rows, n)
            }
            x = UnsafePointer(y)
        }
        return x
    }

    /// Where the gradient at the last layer's outputs is written before `backward`.
    var outputGradient: UnsafeMutablePointer<Float> { outputGradients[layers.count - 1].base }

    /// Replaces the layers' part of `gradient`, and the gradient at the inputs where one is wanted.
    ///
    /// - Parameters:
    ///   - inputs: those of `forward`, `[rows, sizes[0]]`.
    ///   - rows: as in `forward`.
    ///   - gradient: the flat vector's start.
    ///   - inputGradient: replaced by the gradient at the inputs, where this pass gives it.
    func backward(
        _ inputs: UnsafePointer<Float>, rows: Int, into gradient: UnsafeMutablePointer<Float>,
        inputGradient: UnsafeMutablePointer<Float>? = nil
    ) {
        precondition(givesInputGradient || inputGradient == nil, "a gradient at the inputs that was not asked for")
        for layer in (0..<layers.count).reversed() {
            let (k, n) = (layers.sizes[layer], layers.sizes[layer + 1])
            let start = layers.offset(ofLayer: layer)
            let x = layer == 0 ? inputs : UnsafePointer(outputs[layer - 1].base)
            let dy = outputGradients[layer].base
            if layers.hasReLU(layer) { kernel_relu_backward(dy, outputs[layer].base, rows * n) }
            kernel_sum_rows(gradient + start + k * n, dy, rows, n)
            let dx = layer == 0 ? inputGradient : outputGradients[layer - 1].base
            if let halves {
                halves.backward(dy, layer: layer, weightGradient: gradient + start, inputGradient: dx)
                continue
            }
            product(m: k, n: n, k: rows, x, .transposed, aRow: k, dy, bRow: n, into: gradient + start, cRow: n)
            guard let dx else { continue }
            if isPacked {
                transposedWeights[layer].product(m: rows, dy, aRow: n, into: dx, cRow: k)
            } else {
                let weight = parameters.base + start
                product(m: rows, n: k, k: n, dy, aRow: n, weight, .transposed, bRow: n, into: dx, cRow: k)
            }
        }
    }
}
