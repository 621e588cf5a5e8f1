import Checkpoints
import Foundation

/// The fixed fields of an EDF or BDF header, read to tell where a file breaks the format.
///
/// edflib refuses a malformed file without saying where; this names the byte and what to do. The layout is that of Kemp
/// et al., "A simple format for exchange of digitized polygraphic recordings", Electroencephalogr. clin. Neurophysiol.
/// 82 (1992), and of EDF+ (Kemp and Olivan 2003).
struct EDFHeader {
    private static let editor = "repair its header with EDFbrowser or copy it again"

    /// The header.
    private var bytes: [UInt8]
    private let file: RegularFile
    private var signalCount = 0
    private var path: String { file.path }

    /// Checks a file's header and size.
    ///
    /// - Throws: `DatasetError.malformed`, and `.unsuitable` for a discontinuous file.
    static func check(_ file: RegularFile) throws(DatasetError) {
        try EDFHeader(file).checkSignalsAndSize()
    }

    private init(_ file: RegularFile) throws(DatasetError) {
        self.file = file
        bytes = try Self.start(of: file, byteCount: 256)
        let isEDF = bytes.prefix(8).elementsEqual("0       ".utf8)
        let isBDF = bytes.prefix(8).elementsEqual([0xFF] + Array("BIOSEMI".utf8))
        guard isEDF || isBDF else {
            throw .malformed(path: path, byte: 0, reason: "it is neither an EDF nor a BDF file")
        }
        let count = try number(at: 252, length: 4, "number of signals")
        guard (1...4_096).contains(count) else {
            throw .malformed(path: path, byte: 252, reason: "\(count) signals; \(Self.editor)")
        }
        signalCount = count
        bytes = try Self.start(of: file, byteCount: 256 * (count + 1))
        let headerBytes = try number(at: 184, length: 8, "size of the header")
        guard headerBytes == 256 * (count + 1) else {
            throw .malformed(
                path: path, byte: 184,
                reason:
                    "a header of \(headerBytes) bytes where \(count) signals need \(256 * (count + 1)); \(Self.editor)")
        }
        guard !text(at: 192, length: 5).hasSuffix("+D") else {
            throw .unsuitable(
                path: path,
                reason: "it is discontinuous (EDF+D, BDF+D); make continuous files of its parts with EDFbrowser first")
        }
    }

    private static func start(of file: RegularFile, byteCount: Int) throws(DatasetError) -> [UInt8] {
        guard file.byteCount >= byteCount else {
            throw .malformed(
                path: file.path, byte: file.byteCount, reason: "the file ends inside its header: copy it again")
        }
        return try file.bytesOfRecordings(byteCount)
    }

    private func checkSignalsAndSize() throws(DatasetError) {
        if let odd = bytes[8...].firstIndex(where: { !(32...126).contains($0) }) {
            throw .malformed(path: path, byte: odd, reason: "the header holds a byte that is not ASCII; \(Self.editor)")
        }
        var recordBytes = 0
        for signal in 0..<signalCount {
            let byte = field(216, 8, signal)
            let count = try number(at: byte, length: 8, "number of samples")
            guard (1...10_000_000).contains(count) else {
                throw .malformed(path: path, byte: byte, reason: "\(count) samples in a data record; \(Self.editor)")
            }
            recordBytes += count * (bytes[0] == 0xFF ? 3 : 2)
            let physical = field(104, 8, signal)
            guard
                try decimal(at: physical, "physical minimum")
                    != decimal(at: field(112, 8, signal), "physical maximum")
            else {
                throw .malformed(
                    path: path, byte: physical, reason: "physical minimum and maximum are the same; \(Self.editor)")
            }
            let digital = field(120, 8, signal)
            guard
                try number(at: digital, length: 8, "digital minimum")
                    < number(at: field(128, 8, signal), length: 8, "digital maximum")
            else {
                throw .malformed(
                    path: path, byte: digital, reason: "the digital minimum is not below the maximum; \(Self.editor)")
            }
        }
        _ = try decimal(at: 244, "duration of a data record")
        let promised = try number(at: 236, length: 8, "number of data records")
        let held = file.byteCount - bytes.count
        guard promised > 0 else {
            let why = promised == -1 ? "its recording was never finished" : "it has no data"
            throw .malformed(
                path: path, byte: 236,
                reason: "\(promised) data records (\(why)) where the file holds \(held / recordBytes); \(Self.editor)")
        }
        let needed = promised.multipliedReportingOverflow(by: recordBytes)
        guard !needed.overflow, needed.partialValue == held else {
            let isCut = needed.overflow || needed.partialValue > held
            throw .malformed(
                path: path, byte: isCut ? file.byteCount : bytes.count + needed.partialValue,
                reason: "the header says \(promised) data records of \(recordBytes) bytes where the file holds "
                    + "\(held / recordBytes)\(held % recordBytes == 0 ? "" : " and \(held % recordBytes) bytes"); "
                    + Self.editor)
        }
    }

    /// Where a signal's field lies: `offset` is the length of the fields before it in one signal's header.
    private func field(_ offset: Int, _ length: Int, _ signal: Int) -> Int {
        256 + offset * signalCount + length * signal
    }

    private func text(at byte: Int, length: Int) -> String {
        String(decoding: bytes[byte..<byte + length], as: UTF8.self).trimmingCharacters(in: .whitespaces)
    }

    private func number(at byte: Int, length: Int, _ name: String) throws(DatasetError) -> Int {
        let text = text(at: byte, length: length)
        guard let value = Int(text) else { throw notANumber(text, byte, name) }
        return value
    }

    private func decimal(at byte: Int, _ name: String) throws(DatasetError) -> Double {
        let text = text(at: byte, length: 8)
        guard let value = Double(text), value.isFinite else { throw notANumber(text, byte, name) }
        return value
    }

    private func notANumber(_ text: String, _ byte: Int, _ name: String) -> DatasetError {
        let shown = text.unicodeScalars.map { (0x20...0x7E).contains($0.value) ? String($0) : "?" }.joined()
        return .malformed(path: path, byte: byte, reason: "the \(name) is \"\(shown)\"; \(Self.editor)")
    }
}
