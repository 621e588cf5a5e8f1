import Datasets
public import Recognition
import Signals

/// What a model answered for every sample of a dataset.
public struct Predictions: Sendable {
    /// The answer for one sample.
    public struct Row: Codable, Sendable, Equatable {
        /// The subject's name.
        public let subject: String
        /// The recording's name.
        public let recording: String
        /// The sample's position in its recording, as its publisher counts.
        public let position: Int
        /// The class in the most probable sequence of classes, now and then not the sample's own most probable one;
        /// where the model's trees share in the answers (`Recogniser.treeShare`), the sample's own most probable one.
        public let label: String
        /// The probability of each class given the whole recording, or the piece of it that the recogniser reads at
        /// once, in the order of the model's classes; where trees share in the answers, the mean of it and of what
        /// trees say of the sample, by their share.
        public let probabilities: [Float]

        /// The answer for a sample of a dataset.
        init(_ sample: Int, of dataset: Dataset, label: String, probabilities: [Float]) {
            subject = dataset.subjects[dataset.subject(of: sample)]
            recording = dataset.recordings[dataset.recording(of: sample)]
            position = dataset.position(of: sample)
            (self.label, self.probabilities) = (label, probabilities)
        }

        /// An answer, as a file has it.
        public init(subject: String, recording: String, position: Int, label: String, probabilities: [Float]) {
            (self.subject, self.recording, self.position) = (subject, recording, position)
            (self.label, self.probabilities) = (label, probabilities)
        }
    }

    /// The classes' names, in order.
    public let classes: [String]
    /// An answer for each sample, in the dataset's order.
    public let rows: [Row]
    /// How many answers are of each class.
    public let figures: PredictionFigures
    private let answers: [Int]
    private let dataset: Dataset
    private let scheme: LabelScheme

    init(_ found: Recogniser.Recognition, by model: RecogniserModel, of dataset: Dataset) {
        let classes = model.classes
        (self.dataset, scheme) = (dataset, model.scheme)
        (self.classes, answers) = (classes, found.labels)
        rows = found.labels.indices.map { sample in
            Row(
                sample, of: dataset, label: classes[found.labels[sample]],
                probabilities: Array(found.probabilities.row(sample)))
        }
        let counts = classes.enumerated().map { c, name in (name, found.labels.count { $0 == c }) }
        figures = PredictionFigures(
            scheme: model.scheme.rawValue, samples: rows.count, labels: Dictionary(counts, uniquingKeysWith: +))
    }

    /// The answers counted against the labels that the dataset itself has.
    ///
    /// They say something about the model only for subjects that no part of its training has seen.
    ///
    /// - Parameter samples: those that count where they have a label, like those of `Dataset.samples(ofSubjects:)`; nil
    ///   for all.
    /// - Returns: counts of the samples that have a label.
    /// - Throws: `SleepRecognitionError.labels` when the dataset's labels are not of the model's kind.
    public func scores(of samples: [Range<Int>]? = nil) throws(SleepRecognitionError) -> ClassificationScores {
        try SchemeLabels(dataset, under: scheme)
            .scores(of: answers, for: samples.map { Array($0.joined()) } ?? Array(answers.indices))
    }
}

/// What recognisers answered that were not trained on the people they were asked about.
public struct HeldOutAnswers: Sendable, Equatable {
    /// The classes' names, in order.
    public let classes: [String]
    /// An answer a sample held out, in the dataset's order.
    public let rows: [Predictions.Row]

    /// Answers, as a file has them.
    public init(classes: [String], rows: [Predictions.Row]) { (self.classes, self.rows) = (classes, rows) }
}

/// Figures of a recognition.
public struct PredictionFigures: Codable, Sendable, Equatable {
    /// What was told apart, by name.
    public let scheme: String
    /// How many samples were recognised.
    public let samples: Int
    /// How many of them as each class.
    public let labels: [String: Int]
}
