import CKernels
import Numerics

/// Affine layers with their products in bfloat16: the factors of a layer's three products, and the products.
///
/// Inputs, activations, weights and gradients at activations are rounded to the nearest bfloat16 as they enter a
/// product. All else (sums in a product, biases, ReLU, the gradient that comes out) is float32, and so are the weights
/// that the optimiser changes: a step that is small beside a weight is not lost. Gradients need no scaling, because the
/// range is that of float32.
final class HalfLayers {
    private struct Layer {
        let inputs: HalfBlock
        let weight: HalfBlock
        let outputGradient: HalfBlock
        let forward: HalfProduct
        let weightGradient: HalfProduct
        /// Nil for the first layer, whose inputs need no gradient.
        let inputGradient: HalfProduct?
    }
    private let rows: Int
    private let places: AffineLayers
    private let layers: [Layer]

    /// Buffers and products for `rows` rows through these layers.
    ///
    /// - Precondition: `ProductLibrary.fault(of: .bfloat16)` is nil.
    init(for places: AffineLayers, rows: Int) {
        (self.places, self.rows) = (places, rows)
        layers = (0..<places.count).map { layer in
            let (k, n) = (places.sizes[layer], places.sizes[layer + 1])
            guard let forward = HalfProduct(m: rows, n: n, k: k),
                let weightGradient = HalfProduct(m: k, n: n, k: rows, .transposed, .plain)
            else { preconditionFailure("bfloat16 products of [\(rows), \(k)] and [\(k), \(n)]") }
            return Layer(
                inputs: HalfBlock(count: rows * k), weight: HalfBlock(count: k * n),
                outputGradient: HalfBlock(count: rows * n), forward: forward, weightGradient: weightGradient,
                inputGradient: layer == 0 ? nil : HalfProduct(m: rows, n: k, k: n, .plain, .transposed))
        }
    }

    /// Takes the parameters for the passes that follow.
    func take(parameters: FloatBlock) {
        for (index, layer) in layers.enumerated() {
            layer.weight.take(nearestTo: parameters.base + places.offset(ofLayer: index), count: layer.weight.count)
        }
    }

    /// The layer's outputs before its bias, from inputs `[rows, sizes[layer]]`.
    func forward(_ inputs: UnsafePointer<Float>, rows: Int, layer: Int, into outputs: UnsafeMutablePointer<Float>) {
        precondition(rows == self.rows, "\(rows) rows for bfloat16 products of \(self.rows)")
        let layer = layers[layer]
        layer.inputs.take(nearestTo: inputs, count: layer.inputs.count)
        layer.forward.multiply(layer.inputs, layer.weight, into: outputs)
    }

    /// The gradients at the layer's weight and, after the first layer, at its inputs; `forward` came before.
    func backward(
        _ outputGradient: UnsafePointer<Float>, layer: Int, weightGradient: UnsafeMutablePointer<Float>,
        inputGradient: UnsafeMutablePointer<Float>?
    ) {
        let layer = layers[layer]
        layer.outputGradient.take(nearestTo: outputGradient, count: layer.outputGradient.count)
        layer.weightGradient.multiply(layer.inputs, layer.outputGradient, into: weightGradient)
        if let inputGradient, let product = layer.inputGradient {
            product.multiply(layer.outputGradient, layer.weight, into: inputGradient)
        }
    }
}
