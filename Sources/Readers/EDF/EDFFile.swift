import Checkpoints
public import Datasets

/// An EDF, EDF+, BDF or BDF+ file opened for reading.
///
/// Files are read here and not by edflib, which was used before and gives the same values (the tests compare them bit
/// by bit): it refuses a whole file for a small letter in a month or a part missing in a person's field, says neither
/// which field nor which byte, and opens only a path, so that a repaired header would need a copy of gigabytes. What is
/// left once a header is checked is little: a sample is two or three bytes, the lowest first.
///
/// A discontinuous file (EDF+D) is read when nothing is missing between its data records, or when it has annotations
/// alone.
public final class EDFFile: Sendable {
    /// One signal; EDF+ annotations are not among them.
    public struct Signal: Sendable, Equatable {
        /// Its label without the spaces around it.
        public let name: String
        /// Its physical unit.
        public let unit: String
        /// Samples per second.
        public let rate: Double
        /// Samples in the file.
        public let sampleCount: Int
    }

    /// One EDF+ annotation.
    public struct Annotation: Sendable, Equatable {
        /// Seconds after the file's start.
        public let onset: Double
        /// Seconds that it lasts; nil where the file does not say.
        public let duration: Double?
        /// What it says.
        public let text: String

        /// An annotation of these parts.
        public init(onset: Double, duration: Double?, text: String) {
            (self.onset, self.duration, self.text) = (onset, duration, text)
        }
    }

    private let file: RegularFile
    private let header: EDFHeader
    /// Of each of `signals`, how its samples lie in the file.
    private let layouts: [EDFHeader.Signal]

    /// The signals in the file's order.
    public let signals: [Signal]
    /// The annotations in the file's order.
    public let annotations: [Annotation]
    /// Seconds since 1970 to the file's start on the clock of the place where it was recorded; of a file whose date is
    /// no day, seconds since midnight.
    public let start: Double
    /// What was read though it is not as the format has it, a line each that names the byte.
    public let notes: [String]

    /// The path as given.
    public var path: String { file.path }
    /// How long the file lasts, in seconds.
    public var duration: Double { header.recordSeconds * Double(header.recordCount) }
    /// Who was recorded, as far as an EDF+ header says.
    public var patient: EDFPatient { header.patient }
    /// When the header says that the recording began.
    var date: EDFDate { header.date }

    /// Samples a second where so many are in so many seconds: of 110 in 1.1 s it is 100, though 1.1 is no number of a
    /// computer's.
    private static func rate(_ count: Int, every seconds: Double) -> Double {
        guard seconds > 0 else { return 0 }
        // The header has eight characters for it: a whole number of these.
        let parts = 1e7
        let whole = (seconds * parts).rounded()
        return whole / parts == seconds ? Double(count) * parts / whole : Double(count) / seconds
    }

    /// Opens a file and reads its header and annotations.
    ///
    /// - Throws: `DatasetError` that names the file and, for a malformed one, the byte.
    public init(opening path: String) throws(DatasetError) {
        let file = try RegularFile.opened(path)
        let header = try EDFHeader(of: file)
        (self.file, self.header) = (file, header)
        layouts = header.signals.filter { !$0.isAnnotations }
        signals = layouts.map { layout in
            Signal(
                name: layout.name, unit: layout.unit,
                rate: Self.rate(layout.sampleCount, every: header.recordSeconds),
                sampleCount: layout.sampleCount * header.recordCount)
        }
        let lists = try Self.annotations(of: file, header)
        var notes = header.notes + lists.notes
        if !layouts.isEmpty { try Self.requireWhole(header, lists, notes: &notes) }
        let first = (lists.recordStarts.first ?? nil) ?? 0
        if first < 0 || first >= 1 {
            notes.append("its first data record begins \(first) s after the header's start time")
        }
        annotations = lists.annotations.map {
            Annotation(onset: $0.onset - first, duration: $0.duration, text: $0.text)
        }
        start = (header.date.day ?? 0) + header.date.seconds + first
        self.notes = notes.map { "\(path): \($0)" }
    }

