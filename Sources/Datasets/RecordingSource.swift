public import Signals

/// Recordings somewhere that can be made into a dataset.
public protocol RecordingSource {
    /// What the dataset will hold, known before the samples' values are read.
    var outline: DatasetOutline { get }
    /// What was found and left out, as far as it is known before the samples' values are read.
    var skipped: [SkippedItem] { get }
    /// What else the reader of its results should know, a line each; nothing by default.
    var notes: [String] { get }
    /// The same where `notes` gathers what is said of many files, a line for each; `notes` by default.
    var notesInFull: [String] { get }
    /// Appends the values of every sample in the outline's order, and to the writer's `skipped` what was left out of
    /// the values' files.
    func appendSamples(to writer: inout DatasetWriter) throws
}

extension RecordingSource {
    /// No notes.
    public var notes: [String] { [] }
    /// Nothing was gathered.
    public var notesInFull: [String] { notes }

    /// Writes the dataset file, whole or not at all.
    ///
    /// - Parameters:
    ///   - path: where the file will be.
    ///   - reader: how the recordings are read, for the file; nil where it is not to be kept.
    ///   - note: is told what else the reader of its results should know, now that the values were read.
    ///   - progress: is told of how many samples were written, of all, on this thread.
    /// - Returns: the file's digest, and everything that was left out.
    /// - Throws: `DatasetError` for recordings that can't be read, `TensorFileError` for a file that can't be written.
    public func write(
        to path: String, reader: ReaderRecord? = nil, note: (String) -> Void = { _ in },
        progress: @escaping (_ done: Int, _ count: Int) -> Void = { _, _ in }
    ) throws -> (digest: String, skipped: [SkippedItem]) {
        var outline = outline
        if let reader { outline.reader = reader }
        var writer = try DatasetWriter(path: path, outline: outline, progress: progress)
        try appendSamples(to: &writer)
        if let (recording, position) = writer.sampleNotFinite {
            throw DatasetError.notFinite(recording: recording, position: position)
        }
        for line in writer.notes { note(line) }
        if let twins = writer.noteOnTwins { note(twins) }
        let skippedOfValues = writer.skipped
        return (try writer.finish(), skipped + skippedOfValues)
    }
}

/// Something that is not in the dataset, and why.
public struct SkippedItem: Sendable, Equatable, Codable {
    /// What can be left out.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// A whole file or folder.
        case file
        /// Lines of a text file.
        case row
        /// Sleep epochs of a recording, 30 s each.
        case sleepEpoch = "sleep epoch"
        /// Annotations of an annotation file.
        case annotation
        /// A whole recording or a subject's night.
        case recording

        /// In words, for a number of them.
        public func name(for count: Int) -> String {
            switch self {
            case .file: return count == 1 ? "file or folder" : "files or folders"
            default: return count == 1 ? rawValue : rawValue + "s"
            }
        }

        /// A number of them, in words.
        package func counted(_ count: Int) -> String { "\(count) \(name(for: count))" }
    }

    /// The file or folder that was left out, or that something was left out of.
    public let path: String
    /// What was left out.
    public let kind: Kind
    /// How many of them.
    public let count: Int
    /// Why.
    public let reason: String

    /// Something left out; by default a whole file or folder.
    public init(path: String, kind: Kind = .file, count: Int = 1, reason: String) {
        (self.path, self.kind, self.count, self.reason) = (path, kind, count, reason)
    }

    /// What was left out of a file for several reasons: an item for each for which anything was.
    package static func items(of path: String, _ kind: Kind, _ counts: [(count: Int, reason: String)]) -> [SkippedItem]
    {
        counts.filter { $0.count > 0 }.map { SkippedItem(path: path, kind: kind, count: $0.count, reason: $0.reason) }
    }
}
