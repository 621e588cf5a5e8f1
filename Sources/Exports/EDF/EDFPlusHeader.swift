import Datasets

/// The header of an EDF+ file, as <https://www.edfplus.info/specs/edfplus.html> has it, with annotations as its last
/// signal.
struct EDFPlusHeader {
    /// A signal's part.
    struct Signal {
        var label: String
        var unit = ""
        /// What the digital value 32767 stands for, as -32767 does for its negative; at most seven digits.
        var limit: Int
        var samplesPerRecord: Int
    }

    private static let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    /// The digital value that stands for a signal's limit.
    static let largest = 32_767
    /// The years that two digits stand for.
    static let years = 1985...2084

    /// What the file says of who was recorded; a code without blanks.
    var patientCode = "X"
    /// When the file begins; nil where nobody knows.
    ///
    /// A day that the header's two digits of a year can't tell is left out.
    var start: RecordingStart?
    var recordCount: Int
    /// The length of a data record, 0 where there are annotations alone.
    var recordSeconds: Int
    var signals: [Signal] = []
    /// Bytes of annotations in a data record; even.
    var annotationBytes: Int

    private static func field(_ text: String, _ length: Int) -> [UInt8] {
        Array(text.utf8.prefix(length)) + [UInt8](repeating: 0x20, count: max(length - text.utf8.count, 0))
    }

    private static func two(_ number: Int) -> String { String(String(100 + number % 100).dropFirst()) }

    /// The header, 256 bytes and as many for each signal.
    var bytes: [UInt8] {
        let (field, two) = (Self.field, Self.two)
        // Without a day the format's first one stands for it, and the field on the recording has an X. EDF+ has "yy"
        // for other years in the older field; edflib, and what is made of it, opens no such file.
        var (date, startDate) = ("01.01.85", "X")
        if let day = start?.date, Self.years.contains(day.year) {
            startDate = "\(two(day.day))-\(Self.months[day.month - 1])-\(day.year)"
            date = "\(two(day.day)).\(two(day.month)).\(two(day.year))"
        }
        let clock = start?.clock ?? (hour: 0, minute: 0, second: 0)
        let time = "\(two(clock.hour)).\(two(clock.minute)).\(two(clock.second))"
        var bytes = field("0", 8) + field("\(patientCode) X X X", 80) + field("Startdate \(startDate) X X ssrm", 80)
        bytes += field(date, 8) + field(time, 8) + field("\(256 * (signals.count + 2))", 8) + field("EDF+C", 44)
        bytes += field("\(recordCount)", 8) + field("\(recordSeconds)", 8) + field("\(signals.count + 1)", 4)
        // Of each field, those of all signals stand beside each other.
        func row(_ length: Int, annotations: String = "", _ text: (Signal) -> String) {
            for signal in signals { bytes += field(text(signal), length) }
            bytes += field(annotations, length)
        }
        row(16, annotations: "EDF Annotations") { $0.label }
        row(80) { _ in "" }
        row(8) { $0.unit }
        row(8, annotations: "-1") { "-\($0.limit)" }
        row(8, annotations: "1") { "\($0.limit)" }
        row(8, annotations: "-32768") { _ in "-\(Self.largest)" }
        row(8, annotations: "32767") { _ in "\(Self.largest)" }
        row(80) { _ in "" }
        row(8, annotations: "\(annotationBytes / 2)") { "\($0.samplesPerRecord)" }
        row(32) { _ in "" }
        return bytes
    }
}
