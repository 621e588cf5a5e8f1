import Checkpoints
import Reports
import Service

extension RecordingStarts {
    /// The times in a file.
    ///
    /// - Throws: `TensorFileError` for a file that can't be read, `DatasetError.badLine` for a line that is no time.
    init(reading path: String) throws {
        let file = try MappedFile(path: path)
        try self.init(csv: file.bytes, path: path)
        try file.requireWhole()
    }

    /// Tells standard error what somebody should know who gave the file.
    func tell(of recordings: [Recording]) {
        for note in notes(on: recordings) { Terminal.error("note: \(note)") }
    }
}
