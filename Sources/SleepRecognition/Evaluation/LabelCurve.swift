import Numerics
import Recognition
import Synchronization

/// How recognition grows with the number of labelled people, with and without pre-training.
///
/// In each fold of an evaluation, so many of the people trained on keep their labels, drawn at random several times;
/// everybody else's samples stay in the pre-training, which is done once a fold: no label has a part in it.
public struct LabelCurve: Sendable {
    /// What is compared.
    public enum Arm: String, Codable, CaseIterable, Sendable {
        /// The settings' encoder, pre-trained on everybody, and a recogniser trained on the labels.
        case pretrained
        /// The same networks from their first parameters, for as many steps as pre-training and training have together,
        /// all with labels or answers.
        case scratch
        /// The same, for as many steps as the training alone has.
        case scratchShort = "scratch_short"
        /// Logistic regression on what the encoder reads.
        case regression

        /// What it is called in tables and sentences.
        package var words: String {
            switch self {
            case .pretrained: "pre-trained"
            case .scratch: "from scratch"
            case .scratchShort: "from scratch, short"
            case .regression: "logistic regression"
            }
        }
    }

    /// The people, the folds and the settings.
    public let evaluation: Evaluation
    /// How many people keep their labels, in order.
    public let labelledCounts: [Int]
    /// How often these people are drawn.
    public let draws: Int
    let folds: [LabelCurveFold]

    /// A curve that can be computed.
    ///
    /// - Parameters:
    ///   - evaluation: says on what, and how people are held out.
    ///   - labelledCounts: how many people keep their labels, 1 or more.
    ///   - draws: how often these people are drawn, 1 or more.
    /// - Throws: `SleepRecognitionError.labelCurve` when samples and not people are held out, when a fold trains on
    ///   fewer labelled people, or where nothing is pre-trained.
    public init(
        _ evaluation: Evaluation, labelledCounts: [Int], draws: Int
    ) throws(SleepRecognitionError) {
        (self.evaluation, self.draws) = (evaluation, draws)
        self.labelledCounts = Set(labelledCounts).sorted()
        func refusal(_ reason: String) -> SleepRecognitionError { .labelCurve(reason: reason) }
        guard evaluation.division.holdsOutPeople else {
            throw refusal("\(evaluation.division.name) holds out samples and not people: use loso or kfold")
        }
        guard let least = self.labelledCounts.first, let most = self.labelledCounts.last, least > 0, draws > 0 else {
            throw refusal("numbers of labelled people and of draws are 1 or more")
        }
        guard draws < 1 << 28 else { throw refusal("\(draws) draws are too many: use fewer") }
        let settings = evaluation.settings.values.recogniser
        guard settings.encoder.needsEncoder else {
            throw refusal(
                "recogniser.encoder is \(settings.encoder.rawValue), so that nothing is pre-trained: use frozen or tuned, or another preset"
            )
        }
        guard settings.stopSubjects < least else {
            throw refusal(
                "recogniser.stop_subjects is \(settings.stopSubjects): use less than the smallest number of labelled "
                    + "people, \(least)")
        }
        folds = evaluation.folds.enumerated().map { number, fold in
            LabelCurveFold(fold, number: number, draws: draws, seed: evaluation.seed)
        }
        for fold in folds where fold.people.count < most {
            throw refusal(
                "\(most) labelled people are more than the \(fold.people.count) that the fold "
                    + "\(fold.fold.name) can train on: use at most that many")
        }
    }

    /// What happens while a curve is computed.
    public enum Event: Sendable {
        /// So many of all pre-trainings and draws are kept from before or not needed for that; told first, where there
        /// are some.
        case kept(parts: Int, of: Int)
        /// A fold's pre-training is begun; the fold's number counts from 0.
        case started(fold: Int, of: Int, name: String)
        /// So many of all pre-trainings and draws are done, those kept counted.
        case finished(parts: Int, of: Int)
    }

    /// Computes the curve, fold by fold, a fold's draws as many at a time as there are threads.
    ///
    /// - Parameters:
    ///   - threads: how many threads to use; the figures do not depend on it.
    ///   - kept: the draws that were computed before, and where each is kept that is done; nil to keep none.
    ///   - report: is told what happens, on the threads that compute, one call at a time.
    /// - Returns: the figures of all folds together.
    /// - Throws: `SleepRecognitionError.fold` for the first fold that fails.
    public func run(
        threads: Int = 1, keeping kept: KeptParts? = nil, report: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws(SleepRecognitionError) -> LabelCurveFigures {
        let tasks = labelledCounts.flatMap { count in
            (0..<draws).map { LabelCurveFold.Draw(labelled: count, draw: $0) }
        }
        var outcomes = folds.enumerated().map { number, fold in
            tasks.map { kept?.outcome(ofFold: number, $0, fold) }
        }
        // Where all draws of a fold are kept, nothing is pre-trained for them.
        let before = outcomes.reduce(0) { $0 + $1.count { $0 != nil } + ($1.allSatisfy { $0 != nil } ? 1 : 0) }
        let count = folds.count * (1 + tasks.count)
        let parts = Progress(parts: count, done: before)
        if before > 0 { report(.kept(parts: before, of: count)) }
        let inputs = try RegressionInputs(evaluation.dataset, settings: evaluation.settings, threads: threads)
        for (number, fold) in folds.enumerated() {
            let missing = tasks.indices.filter { outcomes[number][$0] == nil }
            if missing.isEmpty { continue }
            report(.started(fold: number, of: folds.count, name: fold.fold.name))
            let prepared = try fold.prepared(threads: threads)
            report(parts.done())
            let found = try taskResults(
                of: missing.count, threads: threads, sharing: true,
                done: {
                    kept?.keep($2, ofFold: number, tasks[missing[$0]], names: evaluation.dataset.subjects)
                    report(parts.done())
                }
            ) { place, threads throws(SleepRecognitionError) in
                try fold.outcome(of: tasks[missing[place]], prepared: prepared, inputs: inputs, threads: threads)
            }
            for (place, outcome) in zip(missing, found) { outcomes[number][place] = outcome }
        }
        return LabelCurveFigures(self, outcomes.map { $0.compactMap(\.self) })
    }

    /// Counts what is done.
    private final class Progress: Sendable {
        private let parts: Int
        private let count: Mutex<Int>

        init(parts: Int, done: Int) {
            self.parts = parts
            count = Mutex(done)
        }

        func done() -> Event {
            .finished(
                parts: count.withLock {
                    $0 += 1
                    return $0
                }, of: parts)
        }
    }
}
