package import Recognition

/// What `Scripts/compare-baselines --json` found; keys that are not read here may be there too.
package struct BaselineFigures: Codable, Sendable, Equatable {
    /// A tool's figures, pooled over folds.
    package struct Tool: Codable, Sendable, Equatable {
        /// Its name.
        package let tool: String
        /// What it read: `raw` or `prepared`; nil of one that reads as it likes.
        package let inputs: String?
        /// The part of samples that was recognised right.
        package let accuracy: Double
        /// Cohen's kappa; nil, and null in files, where all samples and all answers are of one class.
        @NullWhereNone package private(set) var kappa: Double?
        /// The mean F1 of the classes that occur.
        package let macroF1: Double
        /// The accuracy's interval over people; nil where no people were held out.
        package let accuracyInterval: Interval?
        /// Kappa's interval, likewise.
        package let kappaInterval: Interval?
        /// The macro F1's interval, likewise.
        package let macroF1Interval: Interval?

        private enum CodingKeys: String, CodingKey {
            case tool, inputs, accuracy, kappa
            case macroF1 = "macro_f1"
            case accuracyInterval = "accuracy_interval"
            case kappaInterval = "kappa_interval"
            case macroF1Interval = "macro_f1_interval"
        }
    }

    /// What `format` is.
    package static let format = "ssrm.baselines.1"

    /// The form of these figures in files; nil in those of versions before.
    package let format: String?
    /// The dataset's path.
    package let data: String
    /// The dataset's digest.
    package let datasetDigest: String
    /// What was told apart.
    package let scheme: String
    /// How samples were held out.
    package let protocolName: String
    /// Only each so manyeth sample of a recording was trained on.
    package let every: Int
    /// Which packages they were.
    package let packages: [String]
    /// The tools.
    package let tools: [Tool]

    private enum CodingKeys: String, CodingKey {
        case format, data, scheme, every, packages, tools
        case datasetDigest = "dataset_digest"
        case protocolName = "protocol"
    }
}
