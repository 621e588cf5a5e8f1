import Datasets
import Signals

/// A time in a file of Luna's.
enum LunaTime: Equatable {
    /// Seconds from the recording's start, written as such or as `0+01:30:00`.
    case elapsed(Double)
    /// Seconds since midnight on a clock, and its day in seconds since 1970; nil where it has none.
    case clock(Double, day: Double?)
    /// A sleep epoch's number from 1: `e:1`.
    case epoch(Int)

    /// Reads a time, in a date's with the day first; nil for another text.
    init?(_ text: Substring) {
        if text.hasPrefix("e:") {
            guard let number = Int(text.dropFirst(2)), (1...10_000_000).contains(number) else { return nil }
            self = .epoch(number)
        } else if text.hasPrefix("0+") {
            guard let seconds = TimeText.length(text.dropFirst(2)) else { return nil }
            self = .elapsed(seconds)
        } else if let number = Double(text), number.isFinite, text.allSatisfy({ $0.isNumber || "+-.eE".contains($0) }) {
            self = .elapsed(number)
        } else {
            var (time, day): (Substring, Double?) = (text, nil)
            if let colon = text.firstIndex(of: ":"), let minus = text[..<colon].lastIndex(of: "-") {
                guard let date = ClockDate(text[..<minus])?.days[1], (0..<9e9).contains(date) else { return nil }
                (time, day) = (text[minus...].dropFirst(), date)
            }
            guard let seconds = TimeText.timeOfDay(time) else { return nil }
            self = .clock(seconds, day: day)
        }
    }

    /// When it begins, in seconds from the recording's start or since midnight.
    var seconds: Double {
        switch self {
        case .elapsed(let seconds), .clock(let seconds, _): seconds
        case .epoch(let number): Double(number - 1) * SleepEpochWindow.epochSeconds
        }
    }

    /// A clock's time as ``ClockTimes`` reads it, with its day in an order that is not to be mistaken; nil for others.
    var clockText: String? {
        guard case .clock(let seconds, let day) = self else { return nil }
        let microseconds = Int((((day ?? 0) + seconds) * Double(TimeText.second)).rounded())
        let text = TimeText.utc(microseconds).dropLast()
        let fraction = String(microseconds % TimeText.second + TimeText.second).dropFirst()
        return (day == nil ? String(text.split(separator: "T")[1]) : String(text)) + ".\(fraction)"
    }
}

/// A line of a file of Luna's.
struct LunaRow {
    /// When an annotation ends.
    private enum Stop: Equatable {
        case at(LunaTime)
        /// So many seconds after it began.
        case after(Double)
        /// With the next line's begin.
        case next
        /// Nothing says it: that of a sleep epoch is known all the same.
        case unsaid
    }

    /// Its number in the file.
    let line: Int
    /// What it says: its class, or of annotations that were EDF+'s what these said.
    let text: String
    /// When it begins; nil for what is of the whole recording.
    let start: LunaTime?
    private let stop: Stop

    /// Whether it begins at a time of a clock.
    var isOfAClock: Bool { start?.clockText != nil }

    /// Reads a line.
    ///
    /// - Throws: `DatasetError.badLine` where it is none of an annotation.
    init(_ line: Substring, _ number: Int, path: String) throws(DatasetError) {
        guard let row = LunaRow(line, number) else {
            let shown = quoted(String(line.prefix(80)).replacing("\t", with: " "))
            let epochs =
                line.contains("e:") ? "; times of sleep epochs of other than 30 s are to be written in seconds" : ""
            throw .badLine(
                path: path, line: number,
                reason:
                    "\(shown) is no annotation of Luna's: class, instance, channel, start, stop and meta, or class, "
                    + "instance, start and stop, or class, start and stop\(epochs)")
        }
        self = row
    }

    /// Whether a line is an annotation whose class is no number.
    static func isOne(_ line: Substring) -> Bool {
        guard let row = LunaRow(line, 1), let first = row.text.first, !first.isNumber, first != "-" else {
            return false
        }
        let fields = fields(of: line)
        // "W sleep 0 30" has a stage of two words.
        if fields.count == 4, fields[1] != ".", !line.contains("\t") { return false }
        return row.start != nil || fields.count > 3
    }