    private static func annotations(
        of file: RegularFile, _ header: EDFHeader
    ) throws(DatasetError) -> EDFAnnotationReader {
        var reader = EDFAnnotationReader(path: file.path)
        let lists = header.signals.filter(\.isAnnotations)
        for record in 0..<(lists.isEmpty ? 0 : header.recordCount) {
            for (number, list) in lists.enumerated() {
                let byte = header.byteCount + record * header.recordBytes + list.byteOffset
                var bytes = [UInt8](repeating: 0, count: list.sampleCount * header.sampleBytes)
                try bytes.withUnsafeMutableBufferPointer { bytes throws(DatasetError) in
                    try file.fill(UnsafeMutableRawBufferPointer(bytes), at: byte)
                }
                try reader.take(bytes, at: byte, isFirst: number == 0)
            }
        }
        return reader
    }

    /// Makes sure that the signals run on from data record to data record.
    private static func requireWhole(
        _ header: EDFHeader, _ lists: EDFAnnotationReader, notes: inout [String]
    ) throws(DatasetError) {
        if let gap = lists.gap(recordSeconds: header.recordSeconds) {
            let seconds = (gap.seconds * 1e6).rounded() / 1e6
            throw .malformed(
                path: header.path, byte: header.byteCount + gap.record * header.recordBytes,
                reason:
                    "it is discontinuous: data record \(gap.record) begins \(seconds) s after the end of the "
                    + (gap.after == 1 ? "one" : "\(gap.after)") + " before; make continuous files of its parts with "
                    + "EDFbrowser first")
        }
        guard header.isDiscontinuous else { return }
        guard lists.recordStarts.count == header.recordCount, lists.recordStarts.allSatisfy({ $0 != nil }) else {
            throw .unsuitable(
                path: header.path,
                reason: "it is discontinuous (EDF+D, BDF+D) and does not say when each data record begins; make "
                    + "continuous files of its parts with EDFbrowser first")
        }
        notes.append("byte 192: it says that it is discontinuous, but nothing is missing between its data records")
    }

    /// The smallest and the largest value that a signal's header allows, in physical units.
    func limits(of signal: Int) -> ClosedRange<Double> {
        let layout = layouts[signal]
        let ends = [layout.digital.lowerBound, layout.digital.upperBound].map {
            layout.bit * (layout.offset + Double($0))
        }
        return min(ends[0], ends[1])...max(ends[0], ends[1])
    }

    /// Refuses a signal whose header does not say what its values are.
    func requireReadable(_ signal: Int) throws(DatasetError) {
        if let flaw = layouts[signal].flaw { throw flaw }
    }

    /// Reads a run of one signal.
    ///
    /// - Parameters:
    ///   - signal: an index into `signals`.
    ///   - samples: which of its samples, from 0.
    /// - Returns: the samples in physical units.
    /// - Throws: `DatasetError`.
    /// - Precondition: the samples are in the file.
    public func values(of signal: Int, _ samples: Range<Int>) throws(DatasetError) -> [Double] {
        precondition(
            samples.lowerBound >= 0 && samples.upperBound <= signals[signal].sampleCount,
            "samples \(samples) of \(signals[signal].sampleCount)")
        try requireReadable(signal)
        let layout = layouts[signal]
        let width = header.sampleBytes
        var values: [Double] = []
        values.reserveCapacity(samples.count)
        var bytes = [UInt8](repeating: 0, count: min(layout.sampleCount, samples.count) * width)
        var next = samples.lowerBound
        while next < samples.upperBound {
            let (record, first) = next.quotientAndRemainder(dividingBy: layout.sampleCount)
            let count = min(layout.sampleCount - first, samples.upperBound - next)
            let byte = header.byteCount + record * header.recordBytes + layout.byteOffset + first * width
            try bytes.withUnsafeMutableBufferPointer { bytes throws(DatasetError) in
                let run = UnsafeMutableBufferPointer(rebasing: bytes[..<(count * width)])
                try file.fill(UnsafeMutableRawBufferPointer(run), at: byte)
                for sample in 0..<count {
                    let place = sample * width
                    let lowest = Int32(bytes[place]) | Int32(bytes[place + 1]) << 8
                    let digital =
                        width == 2
                        ? Int32(Int16(truncatingIfNeeded: lowest))
                        : lowest | Int32(Int8(bitPattern: bytes[place + 2])) << 16
                    let inRange = min(max(digital, layout.digital.lowerBound), layout.digital.upperBound)
                    values.append(layout.bit * (layout.offset + Double(inRange)))
                }
            }
            next += count
        }
        return values
    }
}
