import Datasets
import Foundation

/// A hypnogram as an EDF+ file of annotations alone, as <https://www.edfplus.info/specs/edfplus.html> has them.
///
/// It says nothing about who was recorded, but where it is told a code. A run of sleep epochs with one
/// stage is one annotation; where nothing was recognised it is `Sleep stage ?`. A start between two seconds is the
/// first annotation's onset.
struct EDFHypnogram {
    /// The most bytes that a data record should have, by EDF's own rule.
    private static let recordLimit = 61_440

    private let texts: [String?]
    private let start: RecordingStart?
    private let patientCode: String

    /// - Parameters:
    ///   - texts: what each sleep epoch from the first on is called; nil where nothing was recognised.
    ///   - start: when the first begins.
    ///   - patientCode: what it says of who was recorded.
    init(_ texts: [String?], start: RecordingStart?, patientCode: String = "X") {
        (self.texts, self.start, self.patientCode) = (texts, start, patientCode)
    }

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
        var bytes = EDFPlusHeader(
            patientCode: patientCode, start: start, recordCount: records.count, recordSeconds: 0,
            annotationBytes: length
        ).bytes
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
