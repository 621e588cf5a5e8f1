import Checkpoints
public import Datasets
import Foundation

/// Annotations in PhysioNet's MIT format, as WFDB programs write them (WFDB Applications Guide, annot(5)).
///
/// A file is a row of little-endian 16-bit words: a code in the upper six bits, a number in the lower ten. Codes up to
/// 49 are annotations, that many samples after the one before; the words after it belong to it: NUM (60), SUB (61), CHN
/// (62), and AUX (63) with so many bytes of text, padded to an even number. SKIP (59) is followed by a longer interval
/// of four bytes, the upper half first, and stands before its annotation. A zero word ends the file; zeros may follow.
/// A file without it was cut and is refused, and so is one that goes on with anything else: nothing of a damaged
/// scoring is used.
///
/// Notes (code 22) at the file's start may be its header: `## time resolution: 250` says how many of the samples that
/// annotations count make a second, and `## annotation type definitions` to `## end of definitions` what codes mean.
/// They are no annotations.
public struct AnnotationFile: Sendable, Equatable {
    /// One annotation.
    public struct Annotation: Sendable, Equatable {
        /// The sample that it belongs to, from 0.
        public var sample: Int
        /// What it is, 1 to 49; 22 is a note.
        public var code: Int
        /// Its subtype, -128 to 127; 0 where the file says none.
        public var subtype: Int
        /// Its signal, 0 to 255; as in the annotation before where the file says none.
        public var channel: Int
        /// Its number, -128 to 127; as in the annotation before where the file says none.
        public var number: Int
        /// Its note; empty where there is none.
        public var note: String

        /// An annotation of these parts.
        public init(sample: Int, code: Int, subtype: Int = 0, channel: Int = 0, number: Int = 0, note: String = "") {
            (self.sample, self.code, self.subtype) = (sample, code, subtype)
            (self.channel, self.number, self.note) = (channel, number, note)
        }
    }

    private static let largestCode = 49
    private static let noteCode = 22
    private static let (resolution, definitions) = ("## time resolution:", "## annotation type definitions")
    private static let endOfDefinitions = "## end of definitions"
    private enum Word: Int { case skip = 59, num, sub, chn, aux }

    /// The annotations in the file's order.
    public let annotations: [Annotation]
    /// How many of the samples that annotations count make a second; nil where the file does not say: then they are
    /// the signals'.
    public let samplesPerSecond: Double?
    /// What was read though it is not as the format has it.
    public let notes: [String]

    /// Reads a file.
    ///
    /// - Throws: `DatasetError`; of a malformed file it names the byte.
    public init(path: String) throws(DatasetError) {
        let bytes = try RegularFile.opened(path).bytesOfRecordings()
        self = try bytes.withUnsafeBufferPointer { bytes throws(DatasetError) in
            try Self(UnsafeRawBufferPointer(bytes), path: path)
        }
    }

    /// Reads a file's content.
    ///
    /// - Parameters:
    ///   - bytes: all of it.
    ///   - path: its name for errors.
    /// - Throws: `DatasetError.malformed`.
    public init(_ bytes: UnsafeRawBufferPointer, path: String) throws(DatasetError) {
        var stream = Stream(bytes: bytes, path: path)
        try stream.readAll()
        let annotations = stream.annotations
        let headerCount = Self.headerCount(annotations)
        samplesPerSecond = try Self.samplesPerSecond(annotations[..<headerCount], path: path)
        self.annotations = Array(annotations[headerCount...])
        notes = String.noteOfLatin1(stream.latin1Count)
    }

    /// The words of a file, one after another: a code of six bits and a value of ten each.
    private struct Stream {
        let bytes: UnsafeRawBufferPointer
        let path: String
        var annotations: [Annotation] = []
        var latin1Count = 0
        private var next = 0
        /// What an annotation has that no word says anew.
        private var (sample, number, channel) = (0, 0, 0)

        init(bytes: UnsafeRawBufferPointer, path: String) { (self.bytes, self.path) = (bytes, path) }

