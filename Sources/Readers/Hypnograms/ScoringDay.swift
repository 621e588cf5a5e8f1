import Datasets
import Signals

extension Scoring {
    /// When its zero may be by what the file alone says, in seconds since 1970 on the clock of the place of recording.
    ///
    /// Empty where it says no day; several where its date may be read in several ways.
    var possibleZeros: [Double] {
        if let clock { return clock.possibleMidnights(ofFirst: intervals.first?.onset ?? 0) }
        if let recordingStart { return [recordingStart.time].compactMap(\.self) }
        guard let start, let day = date?.day, day != ScoringStart.dayOfNobody else { return [] }
        return [start]
    }
}

extension ScoringStart {
    /// In seconds since 1970 on the clock of the place; nil where the day is not known, or the clock another one.
    fileprivate var time: Double? {
        guard let day = start.day, !hasZone, Double(day) * CalendarDay.seconds != Self.dayOfNobody else { return nil }
        return Double(day) * CalendarDay.seconds + start.seconds
    }
}

extension ScoringClock {
    /// When midnight of the first time's day may be, in seconds since 1970, in order.
    ///
    /// A date on the lines before the times is that of the evening: where these say no time of day, the first time may
    /// be of the day behind it.
    fileprivate func possibleMidnights(ofFirst time: Double) -> [Double] {
        let days = days.filter { $0 != ScoringStart.dayOfNobody }.sorted()
        if areDated { return days }
        let next = days.map { $0 + CalendarDay.seconds }
        guard let timeBefore else { return Set(days + next).sorted() }
        return timeBefore <= time ? days : next
    }
}
