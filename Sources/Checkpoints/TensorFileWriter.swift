/// Writes a file of named tensors in the safetensors format, whole or not at all.
///
/// The tensors are declared first; their values follow in the same order, in pieces of any size. Until `finish()` a
/// temporary file beside the target holds them, which goes away with the writer.
public struct TensorFileWriter: ~Copyable {
    private let file: PendingFile
    private let header: TensorHeader
    private let digestOffset: Int
    private var digest: SHA256Digest
    private var appendedBytes = 0

    /// Starts a file.
    ///
    /// - Parameters:
    ///   - path: where the file will be.
    ///   - tensors: what the file will hold, in this order; names are unique.
    ///   - metadata: texts for the header's `__metadata__`.
    /// - Throws: `TensorFileError.unwritable`.
    public init(
        path: String, tensors: [(name: String, type: TensorType, shape: [Int])], metadata: [String: String]
    ) throws(TensorFileError) {
        try self.init(path: path, in: nil, tensors: tensors, metadata: metadata)
    }

    /// Starts a file in a folder that is open already, where there is one.
    package init(
        path: String, in folder: OpenFolder?, tensors: [(name: String, type: TensorType, shape: [Int])],
        metadata: [String: String]
    ) throws(TensorFileError) {
        header = TensorHeader(tensors: tensors, metadata: metadata)
        let head = header.encoded()
        guard let digits = head.withUnsafeBytes({ TensorHeader.digestRange(in: $0) }) else {
            preconditionFailure("a header without a digest")
        }
        digestOffset = digits.lowerBound
        let file = try PendingFile(for: path, in: folder)
        var digest = SHA256Digest()
        try head.withUnsafeBufferPointer { bytes throws(TensorFileError) in
            digest.update(UnsafeRawBufferPointer(bytes))
            try file.append(UnsafeRawBufferPointer(bytes))
        }
        self.file = file
        self.digest = digest
    }

    /// Appends the next values, little-endian.
    ///
    /// - Precondition: no more bytes come than the declared tensors have.
    /// - Throws: `TensorFileError.unwritable`, on a full disk for example.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) throws(TensorFileError) {
        appendedBytes += bytes.count
        precondition(appendedBytes <= header.dataBytes, "\(appendedBytes) bytes for \(header.dataBytes) declared")
        digest.update(bytes)
        try file.append(bytes)
    }

    /// Writes the digest into the header and brings the file to its place.
    ///
    /// - Precondition: every declared value has been appended.
    /// - Returns: the digest, 64 hexadecimal digits.
    /// - Throws: `TensorFileError.unwritable`.
    public mutating func finish() throws(TensorFileError) -> String {
        precondition(appendedBytes == header.dataBytes, "\(appendedBytes) bytes of \(header.dataBytes) declared")
        let text = digest.finish()
        try Array(text.utf8).withUnsafeBufferPointer { digits throws(TensorFileError) in
            try file.overwrite(UnsafeRawBufferPointer(digits), at: digestOffset)
        }
        try file.commit()
        return text
    }
}
