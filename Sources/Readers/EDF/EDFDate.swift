import Datasets
import Foundation

/// When a file says that its recording began: on the clock of the place where it was recorded.
struct EDFDate: Equatable {
    private static let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

    /// The day as the header has it.
    let text: String
    /// Seconds since 1970 at the day's begin; nil for a day that does not exist, like 00.00.00.
    let day: Double?
    /// Seconds since midnight.
    let seconds: Double

    /// Reads the date and the time of a header.
    ///
    /// - Parameters:
    ///   - text: `dd.mm.yy`; the years 85 to 99 are of the twentieth century, the others of the next.
    ///   - time: `hh.mm.ss`.
    ///   - recording: EDF+'s field on the recording, which begins with `Startdate dd-MMM-yyyy`; nil in other files.
    ///   - path: the file, for errors.
    ///   - notes: gets what is not as the format has it, and a second date that is not the first.
    /// - Throws: `DatasetError.malformed` for a time that does not exist.
    init(
        _ text: String, time: String, recording: String?, path: String, notes: inout [String]
    ) throws(DatasetError) {
        self.text = text
        guard let clock = Self.numbers(time), clock[0] < 24, clock[1] < 60, clock[2] < 60 else {
            throw .malformed(
                path: path, byte: 176,
                reason: "the start time is \"\(time)\", where hh.mm.ss is expected; repair its header with EDFbrowser")
        }
        seconds = Double(clock[0] * 3_600 + clock[1] * 60 + clock[2])
        if !Self.isStandard(time) { notes.append("byte 176: the start time is \"\(time)\", read as hh.mm.ss") }
        let date = Self.numbers(text)
        day = date.flatMap { date in
            // Four digits are a year already.
            let year = date[2] > 99 ? date[2] : CalendarDay.year(ofTwoDigits: date[2])
            return Self.day(day: date[0], month: date[1], year: year)
        }
        if day == nil {
            notes.append("byte 168: the start date is \"\(text)\", which is no day like dd.mm.yy")
        } else if !Self.isStandard(text) {
            notes.append("byte 168: the start date is \"\(text)\", read as dd.mm.yy")
        }
        if let recording { notes += second(recording) }
    }

    /// What is to be said of EDF+'s second date.
    private func second(_ recording: String) -> [String] {
        let parts = recording.split(separator: " ").map(String.init)
        guard parts.first == "Startdate", parts.count > 1 else {
            return ["byte 88: the recording's field does not begin with \"Startdate\" and a date"]
        }
        var notes: [String] = []
        if parts.count < 5 {
            let wanted = "Startdate, date, code, technician, equipment"
            notes.append("byte 88: the recording's field has \(parts.count) of EDF+'s five parts: \(wanted)")
        }
        guard parts[1] != "X" else { return notes }
        guard let other = Self.day(parts[1]) else {
            return notes + ["byte 98: the recording's start date is \"\(parts[1])\", no day like 02-MAR-2002"]
        }
        if let day, other != day {
            notes.append("byte 98: the recording's start date is \(parts[1]), the header's (byte 168, used) is \(text)")
        } else if parts[1] != parts[1].uppercased() {
            notes.append("byte 98: the month of the start date \(parts[1]) is not in capitals")
        }
        return notes
    }

    /// Seconds since 1970 at the begin of a day like `02-MAR-2002`, whatever the month's case; nil for another text.
    static func day(_ text: String) -> Double? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let day = Int(parts[0]), let year = Int(parts[2]), (1_800...3_000).contains(year),
            let month = months.firstIndex(of: parts[1].uppercased())
        else { return nil }
        return Self.day(day: day, month: month + 1, year: year)
    }

    private static func day(day: Int, month: Int, year: Int) -> Double? {
        CalendarDay.number(year: year, month: month, day: day).map { Double($0) * CalendarDay.seconds }
    }

    /// Three numbers with one character of no number between them.
    private static func numbers(_ text: String) -> [Int]? {
        let parts = text.split(omittingEmptySubsequences: false) { !($0.isASCII && $0.isNumber) }
        let numbers = parts.compactMap { Int($0) }
        return parts.count == 3 && numbers.count == 3 ? numbers : nil
    }

    private static func isStandard(_ text: String) -> Bool {
        let characters = Array(text)
        return characters.count == 8 && characters[2] == "." && characters[5] == "."
    }
}
