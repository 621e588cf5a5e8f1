/// How an evaluation divides the samples, so that other programs can be scored on the very same ones.
public struct FoldDivision: Codable, Sendable, Equatable {
    /// One division.
    public struct Fold: Codable, Sendable, Equatable {
        /// What it holds out, in the words of a person.
        public let name: String
        /// The subjects held out, by name; none where samples are divided without regard to subjects.
        public let heldOut: [String]
        /// The classes that samples of the dataset are of and no sample trained on is.
        public let absentClasses: [String]
        /// The samples trained on, by their number in the dataset file, from 0, in order; those without a class are
        /// among them.
        public let training: [Int]
        /// The samples held out, likewise.
        public let test: [Int]

        private enum CodingKeys: String, CodingKey {
            case name, training, test
            case heldOut = "held_out"
            case absentClasses = "absent_classes"
        }
    }

    /// What `format` is.
    public static let format = "ssrm.folds.1"

    /// The form of this in files; nil in those of versions before.
    public let format: String?
    /// The dataset's path.
    public let data: String
    /// The dataset's digest.
    public let datasetDigest: String
    /// The protocol's name.
    public let protocolName: String
    /// What is told apart, by name.
    public let scheme: String
    /// The classes' names, in order.
    public let classes: [String]
    /// The name of the settings that the evaluation would have.
    public let preset: String
    /// Per sample of the dataset file its class, as an index into `classes`; nil for samples without one.
    public let labels: [Int?]
    /// The divisions.
    public let folds: [Fold]

    private enum CodingKeys: String, CodingKey {
        case format, data, scheme, classes, preset, labels, folds
        case protocolName = "protocol"
        case datasetDigest = "dataset_digest"
    }

    init(_ evaluation: Evaluation) {
        let dataset = evaluation.dataset
        (format, data, datasetDigest) = (Self.format, dataset.path, dataset.digest)
        (protocolName, scheme) = (evaluation.division.name, evaluation.scheme.rawValue)
        (classes, labels) = (evaluation.labels.classes, evaluation.labels.labels)
        preset = evaluation.settings.name
        folds = evaluation.folds.map { fold in
            Fold(
                name: fold.name, heldOut: fold.heldOut, absentClasses: fold.absentClasses,
                training: fold.samples.training, test: fold.samples.test)
        }
    }
}
