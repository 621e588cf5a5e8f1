public import Numerics

/// A perceptron's passes.
public final class MLPPass: NetworkPass {
    private let pass: AffinePass

    /// A pass of `rows` rows through `network`; no fewer rows fit where `products` are bfloat16.
    ///
    /// - Precondition: `ProductLibrary.fault(of: products)` is nil.
    public init(of network: MLP, rows: Int, products: ElementType = .float32) {
        pass = AffinePass(of: network.layers, rows: rows, products: products)
    }

    /// Takes the parameters for what follows; it lays them out for products where it gets the same more than once.
    public func take(parameters: FloatBlock) { pass.take(parameters: parameters) }

    /// The last layer's activations.
    public func forward(_ inputs: UnsafePointer<Float>, rows: Int) -> UnsafePointer<Float> {
        pass.forward(inputs, rows: rows)
    }

    /// Where the gradient at the last layer's activations is written.
    public var featureGradient: UnsafeMutablePointer<Float> { pass.outputGradient }

    /// Replaces the first `parameterCount` values of `gradient` by the gradient of the loss.
    public func backward(
        _ inputs: UnsafePointer<Float>, rows: Int, into gradient: UnsafeMutablePointer<Float>
    ) {
        pass.backward(inputs, rows: rows, into: gradient)
    }
}
