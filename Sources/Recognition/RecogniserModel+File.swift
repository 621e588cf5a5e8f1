import Checkpoints
import Encoders
import Foundation
import Numerics
import Signals

/// The file is a tensor file of format `ssrm.model.5`, or `ssrm.model.6` where there are trees: metadata and tensors
/// are the same, and after them come those of `Forest`.
///
/// Metadata: `scheme`, `vocabulary`, `preset`; as JSON `classes`, `content`, `units`, `subjects`, `preparation` (of
/// what is read beside features), `sample_shape` (rows and columns of a sample so prepared), `recogniser` (the
/// settings, without `sequence_length` where recordings are read whole) and, where features are read, `encoder` (its
/// record), where its body was trained on, `augmentation` and, where they are known, `frame` (how maps lay that
/// are read as they are) and `reader` (how the recordings were read), `trees` (of a model with some,
/// which of them) and `labelled_subjects` (whose labels it learnt from, where not everybody's);
/// `dataset` and, where an encoder was pre-trained,
/// `encoder_job` and `encoder_dataset` (digests) and, where it is known on whom, as JSON `encoder_subjects`. Tensors:
/// an encoder's parameters as `encoder.…`, or each member's as
/// `encoder.0.…` and so on where it was trained on; each member's parameters as `recogniser.0.…` and so on, under their
/// parts' names; `scaling.means` and `scaling.factors`, where other values are read than a tuned body's features, and,
/// where the settings have them, `components.mean` `[values]`, `components.directions` `[components, values]`,
/// `components.variances` `[components]`, `mixture.weights` `[Gaussians]`, `mixture.means` and `mixture.variances`
/// `[Gaussians, components]`.
extension RecogniserModel {
    /// The format's name in the file.
    public static let format = "ssrm.model.5"
    /// The format's name in the file of a model with trees, which programs before it can't read.
    public static let treesFormat = "ssrm.model.6"
    private static let oldFormats = ["ssrm.model.1", "ssrm.model.2", "ssrm.model.3", "ssrm.model.4"]

    /// What leads the names of the tensors of the encoder at `place`, of so many.
    private static func encoderPrefix(_ place: Int, isTuned: Bool) -> String {
        isTuned ? "encoder.\(place)" : "encoder"
    }

    private var isTuned: Bool { recogniser.settings.encoder.trainsBody }

    /// Writes the model to `path`, whole or not at all.
    ///
    /// - Returns: the file's digest.
    /// - Throws: `TensorFileError.unwritable`.
    @discardableResult
    public func write(to path: String) throws -> String {
        let encoding = JSONEncoder()
        encoding.outputFormatting = [.sortedKeys]  // the same model is the same file
        func json(_ value: some Encodable) throws -> String {
            String(decoding: try encoding.encode(value), as: UTF8.self)
        }
        var metadata = [
            "format": recogniser.forest == nil ? Self.format : Self.treesFormat, "scheme": scheme.rawValue,
            "vocabulary": vocabulary.rawValue, "preset": preset,
            "classes": try json(classes), "content": try json(content), "units": try json(units),
            "preparation": try json(inputs.preparation), "sample_shape": try json([rows, columns]),
            "recogniser": try json(recogniser.settings),
            "dataset": provenance.dataset, "subjects": try json(provenance.subjects),
        ]
        if recogniser.settings.encoder.trainsBody {
            metadata["augmentation"] = try json(recogniser.settings.augmentation)
        }
        if recogniser.forest != nil { metadata["trees"] = try json(recogniser.settings.trees) }
        if let encoder = encoders.first { metadata["encoder"] = try json(encoder.record) }
        if let frame { metadata["frame"] = try json(frame) }
        if let reader { metadata["reader"] = try json(reader) }
        metadata["encoder_job"] = provenance.encoderJob
        metadata["encoder_dataset"] = provenance.encoderDataset
        metadata["encoder_subjects"] = try provenance.encoderSubjects.map(json)
        metadata["labelled_subjects"] = try provenance.labelledSubjects.map(json)
        let scaling = recogniser.scaling
        let added = inputs.tensors
        var tensors = encoders.enumerated().flatMap { place, encoder in
            encoder.tensors(prefix: Self.encoderPrefix(place, isTuned: isTuned))
        }
        let isScaled = !scaling.means.isEmpty
        for name in ["scaling.means", "scaling.factors"] where isScaled {
            tensors.append((name, .float32, [scaling.means.count]))
        }
        for member in recogniser.members.indices {
            for part in recogniser.network.parts {
                tensors.append((Self.name(of: part.name, member: member), .float32, part.shape))
            }
        }
        for tensor in added { tensors.append((tensor.name, .float32, tensor.shape)) }
        let forest = recogniser.forest?.tensors ?? []
        for tensor in forest { tensors.append((tensor.name, tensor.type, tensor.shape)) }
        var writer = try TensorFileWriter(path: path, tensors: tensors, metadata: metadata)
        for encoder in encoders { try encoder.append(to: &writer) }
        for values in [scaling.means, scaling.factors] where isScaled { try writer.append(FloatBlock(values)) }
        // The parts stand one after the other, as they do in the file.
        for member in recogniser.members { try writer.append(member) }
        for tensor in added { try writer.append(FloatBlock(tensor.values)) }
        for tensor in forest { try tensor.bytes.withUnsafeBytes { try writer.append($0) } }
        return try writer.finish()
    }

