import Checkpoints

extension RegularFile {
    /// Opens a file of recordings.
    ///
    /// - Throws: `DatasetError.unreadable`.
    static func opened(_ path: String) throws(DatasetError) -> RegularFile {
        do {
            return try RegularFile(opening: path)
        } catch { throw DatasetError(opening: error) }
    }

    /// Reads as many bytes as there is room for.
    ///
    /// - Throws: `DatasetError`, also when the file ends before.
    func fill(_ bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(DatasetError) {
        let count: Int
        do {
            count = try read(into: bytes, at: offset)
        } catch { throw DatasetError(opening: error) }
        guard count == bytes.count else {
            throw .unsuitable(path: path, reason: "it was cut shorter while it was read; copy it again")
        }
    }
}

extension MappedFile {
    /// Maps a file of recordings.
    ///
    /// - Throws: `DatasetError.unreadable`.
    static func opened(_ path: String) throws(DatasetError) -> MappedFile {
        do {
            return try MappedFile(path: path)
        } catch { throw DatasetError(opening: error) }
    }
}

extension DatasetError {
    /// Why a file of recordings could not be opened or read.
    fileprivate init(opening error: TensorFileError) {
        guard case .unreadable(let path, let reason) = error else {
            preconditionFailure("reading a file failed with \(error)")
        }
        self = .unreadable(path: path, reason: reason)
    }
}
