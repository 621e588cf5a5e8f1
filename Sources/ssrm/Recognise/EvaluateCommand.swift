import ArgumentParser
import Checkpoints
import Coordination
import Datasets
import Recognition
import Service
import Signals
import SleepRecognition
import Synchronization

/// `ssrm evaluate`: both stages on each fold, scored on what was held out.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Pre-train, train and score on held-out recordings, fold by fold.",
        discussion: """
            Everything that is fitted, pre-training and scaling included, is fitted on a fold's training samples \
            alone. Protocols: loso leaves one subject out at a time; kfold divides the subjects into --folds groups; \
            random70 draws 70 of 100 samples three times, so that neighbouring samples of one person stand on both \
            sides: compare it only with work that did the same.

            What takes long is best given a folder to --keep: after an interruption the same command goes on with it, \
            and a finished evaluation is printed again, or as JSON, without being computed again.

            Example:
              ssrm evaluate --data maps.safetensors --scheme posture3 --protocol loso --keep loso
            """)

    @Option(help: "The dataset file, made by `ssrm data`.", completion: .file())
    var data: String

    @Option(help: "What is told apart.")
    var scheme: LabelScheme

    @Option(
        name: .customLong("protocol"), help: "How samples are held out: loso, kfold or random70.",
        completion: .list(["loso", "kfold", "random70"]))
    var protocolName: String

    @Option(help: "For kfold: how many groups of subjects. (default: 5)")
    var folds: Int?

    @Option(
        help:
            "Steps of pre-training in each fold; by default the preset's fold_steps, fewer than `pretrain` makes.")
    var steps: Int?

    @OptionGroup var options: RecogniserOptions

    @OptionGroup var choice: ChoiceOptions

    @OptionGroup var curve: LabelCurveOptions

    @Option(
        help: """
            Writes what plain tools are to be given of each sample, prepared as the preset says, to this file \
            (safetensors).
            """,
        completion: .file())
    var inputsOut: String?

    @Option(
        help: """
            Writes what was answered for each sample held out to this CSV file, as `ssrm predict` writes it; \
            `ssrm report` draws nights and postures from it.
            """,
        completion: .file())
    var predictionsOut: String?

    @Option(
        help: """
            Keeps what came of each fold, or draw of labelled people, in this folder; the same command with the same \
            folder goes on where it was interrupted, to the same bits. (Two that run at once both compute what neither is \
            done with.)
            """,
        completion: .directory)
    var keep: String?

    @Flag(help: "Train nothing: only print which samples each fold trains on and holds out.")
    var foldsOnly = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if let steps, steps < 0 { throw ValidationError("--steps must not be negative") }
        if curve.labelledSubjects != nil, !choice.choose.isEmpty {
            throw ValidationError("use either --labelled-subjects or --choose, not both")
        }
        if keep?.isEmpty == true { throw ValidationError("--keep needs the name of a folder") }
        if let keep, [inputsOut, predictionsOut].contains(where: { $0.map { FilePlace.areOne(keep, $0) } ?? false }) {
            throw ValidationError("--keep names the place of another result; use two")
        }
        if keep != nil, foldsOnly { throw ValidationError("--keep does not go with --folds-only") }
        guard predictionsOut != nil else { return }
        if curve.labelledSubjects != nil || foldsOnly {
            throw ValidationError("--predictions-out goes with neither --labelled-subjects nor --folds-only")
        }
        if protocolName == "random70" {
            throw ValidationError(
                "--predictions-out: random70 holds some samples out several times and others never; use loso or kfold")
        }
    }

    func run() throws {
        let standard = options.presetOptions.standard(for: data)
        func settings(choosing: [String]) throws -> NamedSettings {
            var settings = try options.settings(unused: ["upstream.steps"], choosing: choosing, standard: standard)
            if curve.labelledSubjects != nil, settings.values.recogniser.encoder == .scratch, !options.fromScratch {
                settings.values.recogniser.encoder = .tuned  // the curve compares both
            }
            settings.values.foldSteps = steps ?? settings.values.foldSteps
            return settings
        }
        let chosen = try settings(choosing: [])
        let candidates = try choice.candidates { try settings(choosing: $0) }
        if steps != nil, !chosen.values.recogniser.encoder.needsEncoder {
            Terminal.error(
                "note: --steps has no effect: nothing is pre-trained where recogniser.encoder is "
                    + chosen.values.recogniser.encoder.rawValue)
        }
        options.noteWhatHasNoEffect(in: candidates.isEmpty ? [chosen] : candidates.map(\.settings))
        tellOfOptionsWithoutEffect()
        try requireWritable([inputsOut, predictionsOut], inputs: [data, options.presetOptions.config])
        let division: EvaluationProtocol
        do { division = try EvaluationProtocol(named: protocolName, folds: folds ?? 5) } catch {
            throw ProgramError("\(error)", isUsage: true)
        }
        let dataset = try Dataset(opening: data)
        let evaluation = try Evaluation(
            on: dataset, scheme: scheme, division: division, settings: chosen,
            choosingAmong: candidates, groups: choice.choiceGroups ?? 4, seed: options.seed)
        chosen.noteWhatHasNoEffect(on: scheme, of: dataset)
        if let note = dataset.noteOnTwins { Terminal.error("\(data): \(note)") }
        if let inputsOut { try evaluation.writeInputs(to: inputsOut, threads: options.threads.available()) }
        for name in evaluation.absentClasses { Terminal.error("\(data): no sample is \(name)") }
        for fold in evaluation.foldsWithoutClasses where !foldsOnly {
            Terminal.error("fold \(fold.name): no training sample is \(fold.classes.joined(separator: " or "))")
        }
        if foldsOnly {
            let division = evaluation.foldDivision
            return json ? try printJSON(division) : print(division.text)
        }
        let labelCurve = try curve.curve(evaluation)
        let kept = try keep.map {
            try KeptParts(in: $0, of: evaluation, version: SSRM.build) { Terminal.error($0) }
        }
        if let labelCurve { return try run(labelCurve, keeping: kept) }
        let progress = FoldProgress()
        let outcome = try evaluation.outcome(threads: options.threads.available(), keeping: kept) { progress.show($0) }
        Terminal.clear()
        // Neither takes the other with it, where the disk is full or nobody reads what is printed any more.
        let written = Result { if let predictionsOut { try WholeFile.write(outcome.answers.csv, to: predictionsOut) } }
        if json { try printJSON(outcome.figures) } else { Swift.print(outcome.figures.text) }
        try written.get()
    }

    private func tellOfOptionsWithoutEffect() {
        for (isGiven, option, reason) in [
            (folds != nil && protocolName != "kfold", "--folds", "it is for --protocol kfold"),
            (
                choice.choiceGroups != nil && choice.choose.isEmpty, "--choice-groups",
                "nothing is chosen without --choose"
            ),
            (curve.draws != nil && curve.labelledSubjects == nil, "--draws", "it is for --labelled-subjects"),
        ] where isGiven { Terminal.error("note: \(option) has no effect: \(reason)") }
    }

    private func run(_ curve: LabelCurve, keeping kept: KeptParts?) throws {
        let watch = Stopwatch()
        let before = Mutex(0)
        let figures = try curve.run(threads: options.threads.available(), keeping: kept) { event in
            switch event {
            case .kept(let parts, let count):
                before.withLock { $0 = parts }
                Terminal.error("\(parts) of \(count) pre-trainings and draws are kept from before")
            case .started(let fold, let count, let name): Terminal.error("fold \(fold + 1)/\(count)  \(name)")
            case .finished(let done, let count):
                let left = watch.elapsed / (done - before.withLock { $0 }) * (count - done)
                Terminal.show("\(done)/\(count) pre-trainings and draws, \(left.asClock) left")
            }
        }
        Terminal.clear()
        if json { try printJSON(figures) } else { print(figures.text) }
    }
}
