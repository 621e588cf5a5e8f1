/// How many steps were taken around a sleep epoch.
///
/// A stand-in for the circadian clock that Walch et al. (Sleep 2019) fit to steps, and much less than that: it says
/// whether the sleeper was up.
public struct StepCounts: Sendable {
    /// Steps since the first time, at each time and at the end of the last count.
    private let total: UnevenSeries

    /// Counts of steps, each from its time to the next; the last lasts as long as the one before it, or ten minutes.
    ///
    /// - Parameter steps: how many steps, by the time in seconds at which their count begins.
    public init(_ steps: UnevenSeries) {
        let (times, last) = (steps.times, steps.times.count - 1)
        let lastDuration = last > 0 && times[last] > times[last - 1] ? times[last] - times[last - 1] : 600
        let totals = steps.values.reduce(into: [0.0]) { totals, count in totals.append(totals[totals.count - 1] + count)
        }
        total = UnevenSeries(times: times + [times[last] + lastDuration], values: totals)
    }

    /// Steps from 285 s before the sleep epoch that starts at a time, in seconds, to 285 s after its 30 s.
    ///
    /// A count's steps are taken as spread evenly over its time.
    public func value(atSleepEpoch epoch: Double) -> Double {
        let totals = total.interpolated(from: epoch - 285, interval: 600, count: 2)
        return totals[1] - totals[0]
    }
}
