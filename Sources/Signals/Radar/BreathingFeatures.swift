import Foundation

/// What a sleep epoch's breathing and movement were like, in a few numbers.
///
/// Breathing is looked at over two epochs' length around an epoch's middle, so that slow breathing has enough breaths;
/// movement over the epoch alone.
public struct BreathingFeatures: Sendable {
    /// What the rows of `rows` are, in order.
    ///
    /// - `rate`: breaths a minute, from the highest peak of the autocorrelation at lags of the band of breathing.
    /// - `regularity`: that peak's height, 1 for breaths that are all alike.
    /// - `rate_variation`: deviation of the breaths' lengths by their mean; a breath goes from one upward crossing of
    ///   zero to the next.
    /// - `depth`: 2√2 times the deviation of the respiration: peak to peak, for a sine.
    /// - `depth_variation`: deviation of the breaths' depths (peak to trough) by their mean.
    /// - `movement_energy`: log10 of the mean square of the movement, plus 0.0001.
    /// - `movement_peak`: log10 of the movement's largest square, plus 0.0001.
    /// - `movement_share`: share of the epoch with more than three times the night's median movement.
    public static let names = [
        "rate", "regularity", "rate_variation", "depth", "depth_variation", "movement_energy", "movement_peak",
        "movement_share",
    ]

    /// The unit of each of `names`; "1" is a number without a unit.
    public static let units = ["1/min", "1", "1", "mm", "1", "1", "1", "1"]

    /// Keeps the logarithms of stillness finite; in square millimetres, the square of a hundredth of one.
    private static let still = 1e-4

    /// Each feature's values, one a sleep epoch, in the order of `names`.
    public let rows: [[Float]]

    /// Computes the features of every whole sleep epoch.
    ///
    /// - Parameters:
    ///   - respiration: displacement in the band of breathing, in millimetres.
    ///   - movement: size of the movement, in millimetres; as many values.
    ///   - rate: samples per second; 10 is plenty.
    ///   - epochLength: samples in a sleep epoch.
    public init(respiration: [Float], movement: [Float], rate: Double, epochLength: Int) {
        precondition(respiration.count == movement.count, "\(respiration.count) and \(movement.count) values")
        let epochCount = respiration.count / epochLength
        let threshold = 3 * (movement.isEmpty ? 0 : movement.sorted()[movement.count / 2])
        var rows = [[Float]](repeating: [], count: Self.names.count)
        for epoch in 0..<epochCount {
            let own = epoch * epochLength..<(epoch + 1) * epochLength
            let around =
                max(own.lowerBound - epochLength / 2, 0)..<min(own.upperBound + epochLength / 2, respiration.count)
            let breathing = Self.breathing(respiration[around].map(Double.init), rate: rate)
            let moving = movement[own].map { Double($0) * Double($0) }
            let energy = moving.reduce(0, +) / Double(epochLength)
            let share = Double(movement[own].count { $0 > threshold }) / Double(epochLength)
            let values =
                breathing + [log10(energy + Self.still), log10((moving.max() ?? 0) + Self.still), share]
            for (row, value) in values.enumerated() { rows[row].append(Float(value)) }
        }
        self.rows = rows
    }

    /// Rate, regularity, variation of the rate, depth, variation of the depth.
    private static func breathing(_ signal: [Double], rate: Double) -> [Double] {
        let power = variance(signal[...])
        if power == 0 { return [0, 0, 0, 0, 0] }
        let mean = signal.reduce(0, +) / Double(signal.count)
        let centred = signal.map { $0 - mean }
        let shortest = max(Int((rate / RadarNight.breathing.upperBound).rounded(.down)), 1)
        let longest = min(Int((rate / RadarNight.breathing.lowerBound).rounded(.up)), centred.count / 2)
        func correlation(_ lag: Int) -> Double {
            var sum = 0.0
            for index in lag..<centred.count { sum += centred[index] * centred[index - lag] }
            return sum / (Double(centred.count - lag) * power)
        }
        let values = (shortest - 1...max(longest + 1, shortest)).map(correlation)
        var (peak, height) = (0.0, 0.0)
        for index in 1..<max(values.count - 1, 1)
        where values[index] >= values[index - 1] && values[index] >= values[index + 1] {
            // A multiple of the breath's length correlates as well: later peaks must be clearly higher.
            guard values[index] > 1.1 * height else { continue }
            let (before, at, after) = (values[index - 1], values[index], values[index + 1])
            let bend = before - 2 * at + after
            let shift = bend < 0 ? (before - after) / (2 * bend) : 0
            (peak, height) = (Double(shortest - 1 + index) + shift, at)
        }
        let breaths = Self.breaths(centred)
        return [
            peak > 0 ? 60 * rate / peak : 0, min(height, 1), variation(breaths.lengths),
            (8 * power).squareRoot(), variation(breaths.depths),
        ]
    }

    /// Lengths (in samples) and depths of the whole breaths in a signal around zero.
    private static func breaths(_ signal: [Double]) -> (lengths: [Double], depths: [Double]) {
        var (lengths, depths): ([Double], [Double]) = ([], [])
        var start: Double?
        var (low, high) = (0.0, 0.0)
        for index in 1..<max(signal.count, 1) {
            let (before, now) = (signal[index - 1], signal[index])
            if before < 0, now >= 0 {
                let crossing = Double(index) - now / (now - before)
                if let start {
                    lengths.append(crossing - start)
                    depths.append(high - low)
                }
                (start, low, high) = (crossing, 0, 0)
            }
            (low, high) = (min(low, now), max(high, now))
        }
        return (lengths, depths)
    }

    /// The deviation by the mean; 0 for fewer than three values.
    private static func variation(_ values: [Double]) -> Double {
        guard values.count > 2 else { return 0 }
        let mean = values.reduce(0, +) / Double(values.count)
        return mean > 0 ? variance(values[...]).squareRoot() / mean : 0
    }
}
