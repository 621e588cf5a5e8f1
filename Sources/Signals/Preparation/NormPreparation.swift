public import Numerics

/// Each sample divided by its Euclidean norm, as the paper's is; a sample of zeros stays one.
public struct NormPreparation: PreparationKind {
    /// `norm`.
    public static let kind = "norm"
    /// The only one.
    public static let standard = NormPreparation()

    /// The paper's preparation.
    public init() {}

    /// Yes: a norm is told apart, too.
    public var isForNetworksAlone: Bool { true }

    /// Nothing can be wrong.
    public func validate() throws(SettingFault) {}

    /// Divides each whenever it is read: no slower than a copy from memory.
    public func prepared(_ samples: Samples, frame: MapFrame?, threads: Int) -> PreparedSamples {
        PreparedSamples(eachTime: samples) { normalise($0, $1, into: $2) }
    }
}
