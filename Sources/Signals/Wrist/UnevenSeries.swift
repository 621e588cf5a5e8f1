import Numerics

/// Values at times that may be unevenly spaced, in order of time; in between, straight lines.
public struct UnevenSeries: Sendable {
    /// In seconds, never falling.
    public let times: [Double]
    /// One for each time.
    public let values: [Double]

    /// Values at times.
    ///
    /// - Precondition: there are as many values as times, at least one, and the times never fall.
    public init(times: [Double], values: [Double]) {
        precondition(
            !times.isEmpty && times.count == values.count && zip(times, times.dropFirst()).allSatisfy(<=),
            "\(values.count) values at \(times.count) times")
        (self.times, self.values) = (times, values)
    }

    /// How many steps of `interval` lie between the first time and the last, the first counted and the last not.
    func gridCount(interval: Double) -> Int {
        let steps = ((times[times.count - 1] - times[0]) / interval).rounded(.up)
        return Int(steps, clampedTo: 0...Int(Int32.max)) ?? 0
    }

    /// The values at `start`, `start + interval` and so on; before the first time and after the last those of the ends.
    ///
    /// Where several values share a time, the last of them holds there, as in NumPy's `interp`.
    public func interpolated(from start: Double, interval: Double, count: Int) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(count)
        var before = max(index(from: start) - 1, 0)  // the last time that is not later
        for step in 0..<count {
            let time = start + Double(step) * interval
            while before + 1 < times.count, times[before + 1] <= time { before += 1 }
            if time < times[0] || before + 1 == times.count {
                values.append(self.values[before])
            } else {
                let slope = (self.values[before + 1] - self.values[before]) / (times[before + 1] - times[before])
                values.append(slope * (time - times[before]) + self.values[before])
            }
        }
        return values
    }
}

extension UnevenSeries {
    /// The means of the values in `count` intervals that follow one another from `start`.
    ///
    /// An interval without a value gets the one that a straight line gives its middle. Means keep what is faster than
    /// the intervals from turning up as something slow.
    public func means(from start: Double, interval: Double, count: Int) -> [Double] {
        var next = index(from: start)
        let middles = interpolated(from: start + interval / 2, interval: interval, count: count)
        return (0..<count).map { number in
            let end = start + Double(number + 1) * interval
            let first = next
            var sum = 0.0
            while next < times.count, times[next] < end {
                sum += values[next]
                next += 1
            }
            return next > first ? sum / Double(next - first) : middles[number]
        }
    }

    /// The first index whose time is not before `time`.
    private func index(from time: Double) -> Int {
        var (low, high) = (0, times.count)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Values once a second.
struct SecondSeries: Sendable {
    /// The time of the first value, in seconds.
    let start: Double
    let values: [Double]

    /// The values less than 285 s before or after a sleep epoch of 30 s.
    func around(sleepEpochAt epoch: Double) -> ArraySlice<Double> {
        let (first, last) = (epoch - 285, epoch + 30 + 285)
        let lower = (Int((first - start).rounded(.down), clampedTo: -1...values.count) ?? -1) + 1
        let upper = Int((last - start).rounded(.up), clampedTo: 0...values.count) ?? 0
        return lower < upper ? values[lower..<upper] : []
    }
}
