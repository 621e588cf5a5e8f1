/// A file of named tensors in the safetensors format, mapped for reading and verified whole when opened.
public final class TensorFile: Sendable {
    private let file: MappedFile
    private let header: TensorHeader
    private let dataOffset: Int

    /// The file's digest, 64 hexadecimal digits: SHA-256 over the file with these digits as zeros.
    public let digest: String
    /// The path as given.
    public var path: String { file.path }
    /// The texts in the header's `__metadata__`, without the digest.
    public var metadata: [String: String] { header.metadata }
    /// The tensors in the order in which they lie in the file.
    public var tensors: [TensorEntry] { header.tensors }

    /// Opens a file and verifies its length, its header and the digest of everything in it.
    ///
    /// - Parameter path: a file that `TensorFileWriter` wrote.
    /// - Throws: `TensorFileError` that names the file and what is wrong with it.
    public init(opening path: String) throws(TensorFileError) {
        let file = try MappedFile(path: path)
        var found = Result { () throws(TensorFileError) in try Self.checked(file.bytes, path: path) }
        // Where it was touched meanwhile it is read again, until nobody touches it while that is done.
        for _ in 0..<Self.readings where !file.isWhole {
            _ = file.confirm {
                found = Result { () throws(TensorFileError) in try Self.checked(file.bytes, path: path) }
                return true
            }
        }
        try file.requireWhole()  // nothing else is wrong with a file that was cut meanwhile
        (header, dataOffset, digest) = try found.get()
        self.file = file
    }

    /// So often a file is read again that is touched while it is opened.
    private static let readings = 8

    /// The texts in a file's header, without a look at anything else: what the file says of itself, not yet what is so.
    ///
    /// - Parameter path: a file that `TensorFileWriter` wrote.
    /// - Returns: its metadata, without the digest.
    /// - Throws: `TensorFileError` when there is no header that can be read.
    public static func metadata(at path: String) throws(TensorFileError) -> [String: String] {
        try head(at: path).header.metadata
    }

    /// Looks whether a file is as long as its header says, and at nothing else: it may be altered all the same.
    ///
    /// - Parameter path: a file that `TensorFileWriter` wrote.
    /// - Throws: `TensorFileError` when it is not, or there is no header that can be read.
    public static func requireLength(at path: String) throws(TensorFileError) {
        let (header, dataOffset, byteCount) = try head(at: path)
        let (expected, overflow) = dataOffset.addingReportingOverflow(header.dataBytes)
        guard !overflow, byteCount == expected else {
            throw .wrongLength(path: path, bytes: byteCount, expected: overflow ? .max : expected)
        }
    }

    private static func head(
        at path: String
    ) throws(TensorFileError) -> (header: TensorHeader, dataOffset: Int, byteCount: Int) {
        let file = try RegularFile(opening: path)
        let start = try file.firstBytes(min(TensorHeader.lengthBytes, file.byteCount))
        var headerBytes = 0
        for byte in start.reversed() { headerBytes = min(headerBytes << 8 | Int(byte), 1 << 40) }
        guard start.count == TensorHeader.lengthBytes, headerBytes <= TensorHeader.largestHeaderBytes,
            headerBytes <= file.byteCount - start.count
        else { throw .badHeader(path: path, reason: "it has no header of a tensor file") }
        let bytes = try file.firstBytes(start.count + headerBytes)
        let header = try bytes.withUnsafeBufferPointer { bytes throws(TensorFileError) in
            let json = UnsafeRawBufferPointer(bytes)[start.count...]
            return try TensorHeader(json: UnsafeRawBufferPointer(rebasing: json), path: path)
        }
        return (header, start.count + headerBytes, file.byteCount)
    }

    private static func checked(
        _ bytes: UnsafeRawBufferPointer, path: String
    ) throws(TensorFileError) -> (header: TensorHeader, dataOffset: Int, digest: String) {
        guard bytes.count >= TensorHeader.lengthBytes else {
            throw .badHeader(path: path, reason: "it is \(bytes.count) bytes long, too short for a header")
        }
        guard !isText(bytes) else { throw .text(path: path) }
        let headerBytes = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard headerBytes <= TensorHeader.largestHeaderBytes, headerBytes % 8 == 0 else {
            throw .badHeader(path: path, reason: "a header of \(headerBytes) bytes is impossible")
        }
        let dataOffset = TensorHeader.lengthBytes + Int(headerBytes)
        guard bytes.count >= dataOffset else {
            throw .badHeader(
                path: path, reason: "it is \(bytes.count) bytes long where its header alone is \(dataOffset)")
        }
        let head = UnsafeRawBufferPointer(rebasing: bytes[..<dataOffset])
        let header = try TensorHeader(
            json: UnsafeRawBufferPointer(rebasing: head[TensorHeader.lengthBytes...]), path: path)
        let (expected, overflow) = dataOffset.addingReportingOverflow(header.dataBytes)
        guard !overflow, bytes.count == expected else {
            throw .wrongLength(path: path, bytes: bytes.count, expected: overflow ? .max : expected)
        }
        guard let digits = TensorHeader.digestRange(in: head) else { throw .noDigest(path: path) }
        let digest = String(decoding: head[digits], as: UTF8.self)
        guard digest == Self.digest(of: bytes, zeroing: digits) else { throw .altered(path: path) }
        return (header, dataOffset, digest)
    }

