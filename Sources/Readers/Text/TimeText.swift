import Datasets

/// A time as wearables and their phones write it.
///
/// A date of three numbers between `-`, `/` or `.`, a `T`, a comma or spaces, a time of day with or without seconds and
/// a fraction of them (what is below a microsecond is dropped), AM or PM, and, where it says one, a zone: `Z`, `UTC`,
/// `+01:00`, `+0100` or `+01`. A year that stands last may have two digits, and `20240331T013000` is a time, too.
///
/// Or a number since 1970: seconds (9 or 10 digits), milliseconds (12 or 13), microseconds (15 or 16) or nanoseconds
/// (18 or 19).
package enum TimeText: Equatable {
    /// How many seconds, milliseconds and so on since 1970 a number counts, by the number of its digits.
    package enum Unit: String {
        case seconds, milliseconds, microseconds, nanoseconds
    }

    /// Microseconds since 1970-01-01 00:00 UTC, and how many seconds ahead its clock is: the time says its zone.
    case instant(Int, ahead: Int)
    /// Microseconds since 1970-01-01 00:00 on the same clock: the time says no zone.
    case local(Int)
    /// Microseconds since 1970-01-01 00:00 UTC, written as a number.
    case number(Int, in: Unit)

    /// A second.
    package static let second = 1_000_000

    /// The time that bytes spell; nil where they spell none.
    package init?(_ bytes: UnsafeRawBufferPointer, order: DateOrder) {
        var text = Spelling(bytes: bytes)
        if let number = text.number() {
            self = number
            return
        }
        text.at = 0
        guard let day = text.date(order), let time = text.timeOfDay() else { return nil }
        let local = (day * 86_400) * Self.second + time
        text.spaces()
        if text.isAtEnd {
            self = .local(local)
        } else {
            guard let offset = text.zone() else { return nil }
            self = .instant(local - offset * Self.second, ahead: offset)
        }
    }

    /// `2024-03-31T01:30:00Z`; a fraction of a second is dropped.
    package static func utc(_ microseconds: Int) -> String {
        let seconds = (microseconds - (microseconds % second + second) % second) / second
        let rest = (seconds % 86_400 + 86_400) % 86_400
        let (year, month, date) = CalendarDay.date(of: (seconds - rest) / 86_400)
        let time = [rest / 3600, rest / 60 % 60, rest % 60].map(\.twoDigits).joined(separator: ":")
        return "\(year)-\(month.twoDigits)-\(date.twoDigits)T\(time)Z"
    }

    /// A time of day, alone or behind a date: `22:00:30`, `8:39:30 PM`, `22:00:30,500`, `22.00.30`.
    ///
    /// - Returns: seconds since midnight; nil for another text, and for one that names a zone.
    package static func timeOfDay(_ text: some StringProtocol) -> Double? {
        let words = text.split { $0 == " " || $0 == "T" }
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
        let time =
            words.firstIndex { $0.contains(":") }.map { words[$0...].joined(separator: " ") }
            ?? (numbers.count == 3 ? numbers.joined(separator: ":") : "")
        return Array((" " + time).utf8).withUnsafeBytes { bytes in
            var spelling = Spelling(bytes: bytes)
            guard let microseconds = spelling.timeOfDay(), spelling.isAtEnd else { return nil }
            return Double(microseconds) / Double(second)
        }
    }

    /// Hours, minutes and seconds as seconds: `0:00:30`, `26:03:07.5`, `00:00:30,000`; nil for another text.
    static func length(_ text: some StringProtocol) -> Double? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ $0.first?.isNumber == true }), let hours = Int(parts[0]),
            let minutes = Int(parts[1]), let seconds = Double(String(parts[2].map { $0 == "," ? "." : $0 })),
            (0...1_000_000).contains(hours), (0..<60).contains(minutes), (0..<60).contains(seconds)
        else { return nil }
        return Double(hours * 3_600 + minutes * 60) + seconds
    }

    /// Days since 1970-01-01; nil for a day that no month has, and for one whose microseconds no number holds.
    fileprivate static func days(year: Int, month: Int, day: Int) -> Int? {
        (1970...2261).contains(year) ? CalendarDay.number(year: year, month: month, day: day) : nil
    }
}

/// In which order the numbers of a date stand whose first is not a year of four digits.
public enum DateOrder: String, Sendable, CaseIterable {
    /// 2024-03-31, as ISO 8601 has it.
    case yearFirst = "ymd"
    /// 3/31/2024.
    case monthFirst = "mdy"
    /// 31.3.2024.
    case dayFirst = "dmy"
}

/// The parts of a time's text, one after another.
private struct Spelling {
    let bytes: UnsafeRawBufferPointer
    var at = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { at == bytes.count }

    /// The byte that comes next; 0 at the end.
    private var next: UInt8 { at < bytes.count ? bytes[at] : 0 }

    private mutating func take(_ character: Character) -> Bool {
        guard next == character.asciiValue else { return false }
        at += 1
        return true
    }

    /// Passes over a word, in upper or lower case.
    private mutating func take(word: String) -> Bool {
        guard bytes[at...].count >= word.utf8.count,
            zip(word.utf8, bytes[at...]).allSatisfy({ $0 | 0x20 == $1 | 0x20 })
        else { return false }
        at += word.utf8.count
        return true
    }

    /// Passes over spaces, those too that newer programs put before AM and PM.
    mutating func spaces() {
        let narrow: [UInt8] = [0xE2, 0x80, 0xAF]
        while next == 0x20 || bytes[at...].starts(with: narrow) { at += next == 0x20 ? 1 : narrow.count }
    }