    private static func name(of part: String, member: Int) -> String { "recogniser.\(member).\(part)" }

    /// Reads the model at `path`.
    ///
    /// - Throws: `TensorFileError` for a file that is missing or damaged, `RecognitionError.oldModel` or `.notAModel`
    ///   for another file.
    public init(opening path: String) throws {
        let file = ModelFile(path: path, tensors: try TensorFile(opening: path))
        let format = try file.format()
        let (scheme, vocabulary, classes) = try file.labels()
        let shape = try file.shape()
        let settings = try file.settings(hasTrees: format == Self.treesFormat)
        let encoders = try file.encoders(settings)
        let featureCount = encoders.first?.featureCount ?? 0
        let recogniser = try Self.recogniser(
            in: file.tensors, settings: settings, classes: classes.count,
            featureCount: settings.encoder.trainsBody ? featureCount : 0, file.refusal)
        let inputs = try file.inputs(settings, values: shape.rows * shape.columns)
        let width = inputs.width(featureCount: featureCount, valuesPerSample: shape.rows * shape.columns)
        guard width == recogniser.width else {
            throw file.refusal(
                "its encoder and inputs make \(width) values a sample, its recogniser reads "
                    + "\(recogniser.width)")
        }
        let (content, units) = try file.content()
        self.init(
            encoders: encoders, rows: shape.rows, columns: shape.columns, inputs: inputs, recogniser: recogniser,
            scheme: scheme, vocabulary: vocabulary, classes: classes, content: content, units: units,
            frame: try file.decodedIfPresent(MapFrame.self, "frame"),
            reader: try file.decodedIfPresent(ReaderRecord.self, "reader"), preset: try file.text("preset"),
            provenance: try file.provenance())
    }

    /// A model's file: what its metadata say, each part held against what it may be.
    private struct ModelFile {
        let path: String
        let tensors: TensorFile

        private var metadata: [String: String] { tensors.metadata }

        func refusal(_ reason: String) -> RecognitionError { .notAModel(path: path, reason: reason) }

        func text(_ key: String) throws(RecognitionError) -> String {
            guard let text = metadata[key] else { throw refusal("it has no \(key)") }
            return text
        }

        func decoded<T: Decodable>(_ type: T.Type, _ key: String) throws(RecognitionError) -> T {
            let json = Data(try text(key).utf8)
            do { return try JSONDecoder().decode(type, from: json) } catch let fault as SettingFault {
                throw refusal("its \(key): \(fault)")
            } catch {
                throw refusal("its \(key) can't be read")
            }
        }

        func decodedIfPresent<T: Decodable>(_ type: T.Type, _ key: String) throws(RecognitionError) -> T? {
            metadata[key] == nil ? nil : try decoded(type, key)
        }

        func format() throws(RecognitionError) -> String {
            let format = metadata["format"] ?? "none"
            if oldFormats.contains(format) { throw .oldModel(path: path, format: format) }
            guard [RecogniserModel.format, treesFormat].contains(format) else {
                throw refusal("its format is \(format), not \(RecogniserModel.format) or \(treesFormat)")
            }
            return format
        }

        func labels() throws(RecognitionError) -> (LabelScheme, LabelVocabulary, classes: [String]) {
            guard let scheme = LabelScheme(rawValue: try text("scheme")),
                let vocabulary = LabelVocabulary(rawValue: try text("vocabulary"))
            else { throw refusal("its scheme or vocabulary is unknown here") }
            let classes = try decoded([String].self, "classes")
            guard !classes.isEmpty, (try? scheme.classes(for: vocabulary)) == classes else {
                throw refusal("its classes are not those of scheme \(scheme.rawValue)")
            }
            return (scheme, vocabulary, classes)
        }

        /// That of a sample whose values are read, prepared.
        func shape() throws(RecognitionError) -> (rows: Int, columns: Int) {
            let shape = try decoded([Int].self, "sample_shape")
            guard shape.count == 2, shape.allSatisfy({ (1..<1 << 28).contains($0) }), shape[0] * shape[1] < 1 << 28
            else { throw refusal("its sample_shape is not that of a sample") }
            return (shape[0], shape[1])
        }

