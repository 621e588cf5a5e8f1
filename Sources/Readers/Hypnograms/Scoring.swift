import Checkpoints
import Datasets
import Foundation

/// What a scoring file says before anything is understood of it: intervals of time with texts.
///
/// All forms of hypnogram files become this; ``Hypnogram`` makes stages of it.
struct Scoring {
    /// A time and what was written for it.
    struct Interval: Equatable {
        /// What the file's form says about the text.
        enum Kind {
            /// That it is a sleep stage.
            case stage
            /// That it is something else.
            case event
            /// Nothing: the text itself must tell.
            case any
        }

        /// Seconds from the file's zero; of a file with a clock's times from midnight of its first day.
        let onset: Double
        /// Seconds that it lasts, never negative; nil where the file does not say.
        let duration: Double?
        /// What was written.
        let text: String
        /// What the form says about it.
        var kind = Kind.any
    }

    /// The file.
    let path: String
    /// In the file's order.
    let intervals: [Interval]
    /// What the file says of the days of its times, where these are a clock's; nil where they are seconds.
    var clock: ScoringClock?
    /// When the file's zero is, in seconds since 1970 on the clock of the place of recording; nil: at the start of the
    /// signals.
    var start: Double?
    /// When the file says that the recording began; nil where it has no date.
    var date: EDFDate?
    /// When a text file says that the recording began from which its times count; nil where it does not.
    var recordingStart: ScoringStart?
    /// Whose stages these are, as far as the file says.
    var patient = EDFPatient()
    /// What numbers that stand alone mean; nil: the texts must tell.
    var numbers: [String: StageMeaning]?
    /// How many sleep epochs it lists one after another, where it has no times: only their number can say that they are
    /// the signals'.
    var listedEpochCount: Int?
    /// Whether it holds the stages of the scorer that the user named.
    var isOfAScorer = false
    /// What was read though it is not as the form has it, a line each.
    var notes: [String] = []
    /// What was left out of the file.
    var skipped: [SkippedItem] = []
}

extension Scoring {
    /// The largest file that is read as text, in bytes: years of sleep.
    private static let largestByteCount = 64 << 20

    /// Reads a file of any form, which its content tells: EDF+ annotations, XML of the National Sleep Research Resource
    /// of Compumedics or of Philips, a table of events with a header, annotations of Luna's, or lines of text.
    ///
    /// - Throws: `DatasetError` that names the file and the place in it.
    init(opening path: String, _ reading: HypnogramReading) throws(DatasetError) {
        let file = try RegularFile.opened(path)
        let isNamedEDF = [".edf", ".bdf", ".rec"].contains { path.lowercased().hasSuffix($0) }
        let hasHeader = Self.isEDF(try file.bytesOfRecordings(min(file.byteCount, 256)))
        if isNamedEDF || hasHeader {
            self.init(try EDFFile(opening: path))
        } else {
            guard file.byteCount <= Self.largestByteCount else {
                throw .unsuitable(path: path, reason: "\(file.byteCount) bytes are too many for a hypnogram")
            }
            let text = try DecodedText(path: path, mayBeMarkup: true)
            self = try text.withBytes { bytes throws(DatasetError) in
                try Self.init(text: bytes, path: path, reading)
            }
        }
        if let scorer = reading.scorer, !isOfAScorer {
            throw .unsuitable(
                path: path, reason: "it does not name scorers, so --scorer \(scorer) chooses nothing; leave it out")
        }
    }

    /// A text of any form.
    private init(text: UnsafeRawBufferPointer, path: String, _ reading: HypnogramReading) throws(DatasetError) {
        guard !text.prefix(4_096).contains(0) else {
            throw .unsuitable(
                path: path,
                reason: "it is no hypnogram of a form that is read (EDF+ annotations, XML, a table of events, text)")
        }
        if let advice = Self.adviceOnJSON(text) { throw .unsuitable(path: path, reason: advice) }
        if text.first(where: { !isBlank($0) }) == UInt8(ascii: "<") {
            self = try ScoringXML.scoring(text, path: path, reading)
        } else if let header = EventTable.Header(in: text) {
            try self.init(table: text, header, path: path, reading)
        } else if let rows = try ClockRows(text, path: path) {
            self.init(rows, path: path)
        } else if let rows = try LunaRows(text, path: path) {
            self = try rows.scoring()
        } else {
            try self.init(lines: text, path: path, reading)
        }
    }

    /// What makes a text of a file of JSON; nil for another one.
    private static func adviceOnJSON(_ text: UnsafeRawBufferPointer) -> String? {
        guard FileSignature.isJSON(text) else { return nil }
        let start = Array(text.lazy.filter { !isBlank($0) }.prefix(2))
        let way =
            start.first == UInt8(ascii: "[") && !start.contains(UInt8(ascii: "{")) && start.last != UInt8(ascii: "[")
            ? "a stage a line, as with jq -r '.[]' FILE"
            : "a stage a line, or onset, duration and stage, as with jq -r '.[] | [.onset, .duration, .stage] | @tsv' FILE, "
                + "or what it calls them"
        return "it is JSON, which is not read: make a text of it with \(way)"
    }

    /// Whether a file that starts so is one of EDF or BDF: their headers have no lines.
    private static func isEDF(_ start: [UInt8]) -> Bool {
        let marks = [Array("0       ".utf8), [0xFF] + Array("BIOSEMI".utf8)]
        return marks.contains { start.starts(with: $0) } && !start.contains { $0 == 10 || $0 == 13 }
    }

    /// The annotations of an EDF+ file.
    private init(_ file: EDFFile) {
        self.init(
            path: file.path,
            intervals: file.annotations.map {
                Interval(onset: $0.onset, duration: $0.duration, text: $0.text)
            }, start: file.start, date: file.date, patient: file.patient, notes: file.notes)
    }
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
