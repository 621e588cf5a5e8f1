import Checkpoints
import Reports

extension RecordingStarts {
    /// The times in a file.
    ///
    /// - Throws: `TensorFileError` for a file that can't be read, `DatasetError.badLine` for a line that is no time.
    init(reading path: String) throws {
        let file = try MappedFile(path: path)
        try self.init(csv: file.bytes, path: path)
        try file.requireWhole()
    }
}