    /// Whether a line has two numbers alone behind its class.
    static func isOfTwoNumbers(_ line: Substring) -> Bool {
        let fields = fields(of: line)
        return fields.count == 3 && fields.dropFirst().allSatisfy { Double($0) != nil && !$0.hasPrefix("+") }
    }

    private init?(_ line: Substring, _ number: Int) {
        let fields = Self.fields(of: line)
        guard let (name, start, stop) = Self.parts(of: fields), !name.isEmpty else { return nil }
        self.line = number
        let instance = fields.count > 3 ? fields[1] : "."
        text = String(name == "edf_annot" && instance != "." ? instance : name)
        let isOfAll = start == "." && stop == "."
        guard isOfAll || LunaTime(start) != nil else { return nil }
        self.start = isOfAll ? nil : LunaTime(start)
        if stop == "..." || stop == "-" {
            self.stop = .next
        } else if stop.hasPrefix("+"), let seconds = Double(stop.dropFirst()), (0...1e9).contains(seconds) {
            self.stop = .after(seconds)
        } else if let time = LunaTime(stop), !stop.hasPrefix("+") {
            self.stop = .at(time)
        } else {
            guard stop == "." else { return nil }
            self.stop = .unsaid
        }
        if self.stop == .unsaid, !isOfAll {
            guard case .epoch = self.start else { return nil }
        }
    }

    /// The class, start and stop among fields; nil for another number of them.
    private static func parts(of fields: [Substring]) -> (Substring, Substring, Substring)? {
        switch fields.count {
        case 3: (fields[0], fields[1], fields[2])
        case 4: (fields[0], fields[2], fields[3])
        case 6: (fields[0], fields[3], fields[4])
        default: nil
        }
    }

    /// The fields of a line between tabs, or between blanks where it has none.
    static func fields(of line: Substring) -> [Substring] {
        let fields =
            line.contains("\t")
            ? line.split(separator: "\t", omittingEmptySubsequences: false) : line.split(whereSeparator: \.isWhitespace)
        return fields.map { field in
            var field = field.trimmingPrefix(while: \.isWhitespace)
            while field.last?.isWhitespace == true { field.removeLast() }
            guard field.count > 1, field.first == "\"", field.last == "\"" else { return field }
            return field.dropFirst().dropLast()
        }
    }

    /// How many seconds it lasts; nil where nothing says it.
    ///
    /// - Parameters:
    ///   - onset: when it begins.
    ///   - next: when the next line's annotation does; nil for the last one.
    ///   - path: the file.
    /// - Returns: its length.
    /// - Throws: `DatasetError.badLine` where it ends before it begins, or at a time that can't be compared.
    func seconds(from onset: Double, to next: Double?, path: String) throws(DatasetError) -> Double? {
        func fault(_ reason: String) -> DatasetError { .badLine(path: path, line: line, reason: reason) }
        let seconds: Double
        switch (start, stop) {
        case (_, .after(let length)): seconds = length
        case (_, .next):
            guard let next else { return nil }
            guard next > onset else { throw fault("it ends with the next line, which begins no later") }
            seconds = next - onset
        case (_, .unsaid): seconds = SleepEpochWindow.epochSeconds
        case (.clock(let begin, let beginDay), .at(.clock(let end, let endDay))):
            if let beginDay, let endDay {
                seconds = endDay + end - beginDay - begin
            } else {
                seconds = end < begin ? end - begin + CalendarDay.seconds : end - begin
            }
        case (.clock, _), (_, .at(.clock)):
            throw fault(
                "one of its start and stop is a clock's time: write both so, or the stop as + and the seconds that it lasts"
            )
        case (_, .at(.epoch(let number))): seconds = Double(number) * SleepEpochWindow.epochSeconds - onset
        case (_, .at(let end)): seconds = end.seconds - onset
        }
        guard seconds >= 0 else { throw fault("it ends before it starts") }
        return seconds
    }
}
