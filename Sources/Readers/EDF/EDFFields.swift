import Checkpoints
import Datasets
import Foundation

/// The bytes of an EDF or BDF header and its fields, which have fixed places.
struct EDFFields {
    private static let editor = "repair its header with EDFbrowser or copy it again"
    /// Where person and recording are described: texts in which nothing decides about values.
    private static let freeTexts = 8..<168

    private let bytes: [UInt8]
    let path: String
    let isBDF: Bool
    let signalCount: Int
    /// Length of the header.
    var byteCount: Int { bytes.count }

    /// Reads a file's header.
    ///
    /// - Throws: `DatasetError.malformed`, for another kind of file or a header that is not whole.
    init(of file: RegularFile) throws(DatasetError) {
        path = file.path
        // As far as there are bytes: what is another file is not one that was cut.
        let first = try file.bytesOfRecordings(min(32, file.byteCount))
        let mark = first.prefix(8)
        isBDF = mark.elementsEqual([0xFF] + Array("BIOSEMI".utf8))
        let isEDF = (mark.first ?? 0x30) == 0x30 && mark.dropFirst().allSatisfy { $0 == 0x20 || $0 == 0 }
        guard isEDF || isBDF else {
            let advice = first.withUnsafeBytes { FileSignature.adviceOnSignals(for: $0) }.map { ": \($0)" } ?? ""
            throw .malformed(path: path, byte: 0, reason: "it is neither an EDF nor a BDF file\(advice)")
        }
        let start = try Self.start(of: file, byteCount: 256)
        let count = try Self.number(start, at: 252, length: 4, "number of signals", path)
        guard (1...4_096).contains(count) else {
            throw .malformed(path: path, byte: 252, reason: "\(count) signals; \(Self.editor)")
        }
        signalCount = count
        bytes = try Self.start(of: file, byteCount: 256 * (count + 1))
        let headerBytes = try Self.number(start, at: 184, length: 8, "size of the header", path)
        guard headerBytes == bytes.count else {
            throw .malformed(
                path: path, byte: 184,
                reason: "a header of \(headerBytes) bytes where \(count) signals need \(bytes.count); \(Self.editor)")
        }
    }

    private static func start(of file: RegularFile, byteCount: Int) throws(DatasetError) -> [UInt8] {
        guard file.byteCount >= byteCount else {
            throw .malformed(
                path: file.path, byte: file.byteCount, reason: "the file ends inside its header: copy it again")
        }
        return try file.bytesOfRecordings(byteCount)
    }

    /// Makes sure that no field has a character that stands for nothing.
    ///
    /// - Throws: `DatasetError.malformed` for a control character; zero bytes are blanks.
    func checkCharacters() throws(DatasetError) {
        if let odd = bytes[8...].firstIndex(where: { ($0 < 32 && $0 != 0) || $0 == 127 }) {
            throw .malformed(
                path: path, byte: odd,
                reason: "the header holds a byte that is a control character, not ASCII text; \(Self.editor)")
        }
    }

    /// That the header can't be as a byte has it.
    func failure(_ byte: Int, _ reason: String) -> DatasetError {
        .malformed(path: path, byte: byte, reason: "\(reason); \(Self.editor)")
    }

    /// Letters beyond ASCII in a person's or a recording's field.
    var notes: [String] {
        guard let odd = bytes[Self.freeTexts].firstIndex(where: { $0 > 127 }) else { return [] }
        return ["byte \(odd): the header has a letter that is not ASCII"]
    }

    /// Where a signal's field lies: `offset` is the length of the fields before it in one signal's header.
    func place(_ offset: Int, _ length: Int, _ signal: Int) -> Int { 256 + offset * signalCount + length * signal }

    /// A field without the blanks around it, in UTF-8, or else in Latin-1 (a micro sign, an umlaut).
    func text(at byte: Int, length: Int) -> String { Self.text(bytes, at: byte, length: length) }

    /// A whole number.
    ///
    /// - Throws: `DatasetError.malformed`.
    func number(at byte: Int, length: Int, _ name: String) throws(DatasetError) -> Int {
        try Self.number(bytes, at: byte, length: length, name, path)
    }

    /// A finite number.
    ///
    /// - Throws: `DatasetError.malformed`.
    func decimal(at byte: Int, _ name: String) throws(DatasetError) -> Double {
        let text = text(at: byte, length: 8)
        guard let value = Double(text), value.isFinite, text.utf8.allSatisfy("+-.0123456789Ee".utf8.contains) else {
            throw Self.notANumber(text, byte, name, path)
        }
        return value
    }

    private static func text(_ bytes: [UInt8], at byte: Int, length: Int) -> String {
        let field = bytes[byte..<byte + length].map { $0 == 0 ? 0x20 : $0 }
        let text = String(validating: field, as: UTF8.self) ?? String(latin1: field)
        return text.trimmingCharacters(in: .whitespaces)
    }

    private static func number(
        _ bytes: [UInt8], at byte: Int, length: Int, _ name: String, _ path: String
    ) throws(DatasetError) -> Int {
        let text = text(bytes, at: byte, length: length)
        guard let value = Int(text) else { throw notANumber(text, byte, name, path) }
        return value
    }

    private static func notANumber(_ text: String, _ byte: Int, _ name: String, _ path: String) -> DatasetError {
        let shown = text.unicodeScalars.map { (0x20...0x7E).contains($0.value) ? String($0) : "?" }.joined()
        return .malformed(path: path, byte: byte, reason: "the \(name) is \"\(shown)\"; \(editor)")
    }
}
