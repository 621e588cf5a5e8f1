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
    /// Of a date on the lines before the times the first time is the one nearest to the time of day beside it. Where
    /// there is none, or midnight, which stands for none, and where only the first time has a date, that is the
    /// evening's: a time before noon may be of that day or of the one behind it.
    fileprivate func possibleMidnights(ofFirst time: Double) -> [Double] {
        let days = days.filter { $0 != ScoringStart.dayOfNobody }.sorted()
        if areAllDated { return days }
        if let timeBefore, timeBefore > 0, !areDated {
            let later = ((timeBefore - time) / CalendarDay.seconds).rounded() * CalendarDay.seconds
            return days.map { $0 + later }
        }
        return time < CalendarDay.seconds / 2 ? Set(days + days.map { $0 + CalendarDay.seconds }).sorted() : days
    }
}
