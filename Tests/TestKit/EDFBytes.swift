public import Foundation

/// An EDF or EDF+ file written byte by byte, so that tests can also write wrong ones.
public struct EDFBytes: Sendable {
    /// One signal.
    public struct Signal: Sendable {
        /// The label in the header.
        public var name: String
        /// Samples per second, whole.
        public var rate: Int
        /// The values, in physical units; they are rounded to 16 bits (24 in BDF) between `-limit` and `limit`.
        public var values: [Double]
        /// The physical maximum.
        public var limit: Double
        /// The physical unit.
        public var unit: String

        /// A signal of these parts.
        public init(name: String, rate: Int, values: [Double], limit: Double = 1_000, unit: String = "uV") {
            (self.name, self.rate, self.values, self.limit, self.unit) = (name, rate, values, limit, unit)
        }
    }

    /// The signals, all as long.
    public var signals: [Signal]
    /// EDF+ annotations: seconds from the start, how many they last, and what they say.
    public var annotations: [(onset: Double, duration: Double?, text: String)] = []
    /// The start as `dd.mm.yyhh.mm.ss`.
    public var start = "24.04.8922.00.00"
    /// The patient field.
    public var patient = "X X X X"
    /// The field on the recording.
    public var recording = "Startdate X X X X"
    /// Seconds that are missing between one data record and the next.
    public var pause = 0.0
    /// What the reserved field says, like `EDF+C`; one that starts with `BDF` makes a BDF file, of 24 bits a value.
    public var kind = ""

    /// A file of signals alone.
    public init(signals: [Signal]) { self.signals = signals }

    /// A hypnogram: stage texts, each for 30 s.
    public init(stages: [String], start: String = "24.04.8922.00.00") {
        signals = []
        annotations = stages.enumerated().map { (Double($0) * 30, 30, $1) }
        (self.start, kind) = (start, "EDF+C")
    }

    /// The whole file, in records of one second, or one of no length when there are annotations alone.
    public var data: Data {
        func field(_ text: String, _ length: Int) -> [UInt8] {
            Array(text.utf8.prefix(length)) + Array(repeating: 0x20, count: max(length - text.utf8.count, 0))
        }
        let recordCount = signals.first.map { $0.values.count / $0.rate } ?? 1
        var notes = Array("+0\u{14}\u{14}\u{0}".utf8)
        for annotation in annotations {
            let duration = annotation.duration.map { "\u{15}\(Self.text($0))" } ?? ""
            notes += Array("+\(Self.text(annotation.onset))\(duration)\u{14}\(annotation.text)\u{14}\u{0}".utf8)
        }
        let isBDF = kind.hasPrefix("BDF")
        let width = isBDF ? 3 : 2
        let steps = isBDF ? 16_777_215.0 : 65_535.0
        let lowest = isBDF ? -8_388_608 : -32_768
        let isPlus = kind.contains("+")
        let noteLength = (notes.count + 40) / width * width
        let count = signals.count + (isPlus ? 1 : 0)
        var bytes =
            (isBDF ? [0xFF] + Array("BIOSEMI".utf8) : field("0", 8)) + field(patient, 80)
            + field(recording, 80) + field(start, 16)
        bytes += field("\(256 * (count + 1))", 8) + field(kind, 44) + field("\(recordCount)", 8)
        bytes += field(signals.isEmpty ? "0" : "1", 8) + field("\(count)", 4)
        func each(_ length: Int, _ annotation: String, _ value: (Signal) -> String) {
            for signal in signals { bytes += field(value(signal), length) }
            if isPlus { bytes += field(annotation, length) }
        }
        each(16, isBDF ? "BDF Annotations" : "EDF Annotations") { $0.name }
        each(80, "") { _ in "" }
        each(8, "") { $0.unit }
        each(8, "-1") { Self.text(-$0.limit) }
        each(8, "1") { Self.text($0.limit) }
        each(8, "\(lowest)") { _ in "\(lowest)" }
        each(8, "\(-lowest - 1)") { _ in "\(-lowest - 1)" }
        each(80, "") { _ in "" }
        each(8, "\(noteLength / width)") { "\($0.rate)" }
        each(32, "") { _ in "" }
        for record in 0..<recordCount {
            for signal in signals {
                for value in signal.values[record * signal.rate..<(record + 1) * signal.rate] {
                    let scaled = (value + signal.limit) / (2 * signal.limit) * steps + Double(lowest)
                    let digital = Int(min(max(scaled.rounded(), Double(lowest)), Double(-lowest - 1)))
                    for byte in 0..<width { bytes.append(UInt8(truncatingIfNeeded: digital >> (8 * byte))) }
                }
            }
            if isPlus {
                let own = record == 0 ? notes : Array("+\(Double(record) * (1 + pause))\u{14}\u{14}\u{0}".utf8)
                bytes += own + Array(repeating: 0, count: noteLength - own.count)
            }
        }
        return Data(bytes)
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() ? String(format: "%.0f", value) : "\(value)"
    }

    /// Writes the file and returns its path.
    @discardableResult
    public func write(to path: String) throws -> String {
        try data.write(to: URL(filePath: path))
        return path
    }
}
