import Datasets
import Foundation
import Signals

/// The days of a scoring whose times are a clock's, like `22:30:00`.
///
/// Which day the first time is of is found beside the signals: the one that the file names, where at least half of the
/// times then lie within them, or else the one on which most do. Where many lie outside all the same, where the file
/// names another day than the signals' header, and where times may as well count from the recording's start, they are
/// refused.
struct ScoringClock: Equatable {
    /// Times that begin so many seconds behind midnight, or less, may count from the recording's start.
    private static let longestLead = 3_600.0
    /// What lines on the day of a recording are called.
    private static let keys: Set = [
        "recording date", "date of recording", "recording start", "recording start time", "start time", "start date",
        "start", "date", "startzeit", "startdatum", "aufnahmedatum", "datum", "date d'enregistrement",
    ]

    /// The date as the file has it; empty where it has none.
    private(set) var date = ""
    /// The days that it may be, in seconds since 1970.
    private(set) var days: Set<Double> = []
    /// Whether the times themselves have dates.
    private(set) var areDated = false
    /// Whether each of the times has one.
    private(set) var areAllDated = false
    /// The time of day beside the date of the lines before them.
    private(set) var timeBefore: Double?
    /// Whether the times are a clock's beyond doubt: they have dates or halves of the day, or the program is known.
    private(set) var isCertain: Bool

    /// What the lines before the times say of a day, like `Start Time: 17/11/2010 23:57:00`.
    ///
    /// - Parameters:
    ///   - preamble: these lines.
    ///   - isCertain: whether they are of a program that writes a clock's times.
    init(_ preamble: some Sequence<Substring>, isCertain: Bool = false) {
        self.isCertain = isCertain
        for line in preamble {
            guard days.isEmpty, let colon = line.firstIndex(of: ":"),
                Self.keys.contains(line[..<colon].trimmingCharacters(in: .whitespaces).lowercased())
            else { continue }
            for word in line[line.index(after: colon)...].split(whereSeparator: { $0.isWhitespace || $0 == "T" }) {
                let found = Set(ClockDate(word)?.days.compactMap(\.self) ?? [])
                if days.isEmpty, !found.isEmpty { (date, days) = (String(word), found) }
            }
            if !days.isEmpty { timeBefore = TimeText.timeOfDay(line[line.index(after: colon)...]) }
        }
    }

    /// What the times themselves say of their days.
    mutating func take(_ times: ClockTimes) {
        if times.haveHalves { isCertain = true }
        guard let (text, days) = times.firstDay else { return }
        (date, self.days, isCertain, areDated) = (text, days, true, true)
        areAllDated = times.areAllDated
    }

    /// When midnight of the day is that the first time is of, in seconds since 1970 on the signals' clock.
    ///
    /// - Parameters:
    ///   - onsets: the times, from midnight of the first one's day.
    ///   - signals: the signals.
    ///   - shift: how many seconds later they are meant; nil where nobody said that they fit.
    ///   - path: the file with the times.
    /// - Returns: that midnight.
    /// - Throws: `DatasetError.unsuitable`.
    func midnight(
        of onsets: [Double], in signals: EDFFile, shiftedBy shift: Double?, path: String
    ) throws(DatasetError) -> Double {
        let (earliest, latest) = (onsets.min() ?? 0, onsets.max() ?? 0)
        // A scoring may begin in the middle of a sleep epoch whose end is the signals' begin.
        let reach = signals.start - SleepEpochWindow.epochSeconds..<signals.start + max(signals.duration, 0)
        func inside(_ midnight: Double) -> Int { onsets.count { reach.contains(midnight + (shift ?? 0) + $0) } }
        let middle = (shift ?? 0) + earliest + (latest - earliest) / 2
        guard let midnight = place(near: middle, first: onsets.first ?? 0, of: onsets.count, signals, inside) else {
            let lasting = signals.duration > CalendarDay.seconds ? "\(signals.path) lasts" : "they last"
            throw .unsuitable(
                path: path,
                reason: "its times are a clock's, and \(lasting) longer than a day: nobody can tell which day they "
                    + "are of; write onset, duration and stage, in seconds from the recording's start")
        }
        guard shift == nil else { return midnight }
        let outside = onsets.count - inside(midnight)
        guard !HypnogramReading.isLargePart(Double(outside), of: Double(onsets.count)) else {
            throw .unsuitable(
                path: path,
                reason: "\(outside) of its \(onsets.count) times, which are from \(Self.text(earliest)) to "
                    + "\(Self.text(latest)), are outside those of \(signals.path), \(Self.text(signals.start)) to "
                    + "\(Self.text(signals.start + signals.duration)): are both of one night, and of one clock? "
                    + "--hypnogram-offset SECONDS shifts them, and 0 says that they are right")
        }
        try requireClock(earliest, midnight, signals, path)
        try requireDate(signals, path)
        return midnight
    }

