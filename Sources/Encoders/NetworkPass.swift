public import Numerics

/// Forward and backward passes of a network over some rows, with the memory that they need; for one thread.
///
/// Another back end (a device, another number format) is another pass. The same rows and parameters give the same bits,
/// whatever was computed before.
public protocol NetworkPass: AnyObject {
    /// Takes the parameters for what follows: the first `parameterCount` values of a vector.
    ///
    /// - Precondition: there are so many, and they do not change while the pass has this block: whoever changes
    ///   parameters gives another block.
    func take(parameters: FloatBlock)

    /// The features of rows, `[rows, inputCount]` to `[rows, featureCount]`; they stand until the next call.
    func forward(_ inputs: UnsafePointer<Float>, rows: Int) -> UnsafePointer<Float>

    /// Where the gradient at the features is written, `[rows, featureCount]`, before `backward`, which may write over
    /// it.
    var featureGradient: UnsafeMutablePointer<Float> { get }

    /// Replaces the first `parameterCount` values of `gradient` by the gradient of the loss at the parameters.
    ///
    /// - Precondition: `forward` came before, on the same rows, and the gradient at the features was written.
    func backward(_ inputs: UnsafePointer<Float>, rows: Int, into gradient: UnsafeMutablePointer<Float>)
}
