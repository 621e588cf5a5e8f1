package import SleepRecognition

/// What `Scripts/compare-baselines --json` found; keys that are not read here may be there too.
package struct BaselineFigures: Codable, Sendable, Equatable {
    /// A tool's figures, pooled over folds, or how far a tool is above another, paired person by person.
    package struct Row: Codable, Sendable, Equatable {
        /// The tool's name.
        package let tool: String
        /// The tool that it is above; nil for the tool's own figures.
        package let minus: String?
        /// What it, or the one that it is above, read: `raw` or `prepared`; nil of one that reads as it likes.
        package let inputs: String?
        /// The figures.
        package let figures: PooledFigures

        private enum CodingKeys: CodingKey { case tool, minus, inputs }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            tool = try container.decode(String.self, forKey: .tool)
            minus = try container.decodeIfPresent(String.self, forKey: .minus)
            inputs = try container.decodeIfPresent(String.self, forKey: .inputs)
            figures = try PooledFigures(from: decoder)
        }

        package func encode(to encoder: any Encoder) throws {
            try figures.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(tool, forKey: .tool)
            try container.encodeIfPresent(minus, forKey: .minus)
            try container.encodeIfPresent(inputs, forKey: .inputs)
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
    /// Into how many folds, and how many samples were scored; nil in files of versions before.
    package let folds, samples: Int?
    /// What random divisions and draws of people follow from; nil in files of versions before.
    package let seed: UInt64?
    /// Only each so manyeth sample of a recording was trained on.
    package let every: Int
    /// Which packages they were.
    package let packages: [String]
    /// The tools.
    package let tools: [Row]
    /// How far each evaluation that was given is above each tool; nil in files of versions before.
    package let differences: [Row]?

    private enum CodingKeys: String, CodingKey {
        case format, data, scheme, folds, samples, seed, every, packages, tools, differences
        case datasetDigest = "dataset_digest"
        case protocolName = "protocol"
    }
}
