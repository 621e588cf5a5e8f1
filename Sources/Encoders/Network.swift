public import Layers
public import Numerics

/// A network as a value: its shape and its parameters' places; what computes with it is a pass.
///
/// Its parameters are one flat vector, of which `parts` names every value, one part after another without gaps: so an
/// optimiser is one loop over it, and a file or a message carries it as it is.
public protocol Network: Sendable {
    /// The pieces of the flat vector, in its order.
    var parts: [ParameterPart] { get }
    /// Values that it reads of a row.
    var inputCount: Int { get }
    /// Values that it puts out for a row.
    var outputCount: Int { get }
    /// Values of a row that are features once the network is trained.
    var featureCount: Int { get }

    /// Parameters to start from: a function of the seed alone.
    ///
    /// - Parameters:
    ///   - seed: the job's.
    ///   - stream: the first of 2^48 streams of random numbers that are this network's to draw from.
    /// - Returns: a vector as long as `parameterCount`.
    func initialParameters(seed: UInt64, stream: UInt64) -> FloatBlock

    /// Something that computes with this network, for one thread; everything that it needs is allocated here.
    ///
    /// - Parameters:
    ///   - rows: the most rows that it will take at a time.
    ///   - arithmetic: what it computes in.
    /// - Returns: a pass that has no parameters yet.
    /// - Precondition: `arithmetic.fault` is nil.
    func makePass(rows: Int, arithmetic: Arithmetic) -> any NetworkPass
}

extension Network {
    /// The length of the flat parameter vector.
    public var parameterCount: Int { parts.last?.end ?? 0 }
}

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
