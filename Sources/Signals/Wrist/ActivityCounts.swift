import Foundation
import Numerics

/// Activity counts from a wrist's acceleration, and their mean around a sleep epoch.
///
/// Counts are those of te Lindert and Van Someren (Sleep 2013, doi 10.5665/sleep.2648) as Walch et al.'s published
/// program computes them: the acceleration along z at 50 Hz by straight lines; a Butterworth band-pass of 3 to 11 Hz
/// and order 5, forwards and backwards; its absolute value in 128 bins over 0 to 5 g, counted from 1; the highest bin
/// of each second, summed over 15 s; `3.07 (sum - 18)`, not below 0. The sums' times divide the span of the recording
/// evenly.
///
/// A sleep epoch's feature is the mean of the counts, once a second by straight lines, less than 285 s before and after
/// it, weighted by a Gaussian of 50 s around the middle of what there is. As published, the first sum has no part in
/// it.
public struct ActivityCounts: Sendable {
    private static let rate = 50
    private static let secondsPerSum = 15

    /// Counts of 15 s each.
    public let counts: UnevenSeries
    private let perSecond: SecondSeries

    /// The counts of a recording.
    ///
    /// - Parameter acceleration: along z, in g.
    /// - Precondition: it spans more than a minute.
    public init(_ acceleration: UnevenSeries) {
        let interval = 1 / Double(Self.rate)
        let sampleCount = acceleration.gridCount(interval: interval)
        let sumCount = sampleCount / (Self.rate * Self.secondsPerSum)
        precondition(sumCount >= 4, "acceleration of \(sampleCount) samples")
        let z = acceleration.interpolated(from: acceleration.times[0], interval: interval, count: sampleCount)
        let band = ZeroPhaseBandPass(order: 5, low: 3 / Double(Self.rate), high: 11 / Double(Self.rate)).filtered(z)
        let counts = (0..<sumCount).map { Self.count(of: band, sum: $0) }
        let (first, last) = (acceleration.times[0], acceleration.times[acceleration.times.count - 1])
        let times = (0..<sumCount).map { first + Double($0) * ((last - first) / Double(sumCount - 1)) }
        self.counts = UnevenSeries(times: times, values: counts)
        let used = UnevenSeries(times: Array(times.dropFirst()), values: Array(counts.dropFirst()))
        let secondCount = used.gridCount(interval: 1)
        perSecond = SecondSeries(
            start: used.times[0], values: used.interpolated(from: used.times[0], interval: 1, count: secondCount))
    }

    /// The count of the `sum`-th 15 s; no number where the band is none, because its values were too large to filter.
    private static func count(of band: [Double], sum: Int) -> Double {
        let binWidth = 5.0 / 128
        var total = 0
        for second in sum * secondsPerSum..<(sum + 1) * secondsPerSum {
            let values = band[second * rate..<(second + 1) * rate]
            if values.contains(where: \.isNaN) { return .nan }  // `max` may pass over it
            let highest = values.reduce(0) { max($0, abs($1)) }
            total += 1 + (Int(highest / binWidth, clampedTo: 0...128) ?? 0)
        }
        return max(Double(total - 18) * 3.07, 0)
    }

    /// The feature of the sleep epoch that starts at a time, in seconds; 0 where there are no counts near it.
    public func value(atSleepEpoch epoch: Double) -> Double {
        let values = perSecond.around(sleepEpochAt: epoch)
        let middle = values.count / 2
        var (sum, weights) = (0.0, 0.0)
        for (offset, value) in values.enumerated() {
            let distance = Double(offset - middle) / 50
            let weight = exp(-distance * distance / 2)
            sum += weight * value
            weights += weight
        }
        return weights > 0 ? sum / weights : 0
    }
}
