import ArgumentParser
import Checkpoints
import Datasets
import Recognition
import SleepRecognition

/// `ssrm predict`: labels and probabilities for every sample.
struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Recognise every sample of a dataset with a trained model.",
        discussion: """
            The CSV file has a line a sample: subject, recording, position, label, and the probability of each class \
            given the whole sequence. The labels are those of the most probable sequence, so a label is now and then \
            not the most probable class of its own sample.

            Example:
              ssrm predict --model posture.safetensors --data maps.safetensors \\
                --out postures.csv
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

    func run() throws {
        try requireWritable(out, inputs: [model, data])
        let prediction = try Prediction(
            of: try Dataset(opening: data), by: try RecogniserModel(opening: model), name: model)
        let predictions = try prediction.run(threads: threads.count)
        let figures = predictions.figures
        try WholeFile.write(predictions.csv, to: out)
        if json { return try printJSON(Written(file: out, figures: figures)) }
        let counts = predictions.classes.map { "\($0) \(figures.labels[$0] ?? 0)" }
        print("\(figures.samples) samples: \(counts.joined(separator: ", "))")
        print("wrote \(out)")
    }
}
