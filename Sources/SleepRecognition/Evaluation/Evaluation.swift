public import Datasets
import Numerics
public import Recognition
public import Signals

/// Both stages on every fold of a protocol; a fold's result depends on no other fold and on no thread.
///
/// Everything that is fitted in a fold, pre-training and scaling included, is fitted on its training samples alone.
public struct Evaluation: Sendable {
    /// The dataset.
    public let dataset: Dataset
    /// What is told apart.
    public let scheme: LabelScheme
    /// How samples are held out.
    public let division: EvaluationProtocol
    /// Both stages' settings; a fold's pre-training has `foldSteps` steps, or there is none where the recogniser
    /// reads no features.
    public let settings: NamedSettings
    /// What all random draws follow from.
    public let seed: UInt64
    /// The folds.
    let folds: [EvaluationFold]
    let labels: SchemeLabels
    /// What is chosen among in each fold, and the choice of each; none where there is nothing to choose.
    let candidates: [SettingsCandidate]
    /// Into how many groups people are divided for that.
    let choiceGroups: Int
    private let choices: [SettingsChoice]

    /// An evaluation that can be carried out.
    ///
    /// - Parameters:
    ///   - dataset: labelled samples; subjects without any label take part in the pre-training of every fold.
    ///   - scheme: what is told apart.
    ///   - division: how samples are held out.
    ///   - settings: both stages' settings.
    ///   - candidates: settings to choose among in each fold, by folds inside its training people; none for `settings`.
    ///   - groups: how many groups of people such folds hold out.
    ///   - seed: what all random draws follow from.
    /// - Throws: `SleepRecognitionError` when the scheme does not fit, too few subjects can be held out, or a fold has
    ///   nothing to train on.
    public init(
        on dataset: Dataset, scheme: LabelScheme, division: EvaluationProtocol, settings: NamedSettings,
        choosingAmong candidates: [SettingsCandidate] = [], groups: Int = 4, seed: UInt64 = 1
    ) throws(SleepRecognitionError) {
        let labels = try SchemeLabels(dataset, under: scheme)
        let samples = Array(0..<dataset.samples.count)
        let labelled = samples.filter { labels.labels[$0] != nil }
        if labelled.isEmpty { throw .noLabels(dataset: dataset.path) }
        // Subjects without labels can't be scored: they stay in every fold's pre-training.
        let divided = try about(dataset.path) {
            try division.folds(
                subjects: samples.map { dataset.subject(of: $0) },
                heldOut: Set(labelled.map { dataset.subject(of: $0) }), seed: seed)
        }
        (self.dataset, self.scheme, self.division, self.seed) = (dataset, scheme, division, seed)
        (self.labels, self.settings) = (labels, settings)
        (self.candidates, choiceGroups) = (candidates, groups)
        // Made once, as they are as long as the dataset.
        func beside(_ settings: NamedSettings) throws(SleepRecognitionError) -> [SchemeLabels] {
            try labels.checkMirrors(of: dataset, settings: settings.values.recogniser)
            return try SchemeLabels.beside(scheme, of: dataset, settings: settings.values.recogniser)
        }
        let others = try about(dataset.path) { try beside(settings) }
        let othersOfCandidates = try about(dataset.path) { try candidates.map { try beside($0.settings) } }
        func fold(
            _ samples: EvaluationProtocol.Fold, _ settings: NamedSettings, _ others: [SchemeLabels]
        ) throws(SleepRecognitionError) -> EvaluationFold {
            try EvaluationFold(samples, of: dataset, labels: labels, others: others, settings: settings, seed: seed)
        }
        let folds = try about(dataset.path) { try divided.map { try fold($0, settings, others) } }
        self.folds = folds
        choices = try about(dataset.path) {
            guard !candidates.isEmpty else { return [] }
            return try folds.map {
                try SettingsChoice($0, among: candidates, groups: groups, seed: seed) {
                    (samples, place) throws(SleepRecognitionError) in
                    try fold(samples, candidates[place].settings, othersOfCandidates[place])
                }
            }
        }
    }