    /// Whether a file starts as texts do: a tensor file has zeros in its header's length.
    private static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // From 0xF5 on there is no byte in UTF-8.
        bytes.prefix(64).allSatisfy { (0x20...0xF4).contains($0) && $0 != 0x7F || [0x09, 0x0A, 0x0D].contains($0) }
    }

    /// Makes sure of what was read until now; whoever keeps or uses what was read of a tensor asks first.
    ///
    /// A file whose times changed is read again: it may have been touched, and nothing more.
    ///
    /// - Throws: `TensorFileError.changed`, once its content is another than when it was opened.
    public func requireWhole() throws(TensorFileError) { if !confirm() { throw .changed(path: path) } }

    /// Whether nobody has written to the file, cut it or touched it since it was opened or confirmed.
    public var isUntouched: Bool { file.isWhole }

    /// Whether the file's content is what it was when it was opened: where it was touched since, all of it is read,
    /// about a second a gigabyte.
    ///
    /// While it was not known to be, what was read of it may have been something else.
    public func confirm() -> Bool {
        let (bytes, digest) = (file.bytes, digest)
        return file.isWhole
            || file.confirm {
                let head = UnsafeRawBufferPointer(rebasing: bytes[..<dataOffset])
                return TensorHeader.digestRange(in: head).map { Self.digest(of: bytes, zeroing: $0) } == digest
            }
    }

    private static func digest(of bytes: UnsafeRawBufferPointer, zeroing digits: Range<Int>) -> String {
        var digest = SHA256Digest()
        digest.update(UnsafeRawBufferPointer(rebasing: bytes[..<digits.lowerBound]))
        [UInt8](repeating: UInt8(ascii: "0"), count: digits.count).withUnsafeBytes { digest.update($0) }
        digest.update(UnsafeRawBufferPointer(rebasing: bytes[digits.upperBound...]))
        return digest.finish()
    }

    /// The values of a float tensor, row-major; valid while this object lives.
    ///
    /// - Parameters:
    ///   - name: the tensor.
    ///   - shape: what its shape must be, where the caller knows it.
    /// - Returns: the values in the mapped file.
    /// - Throws: `TensorFileError.noTensor` or `.otherTensor`.
    public func floats(_ name: String, shape: [Int]? = nil) throws(TensorFileError) -> UnsafeBufferPointer<Float> {
        try values(name, .float32, shape)
    }

    /// The values of an integer tensor, row-major; valid while this object lives.
    ///
    /// - Parameters:
    ///   - name: the tensor.
    ///   - shape: what its shape must be, where the caller knows it.
    /// - Returns: the values in the mapped file.
    /// - Throws: `TensorFileError.noTensor` or `.otherTensor`.
    public func int32s(_ name: String, shape: [Int]? = nil) throws(TensorFileError) -> UnsafeBufferPointer<Int32> {
        try values(name, .int32, shape)
    }

    private func values<Value>(
        _ name: String, _ type: TensorType, _ shape: [Int]?
    ) throws(TensorFileError) -> UnsafeBufferPointer<Value> {
        guard let entry = tensors.first(where: { $0.name == name }) else {
            throw .noTensor(path: path, name: name, present: tensors.map(\.name))
        }
        guard entry.type == type, shape == nil || entry.shape == shape else {
            throw .otherTensor(
                path: path, name: name, found: "\(entry.type.rawValue) \(entry.shape)",
                wanted: "\(type.rawValue) \(shape.map { "\($0)" } ?? "of any shape")")
        }
        // The header's length is a multiple of 8 and all values are 4 bytes wide: the tensor is aligned.
        let start = dataOffset + entry.byteOffset
        return UnsafeRawBufferPointer(rebasing: file.bytes[start..<start + entry.byteCount]).bindMemory(to: Value.self)
    }
}
