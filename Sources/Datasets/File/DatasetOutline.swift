public import Signals

/// Everything about a dataset but its samples' values: what a writer needs to know first.
public struct DatasetOutline: Sendable, Equatable {
    /// One recording: consecutive samples of one subject.
    public struct Recording: Sendable, Equatable {
        /// A name that is unique in the dataset.
        public var name: String
        /// The subject, as an index into `subjects`.
        public var subject: Int
        /// The position of the first sample in the recording; the others follow one by one.
        public var firstPosition: Int
        /// A label for each sample, as an index into `codes`; nil where there is none.
        public var labels: [Int?]
        /// When position 0 is; nil where nobody knows.
        public var start: RecordingStart?

        /// A recording with one sample for each of `labels`.
        public init(
            name: String, subject: Int, firstPosition: Int = 0, labels: [Int?], start: RecordingStart? = nil
        ) {
            (self.name, self.subject, self.firstPosition, self.labels) = (name, subject, firstPosition, labels)
            self.start = start
        }
    }

    /// Where the samples come from, like "pmd-ii".
    public var kind: String
    /// What the label codes mean.
    public var vocabulary: LabelVocabulary
    /// Rows of one sample.
    public var rows: Int
    /// Columns of one sample.
    public var columns: Int
    /// What the values are, feature by feature or channel by channel; empty for maps, where the shape says it.
    public var content: [String]
    /// The unit of each of `content`, or one of all values where that is empty: "uV", "1/min", "1" for a number without
    /// a unit; empty where no unit is known.
    public var units: [String]
    /// For a dataset made of others, these, in the order of their recordings; otherwise empty.
    public var sources: [DatasetSource] = []
    /// How its maps lie, where it is of maps and that is known; of prepared ones nothing is left to say.
    public var frame: MapFrame?
    /// How its samples were prepared; nil where they were not.
    public var preparation: Preparation?
    /// How the recordings were read; nil where that is not kept.
    public var reader: ReaderRecord?
    /// The subjects' names.
    public var subjects: [String]
    /// The label codes that occur.
    public var codes: [String]
    /// The recordings in the order of their samples; none is empty.
    public var recordings: [Recording]

    /// An outline of these parts.
    public init(
        kind: String, vocabulary: LabelVocabulary, rows: Int, columns: Int, content: [String] = [],
        units: [String] = [],
        subjects: [String], codes: [String], recordings: [Recording]
    ) {
        (self.kind, self.vocabulary, self.rows, self.columns) = (kind, vocabulary, rows, columns)
        (self.content, self.units) = (content, units)
        (self.subjects, self.codes, self.recordings) = (subjects, codes, recordings)
    }

    /// Samples in all recordings.
    public var sampleCount: Int { recordings.reduce(0) { $0 + $1.labels.count } }

    /// Samples without a label.
    public var unlabelledCount: Int { recordings.reduce(0) { $0 + $1.labels.count { $0 == nil } } }
}
