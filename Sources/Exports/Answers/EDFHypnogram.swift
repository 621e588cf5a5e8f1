import Datasets
import Foundation

/// A hypnogram as an EDF+ file of annotations alone, as <https://www.edfplus.info/specs/edfplus.html> has them.
///
/// It says nothing about who was recorded: all parts of the patient's field are `X`. A run of sleep epochs with one
/// stage is one annotation; where nothing was recognised it is `Sleep stage ?`. A start between two seconds is the
/// first annotation's onset.
struct EDFHypnogram {
    private static let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    /// The most bytes that a data record should have, by EDF's own rule.
    private static let recordLimit = 61_440

    private let texts: [String?]
    private let start: RecordingStart?

    /// - Parameters:
    ///   - texts: what each sleep epoch from the first on is called; nil where nothing was recognised.
    ///   - start: when the first begins.
    init(_ texts: [String?], start: RecordingStart?) { (self.texts, self.start) = (texts, start) }

    /// The file.
    var bytes: Data {
        let fraction = start.map { $0.seconds - $0.seconds.rounded(.down) } ?? 0
        // The first list says when its data record begins; all have no length, and begin then.
        let begin = Array("+\(Self.number(fraction))\u{14}\u{14}\u{0}".utf8)
        var records = [begin]
        for run in runs {
            let (onset, duration) = (Double(run.lowerBound) * 30 + fraction, run.count * 30)
            let text = texts[run.lowerBound] ?? "Sleep stage ?"
            let list = Array("+\(Self.number(onset))\u{15}\(duration)\u{14}\(text)\u{14}\u{0}".utf8)
            if records[records.count - 1].count + list.count > Self.recordLimit { records.append(begin) }
            records[records.count - 1] += list
        }
        // A data record has whole samples of two bytes.
        let length = ((records.map(\.count).max() ?? 0) + 1) / 2 * 2
        var bytes = header(recordCount: records.count, recordBytes: length)
        for record in records { bytes += record + [UInt8](repeating: 0, count: length - record.count) }
        return Data(bytes)
    }

    /// Sleep epochs in a row that are called the same.
    private var runs: [Range<Int>] {
        var (runs, first) = ([Range<Int>](), 0)
        for epoch in texts.indices where epoch + 1 == texts.count || texts[epoch + 1] != texts[epoch] {
            runs.append(first..<epoch + 1)
            first = epoch + 1
        }
        return runs
    }

    private func header(recordCount: Int, recordBytes: Int) -> [UInt8] {
        func field(_ text: String, _ length: Int) -> [UInt8] {
            Array(text.utf8.prefix(length)) + [UInt8](repeating: 0x20, count: max(length - text.utf8.count, 0))
        }
        func two(_ number: Int) -> String { String(String(100 + number % 100).dropFirst()) }
        // Without a day the format's first one stands for it, and the field on the recording has an X.
        var (date, startDate) = ("01.01.85", "X")
        if let day = start?.date {
            startDate = "\(two(day.day))-\(Self.months[day.month - 1])-\(day.year)"
            // Two digits are of 1985 to 2084.
            let year = (1985...2084).contains(day.year) ? two(day.year) : "yy"
            date = "\(two(day.day)).\(two(day.month)).\(year)"
        }
        let clock = start?.clock ?? (hour: 0, minute: 0, second: 0)
        let time = "\(two(clock.hour)).\(two(clock.minute)).\(two(clock.second))"
        var bytes = field("0", 8) + field("X X X X", 80) + field("Startdate \(startDate) X X ssrm", 80)
        bytes += field(date, 8) + field(time, 8) + field("512", 8) + field("EDF+C", 44)
        bytes += field("\(recordCount)", 8) + field("0", 8) + field("1", 4)
        bytes += field("EDF Annotations", 16) + field("", 80) + field("", 8)
        bytes += field("-1", 8) + field("1", 8) + field("-32768", 8) + field("32767", 8)
        return bytes + field("", 80) + field("\(recordBytes / 2)", 8) + field("", 32)
    }

    /// A number of seconds with as many of three decimals as it has.
    private static func number(_ seconds: Double) -> String {
        let milliseconds = Int((seconds * 1000).rounded())
        let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        if rest == 0 { return "\(whole)" }
        var digits = String(1000 + rest).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