        func settings(hasTrees: Bool) throws(RecognitionError) -> RecogniserSettings {
            var settings = try decoded(RecogniserSettings.self, "recogniser")
            if settings.encoder.trainsBody { settings.augmentation = try decoded(Augmentation.self, "augmentation") }
            if hasTrees {
                settings.trees = try decoded(TreeSettings.self, "trees")
                guard settings.trees != .none else { throw refusal("its format has trees, and it has none") }
            }
            do { try settings.validate() } catch { throw refusal("\(error.inSection("recogniser"))") }
            return settings
        }

        /// One for all members, or one for each where the bodies were trained on.
        func encoders(_ settings: RecogniserSettings) throws -> [Encoder] {
            guard settings.encoder != .none else { return [] }
            let isTuned = settings.encoder.trainsBody
            let record = try decoded(Encoder.Record.self, "encoder")
            do {
                return try (0..<(isTuned ? settings.members : 1)).map { place in
                    try Encoder(
                        record: record, tensorsOf: tensors, prefix: encoderPrefix(place, isTuned: isTuned))
                }
            } catch let error as EncoderError {
                throw refusal("\(error)")
            }
        }

        func inputs(_ settings: RecogniserSettings, values: Int) throws -> RecogniserInputs {
            let preparation = try decoded(Preparation.self, "preparation")
            do { try preparation.validate() } catch { throw refusal("its preparation: \(error)") }
            guard
                let inputs = try RecogniserInputs(tensors, settings: settings, values: values, preparation: preparation)
            else {
                throw refusal("its components or its mixture have impossible values")
            }
            try tensors.requireWhole()
            return inputs
        }

        func content() throws(RecognitionError) -> (content: [String], units: [String]) {
            let (content, units) = (try decoded([String].self, "content"), try decoded([String].self, "units"))
            guard units.isEmpty || units.count == max(content.count, 1) else {
                throw refusal("it has \(units.count) units for \(content.count) kinds of values")
            }
            return (content, units)
        }

        func provenance() throws(RecognitionError) -> Provenance {
            Provenance(
                encoderJob: metadata["encoder_job"], encoderDataset: metadata["encoder_dataset"],
                encoderSubjects: try decodedIfPresent([String].self, "encoder_subjects"), dataset: try text("dataset"),
                subjects: try decoded([String].self, "subjects"),
                labelledSubjects: try decodedIfPresent([String].self, "labelled_subjects"))
        }
    }

    private static func recogniser(
        in file: TensorFile, settings: RecogniserSettings, classes: Int, featureCount: Int,
        _ refusal: (String) -> RecognitionError
    ) throws -> Recogniser {
        // A body's features are not scaled, and there need be no other values.
        let isScaled = featureCount == 0 || file.tensors.contains { $0.name == "scaling.means" }
        let means = isScaled ? Array(try file.floats("scaling.means")) : []
        guard featureCount + means.count > 0 else { throw refusal("it has no features") }
        let network = RecogniserNetwork(
            cell: settings.cell, features: featureCount + means.count, hidden: settings.hiddenUnits, classes: classes)
        // Every shape is held against the file before anything is allocated for it.
        for member in 0..<settings.members {
            for part in network.parts {
                _ = try file.floats(name(of: part.name, member: member), shape: part.shape)
            }
        }
        let members = try (0..<settings.members).map { member in
            let parameters = FloatBlock(count: network.parameterCount)
            for part in network.parts {
                let values = try file.floats(name(of: part.name, member: member), shape: part.shape)
                for (i, value) in values.enumerated() { parameters[part.offset + i] = value }
            }
            return parameters
        }
        let factors = isScaled ? Array(try file.floats("scaling.factors", shape: [means.count])) : []
        let scaling = withExtendedLifetime(file) { FeatureScaling(means: means, factors: factors) }
        let forest = try settings.trees.forest(ofClasses: classes).map { _ in
            guard
                let forest = try Forest(file, classes: classes),
                forest.inputs + forest.addedColumns == means.count
            else { throw refusal("its trees are impossible") }
            return forest
        }
        guard members.allSatisfy(\.isFinite), (scaling.means + scaling.factors).allSatisfy(\.isFinite) else {
            throw refusal("a parameter is not a number")
        }
        return Recogniser(
            settings: settings, classes: classes, featureCount: featureCount, scaling: scaling, members: members,
            forest: forest)
    }
}

extension TensorFileWriter {
    fileprivate mutating func append(_ block: FloatBlock) throws(TensorFileError) {
        try withExtendedLifetime(block) { () throws(TensorFileError) in try append(block.bytes) }
    }
}
