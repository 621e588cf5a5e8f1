public import Numerics

/// Forward and backward passes of a network over some rows, with the memory that they need; for one thread.
///
/// Another back end (a device, another number format) is another pass. The same rows and parameters give the same bits,
/// whatever was computed before.
public protocol NetworkPass: AnyObject {
    /// Takes the parameters for what follows.
    ///
    /// - Precondition: they are as many as the network's, and their values do not change while the pass has them.
    func take(parameters: FloatBlock)

    /// The outputs for rows of inputs, `[rows, inputCount]` to `[rows, outputCount]`; they stand until the next call.
    func forward(_ inputs: UnsafePointer<Float>, rows: Int) -> UnsafePointer<Float>

    /// The features of rows, `[rows, inputCount]` to `[rows, featureCount]`; they stand until the next call.
    func features(_ inputs: UnsafePointer<Float>, rows: Int) -> UnsafePointer<Float>

    /// Where the gradient at the outputs is written, `[rows, outputCount]`, before `backward`.
    var outputGradient: UnsafeMutablePointer<Float> { get }

    /// Replaces `gradient`, as long as the parameters, by the gradient of the loss at them.
    ///
    /// - Precondition: `forward` came before, on the same rows, and the gradient at the outputs was written.
    func backward(_ inputs: UnsafePointer<Float>, rows: Int, into gradient: UnsafeMutablePointer<Float>)
}