    /// A whole number of so many digits.
    private mutating func digits(_ counts: ClosedRange<Int>) -> Int? {
        var (number, count) = (0, 0)
        while (0x30...0x39).contains(next), count < counts.upperBound, number < Int.max / 10 - 1 {
            number = number * 10 + Int(next - 0x30)
            (at, count) = (at + 1, count + 1)
        }
        return count >= counts.lowerBound ? number : nil
    }

    /// Digits behind a point as microseconds; those that are smaller don't count.
    private mutating func microseconds() -> Int? {
        var (number, scale) = (0, TimeText.second)
        let start = at
        while (0x30...0x39).contains(next) {
            scale /= 10
            number += Int(next - 0x30) * scale
            at += 1
        }
        return at > start ? number : nil
    }

    /// All of the text as a number since 1970.
    mutating func number() -> TimeText? {
        guard let number = digits(9...19) else { return nil }
        let digitCount = at
        var fraction = 0
        if take(".") {
            guard let microseconds = microseconds() else { return nil }
            fraction = microseconds
        }
        guard isAtEnd else { return nil }
        switch digitCount {
        case 9, 10: return .number(number * TimeText.second + fraction, in: .seconds)
        case 12, 13: return .number(number * 1000 + fraction / 1000, in: .milliseconds)
        case 15, 16: return .number(number, in: .microseconds)
        case 18, 19: return .number(number / 1000, in: .nanoseconds)
        default: return nil
        }
    }

    /// Days since 1970-01-01.
    ///
    /// A year of four digits that stands first is one whatever the order.
    mutating func date(_ order: DateOrder) -> Int? {
        let start = at
        if order == .yearFirst, let date = digits(8...8) {
            return TimeText.days(year: date / 10_000, month: date / 100 % 100, day: date % 100)
        }
        at = start
        let leading = digits(4...4)
        if leading == nil { at = start }
        let isYearFirst = leading != nil || order == .yearFirst
        guard let first = leading ?? (isYearFirst ? nil : digits(1...2)),
            let separator = ["-", "/", "."].first(where: { next == $0.utf8.first })?.first, take(separator: separator),
            let second = digits(1...2), take(separator: separator),
            let third = isYearFirst ? digits(1...2) : year()
        else { return nil }
        if isYearFirst { return TimeText.days(year: first, month: second, day: third) }
        return order == .monthFirst
            ? TimeText.days(year: third, month: first, day: second)
            : TimeText.days(year: third, month: second, day: first)
    }

    /// Passes over what stands between the numbers of a date; behind a point there may be spaces.
    private mutating func take(separator: Character) -> Bool {
        guard take(separator) else { return false }
        if separator == "." { spaces() }
        return true
    }

    /// A year of four digits, or of two as EDF has them.
    private mutating func year() -> Int? {
        let start = at
        guard let year = digits(2...4), at != start + 3 else { return nil }
        return at == start + 2 ? CalendarDay.year(ofTwoDigits: year) : year
    }

    /// Hours, minutes and seconds, these with their fraction in microseconds; the hour may be one of twelve.
    private mutating func clock() -> (hour: Int, minute: Int, microseconds: Int)? {
        let start = at
        if let time = digits(6...6) { return (time / 10_000, time / 100 % 100, time % 100 * TimeText.second) }
        at = start
        guard let hour = digits(1...2), take(":"), let minute = digits(2...2) else { return nil }
        guard take(":") else { return (hour, minute, 0) }
        guard let second = digits(2...2), second < 60 else { return nil }
        // GENEActiv writes milliseconds behind a colon.
        if take(".") || take(",") || take(":") {
            let (before, point) = (at, bytes[at - 1])
            guard let fraction = microseconds(), point != UInt8(ascii: ":") || at == before + 3 else { return nil }
            return (hour, minute, second * TimeText.second + fraction)
        }
        return (hour, minute, second * TimeText.second)
    }

    /// Microseconds since midnight.
    mutating func timeOfDay() -> Int? {
        let start = at
        if !take(word: "t") {
            _ = take(",")
            spaces()
        }
        guard at > start, let (written, minute, microseconds) = clock(), minute < 60,
            microseconds < 60 * TimeText.second
        else { return nil }
        var hour = written
        let end = at
        spaces()
        if take(word: "am") || take(word: "pm") {
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + (bytes[at - 2] | 0x20 == UInt8(ascii: "p") ? 12 : 0)
        } else {
            at = end
        }
        guard hour < 24 else { return nil }
        return (hour * 3600 + minute * 60) * TimeText.second + microseconds
    }

    /// The rest of the text as seconds ahead of UTC.
    mutating func zone() -> Int? {
        let isNamed = take(word: "z") || take(word: "utc") || take(word: "gmt")
        if isNamed, isAtEnd { return 0 }
        let isBehind = next == UInt8(ascii: "-")
        guard take("+") || take("-"), let hours = digits(2...2) else { return nil }
        let isWhole = isAtEnd || next == UInt8(ascii: "[")
        if !isWhole { _ = take(":") }
        let minutes = isWhole ? 0 : digits(2...2)
        // Some programs add the zone's name; the offset is what counts.
        if bytes.last == UInt8(ascii: "]"), take("[") { at = bytes.count }
        guard let minutes, isAtEnd, hours <= 18, minutes < 60 else { return nil }
        return (hours * 3600 + minutes * 60) * (isBehind ? -1 : 1)
    }
}
