public import Layers
public import Numerics

/// A network as a value, from a sample's values to its features: its shape and its parameters' places; what computes
/// with it is a pass.
///
/// Its parameters are one flat vector, of which `parts` names every value, one part after another without gaps: so an
/// optimiser is one loop over it, and a file or a message carries it as it is. What is learnt from its features stands
/// behind it: a `Head` for a pretext task, a recogniser for classes.
public protocol Network: Sendable {
    /// The pieces of the flat vector, in its order.
    var parts: [ParameterPart] { get }
    /// Values that it reads of a row.
    var inputCount: Int { get }
    /// Features that it makes of a row.
    var featureCount: Int { get }

    /// About how many floats a pass over so many rows takes, beside rows and parameters; to refuse what no memory
    /// holds. All layers count, and their gradients.
    func passFloats(rows: Int) -> Double

    /// Parameters to start from: a function of the seed alone.
    ///
    /// - Parameters:
    ///   - seed: the job's.
    ///   - stream: the first of 2^40 streams of random numbers that are this network's to draw from.
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
