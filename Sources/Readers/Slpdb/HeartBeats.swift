import Numerics

/// The intervals between the heart beats of a recording, and which of them are normal.
///
/// An interval is normal when both its beats are of type N, it lasts from 0.3 to 2 s, and it is within a quarter of the
/// median of the eleven intervals around it (itself and five before and after that pass the first two rules; fewer at
/// the ends).
struct HeartBeats {
    /// The time between one beat and the next, in seconds since the recording's start.
    struct Interval {
        /// When its first beat was.
        let start: Double
        /// When its second beat was; the sleep epoch of this beat is the interval's.
        let end: Double
        /// How long it lasts.
        let seconds: Double
        /// Whether features are computed from it.
        var isNormal: Bool
    }

    /// How long a normal interval lasts, in seconds: 30 to 200 beats a minute.
    private static let bounds = 0.3...2.0
    /// How far a normal interval may be from the median around it, as a share of that median.
    private static let largestJump = 0.25
    /// Intervals before and after one that its median is taken of.
    private static let neighbours = 5

    /// In the order of time.
    let intervals: [Interval]
    /// How many were left out by each rule.
    let (otherBeats, outOfBounds, jumps): (Int, Int, Int)

    /// Applies the rules to intervals in the order of time, of which `isNormal` says whether both beats are of type N.
    init(_ rows: [Interval]) {
        var intervals = rows
        otherBeats = rows.count { !$0.isNormal }
        for index in intervals.indices where !Self.bounds.contains(intervals[index].seconds) {
            intervals[index].isNormal = false
        }
        let candidates = intervals.indices.filter { intervals[$0].isNormal }
        outOfBounds = rows.count - otherBeats - candidates.count
        let lengths = candidates.map { rows[$0].seconds }
        var jumps = 0
        for (place, index) in candidates.enumerated() {
            let around = lengths[max(place - Self.neighbours, 0)..<min(place + Self.neighbours + 1, lengths.count)]
            let median = Percentiles(Array(around)).at(0.5)
            if abs(lengths[place] - median) > Self.largestJump * median {
                intervals[index].isNormal = false
                jumps += 1
            }
        }
        self.jumps = jumps
        self.intervals = intervals
    }

    /// The intervals that end from one time to before another.
    func range(from start: Double, to end: Double) -> Range<Int> { first(notBefore: start)..<first(notBefore: end) }

    private func first(notBefore time: Double) -> Int {
        var (low, high) = (0, intervals.count)
        while low < high {
            let middle = (low + high) / 2
            if intervals[middle].end < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
