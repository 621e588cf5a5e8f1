import Checkpoints
import Datasets
import Encoders
import Recognition
import Signals

/// What a model file holds, for people and scripts.
struct ModelContents: Encodable {
    private let file: String
    private let digest: String
    private let scheme: String
    private let classes: [String]
    private let vocabulary: String
    private let preparation: Preparation
    private let rows: Int
    private let columns: Int
    private let content: [String]
    private let units: [String]
    private let reader: ReaderRecord?
    private let preset: String
    private let network: NetworkSettings?
    private let features: Int
    private let encoderIdentities: [String]
    private let encoderJob: String?
    private let encoderDataset: String?
    private let encoderSubjects: [String]?
    private let dataset: String
    private let recogniser: RecogniserSettings
    private let trees: TreeSettings?
    private let parameterCount: Int
    private let subjects: [String]
    private let labelledSubjects: [String]?

    private enum CodingKeys: String, CodingKey {
        case file, digest, scheme, classes, vocabulary, preparation, rows, columns, content, units, reader, preset,
            network
        case features, recogniser, trees, dataset, subjects
        case encoderIdentities = "encoder_identities"
        case encoderJob = "encoder_job"
        case encoderDataset = "encoder_dataset"
        case encoderSubjects = "encoder_subjects"
        case labelledSubjects = "labelled_subjects"
        case parameterCount = "parameter_count"
    }

    /// The contents of the model at `path`.
    ///
    /// - Throws: `TensorFileError` or `RecognitionError` for what is no whole model of this program's form.
    init(opening path: String) throws {
        let model = try RecogniserModel(opening: path)
        (file, digest) = (path, try TensorFile(opening: path).digest)
        (scheme, classes, vocabulary) = (model.scheme.rawValue, model.classes, model.vocabulary.rawValue)
        (rows, columns, content, units) = (model.rows, model.columns, model.content, model.units)
        preparation = model.preparation
        reader = model.reader
        (preset, network) = (model.preset, model.encoders.first?.record.network)
        features = model.encoders.first?.featureCount ?? 0
        (encoderIdentities, encoderJob) = (model.encoders.map(\.identity), model.provenance.encoderJob)
        (encoderDataset, dataset) = (model.provenance.encoderDataset, model.provenance.dataset)
        (encoderSubjects, subjects) = (model.provenance.encoderSubjects, model.provenance.subjects)
        labelledSubjects = model.provenance.labelledSubjects
        trees = model.recogniser.forest?.trees.isEmpty ?? true ? nil : model.recogniser.settings.trees
        (recogniser, parameterCount) = (model.recogniser.settings, model.recogniser.network.parameterCount)
    }

    private var encoder: String {
        guard let network else { return "none" }
        let identities = encoderIdentities.count == 1 ? "identity" : "identities"
        return "\(network.kind): \(features) features, \(identities) \(encoderIdentities.joined(separator: ", "))"
    }

    private var encoderPeople: String {
        encoderSubjects.map { "\($0.count) subjects: \($0.joined(separator: ", "))" } ?? "not known"
    }

    /// Whose labels it has seen, where not all have any.
    private var labelled: String {
        labelledSubjects.map { "\nwith labels of     \($0.count) of them: \($0.joined(separator: ", "))" } ?? ""
    }

    /// Sizes that it takes: where its preparation makes maps alike, larger ones, too.
    private var size: String {
        let prepared = preparation.shape(rows: 2 * rows, columns: 2 * columns)
        let isResized = (prepared.rows, prepared.columns) == (rows, columns)
        return isResized ? "maps of \(rows) x \(columns) values or more" : "samples of \(rows) x \(columns) values"
    }

    private var recurrent: String {
        recogniser.cell == .none ? "no recurrent layer, a linear layer and a CRF" : recogniser.cell.rawValue
    }

    private var members: String {
        recogniser.members == 1 ? "" : " in each of \(recogniser.members) members"
    }

    private var forest: String { trees?.forest.map { ", \($0.count) trees" } ?? "" }

    /// Prints them.
    func show(asJSON: Bool) throws {
        if asJSON { return try printJSON(self) }
        let values = content.enumerated().map { place, name in
            units.indices.contains(place) && !units[place].isEmpty ? "\(name) [\(units[place])]" : name
        }
        print(
            """
            \(file): a model
            tells apart        \(classes.joined(separator: ", ")) (scheme \(scheme), labels of \(vocabulary))
            takes              \(size)\(values.isEmpty ? "" : ": " + values.joined(separator: ", "))
            prepared           \(preparation.summary)
            read with          \(reader.map { "ssrm data \($0.summary)" } ?? "not known")
            preset             \(preset)
            encoder            \(encoder)
            encoder's job      \(encoderJob ?? "none")
            encoder's dataset  \(encoderDataset ?? "none")
            encoder learnt of  \(encoderDataset == nil ? "nobody" : encoderPeople)
            recogniser         \(recurrent), \(parameterCount) parameters\(members)\(forest)
            trained on         \(subjects.count) subjects: \(subjects.joined(separator: ", "))\(labelled)
            of dataset         \(dataset)
            digest             \(digest)
            """)
    }
}
