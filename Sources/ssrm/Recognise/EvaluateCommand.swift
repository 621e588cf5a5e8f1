import ArgumentParser
import Datasets
import Recognition
import Signals

/// `ssrm evaluate`: both stages on each fold, scored on what was held out.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Pre-train, train and score on held-out recordings, fold by fold.",
        discussion: """
            Everything that is fitted, pre-training and scaling included, is fitted on a fold's training samples alone. \
            Protocols: loso leaves one subject out at a time; kfold divides the subjects into --folds groups; random70 \
            draws 70 of 100 samples three times, so that neighbouring samples of one person stand on both sides: compare \
            it only with work that did the same.

            Example:
              ssrm evaluate --data maps.safetensors --scheme posture3 --protocol loso
            """)

    @Option(help: "The dataset file, made by `ssrm data`.")
    var data: String

    @Option(help: "What is told apart.")
    var scheme: LabelScheme

    @Option(name: .customLong("protocol"), help: "How samples are held out: loso, kfold or random70.")
    var protocolName: String

    @Option(help: "For kfold: how many groups of subjects.")
    var folds = 5

    @Option(
        help:
            "Steps of pre-training in each fold; by default the preset's fold_steps, fewer than `pretrain` makes.")
    var steps: Int?

    @OptionGroup var options: RecogniserOptions

    @Flag(help: "Train nothing: only print which samples each fold trains on and holds out.")
    var foldsOnly = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if let steps, steps < 0 { throw ValidationError("--steps must not be negative") }
    }

    func run() throws {
        var (preset, settings) = try options.settings(unused: ["upstream.steps"])
        settings.foldSteps = steps ?? settings.foldSteps
        let division = try EvaluationProtocol(named: protocolName, folds: folds)
        let dataset = try Dataset(opening: data)
        let evaluation = try Evaluation(
            dataset: dataset, scheme: scheme, division: division, preset: preset, settings: settings)
        if foldsOnly {
            let report = try FoldsReport(evaluation)
            if json { try printJSON(report) } else { print(report.text) }
            return
        }
        let results = try evaluation.run(threads: options.threads.count)
        let report = EvaluationReport(evaluation, results)
        if json { try printJSON(report) } else { print(report.text) }
    }
}
