public import Numerics

/// Each value as the logarithm of one more than its size, with its sign: counts, rates and hours come to one range.
public struct LogPreparation: PreparationKind {
    /// `log`.
    public static let kind = "log"
    /// The only one.
    public static let standard = LogPreparation()

    /// The preparation.
    public init() {}

    /// Yes: scaling brings values to one range.
    public var isForNetworksAlone: Bool { true }

    /// Nothing can be wrong.
    public func validate() throws(SettingFault) {}

    /// Computes each whenever it is read; meant for samples of few values.
    public func prepared(_ samples: Samples, frame: MapFrame?, threads: Int) -> PreparedSamples {
        PreparedSamples(eachTime: samples) { samples, indices, result in
            let count = samples.valuesPerSample
            for (place, index) in indices.enumerated() {
                for (i, value) in samples[index].enumerated() {
                    // Samples are numbers; a file that changes meanwhile may hold others, which is found out later.
                    let size = value.isFinite ? logarithm(1 + Double(abs(value))) : .nan
                    result[place * count + i] = Float(value < 0 ? -size : size)
                }
            }
        }
    }
}
