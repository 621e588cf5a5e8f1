import ArgumentParser
import Checkpoints
import Datasets
import Foundation
import Recognition
import Upstream

/// `ssrm predict`: labels and probabilities for every sample.
struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Recognise every sample of a dataset with a trained model.",
        discussion: """
            The CSV file has a line a sample: subject, recording, position, label, and the probability of each class given \
            the whole sequence. The labels are those of the most probable sequence, so a label is now and then not the \
            most probable class of its own sample.

            Example:
              ssrm predict --model posture.safetensors --data maps.safetensors --out postures.csv
            """)

    @Option(help: "The model file, made by `ssrm train`.")
    var model: String

    @Option(help: "The dataset file, made by `ssrm data`.")
    var data: String

    @Option(help: "The CSV file to write.")
    var out: String

    @OptionGroup var threads: ThreadsOption

    @Flag(help: "Print the summary as one JSON object.")
    var json = false

    private struct Summary: Encodable {
        let file, scheme: String
        let samples: Int
        let labels: [String: Int]
    }

    func run() throws {
        try requireWritable(out, inputs: [model, data])
        let model = try RecogniserModel(opening: self.model)
        let dataset = try Dataset(opening: data)
        let samples = dataset.samples
        guard samples.rows == model.rows, samples.columns == model.columns else {
            throw ProgramError(
                "\(self.model) takes samples of \(model.rows) x \(model.columns) values, "
                    + "but those of \(data) are \(samples.rows) x \(samples.columns): "
                    + "use the kind of data it was trained on")
        }
        let encoder = try encoder(of: model)
        let width = model.inputs.width(featureCount: encoder.featureCount, valuesPerSample: samples.valuesPerSample)
        guard width == model.recogniser.network.features else {
            throw RecognitionError.notAModel(
                path: self.model,
                reason: "its encoder and inputs make \(width) values a sample, its recogniser reads "
                    + "\(model.recogniser.network.features)")
        }
        let features = model.inputs.matrix(encoder.features(of: samples, 0..<samples.count), samples: samples)
        let found = model.recogniser.recognise(
            features, recordings: dataset.recordingRanges.map(\.samples), threads: threads.count)
        try WholeFile.write(table(of: found, model: model, dataset: dataset), to: out)
        let counts = model.classes.enumerated().map { c, name in (name, found.labels.count { $0 == c }) }
        if json {
            let summary = Summary(
                file: out, scheme: model.scheme.rawValue, samples: samples.count,
                labels: Dictionary(counts, uniquingKeysWith: +))
            return try printJSON(summary)
        }
        print("\(samples.count) samples: \(counts.map { "\($0.0) \($0.1)" }.joined(separator: ", "))")
        print("wrote \(out)")
    }

    private func encoder(of model: RecogniserModel) throws -> Encoder {
        guard let record = try? JSONDecoder().decode(Encoder.Record.self, from: Data(model.encoderRecord.utf8)) else {
            throw RecognitionError.notAModel(path: self.model, reason: "its encoder's record can't be read")
        }
        guard record.rows == model.rows, record.columns == model.columns else {
            throw RecognitionError.notAModel(path: self.model, reason: "its encoder takes samples of another shape")
        }
        return try Encoder(record: record, parameters: model.encoderParameters)
    }

    private func table(of found: Recogniser.Recognition, model: RecogniserModel, dataset: Dataset) -> String {
        let head = ["subject", "recording", "position", "label"] + model.classes.map { "p_\($0)" }
        var lines = [head.map(csvField).joined(separator: ",")]
        for sample in found.labels.indices {
            let fields = [
                csvField(dataset.subjects[dataset.subject(of: sample)]),
                csvField(dataset.recordings[dataset.recording(of: sample)]), "\(dataset.position(of: sample))",
                csvField(model.classes[found.labels[sample]]),
            ]
            let probabilities = found.probabilities.row(sample).map { fixed(Double($0), 6) }
            lines.append((fields + probabilities).joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// A CSV field, quoted where RFC 4180 asks for it.
func csvField(_ text: String) -> String {
    guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
}
