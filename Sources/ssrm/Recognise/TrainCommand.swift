import ArgumentParser
import Datasets
import Foundation
import Recognition
import Signals
import Upstream

/// `ssrm train`: a recogniser from labelled recordings and an encoder.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a recogniser on labelled recordings.",
        discussion: """
            The encoder makes features of each sample; a bidirectional recurrent layer and a conditional random field learn \
            the classes from sequences of them. The model file holds all that `ssrm predict` needs. \
            Of the settings, those of the recogniser count: the encoder was made with its own.

            Example:
              ssrm train --data maps.safetensors --encoder runs/a --scheme posture3 --out posture.safetensors
            """)

    @Option(help: "The dataset file, made by `ssrm data`.")
    var data: String

    @Option(help: "The encoder: a run directory of `ssrm pretrain` or a checkpoint file.")
    var encoder: String

    @Option(help: "What is told apart.")
    var scheme: LabelScheme

    @Option(help: "The model file to write.")
    var out: String

    @OptionGroup var options: RecogniserOptions

    @Flag(help: "Print the summary as one JSON object.")
    var json = false

    private struct Summary: Encodable {
        let file, digest, scheme, preset: String
        let classes: [String]
        let samples, recordings, epochs: Int
        let loss: Double
        let encoderIdentity: String

        enum CodingKeys: String, CodingKey {
            case file, digest, scheme, preset, classes, samples, recordings, epochs, loss
            case encoderIdentity = "encoder_identity"
        }
    }

    func run() throws {
        let (preset, settings) = try options.settings(unused: ["upstream"])
        try requireWritable(out, inputs: [data, encoder])
        let dataset = try Dataset(opening: data)
        let labels = try dataset.labels(under: scheme)
        let classes = try scheme.classes(for: dataset.vocabulary)
        let checkpoint = try RunFolder.checkpoint(at: self.encoder)
        let encoder = try Encoder(checkpoint)
        let samples = dataset.samples
        guard encoder.rows == samples.rows, encoder.columns == samples.columns else {
            throw ProgramError(
                "the encoder of \(self.encoder) takes samples of \(encoder.rows) x \(encoder.columns) values, "
                    + "but those of \(data) are \(samples.rows) x \(samples.columns): pretrain on this kind of data")
        }
        let inputs = try RecogniserInputs(
            of: samples, training: Array(0..<samples.count), settings: settings.recogniser)
        let features = inputs.matrix(encoder.features(of: samples, 0..<samples.count), samples: samples)
        let watch = Stopwatch()
        var loss = 0.0
        let recogniser = try Recogniser.fit(
            features, recordings: dataset.recordingRanges.map(\.samples), labels: labels, classes: classes.count,
            settings: settings.recogniser, threads: options.threads.count
        ) { progress in
            loss = progress.loss
            let left = watch.elapsed / progress.epoch * (progress.epochs - progress.epoch)
            let line = "epoch \(progress.epoch)/\(progress.epochs)  loss \(fixed(loss, 4))"
            Terminal.show(line + "  \(left.asClock) left")
            if !Terminal.isInteractive, progress.epoch % 10 == 0 || progress.epoch == progress.epochs {
                Terminal.error(line)
            }
        }
        Terminal.clear()
        let encoding = JSONEncoder()
        encoding.outputFormatting = [.sortedKeys]  // the same model is the same file
        let model = RecogniserModel(
            recogniser: recogniser, inputs: inputs, scheme: scheme, vocabulary: dataset.vocabulary, classes: classes,
            preset: preset, rows: samples.rows, columns: samples.columns,
            encoderRecord: String(decoding: try encoding.encode(encoder.record), as: UTF8.self),
            encoderJob: try checkpoint.job.json, encoderParameters: encoder.parameters)
        let digest = try model.write(to: out)
        let summary = Summary(
            file: out, digest: digest, scheme: scheme.rawValue, preset: preset, classes: classes,
            samples: labels.count { $0 != nil }, recordings: dataset.recordings.count,
            epochs: settings.recogniser.epochs,
            loss: loss, encoderIdentity: encoder.identity)
        if json { return try printJSON(summary) }
        print(
            """
            \(summary.samples) labelled samples of \(summary.recordings) recordings, \(summary.epochs) epochs, \
            loss \(fixed(loss, 4))
            tells apart \(classes.joined(separator: ", "))
            wrote \(out), digest \(digest)
            """)
    }
}

/// A number with a fixed count of decimals, whatever the machine's language.
func fixed(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", locale: Locale(identifier: "en_US_POSIX"), value)
}