    /// The midnight by which the times lie in the signals, `middle` being the one in their middle; nil where two would
    /// do as well.
    private func place(
        near middle: Double, first time: Double, of count: Int, _ signals: EDFFile, _ inside: (Double) -> Int
    ) -> Double? {
        let first = Self.midnight(before: signals)
        let nearest = ((signals.start + signals.duration / 2 - first - middle) / CalendarDay.seconds).rounded()
        let places = (-2...2).map { first + (nearest + Double($0)) * CalendarDay.seconds }
        let most = places.map(inside).max() ?? 0
        let own = ownDays(beside: signals)
        // The day on which the recording began, before the times, says of no evening that it is theirs, but for the
        // first time's own.
        let good = places.filter { !HypnogramReading.isLargePart(Double(count - inside($0)), of: Double(count)) }
        if good.count > 1, !areDated, timeBefore != time, own?.contains(first) ?? false { return nil }
        if let named = own?.max(by: { inside($0) < inside($1) }), 2 * inside(named) > most {
            return named
        }
        if most == 0 { return places[2] }
        let best = places.filter { inside($0) == most }
        return best.count == 1 ? best[0] : nil
    }

    private static func midnight(before signals: EDFFile) -> Double {
        (signals.start / CalendarDay.seconds).rounded(.down) * CalendarDay.seconds
    }

    /// Refuses a date that is on none of the signals' days, nor on the one before or after.
    private func requireDate(_ signals: EDFFile, _ path: String) throws(DatasetError) {
        let day = CalendarDay.seconds
        let days = Self.midnight(before: signals) - day...signals.start + signals.duration + day
        guard let own = ownDays(beside: signals), !own.contains(where: days.contains) else { return }
        throw .unsuitable(
            path: path,
            reason: "its date is \(quoted(date)), and \(quoted(signals.date.text)) in \(signals.path): is it another "
                + "night's? if both are of one night, --hypnogram-offset 0 says so")
    }

    /// The days that the file names; nil where it or the signals' header has none.
    private func ownDays(beside signals: EDFFile) -> Set<Double>? {
        guard let day = signals.date.day, day != ScoringStart.dayOfNobody, !days.isEmpty else { return nil }
        return days
    }

    /// Refuses times that may count from the recording's start: those of an hour behind midnight, where the signals
    /// begin neither at midnight nor at the first of them.
    private func requireClock(
        _ earliest: Double, _ midnight: Double, _ signals: EDFFile, _ path: String
    ) throws(DatasetError) {
        let behindMidnight = earliest - (earliest / CalendarDay.seconds).rounded(.down) * CalendarDay.seconds
        let ways = [midnight + earliest - behindMidnight, midnight + earliest].map { abs($0 - signals.start) }
        guard !isCertain, behindMidnight <= Self.longestLead,
            ways.allSatisfy({ $0 > SleepEpochWindow.epochSeconds })
        else { return }
        throw .unsuitable(
            path: path,
            reason: "its first time is \(Self.text(earliest)), and \(signals.path) begins at "
                + "\(Self.text(signals.start)): is it a clock's? if so, --hypnogram-offset 0 says it; if times count from "
                + "the recording's start, write onset, duration and stage, in seconds")
    }

    /// A time of day.
    private static func text(_ seconds: Double) -> String {
        let whole = Int(seconds.truncatingRemainder(dividingBy: CalendarDay.seconds).rounded(.down))
        let time = (whole + Int(CalendarDay.seconds)) % Int(CalendarDay.seconds)
        return String(format: "%02d:%02d:%02d", time / 3_600, time / 60 % 60, time % 60)
    }
}

extension Scoring {
    /// The same with its zero in seconds since 1970, where its times are a clock's or count from a start that it names.
    ///
    /// - Parameters:
    ///   - signals: the night's signals.
    ///   - shift: how many seconds later its times are meant; nil where nobody said that they fit.
    /// - Returns: the scoring, with ``start``.
    /// - Throws: `DatasetError.unsuitable` where they do not fit the signals.
    func placed(in signals: EDFFile, shiftedBy shift: Double?) throws(DatasetError) -> Scoring {
        var placed = self
        if let clock {
            placed.start = try clock.midnight(
                of: intervals.map(\.onset), in: signals, shiftedBy: shift, path: path)
        } else if let recordingStart, shift == nil {
            placed.start = try recordingStart.zero(in: signals, path: path)
        }
        return placed
    }
}
