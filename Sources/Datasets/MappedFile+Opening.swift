import Checkpoints

extension MappedFile {
    /// Maps a file of recordings.
    ///
    /// - Throws: `DatasetError.unreadable`.
    static func opened(_ path: String) throws(DatasetError) -> MappedFile {
        do {
            return try MappedFile(path: path)
        } catch {
            if case .unreadable(let path, let reason) = error { throw .unreadable(path: path, reason: reason) }
            preconditionFailure("mapping a file failed with \(error)")
        }
    }
}
