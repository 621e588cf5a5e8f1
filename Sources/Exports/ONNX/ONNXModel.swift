package import Foundation
import Layers
import Numerics
package import Recognition
import Signals

/// A model as a graph of the Open Neural Network Exchange, up to emissions, with what decoding them needs beside it.
///
/// The graph reads a recording's samples in their order, `[samples, rows, columns]`, and makes `emissions`
/// `[samples, classes]`: encoders with their preparation, what is read beside features, trees, scaling, recurrent
/// layers, the mean over the members and, where a model answers for mirrors too, over these. Of maps it reads how they
/// lie, too. Where trees have a part in answers it makes `tree_probabilities`. The field's scores, how long the
/// sequences are over which it goes, and the trees' part stand in the JSON beside it and in the graph's metadata.
package struct ONNXModel {
    /// The graph as a file.
    package let graph: Data
    /// What stands beside it, as JSON.
    package let description: Data

    /// The form's name in the JSON.
    package static let format = "ssrm.onnx.2"
    /// The name of what goes in.
    private static let samples = "samples"

    private struct Description: Encodable {
        let format = ONNXModel.format
        let opset = ONNXGraph.opset
        let digest: String
        let scheme: String
        let classes: [String]
        let vocabulary: String
        let inputs, outputs: [String]
        /// Of samples that go in; nil for maps of any size.
        let rows, columns: Int?
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
        /// The part that `tree_probabilities` have in the answer; nil where they have none.
        let treeShare: Double?

        private enum CodingKeys: String, CodingKey {
            case format, opset, digest, scheme, classes, vocabulary, inputs, outputs, rows, columns, content, units
            case reader, preset, members, transitions, start, end
            case inputPreparation = "input_preparation"
            case sequenceLength = "sequence_length"
            case treeShare = "tree_share"
        }
    }

    /// A model's graph.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - digest: its file's digest.
    ///   - mapsArePrepared: whether maps that go in were prepared, as the model's are; otherwise the graph does it.
    /// - Throws: `ExportError` for what can't be told so.
    package init(_ model: RecogniserModel, digest: String, mapsArePrepared: Bool = false) throws {
        let preparation = try Self.mapPreparation(of: model, mapsArePrepared: mapsArePrepared)
        let preparesMaps = preparation != nil && !mapsArePrepared
        let mirror =
            model.recogniser.settings.mirrorAverage
            ? try model.scheme.mirroredClasses(for: model.vocabulary) : nil
        let graph = ONNXGraph()
        let answers = try Self.answers(graph, of: model, mirror: mirror, mapsArePrepared: mapsArePrepared)
        let inputs = Self.inputs(of: model, preparation, mapsArePrepared: mapsArePrepared)
        let outputs = Self.outputs(answers, of: model)
        let field = model.recogniser.fieldScores(mirrors: mirror.map { [nil, $0] } ?? [nil])
        let (transitions, classes) = (field["crf.transitions"] ?? [], model.classes.count)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = try encoder.encode(
            Description(
                digest: digest, scheme: model.scheme.rawValue, classes: model.classes,
                vocabulary: model.vocabulary.rawValue, inputs: inputs.map(\.name), outputs: outputs.map(\.name),
                rows: preparesMaps ? nil : model.rows, columns: preparesMaps ? nil : model.columns,
                content: model.content, units: model.units,
                inputPreparation: mapsArePrepared ? preparation ?? .none : .none, reader: model.reader,
                preset: model.preset, sequenceLength: model.recogniser.settings.sequenceLength,
                members: model.recogniser.members.count,
                transitions: stride(from: 0, to: transitions.count, by: classes).map {
                    Array(transitions[$0..<$0 + classes])
                }, start: field["crf.start"] ?? [], end: field["crf.end"] ?? [],
                treeShare: answers.trees == nil ? nil : model.recogniser.treeShare))
        description = text + [UInt8(ascii: "\n")]
        self.graph = try graph.bytes(
            inputs: inputs, outputs: outputs,
            about: "Recognises \(model.classes.joined(separator: ", ")): emissions for a conditional random field",
            metadata: [("ssrm", String(decoding: text, as: UTF8.self))])
    }

    /// What the graph answers: means over members, and over samples and their mirror images where the model asks for
    /// that.
    ///
    /// - Returns: the names of the emissions and, where there are any, of what trees say.
    private static func answers(
        _ graph: ONNXGraph, of model: RecogniserModel, mirror: [Int]?, mapsArePrepared: Bool
    ) throws -> Read {
        var read = [try Self.read(graph, samples, by: model, mapsArePrepared: mapsArePrepared)]
        if let mirror {
            let mirrored = graph.reversed(samples, axes: [2])
            let own = try Self.read(graph, mirrored, by: model, mapsArePrepared: mapsArePrepared)
            func turned(_ values: String) -> String {
                graph.add("Gather", [values, graph.wholes(mirror)], [("axis", .whole(1))])
            }
            read.append(Read(emissions: turned(own.emissions), trees: own.trees.map(turned)))
        }
        func mean(_ values: [String], of count: Int, named name: String) -> String {
            let sum = values.dropFirst().reduce(values[0]) { graph.add("Add", [$0, $1]) }
            return graph.add(
                "Mul", [sum, graph.floats([1 / Float(count)], [], named: "share_of_\(count)")], named: name)
        }
        let emissions = mean(
            read.map(\.emissions), of: model.recogniser.members.count * read.count, named: "emissions")
        let trees = read.compactMap(\.trees)
        return Read(
            emissions: emissions,
            trees: trees.isEmpty ? nil : mean(trees, of: read.count, named: "tree_probabilities"))
    }

    /// What goes in: a recording's samples, and where maps are prepared here what is known of the mat.
    private static func inputs(
        of model: RecogniserModel, _ preparation: Preparation?, mapsArePrepared: Bool
    ) -> [ONNXGraph.Port] {
        let preparesMaps = preparation != nil && !mapsArePrepared
        let values = model.content.isEmpty ? "values" : model.content.joined(separator: ", ")
        let prepared = preparation != nil && mapsArePrepared ? ", prepared as input_preparation says" : ""
        let size: [ONNXGraph.Port.Size] =
            preparesMaps ? [.any("rows"), .any("columns")] : [.fixed(model.rows), .fixed(model.columns)]
        let port = ONNXGraph.Port(
            name: samples, shape: [.any("samples")] + size,
            meaning: "a recording's samples in order: \(values)\(prepared)")
        return [port] + (preparesMaps ? ONNXGraph.matPorts : [])
    }

    /// What comes out: a value a class for each sample.
    private static func outputs(_ answers: Read, of model: RecogniserModel) -> [ONNXGraph.Port] {
        let size: [ONNXGraph.Port.Size] = [.any("samples"), .fixed(model.classes.count)]
        let names = model.classes.joined(separator: ", ")
        let emissions = ONNXGraph.Port(
            name: answers.emissions, shape: size, meaning: "scores of \(names) at each sample, before the field's")
        let trees = answers.trees.map {
            ONNXGraph.Port(name: $0, shape: size, meaning: "what trees say about each sample by itself")
        }
        return [emissions] + [trees].compactMap(\.self)
    }

    /// How maps are prepared that the model reads; nil where it reads none.
    ///
    /// - Throws: `ExportError` where maps are to be prepared by the graph that parts of the model read as they are, and
    ///   for prepared maps where there are none.
    private static func mapPreparation(
        of model: RecogniserModel, mapsArePrepared: Bool
    ) throws(ExportError) -> Preparation? {
        let all =
            model.encoders.prefix(1).map(\.record.preparation) + (model.inputs.areAny ? [model.inputs.preparation] : [])
        guard let found = all.first(where: { $0.choice is MapPreparation }) else {
            if !mapsArePrepared { return nil }
            throw ExportError("it prepares no maps: leave out --prepared-maps")
        }
        guard mapsArePrepared || all.allSatisfy({ $0 == found }) else {
            throw ExportError(
                "it was trained on prepared maps and reads them as they are, too: give --prepared-maps, and the graph "
                    + "maps that `ssrm data join --prepare` made")
        }
        return found
    }
}
