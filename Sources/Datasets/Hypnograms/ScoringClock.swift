import Foundation
import Signals

/// The days of a scoring whose times are a clock's, like `22:30:00`.
///
/// Which day the first time is of is found beside the signals: the one on which most of the times lie within them.
/// Where many lie outside all the same, or the file names another day than the signals' header, the two are of another
/// night or of another clock, and are refused.
struct ScoringClock: Equatable {
    private static let daySeconds = 86_400.0
    /// What EDF+ has instead of a start date that is not to be known: 1985-01-01.
    private static let dayOfNobody = 473_385_600.0

    /// The times as seconds from midnight of the first one's day: each is taken on the day on which it is nearest to
    /// the one before it.
    struct Unrolled {
        private var last: Double?

        /// Takes the next time, in seconds since midnight.
        mutating func onset(_ timeOfDay: Double) -> Double {
            let days = last.map { (($0 - timeOfDay) / ScoringClock.daySeconds).rounded() } ?? 0
            let onset = timeOfDay + days * ScoringClock.daySeconds
            last = onset
            return onset
        }
    }

    /// The date as the file has it; empty where it has none.
    private(set) var date = ""
    /// The days that it may be, in seconds since 1970.
    private var days: Set<Double> = []

    /// What the lines before the times say of a day, like `Start Time: 17/11/2010 23:57:00`.
    init(_ preamble: some Sequence<Substring>) {
        for line in preamble {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let key = line[..<colon].lowercased()
            guard ["date", "start", "datum"].contains(where: key.contains) else { continue }
            for word in line[line.index(after: colon)...].split(whereSeparator: { $0.isWhitespace || $0 == "T" }) {
                let found = TimeText.days(of: word)
                if days.isEmpty, !found.isEmpty { (date, days) = (String(word), found) }
            }
        }
    }

    /// When midnight of the day is that the first time is of, in seconds since 1970 on the signals' clock.
    ///
    /// - Parameters:
    ///   - onsets: the times, as ``Unrolled`` has them.
    ///   - signals: the signals.
    ///   - shift: how many seconds later they are meant; nil where nobody said that they fit.
    ///   - path: the file with the times.
    /// - Returns: that midnight.
    /// - Throws: `DatasetError.unsuitable`.
    func midnight(
        of onsets: [Double], in signals: EDFFile, shiftedBy shift: Double?, path: String
    ) throws(DatasetError) -> Double {
        let day = Self.daySeconds
        let first = (signals.start / day).rounded(.down) * day
        let (earliest, latest) = (onsets.min() ?? 0, onsets.max() ?? 0)
        let middles = (
            signals.start + signals.duration / 2, first + (shift ?? 0) + earliest + (latest - earliest) / 2
        )
        let nearest = ((middles.0 - middles.1) / day).rounded()
        // A scoring may begin in the middle of a sleep epoch whose end is the signals' begin.
        let reach = signals.start - SleepEpochWindow.epochSeconds..<signals.start + max(signals.duration, 0)
        let places = (-2...2).map { days in
            let midnight = first + (nearest + Double(days)) * day
            return (midnight, onsets.count { reach.contains(midnight + (shift ?? 0) + $0) })
        }
        let most = places.map(\.1).max() ?? 0
        let best = places.filter { $0.1 == most }
        guard best.count == 1 || most == 0 else {
            throw .unsuitable(
                path: path,
                reason: "its times are a clock's, and \(signals.path) lasts longer than a day: nobody can tell which "
                    + "day they are of; write onset, duration and stage, in seconds from the recording's start")
        }
        let midnight = most > 0 ? best[0].0 : first + nearest * day
        guard shift == nil else { return midnight }
        let begin = onsets.first.map { midnight + $0 } ?? signals.start
        guard onsets.first != 0 || abs(begin - signals.start) <= SleepEpochWindow.epochSeconds else {
            throw .unsuitable(
                path: path,
                reason:
                    "its first time is midnight, and \(signals.path) begins at \(Self.text(signals.start)): is it a "
                    + "clock's? if so, --hypnogram-offset 0 says it; if times count from the recording's start, write "
                    + "onset, duration and stage, in seconds")
        }
        let outside = onsets.count - most
        guard !HypnogramReading.isLargePart(Double(outside), of: Double(onsets.count)) else {
            throw .unsuitable(
                path: path,
                reason: "\(outside) of its \(onsets.count) times, which are from \(Self.text(earliest)) to "
                    + "\(Self.text(latest)), are outside those of \(signals.path), \(Self.text(signals.start)) to "
                    + "\(Self.text(signals.start + signals.duration)): are both of one night, and of one clock? "
                    + "--hypnogram-offset SECONDS shifts them, and 0 says that they are right")
        }
        if let ofSignals = signals.date.day, ofSignals != Self.dayOfNobody, !days.isEmpty,
            !days.contains(where: { abs($0 - ofSignals) <= day })
        {
            throw .unsuitable(
                path: path,
                reason:
                    "its date is \(quoted(date)), and \(quoted(signals.date.text)) in \(signals.path): is it another "
                    + "night's? if both are of one night, --hypnogram-offset 0 says so")
        }
        return midnight
    }

    /// A time of day.
    private static func text(_ seconds: Double) -> String {
        let whole = Int(seconds.truncatingRemainder(dividingBy: daySeconds).rounded(.down))
        let time = (whole + Int(daySeconds)) % Int(daySeconds)
        return String(format: "%02d:%02d:%02d", time / 3_600, time / 60 % 60, time % 60)
    }
}

extension Scoring {
    /// The same with seconds since 1970 as its zero, where its times are a clock's.
    ///
    /// - Parameters:
    ///   - signals: the night's signals.
    ///   - shift: how many seconds later its times are meant; nil where nobody said that they fit.
    /// - Returns: the scoring, with ``start``.
    /// - Throws: `DatasetError.unsuitable` where they do not fit the signals.
    func placed(in signals: EDFFile, shiftedBy shift: Double?) throws(DatasetError) -> Scoring {
        guard let clock else { return self }
        var placed = self
        placed.start = try clock.midnight(
            of: intervals.map(\.onset), in: signals, shiftedBy: shift, path: path)
        return placed
    }
}
