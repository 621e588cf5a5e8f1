import Foundation

/// When a recording began, on the clock of the place where it was made: a time of day, and the day where it is known.
public struct RecordingStart: Sendable, Equatable {
    /// Seconds since midnight, 0 to below 86,400.
    public let seconds: Double
    /// Days since 1 January 1970; nil where nobody knows the day.
    public let day: Int?

    /// From the year 1800 to the year 3000.
    private static let days = -62_091...376_199

    /// A time of day and a day; nil for a time that is no number or too far away.
    ///
    /// - Parameters:
    ///   - time: seconds since 1970 on that clock, or since any midnight; within a million days.
    ///   - hasDay: whether the day is known.
    public init?(time: Double, hasDay: Bool) {
        guard abs(time) < 1e6 * CalendarDay.seconds else { return nil }
        // Files count milliseconds; what is smaller is rounding.
        let time = (time * 1000).rounded() / 1000
        let day = (time / CalendarDay.seconds).rounded(.down)
        seconds = time - day * CalendarDay.seconds
        guard hasDay else {
            self.day = nil
            return
        }
        guard Self.days.contains(Int(day)) else { return nil }
        self.day = Int(day)
    }

    /// Reads a text like `22:47`, `22:47:30.5` or `2024-03-31T22:47:30`, with a blank in the place of the `T`, too;
    /// nil of another text.
    public init?(_ text: String) {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == "T" || $0 == " " }
        guard (1...2).contains(parts.count), let seconds = Self.seconds(parts[parts.count - 1]) else { return nil }
        guard parts.count == 2 else {
            self.init(time: seconds, hasDay: false)
            return
        }
        guard let day = Self.day(parts[0]) else { return nil }
        self.init(time: Double(day) * CalendarDay.seconds + seconds, hasDay: true)
    }

    private static func number(_ text: Substring, digits: ClosedRange<Int>) -> Int? {
        digits.contains(text.count) && text.allSatisfy { "0123456789".contains($0) } ? Int(text) : nil
    }

    private static func seconds(_ text: Substring) -> Double? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let hour = number(parts[0], digits: 1...2), hour < 24,
            let minute = number(parts[1], digits: 1...2), minute < 60
        else { return nil }
        guard parts.count == 3 else { return Double(hour * 3600 + minute * 60) }
        let pair = parts[2].split(separator: ".", omittingEmptySubsequences: false)
        guard pair.count <= 2, let second = number(pair[0], digits: 1...2), second < 60 else { return nil }
        var fraction = 0.0
        if pair.count == 2 {
            guard let digits = number(pair[1], digits: 1...9) else { return nil }
            fraction = Double(digits) / pow(10, Double(pair[1].count))
        }
        return Double(hour * 3600 + minute * 60 + second) + fraction
    }

    private static func day(_ text: Substring) -> Int? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0], digits: 4...4), let month = number(parts[1], digits: 2...2),
            let day = number(parts[2], digits: 2...2)
        else { return nil }
        return CalendarDay.number(year: year, month: month, day: day)
    }

    /// Year, month and day of the day; nil where it is not known.
    public var date: (year: Int, month: Int, day: Int)? { day.map(CalendarDay.date) }

    /// Hours, minutes and whole seconds of the time of day.
    public var clock: (hour: Int, minute: Int, second: Int) {
        let whole = Int(seconds)
        return (whole / 3600, whole / 60 % 60, whole % 60)
    }

    /// The start as a text that `init(_:)` reads.
    public var text: String {
        var text = "\(clock.hour.twoDigits):\(clock.minute.twoDigits):\(clock.second.twoDigits)"
        let milliseconds = Int(((seconds - seconds.rounded(.down)) * 1000).rounded())
        if milliseconds > 0 {
            var digits = String(1000 + milliseconds).dropFirst()
            while digits.last == "0" { digits.removeLast() }
            text += "." + digits
        }
        guard let date else { return text }
        return "\(date.year)-\(date.month.twoDigits)-\(date.day.twoDigits)T" + text
    }

    /// The start of what begins so many seconds later; nil where that is too far away.
    public func adding(_ later: Double) -> RecordingStart? {
        RecordingStart(time: Double(day ?? 0) * CalendarDay.seconds + seconds + later, hasDay: day != nil)
    }
}
