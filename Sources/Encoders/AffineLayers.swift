import Layers
import Numerics

/// Affine layers one after another, in a flat vector: each a weight `[inputs, outputs]` and then a bias `[outputs]`.
///
/// What a perceptron's body and a head are both made of.
struct AffineLayers: Equatable {
    /// Units per layer, from the inputs to the outputs; at least two numbers.
    let sizes: [Int]
    /// Where the first layer's weight starts in the flat vector.
    let offset: Int
    /// Whether the last layer has a ReLU too, as all before it have.
    let lastHasReLU: Bool

    init(sizes: [Int], offset: Int, lastHasReLU: Bool) {
        precondition(sizes.count >= 2 && sizes.allSatisfy { $0 > 0 }, "affine layers of sizes \(sizes)")
        (self.sizes, self.offset, self.lastHasReLU) = (sizes, offset, lastHasReLU)
    }

    /// How many there are.
    var count: Int { sizes.count - 1 }

    /// Where a layer's weight starts in the flat vector; its bias follows the weight.
    func offset(ofLayer layer: Int) -> Int {
        (0..<layer).reduce(offset) { $0 + (sizes[$1] + 1) * sizes[$1 + 1] }
    }

    /// Each layer's weight and bias as `NAME.weight` and `NAME.bias`.
    func parts(named name: (_ layer: Int) -> String) -> [ParameterPart] {
        (0..<count).flatMap { layer in
            let (inputs, outputs, start) = (sizes[layer], sizes[layer + 1], offset(ofLayer: layer))
            return [
                ParameterPart(name: "\(name(layer)).weight", offset: start, shape: [inputs, outputs]),
                ParameterPart(name: "\(name(layer)).bias", offset: start + inputs * outputs, shape: [outputs]),
            ]
        }
    }

    /// Whether a layer has a ReLU.
    func hasReLU(_ layer: Int) -> Bool { layer < count - 1 || lastHasReLU }

    /// Outputs of all layers and the gradients there, in floats.
    func passFloats(rows: Int) -> Double { 2 * Double(rows) * sizes.dropFirst().reduce(0.0) { $0 + Double($1) } }
}
