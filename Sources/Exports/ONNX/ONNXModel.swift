public import Foundation
import Layers
import Numerics
public import Recognition
import Signals

/// A model as a graph of the Open Neural Network Exchange, up to emissions, with what decoding them needs beside it.
///
/// The graph reads a recording's samples in their order, `[samples, rows, columns]`, and makes `emissions`
/// `[samples, classes]`: encoders with their preparation, what is read beside features, scaling, recurrent layers, the
/// mean over the members and, where a model answers for mirrors too, over these. The field's scores, and how long the
/// sequences are over which it goes, stand in the JSON beside it and in the graph's metadata.
public struct ONNXModel {
    /// The graph as a file.
    public let graph: Data
    /// What stands beside it, as JSON.
    public let description: Data

    /// The form's name in the JSON.
    public static let format = "ssrm.onnx.1"

    private struct Description: Encodable {
        let format = ONNXModel.format
        let opset = ONNXGraph.opset
        let digest: String
        let scheme: String
        let classes: [String]
        let vocabulary: String
        let rows, columns: Int
        let content: [String]
        let units: [String]
        /// What must have been done to samples that go in.
        let inputPreparation: Preparation
        let reader: ReaderRecord?
        let preset: String
        let sequenceLength: Int?
        let members: Int
        let transitions: [[Float]]
        let start: [Float]
        let end: [Float]

        private enum CodingKeys: String, CodingKey {
            case format, opset, digest, scheme, classes, vocabulary, rows, columns, content, units, reader, preset
            case members, transitions, start, end
            case inputPreparation = "input_preparation"
            case sequenceLength = "sequence_length"
        }
    }

    /// A model's graph.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - digest: its file's digest.
    /// - Throws: `ExportError` for what can't be told so.
    public init(_ model: RecogniserModel, digest: String) throws {
        let settings = model.recogniser.settings
        guard model.recogniser.forest == nil else {
            throw ExportError("trees can't be told in ONNX: train a model with recogniser.trees=none")
        }
        guard model.inputs.mixture == nil else {
            throw ExportError(
                "Fisher vectors can't be told in ONNX: train a model with recogniser.fisher_components=0")
        }
        let graph = ONNXGraph()
        let samples = "samples"
        let mirror = settings.mirrorAverage ? try model.scheme.mirroredClasses(for: model.vocabulary) : nil
        var sum = try Self.sum(graph, samples, of: model)
        if let mirror {
            let mirrored = graph.add(
                "Slice",
                [samples, graph.wholes([-1]), graph.wholes([Int(Int32.min)]), graph.wholes([2]), graph.wholes([-1])])
            let own = try Self.sum(graph, mirrored, of: model)
            sum = graph.add("Add", [sum, graph.add("Gather", [own, graph.wholes(mirror)], [("axis", .whole(1))])])
        }
        let count = model.recogniser.members.count * (mirror == nil ? 1 : 2)
        let emissions = graph.add(
            "Mul", [sum, graph.floats([1 / Float(count)], [], named: "share")], named: "emissions")

        let field = model.recogniser.fieldScores(mirrors: mirror.map { [nil, $0] } ?? [nil])
        let transitions = field["crf.transitions"] ?? []
        let classes = model.classes.count
        let isMap = [model.preparation, model.inputs.preparation].contains { $0.choice is MapPreparation }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = try encoder.encode(
            Description(
                digest: digest, scheme: model.scheme.rawValue, classes: model.classes,
                vocabulary: model.vocabulary.rawValue, rows: model.rows, columns: model.columns,
                content: model.content, units: model.units,
                inputPreparation: isMap ? Self.mapPreparation(of: model) : .none, reader: model.reader,
                preset: model.preset, sequenceLength: settings.sequenceLength,
                members: model.recogniser.members.count,
                transitions: stride(from: 0, to: transitions.count, by: classes).map {
                    Array(transitions[$0..<$0 + classes])
                }, start: field["crf.start"] ?? [], end: field["crf.end"] ?? []))
        description = text + [UInt8(ascii: "\n")]
        let values = model.content.isEmpty ? "values" : model.content.joined(separator: ", ")
        let input = ONNXGraph.Port(
            name: samples, shape: [.any("samples"), .fixed(model.rows), .fixed(model.columns)],
            meaning: "a recording's samples in order: \(values)\(isMap ? ", prepared as input_preparation says" : "")")
        let output = ONNXGraph.Port(
            name: emissions, shape: [.any("samples"), .fixed(classes)],
            meaning: "scores of \(model.classes.joined(separator: ", ")) at each sample, before the field's")
        self.graph = try graph.bytes(
            inputs: [input], outputs: [output],
            about: "Recognises \(model.classes.joined(separator: ", ")): emissions for a conditional random field",
            metadata: [("ssrm", String(decoding: text, as: UTF8.self))])
    }

    private static func mapPreparation(of model: RecogniserModel) -> Preparation {
        model.preparation.choice is MapPreparation ? model.preparation : model.inputs.preparation
    }

