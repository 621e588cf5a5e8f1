public import Checkpoints
import Numerics
public import Signals

extension TensorFile: SampleOwner {
    /// That the file was cut, written to or touched since it was opened or confirmed.
    public var fault: String? { isUntouched ? nil : "\(TensorFileError.changed(path: path))" }
}

/// A dataset file, mapped for reading and checked when opened.
///
/// Samples lie recording by recording and, inside a recording, by position.
public final class Dataset: Sendable {
    /// The samples of one recording.
    public struct RecordingRange: Sendable, Equatable {
        /// The recording, as an index into `recordings`.
        public let recording: Int
        /// Its subject, as an index into `subjects`.
        public let subject: Int
        /// Its samples.
        public let samples: Range<Int>
    }

    private let file: TensorFile
    private let subjectOfSample: [Int32]
    private let recordingOfSample: [Int32]
    private let positionOfSample: [Int32]
    private let labelOfSample: [Int32]

    /// Where the samples come from, as their reader calls it, like "pmd-ii" or "table-night".
    public let kind: String
    /// The samples' values.
    public let samples: Samples
    /// The subjects' names.
    public let subjects: [String]
    /// The recordings' names.
    public let recordings: [String]
    /// The label codes that occur.
    public let codes: [String]
    /// What the label codes mean.
    public let vocabulary: LabelVocabulary
    /// Each recording's samples, in the order in which they lie in the file.
    public let recordingRanges: [RecordingRange]

    /// What the values are, feature by feature or channel by channel; empty where the file does not say.
    public let content: [String]
    /// The unit of each of `content`, or one of all values where that is empty; empty where the file does not say.
    public let units: [String]
    /// For a dataset made of others, these, in the order of their recordings; otherwise empty.
    public let sources: [DatasetSource]
    /// When position 0 of each recording is, in the order of `recordings`; nil where the file does not say.
    public let starts: [RecordingStart?]
    /// How its recordings were read; nil where the file does not say.
    public let reader: ReaderRecord?
    /// How its maps lie, where it is of maps and that is known.
    public let frame: MapFrame?
    /// How its samples were prepared when it was made; nil where they were not.
    public let preparation: Preparation?
    /// The path as given.
    public var path: String { file.path }
    /// The file's digest, 64 hexadecimal digits.
    public var digest: String { file.digest }

    /// Opens a dataset file and checks all of it: digest, shapes, indices, order, and that every value is finite.
    ///
    /// - Parameter path: a file that `ssrm data` or `DatasetWriter` wrote.
    /// - Throws: `TensorFileError` or `DatasetError.notADataset`.
    public init(opening path: String) throws {
        func refusal(_ reason: String) -> DatasetError { .notADataset(path: path, reason: reason) }
        file = try TensorFile(opening: path)
        let header = try DatasetHeader(file.metadata, refusal)
        (kind, vocabulary, reader) = (header.kind, header.vocabulary, header.reader)
        (subjects, recordings, codes) = (header.subjects, header.recordings, header.codes)
        (content, units, sources, starts) = (header.content, header.units, header.sources, header.starts)
        (preparation, frame) = (header.preparation, header.frame)

        let shape = file.tensors.first { $0.name == DatasetLayout.samples }?.shape ?? []
        guard shape.count == 3, shape.allSatisfy({ $0 > 0 }) else {
            throw refusal("its tensor \(DatasetLayout.samples) has shape \(shape), not [samples, rows, columns]")
        }
        let values = try file.floats(DatasetLayout.samples)
        guard let base = values.baseAddress else { throw refusal("it has no samples") }
        samples = Samples(count: shape[0], rows: shape[1], columns: shape[2], base: base, owner: file)
        subjectOfSample = Array(try file.int32s(DatasetLayout.subject, shape: [shape[0]]))
        recordingOfSample = Array(try file.int32s(DatasetLayout.recording, shape: [shape[0]]))
        positionOfSample = Array(try file.int32s(DatasetLayout.position, shape: [shape[0]]))
        labelOfSample = Array(try file.int32s(DatasetLayout.label, shape: [shape[0]]))
        try file.requireWhole()
        recordingRanges = try Self.ranges(
            recordingOfSample, subjectOfSample, positionOfSample, subjectCount: subjects.count,
            recordingCount: recordings.count, refusal)
        let allowed = DatasetLayout.noLabel..<codes.count
        if let label = labelOfSample.first(where: { !allowed.contains(Int($0)) }) {
            throw refusal("label \(label) of \(codes.count) codes")
        }
        let sample = Self.firstSampleNotFinite(samples)
        try file.requireWhole()
        if let sample { throw refusal("sample \(sample) has a NaN or an infinity") }
    }

    /// What the values of a file's samples are, as its header says; nil where it is no dataset that can be read.
    ///
    /// Nothing else of the file is looked at.
    public static func content(ofFile path: String) -> [String]? {
        DatasetLayout.names(in: metadata(ofFile: path)?[DatasetLayout.contentKey])
    }

    private static func metadata(ofFile path: String) -> [String: String]? {
        let metadata = try? TensorFile.metadata(at: path)
        return metadata?[DatasetLayout.formatKey] == DatasetLayout.format ? metadata : nil
    }

