/// A sleep epoch with those around it, as one sample: a matrix `[features, sleepEpochs]`.
///
/// Row by row a feature's values at the sleep epochs around the sample's own, which is the column in the middle; at the
/// ends of a recording the first or last sleep epoch is repeated.
public struct SleepEpochWindow: Sendable, Equatable {
    /// The most sleep epochs that a sample can span.
    public static let largestWidth = 9_999

    /// How long a sleep epoch lasts, in seconds, as sleep is scored.
    public static let epochSeconds = 30.0

    /// How many sleep epochs a day has.
    package static let epochsPerDay = Int(CalendarDay.seconds / epochSeconds)

    /// Fewer sleep epochs in a row than this, five minutes, are no use as a recording.
    package static let fewestEpochs = 10

    /// How many sleep epochs a sample spans; odd.
    package let width: Int

    /// Whether a sample can span so many sleep epochs: it must have a middle.
    public static func canSpan(_ width: Int) -> Bool { (1...largestWidth).contains(width) && width % 2 == 1 }

    /// A window of so many sleep epochs.
    ///
    /// - Precondition: `canSpan(width)`.
    package init(width: Int) {
        precondition(Self.canSpan(width), "a window of \(width) sleep epochs")
        self.width = width
    }

    /// The samples of one recording.
    ///
    /// - Parameter features: each feature's values, one a sleep epoch.
    /// - Returns: `[sleepEpochs, features, width]`, row-major.
    /// - Precondition: all features have as many values.
    package func samples(of features: [[Float]]) -> [Float] {
        let epochCount = features.first?.count ?? 0
        precondition(features.allSatisfy { $0.count == epochCount }, "features over \(features.map(\.count)) epochs")
        var values: [Float] = []
        values.reserveCapacity(epochCount * features.count * width)
        for epoch in 0..<epochCount {
            for feature in features {
                for offset in -(width / 2)...width / 2 {
                    values.append(feature[min(max(epoch + offset, 0), epochCount - 1)])
                }
            }
        }
        return values
    }
}
