/// Days of the Gregorian calendar, counted from 1 January 1970.
package enum CalendarDay {
    /// How many seconds a day has on a clock that nobody sets.
    package static let seconds = 86_400.0

    /// The year that two digits stand for in EDF: 85 to 99 are of the twentieth century, the others of the next.
    package static func year(ofTwoDigits digits: Int) -> Int { digits + (digits >= 85 ? 1_900 : 2_000) }

    /// The number of a day; nil for one that no month has, and for years before 1 or beyond 9999.
    package static func number(year: Int, month: Int, day: Int) -> Int? {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[month - 1] else { return nil }
        let before = year - 1
        let leapDays = before / 4 - before / 100 + before / 400 - 477  // those until 1970
        return (year - 1970) * 365 + leapDays + lengths.prefix(month - 1).reduce(0, +) + day - 1
    }

    /// The date of a day of the years from 1 on, in years that start in March (Hinnant, "chrono-Compatible Low-Level
    /// Date Algorithms", 2013).
    package static func date(of number: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (number + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
        let month = (5 * dayOfYear + 2) / 153
        let date = dayOfYear - (153 * month + 2) / 5 + 1
        return (era * 400 + year + (month < 10 ? 0 : 1), month < 10 ? month + 3 : month - 9, date)
    }
}

extension Int {
    /// Two digits at least, as dates and clocks have them.
    package var twoDigits: String { self < 10 ? "0\(self)" : "\(self)" }
}
