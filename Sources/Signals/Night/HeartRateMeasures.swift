import Foundation

/// The measures of a whole night's heart rate (``HeartRateMeasure``), a value for each sleep epoch of 30 s.
///
/// They were found by what they are worth to a recogniser of sleep on wrist-worn recordings. Their windows reach up to
/// half an hour around a sleep epoch, so that gaps in a night are filled first (``grid(_:from:epochCount:)``) and not
/// cut out.
public struct HeartRateMeasures: Sendable, Equatable {
    /// How many values of heart rate a sleep epoch has.
    public static let valuesPerEpoch = 6
    /// How far apart they are, in seconds.
    public static let secondsPerValue = 5.0

    private let values: [HeartRateMeasure: [Double]]

    /// A measure's values, one a sleep epoch.
    public subscript(measure: HeartRateMeasure) -> [Double] { values[measure] ?? [] }

    /// Heart rate on the grid that the measures are taken of, by straight lines between its values; before the first
    /// and after the last it stays as it is there.
    ///
    /// - Parameters:
    ///   - heartRate: in beats per minute.
    ///   - start: when the first sleep epoch starts, in seconds.
    ///   - epochCount: how many there are.
    /// - Returns: six values a sleep epoch, in the middle of each 5 s.
    public static func grid(_ heartRate: UnevenSeries, from start: Double, epochCount: Int) -> [Double] {
        heartRate.interpolated(
            from: start + secondsPerValue / 2, interval: secondsPerValue, count: epochCount * valuesPerEpoch)
    }

    /// Measures a night.
    ///
    /// A heart rate that never changes has the level 0 and the least deviations; a night shorter than a window is
    /// measured as far as it goes.
    ///
    /// - Parameter heartRate: in beats per minute, six values a sleep epoch.
    /// - Precondition: their number is a multiple of six, and not 0.
    public init(_ heartRate: [Double]) {
        let size = Self.valuesPerEpoch
        precondition(!heartRate.isEmpty && heartRate.count % size == 0, "\(heartRate.count) values of heart rate")
        let median = NightStatistics.median(heartRate)
        let v = heartRate.map { min(max($0, median - 40), median + 60) }
        let range = NightStatistics.percentile(0.9, of: v) - NightStatistics.percentile(0.1, of: v)
        let scale = max(range, 4)
        let r = v.map { ($0 - median) / scale }

        let level = Self.epochMeans(r)
        let level5 = Self.epochMeans(Self.means(r, minutes: 5))
        let extremes = Self.extremes(of: r)
        let deviation5 = Self.logDeviation(of: v, minutes: 5)
        let slopes = { (minutes: Double) in Self.epochMeans(Self.slope(of: Self.means(r, minutes: minutes), minutes)) }
        let low = CentredWindow.ordered(stride(from: 0, to: r.count, by: size).map { r[$0] }, width: 121, place: 12)
        let (v1, v5, v20) = (Self.means(v, minutes: 1), Self.means(v, minutes: 5), Self.means(v, minutes: 20))
        values = [
            .level: level, .level5Minutes: level5, .level20Minutes: Self.epochMeans(Self.means(r, minutes: 20)),
            .rank: NightStatistics.centredRanks(Self.epochMeans(Self.means(r, minutes: 1))),
            .highest: Self.difference(extremes.highest, level), .lowest: Self.difference(extremes.lowest, level),
            .deviation1Minute: NightStatistics.lessMedian(Self.logDeviation(of: v, minutes: 1)),
            .deviation5Minutes: NightStatistics.lessMedian(deviation5),
            .deviation15Minutes: NightStatistics.lessMedian(Self.logDeviation(of: v, minutes: 15)),
            .plainDeviation: deviation5,
            .steps: Self.logPower(of: [0] + Self.difference(Array(v.dropFirst()), v), minutes: 5),
            .fast: Self.logPower(of: Self.difference(v, v1), minutes: 10),
            .middling: Self.logPower(of: Self.difference(v1, v5), minutes: 10),
            .slow: Self.logPower(of: Self.difference(v5, v20), minutes: 30),
            .slope4Minutes: slopes(2), .slope15Minutes: slopes(7.5),
            .lessHour: Self.difference(level5, Self.epochMeans(Self.means(r, minutes: 60))),
            .aboveLow: Self.difference(level5, low),
        ]
    }

    // MARK: - Steps

    private static func count(minutes: Double) -> Int { Int(minutes * 60 / secondsPerValue) }

    private static func means(_ values: [Double], minutes: Double) -> [Double] {
        CentredWindow.means(of: values, width: count(minutes: minutes))
    }

    private static func difference(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 - $1 } }

    /// The mean over each sleep epoch's values.
    private static func epochMeans(_ values: [Double]) -> [Double] {
        stride(from: 0, to: values.count, by: valuesPerEpoch).map { start in
            values[start..<start + valuesPerEpoch].reduce(0, +) / Double(valuesPerEpoch)
        }
    }

    /// The largest and smallest of 90 s around each sleep epoch's third value.
    private static func extremes(of r: [Double]) -> (highest: [Double], lowest: [Double]) {
        func highest(_ values: [Double]) -> [Double] {
            let largest = CentredWindow.largest(of: values, width: count(minutes: 1.5))
            return stride(from: 2, to: largest.count, by: valuesPerEpoch).map { largest[$0] }
        }
        return (highest(r), highest(r.map { -$0 }).map { -$0 })
    }

    private static func logDeviation(of v: [Double], minutes: Double) -> [Double] {
        epochMeans(CentredWindow.deviations(of: v, width: count(minutes: minutes))).map { log($0 + 0.3) }
    }

    /// The logarithm of the root of the mean square, less its median.
    private static func logPower(of band: [Double], minutes: Double) -> [Double] {
        let powers = epochMeans(means(band.map { $0 * $0 }, minutes: minutes))
        return NightStatistics.lessMedian(powers.map { log(max($0, 0).squareRoot() + 0.1) })
    }

    /// The value some minutes later less that as long before; 0 where one of them is not there.
    private static func slope(of values: [Double], _ minutes: Double) -> [Double] {
        let distance = count(minutes: minutes)
        return values.indices.map { at in
            at >= distance && at + distance < values.count ? values[at + distance] - values[at - distance] : 0
        }
    }
}
