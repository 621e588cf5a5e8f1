import Checkpoints
import Foundation
import Layers
public import Numerics
public import Signals

/// All that recognition needs in one file: a recogniser, the encoder that makes its features, and what its answers mean.
///
/// The file is a tensor file of format `ssrm.model.2`. Metadata: `scheme`, `vocabulary`, `preset`, `classes` (a JSON array),
/// `recogniser` (the settings as JSON, without `sequence_length` where recordings are read whole), `encoder` (its record as JSON), `encoder_job` (the job that trained it, as JSON),
/// `rows`, `columns`. Tensors: `encoder.parameters`, `scaling.means`, `scaling.factors`, the recogniser's parameters as
/// `recogniser.…` under their views' names and, where the settings have them, `components.mean` `[values]`,
/// `components.directions` `[components, values]`, `components.variances` `[components]`, `mixture.weights` `[Gaussians]`,
/// `mixture.means` and `mixture.variances` `[Gaussians, components]`.
public struct RecogniserModel: Sendable {
    /// The format's name in the file.
    public static let format = "ssrm.model.2"

    /// The recogniser.
    public let recogniser: Recogniser
    /// What it reads of a sample.
    public let inputs: RecogniserInputs
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
    /// The job that trained the encoder, as JSON.
    public let encoderJob: String
    /// The encoder's parameters.
    public let encoderParameters: FloatBlock

    /// A model from its parts.
    public init(
        recogniser: Recogniser, inputs: RecogniserInputs, scheme: LabelScheme, vocabulary: LabelVocabulary,
        classes: [String], preset: String, rows: Int, columns: Int, encoderRecord: String, encoderJob: String,
        encoderParameters: FloatBlock
    ) {
        precondition(
            classes.count == recogniser.network.classes,
            "\(classes.count) class names for \(recogniser.network.classes) classes")
        (self.recogniser, self.inputs, self.scheme) = (recogniser, inputs, scheme)
        (self.vocabulary, self.encoderJob) = (vocabulary, encoderJob)
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
            "encoder": encoderRecord, "encoder_job": encoderJob, "rows": "\(rows)", "columns": "\(columns)",
        ]
        let scaling = recogniser.scaling
        let views = recogniser.network.views
        let features = scaling.means.count
        let added = inputs.tensors
        var writer = try TensorFileWriter(
            path: path,
            tensors: [
                (name: "encoder.parameters", type: .float32, shape: [encoderParameters.count]),
                (name: "scaling.means", type: .float32, shape: [features]),
                (name: "scaling.factors", type: .float32, shape: [features]),
            ] + views.map { (name: "recogniser.\($0.name)", type: .float32, shape: $0.shape) }
                + added.map { (name: $0.name, type: .float32, shape: $0.shape) },
            metadata: metadata)
        try writer.append(encoderParameters.bytes)
        for values in [scaling.means, scaling.factors] {
            try writer.append(FloatBlock(values))
        }
        // The views stand one after the other, as they do in the file.
        try writer.append(recogniser.parameters)
        for tensor in added { try writer.append(FloatBlock(tensor.values)) }
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
        let sizes = 1..<1 << 28  // two such sizes have a product
        guard !classes.isEmpty, sizes.contains(rows), sizes.contains(columns) else {
            throw refusal("it has no classes or no samples' shape")
        }
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
        guard let inputs = try RecogniserInputs(file, settings: settings, values: rows * columns) else {
            throw refusal("its components or its mixture have impossible values")
        }
        self.init(
            recogniser: Recogniser(
                settings: settings, classes: classes.count, scaling: scaling, parameters: parameters),
            inputs: inputs, scheme: scheme, vocabulary: vocabulary, classes: classes, preset: try text("preset"),
            rows: rows,
            columns: columns, encoderRecord: try text("encoder"), encoderJob: try text("encoder_job"),
            encoderParameters: encoderParameters)
    }
}

extension RecogniserInputs {
    /// What a file keeps of them, beside the settings.
    fileprivate var tensors: [(name: String, shape: [Int], values: [Float])] {
        var tensors: [(name: String, shape: [Int], values: [Float])] = []
        if let components {
            let directions = components.directions
            tensors.append(("components.mean", [directions.columns], components.mean))
            tensors.append(("components.directions", [directions.rows, directions.columns], directions.elements))
            tensors.append(("components.variances", [directions.rows], components.variances))
        }
        if let mixture {
            let shape = [mixture.means.rows, mixture.means.columns]
            tensors.append(("mixture.weights", [mixture.count], mixture.weights))
            tensors.append(("mixture.means", shape, mixture.means.elements))
            tensors.append(("mixture.variances", shape, mixture.variances.elements))
        }
        return tensors
    }

    /// Those of a file, for samples of `values` values; nil when a value can't be right.
    fileprivate init?(_ file: TensorFile, settings: RecogniserSettings, values: Int) throws(TensorFileError) {
        func floats(_ name: String, _ shape: [Int]) throws(TensorFileError) -> [Float] {
            Array(try file.floats(name, shape: shape))
        }
        let (count, gaussians) = (settings.principalComponents, settings.fisherComponents)
        var (components, mixture): (PrincipalComponents?, GaussianMixture?)
        if count > 0 {
            let fitted = PrincipalComponents(
                mean: try floats("components.mean", [values]),
                directions: Matrix(
                    rows: count, columns: values, elements: try floats("components.directions", [count, values])),
                variances: try floats("components.variances", [count]))
            guard (fitted.mean + fitted.directions.elements).allSatisfy(\.isFinite),
                fitted.variances.allSatisfy({ $0 > 0 && $0.isFinite })
            else { return nil }
            components = fitted
        }
        if gaussians > 0 {
            let (weights, means) = (
                try floats("mixture.weights", [gaussians]), try floats("mixture.means", [gaussians, count])
            )
            let variances = try floats("mixture.variances", [gaussians, count])
            guard means.allSatisfy(\.isFinite), (weights + variances).allSatisfy({ $0 > 0 && $0.isFinite }) else {
                return nil
            }
            mixture = GaussianMixture(
                weights: weights, means: Matrix(rows: gaussians, columns: count, elements: means),
                variances: Matrix(rows: gaussians, columns: count, elements: variances))
        }
        self.init(
            includesSamples: settings.includeInputs, components: components, mixture: mixture,
            normalisesFisherVectors: settings.fisherNormalised)
    }
}

extension TensorFileWriter {
    fileprivate mutating func append(_ block: FloatBlock) throws(TensorFileError) {
        try withExtendedLifetime(block) { () throws(TensorFileError) in try append(block.bytes) }
    }
}