    /// The classes' names, in order.
    public var classes: [String] { labels.classes }

    /// The classes that no sample is of.
    public var absentClasses: [String] { labels.absentClasses }

    /// The folds in whose training no sample is of some class that there is, by name, with these classes.
    public var foldsWithoutClasses: [(name: String, classes: [String])] {
        folds.map { fold in (fold.name, fold.absentClasses.filter { !absentClasses.contains($0) }) }
            .filter { !$1.isEmpty }
    }

    /// How samples are divided, each fold's listed; nothing is trained for that.
    public var foldDivision: FoldDivision { FoldDivision(self) }

    /// What happens in an evaluation.
    public enum Event: Sendable {
        /// So many folds are kept from before; told first, where there are some.
        case kept(folds: Int, of: Int)
        /// A fold is begun.
        case started(fold: Int, of: Int, name: String)
        /// A fold is done, as the `done`th, those kept counted; `fold` and `done` count from 0 and 1.
        case finished(fold: Int, of: Int, done: Int, EvaluationFigures.Fold)
    }

    /// Carries out all folds, as many at a time as there are threads.
    ///
    /// - Parameters:
    ///   - threads: how many threads to use; the figures do not depend on it.
    ///   - kept: the folds that were carried out before, and where each is kept that is done; nil to keep none.
    ///   - report: is told what happens, on the threads that compute, one call at a time; it must not wait for the
    ///     evaluation.
    /// - Returns: the figures of all folds together.
    /// - Throws: `SleepRecognitionError.fold` for the first fold that fails.
    public func run(
        threads: Int = 1, keeping kept: KeptParts? = nil, report: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws(SleepRecognitionError) -> EvaluationFigures {
        try outcome(threads: threads, keeping: kept, report: report).figures
    }

    /// What an evaluation leaves.
    public struct Outcome: Sendable {
        /// The figures of all folds together.
        public let figures: EvaluationFigures
        /// What was answered for each sample held out, by a recogniser that had not seen its person; where folds hold
        /// out samples and no people, a sample may be there several times or not at all.
        public let answers: HeldOutAnswers
    }

    /// Carries out all folds as `run` does, and gives what was answered, too.
    ///
    /// - Parameters:
    ///   - threads: as for `run`.
    ///   - kept: as for `run`.
    ///   - report: as for `run`.
    /// - Returns: figures and answers.
    /// - Throws: `SleepRecognitionError.fold` for the first fold that fails.
    public func outcome(
        threads: Int = 1, keeping kept: KeptParts? = nil, report: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws(SleepRecognitionError) -> Outcome {
        let count = folds.count
        var results = folds.indices.map { kept?.result(ofFold: $0, folds[$0]) }
        let missing = folds.indices.filter { results[$0] == nil }
        let before = count - missing.count
        if before > 0 { report(.kept(folds: before, of: count)) }
        let found = try taskResults(
            of: missing.count, threads: threads, sharing: true,
            started: { report(.started(fold: missing[$0], of: count, name: folds[missing[$0]].name)) },
            done: {
                kept?.keep($2, ofFold: missing[$0])
                report(.finished(fold: missing[$0], of: count, done: before + $1, EvaluationFigures.Fold($2)))
            }
        ) { place, threads throws(SleepRecognitionError) in
            let fold = missing[place]
            return try choices.isEmpty
                ? folds[fold].run(threads: threads) : choices[fold].run(number: fold, threads: threads, keeping: kept)
        }
        for (fold, result) in zip(missing, found) { results[fold] = result }
        let all = results.compactMap(\.self)
        let answers = all.flatMap(\.answers).sorted { $0.sample < $1.sample }
        return Outcome(
            figures: EvaluationFigures(self, all),
            answers: HeldOutAnswers(
                classes: classes,
                rows: answers.map { answer in
                    Predictions.Row(
                        answer.sample, of: dataset, label: classes[answer.label], probabilities: answer.probabilities)
                }))
    }
}
