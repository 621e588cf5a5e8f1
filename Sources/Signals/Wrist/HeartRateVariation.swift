import Foundation
import Numerics

/// How much the heart rate varies around a sleep epoch, relative to the rest of the night.
///
/// The feature of Walch et al. (Sleep 2019, doi 10.1093/sleep/zsz180), computed as their published program does: the
/// heart rate once a second by straight lines from the first value on, less its mean; filtered with the difference of
/// two Gaussians of 120 and 600 s, the second weighted 0.75, over 285 s; divided by the 90th percentile of its absolute
/// value over the night; then the standard deviation less than 285 s before and after the sleep epoch. At the ends of
/// the night the filter sees the signal mirrored, with the program's own turn that the very last value stays last.
public struct HeartRateVariation: Sendable {
    private static let width = 285
    private static let half = width / 2

    private let filtered: SecondSeries

    /// Filters a night's heart rate.
    ///
    /// - Parameter heartRate: in beats per minute.
    /// - Precondition: it spans more than 141 s, half the filter's width.
    public init(_ heartRate: UnevenSeries) {
        let count = heartRate.gridCount(interval: 1)
        precondition(count >= Self.half, "heart rate over \(count) s")
        let values = heartRate.interpolated(from: heartRate.times[0], interval: 1, count: count)
        let contrast = Self.filter(values)
        let scale = Percentiles(contrast.map(abs)).at(0.9)
        filtered = SecondSeries(
            start: heartRate.times[0], values: scale > 0 ? contrast.map { $0 / scale } : contrast)
    }

    /// The feature of the sleep epoch that starts at a time, in seconds; 0 where the heart rate has no value near it.
    public func value(atSleepEpoch epoch: Double) -> Double {
        let values = filtered.around(sleepEpochAt: epoch)
        guard !values.isEmpty else { return 0 }
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    }

    private static func filter(_ values: [Double]) -> [Double] {
        let mean = values.reduce(0, +) / Double(values.count)
        let centred = values.map { $0 - mean }
        let padded =
            Array(centred.prefix(half).reversed()) + centred.dropLast() + centred.suffix(half).reversed()
            + centred.suffix(1)
        let weights = (-half...half).map { offset in
            let squared = Double(offset * offset)
            return exp(-squared / (2 * 120 * 120))
                - 0.75 * exp(-squared / (2 * 600 * 600))
        }
        return padded.withUnsafeBufferPointer { padded in
            centred.indices.map { at in
                var sum = 0.0
                for (offset, weight) in weights.enumerated() { sum += weight * padded[at + offset] }
                return sum
            }
        }
    }
}
