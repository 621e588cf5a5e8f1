public import Checkpoints
import Foundation
import Numerics

/// Writes a dataset file, whole or not at all, while its samples stream in.
public struct DatasetWriter: ~Copyable {
    private let outline: DatasetOutline
    private var file: TensorFileWriter
    private let sampleCount: Int
    private var appendedCount = 0
    private var firstNotFinite: Int?
    private var prints: RecordingPrints
    /// What the reader of the results should know of the values, a line each, once all are appended.
    package var notes: [String] = []
    /// What was left out of the values' files, rows for example.
    public var skipped: [SkippedItem] = []
    /// Is told of how many samples' values were appended, of all.
    private let progress: (_ done: Int, _ count: Int) -> Void

    /// Starts a dataset file.
    ///
    /// - Parameters:
    ///   - path: where the file will be.
    ///   - outline: everything but the samples' values.
    ///   - progress: is told of how many samples' values were appended, of all, on the thread that appends.
    /// - Precondition: the outline's indices are in range, no recording is empty, and units are none or as many as
    ///   there are kinds of values.
    /// - Throws: `TensorFileError.unwritable`, also for a name with a control character or over 1,000 characters.
    public init(
        path: String, outline: DatasetOutline, progress: @escaping (_ done: Int, _ count: Int) -> Void = { _, _ in }
    ) throws(TensorFileError) {
        for recording in outline.recordings {
            precondition(
                outline.subjects.indices.contains(recording.subject) && !recording.labels.isEmpty
                    && recording.labels.allSatisfy { $0 == nil || outline.codes.indices.contains($0 ?? 0) },
                "recording \(recording.name) of subject \(recording.subject) with \(recording.labels.count) samples")
        }
        precondition(
            outline.units.isEmpty || outline.units.count == max(outline.content.count, 1),
            "\(outline.units.count) units for \(outline.content.count) kinds of values")
        (self.outline, self.progress) = (outline, progress)
        prints = RecordingPrints(lengths: outline.recordings.map { $0.labels.count * outline.rows * outline.columns })
        let count = outline.sampleCount
        sampleCount = count
        var metadata = [
            DatasetLayout.formatKey: DatasetLayout.format, DatasetLayout.kindKey: outline.kind,
            DatasetLayout.vocabularyKey: outline.vocabulary.rawValue,
        ]
        metadata[DatasetLayout.subjectsKey] = DatasetLayout.text(of: outline.subjects)
        metadata[DatasetLayout.recordingsKey] = DatasetLayout.text(of: outline.recordings.map(\.name))
        if !outline.content.isEmpty {
            metadata[DatasetLayout.contentKey] = DatasetLayout.text(of: outline.content)
        }
        if !outline.units.isEmpty { metadata[DatasetLayout.unitsKey] = DatasetLayout.text(of: outline.units) }
        if !outline.sources.isEmpty { metadata[DatasetLayout.sourcesKey] = DatasetLayout.text(of: outline.sources) }
        if let frame = outline.frame { metadata[DatasetLayout.frameKey] = DatasetLayout.json(of: frame) }
        if let preparation = outline.preparation {
            metadata[DatasetLayout.preparationKey] = DatasetLayout.json(of: preparation)
        }
        let starts = outline.recordings.map { $0.start?.text ?? "" }
        if starts.contains(where: { !$0.isEmpty }) {
            metadata[DatasetLayout.startsKey] = DatasetLayout.text(of: starts)
        }
        if let reader = outline.reader { metadata[DatasetLayout.readerKey] = DatasetLayout.json(of: reader) }
        metadata[DatasetLayout.codesKey] = DatasetLayout.text(of: outline.codes)
        let tensors: [(name: String, type: TensorType, shape: [Int])] = [
            (DatasetLayout.samples, .float32, [count, outline.rows, outline.columns]),
            (DatasetLayout.subject, .int32, [count]), (DatasetLayout.recording, .int32, [count]),
            (DatasetLayout.position, .int32, [count]), (DatasetLayout.label, .int32, [count]),
        ]
        try Self.requireNames(of: outline, path: path)
        file = try TensorFileWriter(path: path, tensors: tensors, metadata: metadata)
    }

