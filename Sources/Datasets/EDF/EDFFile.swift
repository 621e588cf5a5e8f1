import CEDF
import Checkpoints
import Foundation
import Synchronization

/// An EDF, EDF+, BDF or BDF+ file opened for reading with edflib; for one thread at a time.
///
/// edflib keeps all open files in one table without a lock: this type opens and closes under a lock of its own, so
/// different files may be used on different threads. The library wants each path open once and short, and may wait for
/// a pipe: it is given `/proc/self/fd/…` of a descriptor that stays open here, so the same file can be open twice.
/// Discontinuous files (EDF+D) are refused.
public final class EDFFile {
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

    /// An open file, whose number nobody else can have while this lives.
    private final class Descriptor {
        let number: Int32

        init(opening path: String) throws(DatasetError) {
            number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            guard number >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
        }

        deinit { if number >= 0 { close(number) } }
    }

    private static let table = Mutex(())

    private let descriptor: Descriptor  // closed after edflib has closed its own
    private let handle: Int32

    /// The path as given.
    public let path: String
    /// The signals in the file's order.
    public let signals: [Signal]
    /// The annotations in the file's order.
    public let annotations: [Annotation]
    /// When the file starts, in seconds since 1970 on the clock of the place where it was recorded.
    public let start: Double
    /// How long the file lasts, in seconds.
    public let duration: Double
    /// The patient's code as EDF+ has it; empty where there is none.
    public let patientCode: String

    /// Opens a file and reads its header and annotations.
    ///
    /// - Throws: `DatasetError` that names the file and, for a malformed one, the byte.
    public init(opening path: String) throws(DatasetError) {
        self.path = path
        try EDFHeader.check(RegularFile.opened(path))
        let header = UnsafeMutablePointer<edf_hdr_struct>.allocate(capacity: 1)  // 150 kB: not for the stack
        defer { header.deallocate() }
        header.initialize(to: edf_hdr_struct())
        descriptor = try Descriptor(opening: path)
        let name = "/proc/self/fd/\(descriptor.number)"
        let status = Self.table.withLock { _ in
            edfopen_file_readonly(name, header, EDFLIB_READ_ALL_ANNOTATIONS)
        }
        guard status == 0 else { throw Self.refusal(code: header.pointee.filetype, path: path) }
        handle = header.pointee.handle

        let ticks = Double(EDFLIB_TIME_DIMENSION)
        let recordSeconds = Double(header.pointee.datarecord_duration) / ticks
        let parameters = UnsafeMutableRawPointer(header).advanced(
            by: MemoryLayout<edf_hdr_struct>.offset(of: \.signalparam) ?? 0
        ).assumingMemoryBound(to: edf_param_struct.self)
        signals = (0..<Int(header.pointee.edfsignals)).map { index in
            Signal(
                name: text(parameters[index].label), unit: text(parameters[index].physdimension),
                rate: recordSeconds > 0 ? Double(parameters[index].smp_in_datarecord) / recordSeconds : 0,
                sampleCount: Int(parameters[index].smp_in_file))
        }
        let annotation = UnsafeMutablePointer<edf_annotation_struct>.allocate(capacity: 1)
        defer { annotation.deallocate() }
        annotation.initialize(to: edf_annotation_struct())
        var annotations: [Annotation] = []
        for index in 0..<header.pointee.annotations_in_file {
            guard edf_get_annotation(handle, Int32(index), annotation) == 0 else { break }
            annotations.append(
                Annotation(
                    onset: Double(annotation.pointee.onset) / ticks,
                    duration: annotation.pointee.duration_l < 0 ? nil : Double(annotation.pointee.duration_l) / ticks,
                    text: text(annotation.pointee.annotation)))
        }
        self.annotations = annotations
        duration = Double(header.pointee.file_duration) / ticks
        patientCode = text(header.pointee.patientcode)
        var date = tm()
        date.tm_year = header.pointee.startdate_year - 1_900
        date.tm_mon = header.pointee.startdate_month - 1
        date.tm_mday = header.pointee.startdate_day
        date.tm_hour = header.pointee.starttime_hour
        date.tm_min = header.pointee.starttime_minute
        date.tm_sec = header.pointee.starttime_second
        start = Double(timegm(&date)) + Double(header.pointee.starttime_subsecond) / ticks
    }

    deinit { _ = Self.table.withLock { _ in edfclose_file(handle) } }

    /// The index of the one signal of a name.
    ///
    /// - Throws: `DatasetError.unsuitable` that lists the names there are.
    public func signal(named name: String) throws(DatasetError) -> Int {
        let found = signals.indices.filter { signals[$0].name == name }
        guard let index = found.first else {
            let names = signals.isEmpty ? "no signals at all" : signals.map(\.name).joined(separator: ", ")
            throw .unsuitable(path: path, reason: "there is no channel \"\(name)\" in it: it has \(names)")
        }
        guard found.count == 1 else {
            throw .unsuitable(path: path, reason: "\(found.count) channels in it are called \"\(name)\"")
        }
        return index
    }

    /// Reads a run of one signal.
    ///
    /// - Parameters:
    ///   - signal: an index into `signals`.
    ///   - samples: which of its samples, from 0.
    /// - Returns: the samples in physical units.
    /// - Throws: `DatasetError.unreadable`.
    /// - Precondition: the samples are in the file.
    public func values(of signal: Int, _ samples: Range<Int>) throws(DatasetError) -> [Double] {
        precondition(
            samples.lowerBound >= 0 && samples.upperBound <= signals[signal].sampleCount,
            "samples \(samples) of \(signals[signal].sampleCount)")
        let number = Int32(signal)
        var got = edfseek(handle, number, Int64(samples.lowerBound), EDFSEEK_SET) == samples.lowerBound ? 0 : -1
        let values = [Double](unsafeUninitializedCapacity: samples.count) { buffer, count in
            while got >= 0, got < samples.count {  // edflib counts in 32 bits
                let piece = Int32(min(samples.count - got, 1 << 24))
                let read = edfread_physical_samples(handle, number, piece, buffer.baseAddress.map { $0 + got })
                guard read > 0 else { break }
                got += Int(read)
            }
            count = max(got, 0)
        }
        guard got == samples.count else {
            throw .unreadable(
                path: path, reason: "edflib read \(max(got, 0)) of \(samples.count) samples of \(signals[signal].name)")
        }
        return values
    }

    /// What edflib means by a code, for a file whose header and size looked right.
    private static func refusal(code: Int32, path: String) -> DatasetError {
        switch code {
        case EDFLIB_MALLOC_ERROR: return .unreadable(path: path, reason: "there is not enough memory")
        case EDFLIB_NO_SUCH_FILE_OR_DIRECTORY: return .unreadable(path: path, reason: "No such file or directory")
        case EDFLIB_MAXFILES_REACHED: return .unreadable(path: path, reason: "edflib has too many files open")
        case EDFLIB_FILE_READ_ERROR: return .unreadable(path: path, reason: "edflib could not read it")
        case EDFLIB_FILE_IS_DISCONTINUOUS:
            return .unsuitable(path: path, reason: "it is discontinuous; make continuous files of its parts first")
        default:
            return .unsuitable(
                path: path,
                reason:
                    "edflib finds format errors in it (code \(code)); open it in EDFbrowser, which names and repairs them"
            )
        }
    }
}

/// The text in a C array of characters, without the spaces around it.
private func text<Characters>(_ characters: Characters) -> String {
    withUnsafeBytes(of: characters) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self).trimmingCharacters(in: .whitespaces)
    }
}