    /// Where the samples of a file come from, as its header says; nil where it is no dataset that can be read.
    ///
    /// Nothing else of the file is looked at.
    public static func kind(ofFile path: String) -> String? {
        guard let metadata = metadata(ofFile: path) else { return nil }
        // A joined dataset's is that of what it was made of, where that is one.
        let kinds = sourceKinds(in: metadata)
        if let first = kinds.first, kinds.count == 1 || metadata[DatasetLayout.preparationKey] != nil {
            return first
        }
        return metadata[DatasetLayout.kindKey]
    }

    /// The kinds of what a file was joined of, in alphabetical order, or its own where it was not.
    ///
    /// Empty where it is no dataset that can be read. Nothing else of the file is looked at.
    public static func kinds(ofFile path: String) -> [String] {
        guard let metadata = metadata(ofFile: path) else { return [] }
        let kinds = sourceKinds(in: metadata)
        return kinds.isEmpty ? [metadata[DatasetLayout.kindKey]].compactMap(\.self) : kinds
    }

    private static func sourceKinds(in metadata: [String: String]) -> [String] {
        let sources = DatasetLayout.list(of: DatasetSource.self, in: metadata[DatasetLayout.sourcesKey]) ?? []
        return Set(sources.map(\.kind)).sorted()
    }

    /// Makes sure of what was read of the samples until now: whoever computed something from them asks before it is
    /// used.
    ///
    /// - Throws: `TensorFileError.changed`, once the file was cut or written to since it was opened.
    public func requireWhole() throws(TensorFileError) { try file.requireWhole() }

    /// Whether nobody has written to the file, cut it or touched it since it was opened or last found whole.
    public var isUntouched: Bool { file.isUntouched }

    /// The runs of samples of one recording; throws when the samples are not in order.
    private static func ranges(
        _ recordings: [Int32], _ subjects: [Int32], _ positions: [Int32], subjectCount: Int, recordingCount: Int,
        _ refusal: (String) -> DatasetError
    ) throws(DatasetError) -> [RecordingRange] {
        var ranges: [RecordingRange] = []
        var start = 0
        for sample in recordings.indices {
            guard (0..<subjectCount).contains(Int(subjects[sample])) else {
                throw refusal("sample \(sample) is of subject \(subjects[sample]) of \(subjectCount)")
            }
            guard recordings[sample] == ranges.count else {
                throw refusal("sample \(sample) is of recording \(recordings[sample]) where \(ranges.count) is due")
            }
            let next = sample + 1
            if next < recordings.count, recordings[next] == recordings[sample] {
                guard subjects[next] == subjects[sample], positions[next] > positions[sample] else {
                    throw refusal("sample \(next) is of another subject or an earlier position than the one before it")
                }
            } else {
                let subject = Int(subjects[sample])
                ranges.append(RecordingRange(recording: ranges.count, subject: subject, samples: start..<next))
                start = next
            }
        }
        guard ranges.count == recordingCount else {
            throw refusal("\(ranges.count) recordings have samples where \(recordingCount) are named")
        }
        return ranges
    }

    private static func firstSampleNotFinite(_ samples: Samples) -> Int? {
        (0..<samples.count).first { !isFinite(samples[$0]) }
    }

    /// A sample's subject, as an index into `subjects`.
    public func subject(of sample: Int) -> Int { Int(subjectOfSample[sample]) }

    /// A sample's recording, as an index into `recordings`.
    public func recording(of sample: Int) -> Int { Int(recordingOfSample[sample]) }

    /// A sample's position in its recording, as its publisher counts: a frame or an epoch, from 0.
    public func position(of sample: Int) -> Int { Int(positionOfSample[sample]) }

    /// A sample's label, as an index into `codes`; nil where there is none.
    public func code(of sample: Int) -> Int? {
        let label = Int(labelOfSample[sample])
        return label == DatasetLayout.noLabel ? nil : label
    }

    /// A line on recordings that have the same values, which an evaluation may have on both sides; nil where none have.
    ///
    /// All samples are read for it.
    public var noteOnTwins: String? {
        var prints = RecordingPrints(lengths: recordingRanges.map { $0.samples.count * samples.valuesPerSample })
        for range in recordingRanges {
            for sample in range.samples { prints.append(samples[sample]) }
        }
        return prints.note(
            on: recordingRanges.map { (recordings[$0.recording], $0.subject) }, subjects: subjects,
            vocabulary: vocabulary)
    }

    /// Each sample's class under a scheme, as an index into `scheme.classes(for: vocabulary)`.
    ///
    /// - Returns: nil for samples without a label or with a code that has no class.
    /// - Throws: `LabelError.schemeDoesNotFit`.
    public func labels(under scheme: LabelScheme) throws -> [Int?] {
        _ = try scheme.classes(for: vocabulary)
        let classOfCode = codes.map { scheme.classIndex(of: $0, in: vocabulary) }
        return (0..<samples.count).map { code(of: $0).flatMap { classOfCode[$0] } }
    }
}
