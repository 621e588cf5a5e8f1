import Layers
import Numerics
import Recognition
import Signals

extension ONNXModel {
    /// What is made of samples: the sum of the members' emissions, and what trees say where they have a part in the
    /// answers.
    struct Read {
        let emissions: String
        let trees: String?
    }

    /// What a model makes of samples.
    ///
    /// - Parameters:
    ///   - graph: where it is made.
    ///   - samples: `[samples, rows, columns]`.
    ///   - model: the model.
    ///   - mapsArePrepared: whether maps are prepared when they go in.
    /// - Returns: values `[samples, classes]`.
    /// - Throws: `ExportError` for what can't be told so.
    static func read(
        _ graph: ONNXGraph, _ samples: String, by model: RecogniserModel, mapsArePrepared: Bool
    ) throws(ExportError) -> Read {
        let recogniser = model.recogniser
        var done: [(preparation: Preparation, samples: String)] = []
        func prepared(_ preparation: Preparation) throws(ExportError) -> String {
            if let same = done.first(where: { $0.preparation == preparation }) { return same.samples }
            let isDone = mapsArePrepared && preparation.choice is MapPreparation
            let made =
                isDone
                ? samples : try graph.prepared(samples, by: preparation, rows: model.rows, columns: model.columns)
            done.append((preparation, made))
            return made
        }
        var features: [String?] = [nil]
        if let first = model.encoders.first {
            let samples = try prepared(first.record.preparation)
            features = []
            for (place, encoder) in model.encoders.enumerated() {
                features.append(try graph.features(samples, of: encoder, prefix: "encoder.\(place)"))
            }
        }
        if recogniser.settings.recordingScaling, recogniser.settings.encoder == .frozen {
            features = features.map { $0.map { scaledOverRecording(graph, $0) } }
        }
        let beside = model.inputs.areAny ? self.beside(graph, try prepared(model.inputs.preparation), of: model) : []
        func joined(_ values: [String]) -> String {
            values.count == 1 ? values[0] : graph.add("Concat", values, [("axis", .whole(1))])
        }
        // Trees read no features of a body in training.
        var (trees, odds): (String?, [String]) = (nil, [])
        if let forest = recogniser.forest {
            let own = recogniser.featureCount == 0 ? features.compactMap(\.self) : []
            let answers = graph.probabilities(forest, of: joined(own + beside))
            odds = [graph.logarithmsOfOdds(answers, classes: forest.classes)]
            if recogniser.treeShare > 0 { trees = answers }
        }
        let values = features.map { scaled(graph, joined([$0].compactMap(\.self) + beside + odds), by: recogniser) }
        let emissions = recogniser.members.indices.map { member in
            graph.emissions(values[values.count == 1 ? 0 : member], of: recogniser, member: member)
        }
        return Read(emissions: emissions.dropFirst().reduce(emissions[0]) { graph.add("Add", [$0, $1]) }, trees: trees)
    }

    /// What is read beside features, of prepared samples.
    private static func beside(_ graph: ONNXGraph, _ prepared: String, of model: RecogniserModel) -> [String] {
        let inputs = model.inputs
        let flat = graph.reshape(prepared, [-1, model.rows * model.columns])
        var found: [String] = []
        if let components = inputs.components {
            let unit = graph.dividedByNorms(graph.cast(flat, to: .double))
            let count = components.mean.count
            let mean = graph.doubles(components.mean.map { Double($0) }, [count], named: "components.mean")
            let turned = (0..<count).flatMap { value in
                (0..<components.count).map { Double(components.directions[$0, value]) }
            }
            let directions = graph.doubles(turned, [count, components.count], named: "components.directions")
            let scores = graph.add("MatMul", [graph.add("Sub", [unit, mean]), directions])
            found.append(graph.cast(scores, to: .float))
            if let mixture = inputs.mixture {
                let deviations = components.variances.map { Double($0).squareRoot() }
                let point = graph.add(
                    "Div", [scores, graph.doubles(deviations, [components.count], named: "components.deviations")])
                let vectors = graph.fisherVectors(mixture, of: point, isNormalised: inputs.normalisesFisherVectors)
                found.append(graph.cast(vectors, to: .float))
            }
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
