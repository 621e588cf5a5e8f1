/// Recordings somewhere that can be made into a dataset.
public protocol RecordingSource {
    /// What the dataset will hold, known before the samples' values are read.
    var outline: DatasetOutline { get }
    /// What was found and left out.
    var skipped: [SkippedItem] { get }
    /// Appends the values of every sample in the outline's order.
    func appendSamples(to writer: inout DatasetWriter) throws
}

extension RecordingSource {
    /// Writes the dataset file, whole or not at all.
    ///
    /// - Parameter path: where the file will be.
    /// - Returns: the file's digest.
    /// - Throws: `DatasetError` for recordings that can't be read, `TensorFileError` for a file that can't be written.
    public func write(to path: String) throws -> String {
        var writer = try DatasetWriter(path: path, outline: outline)
        try appendSamples(to: &writer)
        return try writer.finish()
    }
}

/// A file or folder that is not in the dataset, and why.
public struct SkippedItem: Sendable, Equatable, Codable {
    /// The file or folder.
    public let path: String
    /// Why it was left out.
    public let reason: String
}
