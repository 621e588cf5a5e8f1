import ArgumentParser
import Checkpoints
import Datasets
import Exports
import Foundation
import Recognition
import Reports
import Service
import SleepRecognition

extension AnswerFormat: ExpressibleByArgument {}

/// `ssrm predict`: labels and probabilities for every sample.
struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Recognise every sample of a dataset, or of recordings, with a trained model.",
        discussion: """
            The CSV file has a line a sample: subject, recording, position, label, and the probability of each class \
            given the whole sequence. The labels are those of the most probable sequence, so a label is now and then \
            not the most probable class of its own sample. Where trees share in the answers (preset wrist, wake), the \
            probabilities are the mean of that and of what trees say of the sample alone, and each label is the most \
            probable class of its own sample. A name that a spreadsheet would take for a formula (=, +, - or @ at its \
            beginning) has a ' in front, as in all CSV files of this program; json has it as it is.

            Other forms, --format: json is one file with the same. edf+, bids and yasa are for stages of sleep, and make a \
            folder with a file a recording: an EDF+ hypnogram that EDFbrowser, MNE and Luna open beside the recording, with its \
            start and without the sleeper's name; events of the Brain Imaging Data Structure with probabilities; YASA's \
            hypnograms, a stage a line. A list in the folder says which file is whose.

            With --from, recordings are read as those were that the model was trained on, without a dataset file: the same \
            channels at the same rate, features, windows, units and margin around sleep. Say where they are as `ssrm data READER` has it (edf: \
            --signals, --root; sleep-accel, slpdb, sleepbrl, pmd: --root; table: --file, and --subject-name for one person's); \
            labels are not needed. The answers are those of `ssrm data` and `ssrm predict --data`.

            Example:
              ssrm predict --model posture.safetensors --data maps.safetensors \\
                --out postures.csv
              ssrm predict --model stages.safetensors --data night.safetensors \\
                --format edf+ --out hypnograms
              ssrm predict --model stages.safetensors --from edf --signals night.edf \\
                --out night.csv
            """)

    @Option(help: "The model file, made by `ssrm train`.", completion: .file())
    var model: String

    @Option(help: "The dataset file, made by `ssrm data`.", completion: .file())
    var data: String?

    @Option(
        help: ArgumentHelp(
            """
            Instead of --data: the reader of the recordings, which are read as the model's training data were: \
            \(ModelReader.names.joined(separator: ", ")).
            """, valueName: "reader"),
        completion: .list(ModelReader.names))
    var from: String?

    @Option(help: "The file to write; with --format edf+, bids or yasa the folder to make.", completion: .file())
    var out: String

    @Option(help: "The form of what is written: csv, json, edf+, bids or yasa.")
    var format = AnswerFormat.csv

    @Option(
        help: ArgumentHelp(
            """
            With other forms than csv: a CSV file of recording,start that says when recordings began, like night1,22:47 or \
            night1,2024-03-31T22:47:30. It goes before what the dataset knows, and may leave out what that knows; the line of night1 is also that of night1+20, what \
            follows a gap in it, unless a line of its own says when that begins. An EDF+ file without a start begins on 1 January \
            1985 at midnight, which stands for an unknown day.
            """, valueName: "file"),
        completion: .file())
    var starts: String?

    @OptionGroup var threads: ThreadsOption

    @Flag(help: "Print the summary as one JSON object.")
    var json = false

    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp(
            "With --from: where the recordings are, as `ssrm data READER` takes it.", valueName: "options"),
        completion: .file())
    var readerOptions: [String] = []

    func validate() throws {
        guard (data == nil) != (from == nil) else {
            throw ValidationError("give either --data, a dataset file, or --from, the reader of the recordings")
        }
        if from == nil, let option = readerOptions.first {
            throw ValidationError(
                option.hasPrefix("-") ? "Unknown option '\(option)'" : "Unexpected argument '\(option)'")
        }
        guard starts == nil || format != .csv else { throw ValidationError("--starts goes with other forms than csv") }
    }

    func run() throws {
        let inputs = [model] + [data, starts].compactMap(\.self)
        if format.isFolder { try WholeFolder.requireWritable(out) } else { try requireWritable([out], inputs: inputs) }
        let starts = try starts.map { try RecordingStarts(reading: $0) }
        let opened = try RecogniserModel(opening: model)
        if format.isOfStages { try AnswerFiles.requireStages(opened.classes, for: format) }
        if let data { return try predict(by: opened, of: try Dataset(opening: data), starts: starts) }
        let reader = try ModelReader(from ?? "", readerOptions, for: opened, path: model)
        if !format.isFolder { try requireWritable([out], inputs: inputs + reader.inputs) }
        try reader.withDataset { try predict(by: opened, of: $0, starts: starts) }
    }

    private func predict(by opened: RecogniserModel, of dataset: Dataset, starts: RecordingStarts?) throws {
        let prediction = try Prediction(of: dataset, by: opened, name: model)
        if let note = opened.noteOnUnits(of: dataset) { Terminal.error("note: \(note)") }
        // Each stage has a speed of its own, so each has its own time left.
        var (encoded, recognised) = (ProgressLine("samples encoded"), nil as ProgressLine?)
        let predictions = try prediction.run(threads: threads.available()) { progress in
            switch progress {
            case .encoded(let done, let count): encoded.show(done, of: count)
            case .recognised(let done, let count):
                var line = recognised ?? ProgressLine("samples recognised")
                line.show(done, of: count)
                recognised = line
            }
        }
        encoded.end()
        recognised?.end()
        try write(predictions, of: dataset, starts: starts, treeShare: opened.recogniser.treeShare)
        let figures = predictions.figures
        if json { return try printJSON(Written(file: out, figures: figures)) }
        let counts = predictions.classes.map { "\($0) \(figures.labels[$0] ?? 0)" }
        print("\(figures.samples) samples: \(counts.joined(separator: ", "))")
        print("wrote \(out)")
    }

    private func write(
        _ predictions: Predictions, of dataset: Dataset, starts: RecordingStarts?, treeShare: Double
    ) throws {
        if format == .csv { return try WholeFile.write(predictions.csv, to: out) }
        let known = Dictionary(zip(dataset.recordings, dataset.starts)) { first, _ in first }
        var named: [RecordingStarts.Recording] = []
        let recordings = try RecognisedRecording.recordings(of: predictions.rows) { name, first in
            let recording = RecordingStarts.Recording(name: name, first: first, known: known[name].flatMap(\.self))
            named.append(recording)
            return try starts.map { try $0.start(of: recording) } ?? recording.known
        }
        starts?.tell(of: named)
        let answers = AnswerFiles(
            classes: predictions.classes, recordings: recordings, model: URL(filePath: model).lastPathComponent,
            treeShare: treeShare)
        guard format.isFolder else {
            let seconds = dataset.vocabulary == .stage ? SleepEpochWindow.epochSeconds : nil
            return try WholeFile.write(try answers.json(positionSeconds: seconds), to: out)
        }
        try WholeFolder.writeUnlessEnded(try answers.files(format), to: out)
        let renamed = format == .bids ? answers.renamedParticipants : []
        if let first = renamed.first {
            Terminal.error(
                "note: \(renamed.count == 1 ? "one person has" : "\(renamed.count) people have") a label that is not the name "
                    + "(\(first.label) is \(quoted(first.name))): participants.tsv says who is who")
        }
        guard format == .edf else { return }
        let unknown = answers.recordings.count { $0.start == nil }
        if unknown > 0 {
            Terminal.error(
                "note: when \(unknown) of \(answers.recordings.count) recordings began is not known; their files begin on "
                    + "1 January 1985 at midnight (--starts)")
        }
        let beyond = answers.recordings.count { $0.start?.day != nil && !$0.hasDayOfEDF }
        if beyond > 0 {
            Terminal.error(
                "note: \(beyond) of \(answers.recordings.count) recordings began in years that EDF+ files can't tell (1985 to "
                    + "2084 they can); their files begin on 1 January 1985, and recordings.csv has their days")
        }
    }
}