    /// The sum of the members' emissions.
    private static func sum(_ graph: ONNXGraph, _ samples: String, of model: RecogniserModel) throws -> String {
        let recogniser = model.recogniser
        var features: [String?] = [nil]
        if let first = model.encoders.first {
            let prepared = try graph.prepared(
                samples, by: first.record.preparation, rows: model.rows, columns: model.columns)
            features = try model.encoders.enumerated().map { place, encoder in
                try graph.features(prepared, of: encoder, prefix: "encoder.\(place)")
            }
        }
        if recogniser.settings.recordingScaling, recogniser.settings.encoder == .frozen {
            features = features.map { $0.map { scaledOverRecording(graph, $0) } }
        }
        let beside = try self.beside(graph, samples, of: model)
        let values = features.map { own in
            let all = [own].compactMap(\.self) + beside
            let joined = all.count == 1 ? all[0] : graph.add("Concat", all, [("axis", .whole(1))])
            return scaled(graph, joined, by: recogniser)
        }
        let emissions = recogniser.members.indices.map { member in
            graph.emissions(values[values.count == 1 ? 0 : member], of: recogniser, member: member)
        }
        return emissions.dropFirst().reduce(emissions[0]) { graph.add("Add", [$0, $1]) }
    }

    /// What is read beside features.
    private static func beside(_ graph: ONNXGraph, _ samples: String, of model: RecogniserModel) throws -> [String] {
        let inputs = model.inputs
        guard inputs.areAny else { return [] }
        let prepared = try graph.prepared(
            samples, by: inputs.preparation, rows: model.rows, columns: model.columns)
        let flat = graph.reshape(prepared, [-1, model.rows * model.columns])
        var found: [String] = []
        if let components = inputs.components {
            let unit = graph.divided(graph.cast(flat, to: .double), byNormIn: .double)
            let count = components.mean.count
            let mean = graph.doubles(components.mean.map { Double($0) }, [count], named: "components.mean")
            let turned = (0..<count).flatMap { value in
                (0..<components.count).map { Double(components.directions[$0, value]) }
            }
            let directions = graph.doubles(turned, [count, components.count], named: "components.directions")
            let scores = graph.add("MatMul", [graph.add("Sub", [unit, mean]), directions])
            found.append(graph.cast(scores, to: .float))
        }
        if inputs.includesSamples { found.append(flat) }
        return found
    }

    /// Features with mean 0 and deviation 1 over the recording; those that do not change there are 0.
    private static func scaledOverRecording(_ graph: ONNXGraph, _ features: String) -> String {
        let overSamples: [(String, ONNXGraph.Attribute)] = [("axes", .wholes([0])), ("keepdims", .whole(1))]
        let wide = graph.cast(features, to: .double)
        let mean = graph.add("ReduceMean", [wide], overSamples)
        let distance = graph.add("Sub", [wide, mean])
        let deviation = graph.add(
            "Sqrt", [graph.add("ReduceMean", [graph.add("Mul", [distance, distance])], overSamples)])
        let least = graph.add(
            "Mul",
            [
                graph.add("Max", [graph.add("Abs", [mean]), graph.doubles([1e-30], [], named: "least_size")]),
                graph.doubles([1e-6], [], named: "rounding"),
            ])
        let changes = graph.add("Greater", [deviation, least])
        let factor = graph.add(
            "Where",
            [
                changes,
                graph.add(
                    "Reciprocal", [graph.add("Where", [changes, deviation, graph.doubles([1], [], named: "one_64")])]),
                graph.doubles([0], [], named: "zero_64"),
            ])
        let away = graph.add("Sub", [features, graph.cast(mean, to: .float)])
        return graph.add("Mul", [away, graph.cast(factor, to: .float)])
    }

    /// Values as the network reads them: features of a body that was trained on as they are, others scaled.
    private static func scaled(_ graph: ONNXGraph, _ values: String, by recogniser: Recogniser) -> String {
        let (scaling, before) = (recogniser.scaling, recogniser.featureCount)
        let count = scaling.means.count
        if count == 0 { return values }
        let others =
            before == 0
            ? values
            : graph.add(
                "Slice", [values, graph.wholes([before]), graph.wholes([before + count]), graph.wholes([1])])
        let away = graph.add("Sub", [others, graph.floats(scaling.means, [count], named: "scaling.means")])
        var result = graph.add("Mul", [away, graph.floats(scaling.factors, [count], named: "scaling.factors")])
        let clip = Float(recogniser.settings.inputClip)
        if clip > 0 {
            result = graph.add(
                "Clip",
                [result, graph.floats([-clip], [], named: "clip_low"), graph.floats([clip], [], named: "clip_high")])
        }
        if before == 0 { return result }
        let first = graph.add("Slice", [values, graph.wholes([0]), graph.wholes([before]), graph.wholes([1])])
        return graph.add("Concat", [first, result], [("axis", .whole(1))])
    }
}
