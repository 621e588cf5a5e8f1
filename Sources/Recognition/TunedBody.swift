public import Encoders
public import Numerics
public import Signals

/// An encoder's body that is trained on together with a recogniser, and what it reads.
public struct TunedBody: Sendable {
    /// The body's network.
    public var network: any Network
    /// The samples, in the order of the recogniser's.
    public var samples: PreparedSamples
    /// The parameters that every member starts from; nil where each starts from initial ones of its own.
    public var parameters: FloatBlock?
    /// What is done to a sample whenever it is trained on.
    public var augmentation: Augmentation
    /// For each target the class of each class's mirror; nil where a mirrored sample has none.
    public var mirrors: [[Int]?]

    /// A body.
    ///
    /// - Precondition: the network reads such samples.
    public init(
        network: any Network, samples: PreparedSamples, parameters: FloatBlock?, augmentation: Augmentation = .none,
        mirrors: [[Int]?] = []
    ) {
        precondition(
            network.inputCount == samples.valuesPerSample,
            "a network of \(network.inputCount) values for samples of \(samples.valuesPerSample)")
        (self.network, self.samples, self.parameters) = (network, samples, parameters)
        (self.augmentation, self.mirrors) = (augmentation, mirrors)
    }
}
