public import Numerics

/// Samples as they are.
public struct NoPreparation: PreparationKind {
    /// `none`.
    public static let kind = "none"
    /// The only one.
    public static let standard = NoPreparation()

    /// No preparation.
    public init() {}

    /// Nothing can be wrong.
    public func validate() throws(SettingFault) {}

    /// Copies of them.
    public func prepared(_ samples: Samples, frame: MapFrame?, threads: Int) -> PreparedSamples {
        PreparedSamples(eachTime: samples) { samples, indices, result in
            let size = samples.valuesPerSample
            for (place, index) in indices.enumerated() {
                (result + place * size).update(from: samples.base + index * size, count: size)
            }
        }
    }
}
