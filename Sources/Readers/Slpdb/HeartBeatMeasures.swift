import Datasets
import Foundation

/// Measures of the sleep epochs of one recording, from the intervals between its heart beats.
struct HeartBeatMeasures {
    private typealias Measure = HeartBeatFeature.Measure

    /// How long the window of the longer measures is, in seconds (Task Force 1996: short-term recordings of five
    /// minutes).
    static let longSeconds = 300.0
    /// The least that the normal intervals of a sleep epoch must last together, in seconds, for it to be used.
    static let leastCovered = SleepEpochWindow.epochSeconds / 2

    private let beats: HeartBeats
    private let spectrum = TachogramSpectrum()

    init(beats: HeartBeats) { self.beats = beats }

    /// Whether each sleep epoch has enough normal intervals.
    func usable(epochCount: Int) -> [Bool] {
        var covered = [Double](repeating: 0, count: epochCount)
        for interval in beats.intervals where interval.isNormal {
            let epoch = Int(interval.end / SleepEpochWindow.epochSeconds)
            if epoch < epochCount { covered[epoch] += interval.seconds }
        }
        return covered.map { $0 >= Self.leastCovered }
    }

    /// The measures of consecutive usable sleep epochs.
    ///
    /// - Parameter epochs: at least ten, so that five minutes fit in.
    /// - Returns: a value for each sleep epoch and measure.
    func values(of epochs: Range<Int>) -> [HeartBeatFeature.Measure: [Double]] {
        let epochSeconds = SleepEpochWindow.epochSeconds
        let (first, last) = (Double(epochs.lowerBound) * epochSeconds, Double(epochs.upperBound) * epochSeconds)
        precondition(last - first >= Self.longSeconds, "sleep epochs \(epochs) are shorter than five minutes")
        var values: [Measure: [Double]] = [:]
        for epoch in epochs {
            let start = Double(epoch) * epochSeconds
            let middle = start + epochSeconds / 2
            let longStart = min(max(middle - Self.longSeconds / 2, first), last - Self.longSeconds)
            let short = Statistics(beats.intervals[beats.range(from: start, to: start + epochSeconds)])
            let longBeats = beats.intervals[beats.range(from: longStart, to: longStart + Self.longSeconds)]
            let long = Statistics(longBeats)
            let powers = spectrum.powers(of: longBeats.filter(\.isNormal), from: longStart)
            let of: [Measure: Double] = [
                .rate: short.rate, .deviation: log(1 + short.deviation), .differences: log(1 + short.differences),
                .range: short.range, .lost: short.lost, .longRate: long.rate, .rateChange: short.rate - long.rate,
                .longDeviation: log(1 + long.deviation), .longDifferences: log(1 + long.differences),
                .largeDifferences: long.largeDifferences, .veryLow: log(1 + powers.veryLow), .low: log(1 + powers.low),
                .high: log(1 + powers.high), .balance: log(1 + powers.low) - log(1 + powers.high),
                .highShare: share(powers.high, of: powers.low + powers.high),
                .veryLowShare: share(powers.veryLow, of: powers.veryLow + powers.low + powers.high),
                .breathing: powers.centreOfHigh, .regularity: powers.peakShareOfHigh, .clock: start / 3600,
            ]
            for (measure, value) in of { values[measure, default: []].append(value) }
        }
        return values
    }

    private func share(_ part: Double, of whole: Double) -> Double { whole > 0 ? part / whole : 0 }
}

/// Statistics of consecutive intervals, milliseconds and beats a minute; only normal intervals count.
private struct Statistics {
    let rate: Double
    let deviation: Double
    let differences: Double
    let largeDifferences: Double
    let range: Double
    let lost: Double

    init(_ intervals: ArraySlice<HeartBeats.Interval>) {
        let normal = intervals.filter(\.isNormal).map { $0.seconds * 1000 }
        let count = Double(normal.count)
        let mean = normal.reduce(0, +) / count
        rate = 60_000 / mean
        deviation = (normal.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(count - 1, 1)).squareRoot()
        range = 60_000 / (normal.min() ?? mean) - 60_000 / (normal.max() ?? mean)
        lost = 1 - count / Double(intervals.count)
        let pairs = zip(intervals, intervals.dropFirst()).filter { $0.isNormal && $1.isNormal && $0.end == $1.start }
        let steps = pairs.map { ($1.seconds - $0.seconds) * 1000 }
        let stepCount = Double(max(steps.count, 1))
        differences = (steps.reduce(0) { $0 + $1 * $1 } / stepCount).squareRoot()
        largeDifferences = Double(steps.count { abs($0) > 50 }) / stepCount
    }
}
