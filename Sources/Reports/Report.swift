import Foundation

/// What one page tells: parts of one kind each, any of which may be missing.
///
/// Every number that the page shows is one of the report's own, as `json` has them, rounded.
package struct Report: Encodable, Sendable {
    /// The form of a report's JSON.
    package static let format = "ssrm.report.1"

    /// What stands at the top.
    package let title: String
    /// Who made it: the program's version.
    package let version: String
    /// A model.
    package var model: ModelPart?
    /// An evaluation.
    package var evaluation: EvaluationPart?
    /// What labelled people are worth.
    package var labelCurve: LabelCurvePart?
    /// Nights.
    package var nights: NightsPart?
    /// Lying postures.
    package var postures: PosturesPart?
    /// A pre-training run.
    package var run: RunPart?
    /// An encoder's features.
    package var features: FeaturesPart?

    /// What is known of which parts are of which dataset.
    package var datasets: [PartDataset] = []

    /// A dataset that a part was made of.
    package struct PartDataset: Encodable, Sendable, Equatable {
        /// The part, in words: `the evaluation is of`.
        package let part: String
        /// The dataset's path, as the part has it.
        package let name: String
        /// The dataset's digest.
        package let digest: String

        /// A dataset of a part.
        package init(part: String, name: String, digest: String) {
            (self.part, self.name, self.digest) = (part, name, digest)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case format, title, version, datasets, model, evaluation, nights, postures, run, features
        case labelCurve = "label_curve"
    }

    /// A report without parts.
    package init(title: String, version: String) { (self.title, self.version) = (title, version) }

    /// Writes the parts that there are.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.format, forKey: .format)
        try container.encode(title, forKey: .title)
        try container.encode(version, forKey: .version)
        if !datasets.isEmpty { try container.encode(datasets, forKey: .datasets) }
        try container.encodeIfPresent(model, forKey: .model)
        try container.encodeIfPresent(evaluation, forKey: .evaluation)
        try container.encodeIfPresent(labelCurve, forKey: .labelCurve)
        try container.encodeIfPresent(nights, forKey: .nights)
        try container.encodeIfPresent(postures, forKey: .postures)
        try container.encodeIfPresent(run, forKey: .run)
        try container.encodeIfPresent(features, forKey: .features)
    }

    /// The page: one HTML file that loads nothing, from no network and no other file.
    package var html: String {
        let sections = [
            model?.section(validatedBy: evaluation), evaluation?.section, labelCurve?.section, nights?.section,
            postures?.section, run?.section, features?.section,
        ]
        return PageTemplate.shared.page(
            title: title, notice: differentDatasets, sections: sections.compactMap(\.self),
            end: """
                Made by ssrm \(version). The page loads nothing and sends nothing; `ssrm report --json` prints its numbers.
                """)
    }

    /// That parts are of different datasets; nil where all that is known is one.
    private var differentDatasets: Prose? {
        guard Set(datasets.map(\.digest)).count > 1 else { return nil }
        let parts = datasets.map {
            "\($0.part) \(name: $0.name) (\(name: String($0.digest.prefix(12)))…)" as Prose
        }
        return """
            The parts of this page are of different datasets, so that their figures can't be compared: \
            \(Prose.joined(parts, "; ")).
            """
    }
}