    /// Refuses a dataset that could be written and never be opened.
    private static func requireNames(of outline: DatasetOutline, path: String) throws(TensorFileError) {
        let names = [outline.kind] + outline.subjects + outline.recordings.map(\.name) + outline.content + outline.units
        if let fault = DatasetLayout.fault(ofNames: names) { throw .unwritable(path: path, reason: fault) }
    }

    /// Appends the values of the next samples, row-major, in the order of the outline's recordings.
    ///
    /// - Precondition: no more values come than the outline's samples have.
    /// - Throws: `TensorFileError.unwritable`, on a full disk for example.
    public mutating func append(_ values: UnsafeBufferPointer<Float>) throws(TensorFileError) {
        if firstNotFinite == nil, !isFinite(values), let index = values.firstIndex(where: { !$0.isFinite }) {
            firstNotFinite = appendedCount + index
        }
        appendedCount += values.count
        prints.append(values)
        try file.append(UnsafeRawBufferPointer(values))
        progress(appendedCount / (outline.rows * outline.columns), sampleCount)
    }

    /// The same, of values in an array.
    public mutating func append(_ values: [Float]) throws(TensorFileError) { try append(values[...]) }

    /// The same, of values in a part of an array.
    public mutating func append(_ values: ArraySlice<Float>) throws(TensorFileError) {
        try values.withUnsafeBufferPointer { buffer throws(TensorFileError) in try append(buffer) }
    }

    /// The recording's name and the position of the first sample with a NaN or an infinity among those appended.
    ///
    /// Such a dataset could be written and never be opened.
    var sampleNotFinite: (recording: String, position: Int)? {
        guard var sample = firstNotFinite.map({ $0 / (outline.rows * outline.columns) }) else { return nil }
        for recording in outline.recordings {
            if sample < recording.labels.count { return (recording.name, recording.firstPosition + sample) }
            sample -= recording.labels.count
        }
        return nil
    }

    /// A line on recordings that have the same values, once all are appended; nil where there are none.
    package var noteOnTwins: String? {
        prints.note(
            on: outline.recordings.map { ($0.name, $0.subject) }, subjects: outline.subjects,
            vocabulary: outline.vocabulary)
    }

    /// Completes the file.
    ///
    /// - Precondition: the values of every sample have been appended.
    /// - Returns: the file's digest.
    /// - Throws: `TensorFileError.unwritable`.
    public mutating func finish() throws(TensorFileError) -> String {
        var (subjects, recordings, positions, labels): ([Int32], [Int32], [Int32], [Int32]) = ([], [], [], [])
        for (index, recording) in outline.recordings.enumerated() {
            for (offset, label) in recording.labels.enumerated() {
                subjects.append(Int32(recording.subject))
                recordings.append(Int32(index))
                positions.append(Int32(recording.firstPosition + offset))
                labels.append(Int32(label ?? DatasetLayout.noLabel))
            }
        }
        for numbers in [subjects, recordings, positions, labels] {
            try numbers.withUnsafeBufferPointer { numbers throws(TensorFileError) in
                try file.append(UnsafeRawBufferPointer(numbers))
            }
        }
        return try file.finish()
    }
}

extension DatasetOutline {
    /// Writes a dataset whose samples are all at hand.
    ///
    /// - Parameters:
    ///   - values: `[sampleCount, rows, columns]`, row-major.
    ///   - path: where the file will be.
    /// - Returns: the file's digest.
    /// - Throws: `TensorFileError.unwritable`.
    @discardableResult
    public func write(_ values: [Float], to path: String) throws(TensorFileError) -> String {
        var writer = try DatasetWriter(path: path, outline: self)
        try values.withUnsafeBufferPointer { values throws(TensorFileError) in try writer.append(values) }
        return try writer.finish()
    }
}
