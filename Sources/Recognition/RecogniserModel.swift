public import Encoders
public import Signals

/// All that recognition needs: encoders, what is read beside their features, a recogniser, and what its answers mean.
public struct RecogniserModel: Sendable {
    /// What it was made of.
    public struct Provenance: Sendable, Equatable {
        /// The digest of the job that trained the encoder; nil where none did.
        public let encoderJob: String?
        /// The digest of the dataset that the encoder was trained on; nil where there was none.
        public let encoderDataset: String?
        /// The subjects whose samples the encoder was trained on, by name; nil where nobody knows, or there was none.
        public let encoderSubjects: [String]?
        /// The digest of the dataset that the recogniser was trained on.
        public let dataset: String
        /// The subjects whose samples the recogniser was trained on, by name.
        public let subjects: [String]
        /// Those of them with labels, where it was taught with its own answers for the others or read them beside
        /// these; nil where all had labels, and in models of versions up to 0.8.0, which did not tell them apart.
        public let labelledSubjects: [String]?

        /// A provenance.
        public init(
            encoderJob: String?, encoderDataset: String?, encoderSubjects: [String]? = nil, dataset: String,
            subjects: [String], labelledSubjects: [String]? = nil
        ) {
            (self.encoderJob, self.encoderDataset) = (encoderJob, encoderDataset)
            (self.encoderSubjects, self.dataset, self.subjects) = (encoderSubjects, dataset, subjects)
            self.labelledSubjects = labelledSubjects
        }

        /// Whether encoder or recogniser were trained on samples of one of these people; nil where the recogniser was
        /// not, and nobody knows of the encoder, or whether somebody of nearly the same name is one of them.
        public func hasSeen(anyOf names: some Sequence<String>) -> Bool? {
            if !seen(of: names).isEmpty { return true }
            if hasNamesake(among: names) { return nil }
            return encoderDataset != nil && encoderSubjects == nil ? nil : false
        }

        /// Whether one of these people may be one of those trained on under another name: where datasets with equal
        /// names are joined, `S1` becomes `S1 (lab.safetensors)`.
        public func hasNamesake(among names: some Sequence<String>) -> Bool {
            let bare = Set((subjects + (encoderSubjects ?? [])).map(Self.bare))
            return names.contains { bare.contains(Self.bare($0)) }
        }

        private static func bare(_ name: String) -> Substring {
            guard name.hasSuffix(")"), let bracket = name.firstRange(of: " (") else { return name[...] }
            return name[..<bracket.lowerBound]
        }

        /// Those of these people whose samples encoder or recogniser are known to be trained on.
        public func seen(of names: some Sequence<String>) -> Set<String> {
            Set(names).intersection(subjects + (encoderSubjects ?? []))
        }
    }

    /// What makes a sample's features: nothing where the recogniser reads none, one encoder for all its members, or one
    /// for each.
    public let encoders: [Encoder]
    /// Rows of a sample whose values are read, prepared.
    public let rows: Int
    /// Columns of a sample whose values are read, prepared.
    public let columns: Int
    /// What is read of a sample beside them.
    public let inputs: RecogniserInputs
    /// What answers.
    public let recogniser: Recogniser
    /// What is told apart.
    public let scheme: LabelScheme
    /// The labels that it was trained on.
    public let vocabulary: LabelVocabulary
    /// The classes' names, in order.
    public let classes: [String]
    /// What the values of its samples are, as the dataset that it was trained on says; empty where nobody said.
    public let content: [String]
    /// The values' units, as that dataset says; empty where nobody said.
    public let units: [String]
    /// How the pressure maps lay that it was trained on as they are; nil where they are prepared to lie alike, where
    /// nobody said, and of other samples.
    public let frame: MapFrame?
    /// How the recordings that it was trained on were read; nil where nobody said.
    public let reader: ReaderRecord?
    /// The name of the settings that it was made with.
    public let preset: String
    /// What it was made of.
    public let provenance: Provenance

    /// A model from its parts.
    ///
    /// - Precondition: the recogniser reads what encoders and inputs make of prepared samples `[rows, columns]`, and
    ///   has a class for each name.
    public init(
        encoders: [Encoder], rows: Int, columns: Int, inputs: RecogniserInputs, recogniser: Recogniser,
        scheme: LabelScheme, vocabulary: LabelVocabulary, classes: [String], content: [String] = [],
        units: [String] = [], frame: MapFrame? = nil, reader: ReaderRecord? = nil, preset: String,
        provenance: Provenance
    ) {
        precondition(
            encoders.count <= 1 || encoders.count == recogniser.members.count,
            "\(encoders.count) encoders for \(recogniser.members.count) members")
        precondition(
            classes.count == recogniser.network.classes,
            "\(classes.count) class names for \(recogniser.network.classes) classes")
        let width = inputs.width(
            featureCount: encoders.first?.featureCount ?? 0, valuesPerSample: rows * columns)
        precondition(
            width == recogniser.width, "\(width) values a sample for a recogniser that reads \(recogniser.width)")
        (self.encoders, self.rows, self.columns) = (encoders, rows, columns)
        (self.inputs, self.recogniser) = (inputs, recogniser)
        (self.scheme, self.vocabulary, self.classes) = (scheme, vocabulary, classes)
        (self.frame, self.reader) = (frame, reader)
        (self.content, self.units, self.preset, self.provenance) = (content, units, preset, provenance)
    }

    /// What is done to samples: that of the encoders, otherwise that of values that are read without one.
    public var preparation: Preparation { encoders.first?.record.preparation ?? inputs.preparation }
}
