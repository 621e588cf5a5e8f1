import Datasets
import Foundation
import Signals

/// A date whose numbers may stand in any order: the days that it may be.
struct ClockDate {
    /// With the year first, the day and the month first, in seconds since 1970; nil where it is none so.
    let days: [Double?]

    /// Reads a text like `2010-11-17`, `17.11.10` or `17-Nov-2010`; nil of another one.
    init?(_ text: some StringProtocol) {
        let parts = text.split(omittingEmptySubsequences: false) { "-/.".contains($0) }
        guard parts.count == 3 else { return nil }
        // Two digits are a year as EDF has them.
        func year(_ text: some StringProtocol) -> Int? {
            guard text.count == 2 || text.count == 4, let number = Int(text), number >= 0 else { return nil }
            return text.count == 4 ? number : CalendarDay.year(ofTwoDigits: number)
        }
        if let year = year(parts[2]), let day = EDFDate.day("\(parts[0])-\(parts[1])-\(year)") {
            days = [nil, day, nil]
            return
        }
        let numbers = parts.compactMap { $0.count <= 4 ? Int($0) : nil }
        guard numbers.count == 3, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
        days = [(0, 1, 2), (2, 1, 0), (2, 0, 1)].map { place, month, day in
            year(parts[place]).flatMap { CalendarDay.number(year: $0, month: numbers[month], day: numbers[day]) }
                .map { Double($0) * CalendarDay.seconds }
        }
        guard days.contains(where: { $0 != nil }) else { return nil }
    }
}

/// The times of a scoring in the order of the file, as seconds from midnight of the first one's day.
///
/// With dates each is of its own; without, each is of the day on which it is nearest to the one before it.
struct ClockTimes {
    private var times: [Double] = []
    /// The days of those that have a date; the first of them may be that of a later time.
    private var dates: [ClockDate] = []
    private var firstIsDated = false
    private var firstDate = ""
    /// Whether the times say AM or PM.
    private(set) var haveHalves = false
    /// Whether any of them says its seconds.
    private(set) var haveSeconds = false
    /// Whether times without a date may stand in any order: those that reach over more than a day are then of one.
    private let areInAnyOrder: Bool

    /// No times yet.
    init(areInAnyOrder: Bool = false) { self.areInAnyOrder = areInAnyOrder }

    /// Takes a time, with a date before it perhaps.
    ///
    /// - Returns: whether it is one.
    mutating func add(_ text: some StringProtocol) -> Bool {
        guard let time = TimeText.timeOfDay(text) else { return false }
        if let (word, date) = Self.date(before: text) {
            if times.isEmpty { (firstDate, firstIsDated) = (word, true) }
            dates.append(date)
        }
        if text.last.map({ "mM".contains($0) }) ?? false { haveHalves = true }
        if text.count(where: { $0 == ":" }) != 1 { haveSeconds = true }
        times.append(time)
        return true
    }

    /// The date before a time, as it is written too; nil where there is none: 22.05.30 alone is a time.
    static func date(before text: some StringProtocol) -> (text: String, date: ClockDate)? {
        let words = text.split { $0 == " " || $0 == "T" }
        guard words.count > 1, let date = ClockDate(words[0]) else { return nil }
        return (String(words[0]), date)
    }

    /// The first time's date as it is written, and the days that it may be; nil where it has none.
    var firstDay: (text: String, days: Set<Double>)? {
        guard firstIsDated else { return nil }
        guard dates.count == times.count, let place = order else {
            return (firstDate, Set(dates[0].days.compactMap(\.self)))
        }
        // Where another order tells the same distances, that is a day that it may be, too.
        let own = distances(in: place)
        let alike = dates[0].days.indices.filter { distances(in: $0) == own }
        return (firstDate, Set(alike.compactMap { dates[0].days[$0] }))
    }

    /// Whether each of them has a date.
    var areAllDated: Bool { !dates.isEmpty && dates.count == times.count }

    /// The times from midnight of the first one's day.
    var onsets: [Double] {
        if !dates.isEmpty, dates.count == times.count, let place = order, let days = distances(in: place) {
            return zip(times, days).map { $0 + $1 }
        }
        var onsets: [Double] = []
        for time in times {
            let days = onsets.last.map { (($0 - time) / CalendarDay.seconds).rounded() } ?? 0
            onsets.append(time + days * CalendarDay.seconds)
        }
        let isOrdered = zip(onsets.dropFirst(), onsets).allSatisfy { $0 >= $1 }
        let reach = (onsets.max() ?? 0) - (onsets.min() ?? 0)
        return areInAnyOrder && !isOrdered && reach >= CalendarDay.seconds ? onsetsOfOneDay : onsets
    }

