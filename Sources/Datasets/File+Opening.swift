package import Checkpoints

extension RegularFile {
    /// Opens a file of recordings.
    ///
    /// - Throws: `DatasetError.unreadable`.
    package static func opened(_ path: String) throws(DatasetError) -> RegularFile {
        do {
            return try RegularFile(opening: path)
        } catch { throw DatasetError(opening: error) }
    }

    /// Reads as many bytes as there is room for.
    ///
    /// - Throws: `DatasetError`, also when the file ends before.
    package func fill(_ bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(DatasetError) {
        let count: Int
        do {
            count = try read(into: bytes, at: offset)
        } catch { throw DatasetError(opening: error) }
        guard count == bytes.count else { throw .changed(path) }
    }

    /// The first bytes of a file of recordings, all of them by default.
    ///
    /// - Throws: `DatasetError`, also when the file was cut since it was opened.
    package func bytesOfRecordings(_ count: Int? = nil) throws(DatasetError) -> [UInt8] {
        do {
            return try firstBytes(count)
        } catch { throw DatasetError(opening: error) }
    }
}

extension MappedFile {
    /// Maps a file of recordings.
    ///
    /// - Throws: `DatasetError.unreadable`.
    package static func opened(_ path: String) throws(DatasetError) -> MappedFile {
        do {
            return try MappedFile(path: path)
        } catch { throw DatasetError(opening: error) }
    }

    /// Makes sure of what was read of a file of recordings until now.
    ///
    /// - Throws: `DatasetError.unsuitable`, once the file was cut or written to since it was opened.
    package func requireWholeText() throws(DatasetError) {
        if !isWhole { throw .changed(path) }
    }
}

extension DatasetError {
    /// Why a file of recordings could not be opened or read.
    fileprivate init(opening error: TensorFileError) {
        switch error {
        case .unreadable(let path, let reason): self = .unreadable(path: path, reason: reason)
        case .changed(let path): self = .changed(path)
        default: preconditionFailure("reading a file failed with \(error)")
        }
    }

    /// A file that somebody cut or wrote to since it was opened.
    fileprivate static func changed(_ path: String) -> DatasetError {
        .unsuitable(path: path, reason: "it was cut or changed while it was read; copy it again")
    }
}
