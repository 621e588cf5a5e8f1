/// What a curve over numbers of labelled people found.
public struct LabelCurveFigures: Codable, Sendable, Equatable {
    /// One arm's answers in one draw, pooled over folds.
    public struct Draw: Codable, Sendable, Equatable {
        /// How many samples of the class of the row were recognised as the class of the column.
        public let confusion: [[Int]]
        /// The same for each subject held out, in the order of `LabelCurveFigures.subjects`.
        public let subjects: [[[Int]]]
    }

    /// One arm with so many labelled people: the mean of the draws' figures.
    public struct ArmFigures: Sendable, Equatable {
        /// Which.
        public let arm: LabelCurve.Arm
        /// How many steps with labels or answers a training made, the fewest and the most; none for logistic
        /// regression.
        public let steps: [Int]?
        /// How many trainings stopped before they had converged, where that can be said.
        public let notConverged: Int?
        /// The figures.
        public let figures: PooledFigures
        /// What was recognised.
        public let draws: [Draw]
    }

    /// By how much the pre-trained arm is above another: the mean of the draws' differences.
    public struct Difference: Sendable, Equatable {
        /// The other.
        public let arm: LabelCurve.Arm
        /// The differences.
        public let figures: PooledFigures
    }

    /// What was found with so many labelled people.
    public struct Point: Codable, Sendable, Equatable {
        /// How many people kept their labels.
        public let labelledSubjects: Int
        /// The arms.
        public let arms: [ArmFigures]
        /// The pre-trained arm less each other.
        public let differences: [Difference]

        private enum CodingKeys: String, CodingKey {
            case arms, differences
            case labelledSubjects = "labelled_subjects"
        }
    }

    /// Who kept labels in a fold.
    public struct Fold: Codable, Sendable, Equatable {
        /// What it held out, in the words of a person.
        public let name: String
        /// A draw's people, in the order in which they keep their labels.
        public let labelled: [[String]]
        /// Steps of the pre-training, which no label has a part in.
        public let pretrainingSteps: Int
        /// How many samples a step of the pre-training takes.
        public let pretrainingSamples: Int

        private enum CodingKeys: String, CodingKey {
            case name, labelled
            case pretrainingSteps = "pretraining_steps"
            case pretrainingSamples = "pretraining_samples_per_step"
        }
    }

    /// What `format` is.
    public static let format = "ssrm.label-curve.1"

    /// The form of these figures in files; nil in those of versions before.
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
    /// The name of the settings.
    public let preset: String
    /// Every value that was in effect.
    public let settings: PresetSettings
    /// The settings that are not the preset's, where it is one of the program's.
    public let changes: [String]
    /// What all random draws followed from.
    public let seed: UInt64
    /// How many times labelled people were drawn.
    public let draws: Int
    /// How many labelled samples were held out, over all folds.
    public let samples: Int
    /// The subjects held out, by name.
    public let subjects: [String]
    /// The folds.
    public let folds: [Fold]
    /// What the intervals are, or why there are none.
    public let intervals: String
    /// What is equal between the arms and what is not.
    public let comparison: String
    /// The curve.
    public let points: [Point]
    /// What a reader should know of single draws.
    public let notes: [String]
    /// Whether pre-training paid.
    public let verdict: String

    private enum CodingKeys: String, CodingKey {
        case format, data, scheme, classes, preset, settings, changes, seed, draws, samples, subjects, folds, intervals
        case comparison, points, notes, verdict
        case datasetDigest = "dataset_digest"
        case protocolName = "protocol"
    }
}

extension LabelCurveFigures.ArmFigures: Codable {
    private enum CodingKeys: String, CodingKey {
        case arm, steps, draws
        case notConverged = "not_converged"
    }

    /// Reads what `encode(to:)` wrote.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        arm = try container.decode(LabelCurve.Arm.self, forKey: .arm)
        steps = try container.decodeIfPresent([Int].self, forKey: .steps)
        notConverged = try container.decodeIfPresent(Int.self, forKey: .notConverged)
        draws = try container.decode([LabelCurveFigures.Draw].self, forKey: .draws)
        figures = try PooledFigures(from: decoder)
    }

    /// Writes the figures beside the rest.
    public func encode(to encoder: any Encoder) throws {
        try figures.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(arm, forKey: .arm)
        try container.encodeIfPresent(steps, forKey: .steps)
        try container.encodeIfPresent(notConverged, forKey: .notConverged)
        try container.encode(draws, forKey: .draws)
    }
}

extension LabelCurveFigures.Difference: Codable {
    private enum CodingKeys: String, CodingKey { case arm = "pretrained_minus" }

    /// Reads what `encode(to:)` wrote.
    public init(from decoder: any Decoder) throws {
        arm = try decoder.container(keyedBy: CodingKeys.self).decode(LabelCurve.Arm.self, forKey: .arm)
        figures = try PooledFigures(from: decoder)
    }

    /// Writes the differences beside the other's name.
    public func encode(to encoder: any Encoder) throws {
        try figures.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(arm, forKey: .arm)
    }
}
