import Datasets
import Dispatch
import Recognition
import Signals
import Synchronization
import Upstream

/// Both stages on every fold of a protocol; a fold's result depends on no other fold and on no thread.
struct Evaluation: Sendable {
    let dataset: Dataset
    let scheme: LabelScheme
    let division: EvaluationProtocol
    let preset: String
    let settings: PresetSettings
    let classes: [String]
    let folds: [EvaluationProtocol.Fold]
    private let labels: [Int?]

    /// An evaluation that can be carried out.
    init(
        dataset: Dataset, scheme: LabelScheme, division: EvaluationProtocol, preset: String,
        settings: PresetSettings
    ) throws {
        (self.dataset, self.scheme, self.division, self.preset) = (dataset, scheme, division, preset)
        self.settings = settings
        classes = try scheme.classes(for: dataset.vocabulary)
        labels = try dataset.labels(under: scheme)
        let subjects = (0..<dataset.samples.count).map { dataset.subject(of: $0) }
        let labelled = Set(labels.indices.lazy.filter { [labels] in labels[$0] != nil }.map { subjects[$0] })
        // Subjects without labels can't be scored: they stay in every fold's pre-training.
        folds = try division.folds(subjects: subjects, heldOut: labelled, seed: settings.recogniser.seed)
        for fold in folds {
            if !fold.training.contains(where: { labels[$0] != nil }) {
                throw ProgramError(
                    "\(dataset.path), \(name(of: fold)): no training sample has a label under this scheme")
            }
            if let fault = job(for: fold).fault {
                throw UpstreamError.unfit("\(dataset.path), \(name(of: fold)): \(fault)")
            }
        }
    }

    /// What came of one fold.
    struct FoldResult: Sendable {
        let fold: EvaluationProtocol.Fold
        let scores: ClassificationScores
        /// Scores by subject, for the subjects that have labelled samples held out.
        let bySubject: [Int: ClassificationScores]
    }

    /// A fold in the words of a person.
    func name(of fold: EvaluationProtocol.Fold) -> String {
        if fold.heldOutSubjects.isEmpty { return "random draw" }
        let names = fold.heldOutSubjects.map { dataset.subjects[$0] }
        return "without \(names.count == 1 ? "subject" : "subjects") \(names.joined(separator: ", "))"
    }

    /// The pre-training of a fold: batches of the preset's size, or smaller ones if the samples are fewer.
    func job(for fold: EvaluationProtocol.Fold) -> Job {
        let shardSize = min(settings.shardSize, max(fold.training.count, 1))
        return Job(
            datasetDigest: dataset.digest, sampleCount: fold.training.count, rows: dataset.samples.rows,
            columns: dataset.samples.columns, preset: preset, settings: settings.upstream,
            seed: settings.recogniser.seed,
            shardsPerStep: min(settings.shards, max(fold.training.count / shardSize, 1)),
            originalsPerShard: shardSize, steps: settings.foldSteps)
    }

    private struct State {
        var next = 0
        var results: [FoldResult?]
        var failures: [(fold: Int, error: any Error)] = []
    }

    /// Carries out all folds, as many at a time as there are threads, and tells how far it is on standard error.
    func run(threads: Int) throws -> [FoldResult] {
        let watch = Stopwatch()
        let lanes = min(threads, folds.count)
        let state = Mutex(State(results: [FoldResult?](repeating: nil, count: folds.count)))
        Terminal.show("fold 1/\(folds.count)  \(name(of: folds[0]))")
        DispatchQueue.concurrentPerform(iterations: lanes) { _ in
            while let index = state.withLock({ state -> Int? in
                guard state.next < folds.count, state.failures.isEmpty else { return nil }
                defer { state.next += 1 }
                return state.next
            }) {
                do {
                    let result = try result(of: folds[index], threads: max(1, threads / lanes))
                    let done = state.withLock {
                        $0.results[index] = result
                        return $0.results.count { $0 != nil }
                    }
                    let left = watch.elapsed / done * (folds.count - done)
                    Terminal.error(
                        "fold \(index + 1)/\(folds.count) \(name(of: folds[index])): accuracy "
                            + "\(fixed(result.scores.accuracy, 3)) of \(result.scores.samples) samples, "
                            + "\(left.asClock) left")
                } catch {
                    state.withLock { $0.failures.append((index, error)) }
                }
            }
        }
        Terminal.clear()
        return try state.withLock { state in
            if let first = state.failures.min(by: { $0.fold < $1.fold }) { throw first.error }
            return state.results.compactMap { $0 }
        }
    }

    /// Both stages on one fold's training samples, scored on its held-out samples.
    private func result(of fold: EvaluationProtocol.Fold, threads: Int) throws -> FoldResult {
        let samples = dataset.samples
        let job = job(for: fold)
        let trained = try pretrainAlone(job, samples: samples, selection: fold.training, threads: threads)
        let encoder = try Encoder(TrainingCheckpoint(job: job, state: trained))
        let inputs = try RecogniserInputs(of: samples, training: fold.training, settings: settings.recogniser)
        let features = inputs.matrix(encoder.features(of: samples, 0..<samples.count), samples: samples)
        var trainingLabels = [Int?](repeating: nil, count: labels.count)
        for sample in fold.training { trainingLabels[sample] = labels[sample] }
        let recordings = dataset.recordingRanges.map(\.samples)
        let fitted = try Recogniser.fit(
            features, recordings: recordings, labels: trainingLabels, classes: classes.count,
            settings: settings.recogniser,
            threads: threads)
        let isHeldOut = Set(fold.test)
        let found = fitted.recognise(
            features, recordings: recordings.filter { $0.contains { isHeldOut.contains($0) } }, threads: threads)
        var scores = ClassificationScores(classes: classes)
        var bySubject: [Int: ClassificationScores] = [:]
        for sample in fold.test {
            guard let truth = labels[sample] else { continue }
            scores.count(truth: truth, answer: found.labels[sample])
            bySubject[dataset.subject(of: sample), default: ClassificationScores(classes: classes)]
                .count(truth: truth, answer: found.labels[sample])
        }
        return FoldResult(fold: fold, scores: scores, bySubject: bySubject)
    }
}
