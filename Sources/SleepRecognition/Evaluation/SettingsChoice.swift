import Datasets
import Encoders
import Recognition

/// Settings to choose among in each fold of an evaluation.
public struct SettingsCandidate: Sendable, Equatable {
    /// What is not as in the others, like `recogniser.dropout=0.3`.
    public let name: String
    /// All settings.
    public let settings: NamedSettings

    /// A candidate.
    public init(name: String, settings: NamedSettings) { (self.name, self.settings) = (name, settings) }
}

/// The choice among candidates in one fold, by folds inside its training people.
struct SettingsChoice: Sendable {
    /// What a candidate reached.
    struct Found: Codable, Sendable {
        /// Its name.
        let name: String
        /// Cohen's kappa, pooled over the groups held out; nil where it is not defined.
        let kappa: Double?
    }

    private let names: [String]
    /// For each group of training people the candidates' folds that hold it out.
    private let inner: [[EvaluationFold]]
    /// The candidates' folds over everybody trained on.
    private let outer: [EvaluationFold]

    /// A choice that can be made.
    ///
    /// - Parameters:
    ///   - fold: the fold in which it is made; people held out there have no part in it.
    ///   - candidates: the settings to choose among.
    ///   - groups: how many groups the labelled people trained on are divided into, or fewer where they are fewer.
    ///   - seed: what the groups are drawn from.
    ///   - make: gives the fold of the candidate at a place.
    /// - Throws: `SleepRecognitionError` when there are too few people, or a candidate can't be trained on them.
    init(
        _ fold: EvaluationFold, among candidates: [SettingsCandidate], groups: Int, seed: UInt64,
        make: (EvaluationProtocol.Fold, Int) throws(SleepRecognitionError) -> EvaluationFold
    ) throws(SleepRecognitionError) {
        let (training, dataset) = (fold.samples.training, fold.dataset)
        let people = Set(training.filter { fold.labels.labels[$0] != nil }.map { dataset.subject(of: $0) })
        guard people.count > 1 else {
            throw .fold(
                dataset: dataset.path, name: fold.name,
                reason: "settings can't be chosen on \(people.count) labelled people: two are needed to train on one")
        }
        let divided = try fold.naming {
            try EvaluationProtocol.subjectFolds(min(groups, people.count)).folds(
                subjects: training.map { dataset.subject(of: $0) }, heldOut: people, seed: seed)
        }
        names = candidates.map(\.name)
        var (inner, outer) = ([[EvaluationFold]](), [EvaluationFold]())
        for group in divided {
            let samples = EvaluationProtocol.Fold(
                heldOutSubjects: group.heldOutSubjects, training: group.training.map { training[$0] },
                test: group.test.map { training[$0] })
            var folds: [EvaluationFold] = []
            for place in candidates.indices { folds.append(try make(samples, place)) }
            inner.append(folds)
        }
        for place in candidates.indices { outer.append(try make(fold.samples, place)) }
        (self.inner, self.outer) = (inner, outer)
    }

    /// Chooses the candidate of the largest kappa, the first of equals, then trains with it on everybody.
    ///
    /// - Parameters:
    ///   - number: the fold's, under which what its candidates reached is kept.
    ///   - threads: how many threads to use.
    ///   - kept: what was reached before.
    /// - Returns: the fold's result.
    /// - Throws: `SleepRecognitionError.fold`.
    func run(
        number: Int, threads: Int, keeping kept: KeptParts?
    ) throws(SleepRecognitionError) -> EvaluationFold.Result {
        let classes = outer[0].labels.classes
        var scores = names.map { _ in ClassificationScores(classes: classes) }
        for (group, folds) in inner.enumerated() {
            // Candidates that differ in the recogniser alone have their pre-training in common.
            var pretrained: (fold: EvaluationFold, encoder: Encoder?)?
            for (place, fold) in folds.enumerated() {
                let part = KeptParts.Choice(fold: number, group: group, candidate: place)
                if let found = kept?.scores(of: part, classes: classes) {
                    scores[place].count(found)
                    continue
                }
                let inputs = try fold.inputs(threads: threads)
                let encoder: Encoder?
                if let pretrained, pretrained.fold.job == fold.job {
                    encoder = pretrained.encoder
                } else {
                    encoder = try fold.pretrained(threads: threads)
                }
                pretrained = (fold, encoder)
                let found = try fold.run(encoder: encoder, inputs: inputs, threads: threads).scores
                kept?.keep(found, of: part)
                scores[place].count(found)
            }
        }
        let kappas = scores.map(\.kappa)
        // One that is not defined counts as what guessing has: all are of one class, which says nothing of settings.
        let best = kappas.indices.reduce(0) { (kappas[$1] ?? 0) > (kappas[$0] ?? 0) ? $1 : $0 }
        var result = try outer[best].run(threads: threads)
        result.chosen = names[best]
        result.candidates = zip(names, kappas).map { Found(name: $0, kappa: $1) }
        return result
    }
}