        /// Reads up to the end mark, behind which only zeros may follow.
        mutating func readAll() throws(DatasetError) {
            while true {
                let start = next
                let word0 = try word("without the end mark")
                if word0 == 0 { break }
                try take(code: word0 >> 10, value: word0 & 0x3FF, at: start)
            }
            if let byte = bytes[next...].firstIndex(where: { $0 != 0 }) {
                throw failure(byte, "something follows the end mark; copy it again")
            }
        }

        private mutating func take(code: Int, value: Int, at start: Int) throws(DatasetError) {
            switch Word(rawValue: code) {
            case .skip:
                let (high, low) = (try word("inside an interval"), try word("inside an interval"))
                // What follows may lead back: WFDB ends the header's notes by an interval of -1 and one of 1.
                sample += Int(Int32(truncatingIfNeeded: high << 16 | low))
            case .aux: try takeNote(length: value, at: start)
            case .num:
                number = Int(Int8(truncatingIfNeeded: value))
                annotations[try lastAnnotation(start)].number = number
            case .sub: annotations[try lastAnnotation(start)].subtype = Int(Int8(truncatingIfNeeded: value))
            case .chn:
                channel = value & 0xFF
                annotations[try lastAnnotation(start)].channel = channel
            case nil:
                // Code 0 with an interval is an annotation of no kind: it moves the time and says nothing.
                guard code <= AnnotationFile.largestCode else {
                    throw failure(start, "there is no annotation code \(code)")
                }
                sample += value
                if code == 0 { return }
                guard sample >= 0 else {
                    throw failure(start, "an annotation is at sample \(sample), before the start")
                }
                annotations.append(Annotation(sample: sample, code: code, channel: channel, number: number))
            }
        }

        private mutating func takeNote(length: Int, at start: Int) throws(DatasetError) {
            guard next + length + length % 2 <= bytes.count else {
                throw failure(bytes.count, "the annotations end inside a note: the file was cut; copy it again")
            }
            guard !annotations.isEmpty else { throw failure(start, "a note comes before any annotation") }
            let note = bytes[next..<next + length].prefix { $0 != 0 }
            let text = String(validating: note, as: UTF8.self)
            if text == nil { latin1Count += 1 }
            annotations[annotations.count - 1].note = text ?? String(latin1: note)
            next += length + length % 2
        }

        /// The annotation that a field belongs to.
        private func lastAnnotation(_ start: Int) throws(DatasetError) -> Int {
            guard !annotations.isEmpty else { throw failure(start, "a field comes before any annotation") }
            return annotations.count - 1
        }

        private mutating func word(_ what: String) throws(DatasetError) -> Int {
            guard next + 2 <= bytes.count else {
                throw failure(bytes.count, "the annotations end \(what): the file was cut; copy it again")
            }
            defer { next += 2 }
            return Int(bytes[next]) | Int(bytes[next + 1]) << 8
        }

        private func failure(_ byte: Int, _ reason: String) -> DatasetError {
            .malformed(path: path, byte: byte, reason: reason)
        }
    }

    /// How many annotations at the start are the file's header.
    private static func headerCount(_ annotations: [Annotation]) -> Int {
        var count = 0
        while count < annotations.count, annotations[count].sample == 0, annotations[count].code == noteCode {
            if annotations[count].note.hasPrefix(definitions) {
                let end = annotations[count...].firstIndex { $0.note.hasPrefix(endOfDefinitions) }
                count = (end ?? count) + 1
            } else if annotations[count].note.hasPrefix(resolution) {
                count += 1
            } else {
                break
            }
        }
        return count
    }

    private static func samplesPerSecond(
        _ header: ArraySlice<Annotation>, path: String
    ) throws(DatasetError) -> Double? {
        guard let note = header.first(where: { $0.note.hasPrefix(resolution) })?.note else { return nil }
        let text = note.dropFirst(resolution.count).trimmingCharacters(in: .whitespaces)
        guard let rate = Double(text), rate > 0, rate.isFinite else {
            throw .unsuitable(path: path, reason: "its time resolution is \(quoted(text)), not a number above 0")
        }
        return rate
    }
}
