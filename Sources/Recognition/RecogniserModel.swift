import Checkpoints
import Foundation
import Layers
public import Numerics
public import Signals

/// All that recognition needs in one file: a recogniser, the encoder that makes its features, and what its answers mean.
///
/// The file is a tensor file of format `ssrm.model.1`. Metadata: `scheme`, `vocabulary`, `preset`, `classes` (a JSON array),
/// `recogniser` (the settings as JSON), `encoder` (its record as JSON), `rows`, `columns`. Tensors: `encoder.parameters`,
/// `scaling.means`, `scaling.factors`, and the recogniser's parameters as `recogniser.…` under their views' names.
public struct RecogniserModel: Sendable {
    /// The format's name in the file.
    public static let format = "ssrm.model.1"

    /// The recogniser.
    public let recogniser: Recogniser
    /// What is told apart.
    public let scheme: LabelScheme
    /// The labels that it was trained on.
    public let vocabulary: LabelVocabulary
    /// The classes' names, in order.
    public let classes: [String]
    /// The preset's name.
    public let preset: String
    /// Rows of the samples that it takes.
    public let rows: Int
    /// Columns of the samples that it takes.
    public let columns: Int
    /// The encoder's record, as JSON.
    public let encoderRecord: String
    /// The encoder's parameters.
    public let encoderParameters: FloatBlock

    /// A model from its parts.
    public init(
        recogniser: Recogniser, scheme: LabelScheme, vocabulary: LabelVocabulary, classes: [String], preset: String,
        rows: Int, columns: Int, encoderRecord: String, encoderParameters: FloatBlock
    ) {
        precondition(
            classes.count == recogniser.network.classes,
            "\(classes.count) class names for \(recogniser.network.classes) classes")
        (self.recogniser, self.scheme, self.vocabulary) = (recogniser, scheme, vocabulary)
        (self.classes, self.preset, self.rows, self.columns) = (classes, preset, rows, columns)
        (self.encoderRecord, self.encoderParameters) = (encoderRecord, encoderParameters)
    }

    /// Writes the model to `path`, whole or not at all.
    ///
    /// - Returns: the file's digest.
    /// - Throws: `TensorFileError.unwritable`.
    @discardableResult
    public func write(to path: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let metadata = [
            "format": Self.format, "scheme": scheme.rawValue, "vocabulary": vocabulary.rawValue, "preset": preset,
            "classes": String(decoding: try encoder.encode(classes), as: UTF8.self),
            "recogniser": String(decoding: try encoder.encode(recogniser.settings), as: UTF8.self),
            "encoder": encoderRecord, "rows": "\(rows)", "columns": "\(columns)",
        ]
        let scaling = recogniser.scaling
        let views = recogniser.network.views
        let features = scaling.means.count
        var writer = try TensorFileWriter(
            path: path,
            tensors: [
                (name: "encoder.parameters", type: .float32, shape: [encoderParameters.count]),
                (name: "scaling.means", type: .float32, shape: [features]),
                (name: "scaling.factors", type: .float32, shape: [features]),
            ] + views.map { (name: "recogniser.\($0.name)", type: .float32, shape: $0.shape) },
            metadata: metadata)
        try writer.append(encoderParameters.bytes)
        for values in [scaling.means, scaling.factors] {
            try writer.append(FloatBlock(values))
        }
        // The views stand one after the other, as they do in the file.
        try writer.append(recogniser.parameters)
        return try writer.finish()
    }

    /// Reads the model at `path`.
    ///
    /// - Throws: `TensorFileError` for a file that is missing or damaged, `RecognitionError.notAModel` for another file.
    public init(opening path: String) throws {
        let file = try TensorFile(opening: path)
        let metadata = file.metadata
        func refusal(_ reason: String) -> RecognitionError { .notAModel(path: path, reason: reason) }
        func text(_ key: String) throws(RecognitionError) -> String {
            guard let text = metadata[key] else { throw refusal("it has no \(key)") }
            return text
        }
        func decoded<T: Decodable>(_ type: T.Type, _ key: String) throws(RecognitionError) -> T {
            let json = Data(try text(key).utf8)
            guard let value = try? JSONDecoder().decode(type, from: json) else {
                throw refusal("its \(key) can't be read")
            }
            return value
        }
        let format = metadata["format"] ?? "none"
        guard format == Self.format else { throw refusal("its format is \(format), not \(Self.format)") }
        guard let scheme = LabelScheme(rawValue: try text("scheme")),
            let vocabulary = LabelVocabulary(rawValue: try text("vocabulary"))
        else { throw refusal("its scheme or vocabulary is unknown here") }
        let settings = try decoded(RecogniserSettings.self, "recogniser")
        do { try settings.validate() } catch { throw refusal("\(error)") }
        let classes = try decoded([String].self, "classes")
        guard (try? scheme.classes(for: vocabulary)) == classes else {
            throw refusal("its classes are not those of scheme \(scheme.rawValue)")
        }
        let rows = try decoded(Int.self, "rows")
        let columns = try decoded(Int.self, "columns")
        guard !classes.isEmpty, rows > 0, columns > 0 else { throw refusal("it has no classes or no samples' shape") }
        let encoderParameters = FloatBlock(try file.floats("encoder.parameters"))
        let means = try file.floats("scaling.means")
        guard !means.isEmpty else { throw refusal("it has no features") }
        let network = RecogniserNetwork(
            cell: settings.cell, features: means.count, hidden: settings.hiddenUnits, classes: classes.count)
        // Every shape is held against the file before anything is allocated for it.
        for view in network.views { _ = try file.floats("recogniser.\(view.name)", shape: view.shape) }
        let parameters = FloatBlock(count: network.parameterCount)
        for view in network.views {
            let values = try file.floats("recogniser.\(view.name)", shape: view.shape)
            for (i, value) in values.enumerated() { parameters[view.offset + i] = value }
        }
        let factors = try file.floats("scaling.factors", shape: [means.count])
        let scaling = withExtendedLifetime(file) { FeatureScaling(means: Array(means), factors: Array(factors)) }
        guard parameters.isFinite, encoderParameters.isFinite,
            (scaling.means + scaling.factors).allSatisfy(\.isFinite)
        else { throw refusal("a parameter is not a number") }
        self.init(
            recogniser: Recogniser(
                settings: settings, classes: classes.count, scaling: scaling, parameters: parameters),
            scheme: scheme, vocabulary: vocabulary, classes: classes, preset: try text("preset"), rows: rows,
            columns: columns, encoderRecord: try text("encoder"), encoderParameters: encoderParameters)
    }
}

extension TensorFileWriter {
    fileprivate mutating func append(_ block: FloatBlock) throws(TensorFileError) {
        try withExtendedLifetime(block) { () throws(TensorFileError) in try append(block.bytes) }
    }
}