    /// The times as those of a day that begins behind the longest stretch without any.
    private var onsetsOfOneDay: [Double] {
        let sorted = times.sorted()
        let following = sorted.dropFirst() + sorted.prefix(1).map { $0 + CalendarDay.seconds }
        let longest = zip(sorted, following).max { $0.1 - $0.0 < $1.1 - $1.0 }
        let begin = (longest?.1 ?? 0).truncatingRemainder(dividingBy: CalendarDay.seconds)
        return times.map { $0 < begin ? $0 + CalendarDay.seconds : $0 }
    }

    /// The order of the dates' numbers in which all are days, and lie nearest together.
    private var order: Int? {
        (0..<3).compactMap { place in distances(in: place).map { (place, ($0.max() ?? 0) - ($0.min() ?? 0)) } }
            .min { $0.1 < $1.1 }?.0
    }

    /// How many seconds each day is after the first one; nil where one is no day in that order.
    private func distances(in place: Int) -> [Double]? {
        let days = dates.map { $0.days[place] }
        guard let first = days.first.flatMap(\.self), days.allSatisfy({ $0 != nil }) else { return nil }
        return days.map { ($0 ?? first) - first }
    }
}

extension Scoring {
    /// Intervals at a clock's times; where nothing says how long they last and nearly all stand 30 s apart, each is a
    /// sleep epoch: what is missing between them was not scored.
    ///
    /// - Parameters:
    ///   - times: when they begin.
    ///   - durations: how many seconds each lasts; nil where the file does not say.
    ///   - texts: what each says.
    ///   - kind: what the form says about the texts.
    ///   - path: the file.
    /// - Returns: the intervals.
    /// - Throws: `DatasetError.unsuitable` where the clock was changed between them.
    static func intervals(
        at times: ClockTimes, lasting durations: [Double?], _ texts: [String], kind: Interval.Kind, path: String
    ) throws(DatasetError) -> [Interval] {
        let epoch = SleepEpochWindow.epochSeconds
        let onsets = times.onsets
        let distances = zip(onsets.dropFirst(), onsets).map { $0 - $1 }
        if !times.haveSeconds { try requireSeconds(of: onsets, distances, path: path) }
        let areEpochs = 10 * distances.count { abs($0 - epoch) < 0.5 } >= 9 * distances.count && !distances.isEmpty
        // 01:59:30 is followed by 03:00:00, or 02:59:30 by 02:00:00, where the others are by those half a minute later.
        if areEpochs, let change = distances.firstIndex(where: { abs(abs($0 - epoch) - 3_600) < 0.5 }) {
            let next = onsets[change] + epoch
            let hour = Int((next / 3_600).rounded(.down)) % 24
            if next.truncatingRemainder(dividingBy: 3_600) < epoch, hour <= 3 {
                let what =
                    distances[change] > 0
                    ? "leap over an hour at \(hour):00, where clocks are put forward in spring"
                    : "go back by an hour at \(hour):00, where clocks are put back in autumn"
                throw .unsuitable(
                    path: path,
                    reason: "its times \(what): write onset, duration and stage, in seconds from the recording's start")
            }
        }
        let areUnsaid = durations.allSatisfy { $0 == nil }
        return onsets.indices.map { place in
            Interval(
                onset: onsets[place], duration: durations[place] ?? (areUnsaid && areEpochs ? epoch : nil),
                text: texts[place], kind: kind)
        }
    }

    /// Refuses times that have lost their seconds: whole minutes, most of which stand twice or more and a minute apart.
    private static func requireSeconds(
        of onsets: [Double], _ distances: [Double], path: String
    ) throws(DatasetError) {
        let (repeated, next) = (distances.count { $0 == 0 }, distances.count { $0 == 60 })
        guard let first = zip(onsets, distances).first(where: { $1 == 0 })?.0,
            onsets.allSatisfy({ $0.truncatingRemainder(dividingBy: 60) == 0 }), next > 1,
            10 * (repeated + next) >= 9 * distances.count, 10 * repeated >= 9 * next
        else { return }
        let minute = Int(first) / 60 % 1_440
        let time = String(format: "%02d:%02d", minute / 60, minute % 60)
        let count = onsets.count { $0 == first }
        throw .unsuitable(
            path: path,
            reason:
                "its times have no seconds, and stand there several times, \(time) \(count) times: write them with their "
                + "seconds, as 22:00:30 (in a spreadsheet, give their column the format hh:mm:ss and save it anew)")
    }
}
