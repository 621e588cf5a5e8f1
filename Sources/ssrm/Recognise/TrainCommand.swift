import ArgumentParser
import Checkpoints
import Coordination
import Datasets
import Recognition
import Service
import Signals
import SleepRecognition
import Synchronization
import Upstream

/// `ssrm train`: a recogniser from labelled recordings and an encoder.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a recogniser on labelled recordings.",
        discussion: """
            The encoder makes features of each sample; a bidirectional recurrent layer and a conditional random field \
            learn the classes from sequences of them. The model file holds all that `ssrm predict` needs. Of the \
            settings, those of the recogniser count: the encoder was made with its own. Where recogniser.encoder is \
            none, samples' own values are read, and no encoder is given. What takes long is best given a folder to \
            --keep: after an interruption the same command goes on with it.

            Example:
              ssrm train --data maps.safetensors --encoder runs/a --scheme posture3 \\
                --out posture.safetensors
            """)

    @Option(help: "The dataset file, made by `ssrm data`.", completion: .file())
    var data: String

    @Option(
        help:
            "The encoder: a run directory of `ssrm pretrain` or a checkpoint file; none where recogniser.encoder is none.",
        completion: .file())
    var encoder: String?

    @Option(help: "What is told apart.")
    var scheme: LabelScheme

    @Option(
        help: """
            Subjects whose samples take no part, separated by commas, to be recognised with the model later; a name with a \
            comma in double quotes.
            """)
    var excludeSubjects: [String] = []

    @Option(help: "The model file to write.", completion: .file())
    var out: String

    @Option(
        help: """
            Keeps how far each member is in this folder, once a minute and an epoch; the same command with the same \
            folder goes on where it was interrupted, to the same bits.
            """,
        completion: .directory)
    var keep: String?

    @OptionGroup var options: RecogniserOptions

    @Flag(help: "Print the summary as one JSON object.")
    var json = false

    func validate() throws {
        guard let keep else { return }
        if keep.isEmpty { throw ValidationError("--keep needs the name of a folder") }
        if FilePlace.areOne(keep, out) { throw ValidationError("--keep and --out name one place; use two") }
    }

    func run() throws {
        try options.presetOptions.requireReadable()
        let pretrained = try encoder.map {
            try PretrainedEncoder(opening: $0) { Terminal.error("skipped a checkpoint: \($0)") }
        }
        if let pretrained, let encoder, pretrained.step < pretrained.job.steps {
            Terminal.error("note: the encoder of \(encoder) is of step \(pretrained.step) of \(pretrained.job.steps)")
        }
        let settings = try settings(for: pretrained)
        if let pretrained { noteWhatIsTheEncoders(settings.values.upstream, pretrained.job) }
        options.noteWhatHasNoEffect(in: [settings])
        try requireWritable([out], inputs: [data, encoder, options.presetOptions.config])
        let dataset = try Dataset(opening: data)
        let excluded = try samplesOfSubjects(excludeSubjects, in: dataset)
        let training = try RecogniserTraining(
            on: dataset, scheme: scheme, encoder: pretrained, settings: settings, seed: options.seed,
            excluding: excluded)
        settings.noteWhatHasNoEffect(on: scheme, of: dataset)
        if let pretrained { noteWhomTheEncoderKnows(dataset, pretrained.job) }
        for name in training.absentClasses {
            Terminal.error("no sample is \(name): the model will hardly ever answer it")
        }
        let kept = try keep.map {
            try training.kept(in: $0, version: SSRM.build) { Terminal.error($0) }
        }
        let watch = Stopwatch()
        let begun = Mutex((training: 0, at: Duration.zero, last: Duration.zero))
        let trained = try training.run(threads: options.threads.available(), keeping: kept) { progress in
            let now = watch.elapsed
            let (start, isFirst) = begun.withLock { begun in
                let isFirst = begun.training != progress.training
                if isFirst { begun = (progress.training, begun.last, now) }
                begun.last = now
                return (begun.at, isFirst)
            }
            if isFirst, progress.keptEpochs > 0 {
                let part = progress.trainings > 1 ? "training \(progress.training) of \(progress.trainings): " : ""
                Terminal.error(
                    part + "\(progress.keptEpochs) of \(many(progress.epochs, "epoch")) "
                        + "\(progress.keptEpochs == 1 ? "is" : "are") kept from before")
            }
            show(progress, after: now - start)
        }
        Terminal.clear()
        if begun.withLock({ $0.training == 0 }) { Terminal.error("all of it is kept from before") }
        let (figures, digest) = (trained.figures, try trained.model.write(to: out))
        if json { return try printJSON(Written(file: out, digest: digest, figures: figures)) }
        let beside = figures.unlabelledRecordings.map { " and \(many($0, "recording")) without labels" } ?? ""
        print(
            """
            \(many(figures.samples, "labelled sample")) of \(many(figures.recordings, "recording"))\(beside), \
            \(figures.duration), loss \(fixed(figures.loss, 4))
            tells apart \(figures.classes.joined(separator: ", "))
            wrote \(out), digest \(digest)
            """)
    }

    /// The settings asked for; where nobody asked, those that the encoder was made with, or those for the data.
    ///
    /// A body that would be trained from nothing is trained from the encoder, where there is one.
    private func settings(for pretrained: PretrainedEncoder?) throws -> NamedSettings {
        let made = pretrained.map(\.job.preset).flatMap { name in Preset.all.contains { $0.name == name } ? name : nil }
        let standard = made.map { PresetOptions.Standard(preset: $0) } ?? options.presetOptions.standard(for: data)
        let settings = try options.settings(unused: [], standard: standard)
        if settings.values.recogniser.encoder == .none { return settings }  // what is read is prepared
        if settings.values.recogniser.encoder != .scratch {
            return try options.settings(unused: ["upstream"], standard: standard)
        }
        guard pretrained != nil, !options.fromScratch else { return settings }
        var tuned = try options.settings(unused: ["upstream"], standard: standard)
        tuned.values.recogniser.encoder = .tuned
        Terminal.error(
            "note: with --encoder the recogniser is trained on from it, where preset \(settings.name) begins from nothing; "
                + "how good such are says ssrm evaluate --set recogniser.encoder=tuned")
        return tuned
    }

    /// Says whom of those that are left out the encoder learnt from.
    private func noteWhomTheEncoderKnows(_ dataset: Dataset, _ made: Job) {
        let known = Set(dataset.subjects(trainedOnBy: made) ?? []).intersection(excludeSubjects).sorted()
        guard !known.isEmpty else { return }
        let names = known.prefix(8).joined(separator: ", ") + (known.count > 8 ? ", …" : "")
        Terminal.error(
            "note: the encoder learnt from recordings of \(names), too, without labels: for a test on people whom the "
                + "model has never met, give ssrm pretrain the same --exclude-subjects")
    }

    /// Says what of the settings asked for is not trained with, because the encoder has its own.
    private func noteWhatIsTheEncoders(_ asked: UpstreamSettings, _ made: Job) {
        guard options.presetOptions.isGiven, let encoder else { return }
        let others = [
            asked.network == made.settings.network ? nil : "network (\(made.settings.network.kind))",
            asked.preparation == made.settings.preparation
                ? nil : "preparation (\(made.settings.preparation.kind))",
        ].compactMap(\.self)
        if others.isEmpty { return }
        Terminal.error(
            "note: the encoder's \(others.joined(separator: " and ")) \(others.count > 1 ? "are those" : "is that") of "
                + "\(encoder), made with preset \(made.preset), not of the settings asked for")
    }

    private func show(_ progress: Recogniser.Progress, after time: Duration) {
        let trained = max(1, progress.epoch - progress.keptEpochs)
        let left = time / trained * (progress.epochs - progress.epoch)
        let part = progress.trainings > 1 ? "training \(progress.training) of \(progress.trainings), " : ""
        let line =
            "\(part)epoch \(progress.epoch)/\(progress.epochs)  loss \(fixed(progress.loss, 4))  \(left.asClock) left"
        Terminal.show(line)
        if !Terminal.isInteractive, progress.epoch % 10 == 0 || progress.epoch == progress.epochs {
            Terminal.error(line)
        }
    }
}

extension TrainingFigures {
    /// How long was trained.
    fileprivate var duration: String {
        (steps > 0 ? many(steps, "step") : many(epochs, "epoch")) + (members > 1 ? " of \(members) members" : "")
            + (stepsBefore.map { " after \(many($0, "step")) of self-training" } ?? "")
    }
}
