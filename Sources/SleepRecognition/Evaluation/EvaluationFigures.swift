import Datasets
public import Recognition

/// What an evaluation found.
///
/// Figures are pooled: the confusion matrices of all folds are added up, then each figure is computed once, by
/// `ClassificationScores`' definitions.
public struct EvaluationFigures: Codable, Sendable, Equatable {
    /// Figures of one class.
    public struct Class: Codable, Sendable, Equatable {
        /// Its name.
        public let name: String
        /// How many held-out samples are of it.
        public let samples: Int
        /// The part of what was recognised as it that is of it.
        public let precision: Double
        /// The part of it that was recognised as it.
        public let recall: Double
        /// The harmonic mean of the two.
        public let f1: Double
    }

    /// Figures of one subject over all folds.
    public struct Subject: Codable, Sendable, Equatable {
        /// Its name.
        public let subject: String
        /// How many labelled samples were held out.
        public let samples: Int
        /// The part of them that was recognised right.
        public let accuracy: Double
        /// Cohen's kappa; nil, and null in files, where all samples and all answers are of one class.
        @NullWhereNone public internal(set) var kappa: Double?
        /// How many samples of the class of the row were recognised as the class of the column.
        public let confusion: [[Int]]
    }

    /// Figures of one fold.
    public struct Fold: Codable, Sendable, Equatable {
        /// What it held out, in the words of a person.
        public let name: String
        /// The subjects held out, by name.
        public let heldOut: [String]
        /// The classes that samples of the dataset are of and no training sample was: the fold could hardly recognise
        /// them.
        public let absentClasses: [String]
        /// How many samples were trained on, with and without labels.
        public let trainingSamples: Int
        /// How many labelled samples were held out.
        public let samples: Int
        /// Shards of the pre-training's steps, fewer than the settings say where samples are few; 0 where there
        /// was no pre-training.
        public let shards: Int
        /// Originals of a shard, likewise.
        public let shardSize: Int
        /// Steps of self-training that took place: 0 where the settings ask for none or every recording trained on has
        /// a label; nil in files of versions before.
        public let selfTrainingSteps: Int?
        /// The part of samples that was recognised right.
        public let accuracy: Double
        /// Cohen's kappa; nil, and null in files, where all samples and all answers are of one class.
        @NullWhereNone public internal(set) var kappa: Double?
        /// The mean F1 of the classes that occur.
        public let macroF1: Double
        /// How many samples of the class of the row were recognised as the class of the column.
        public let confusion: [[Int]]
        /// The settings that were chosen by folds inside the training people; nil where there was nothing to choose.
        public let chosen: String?
        /// Cohen's kappa of each candidate in those folds, likewise.
        public let candidates: [Candidate]?

        /// What settings reached that could be chosen.
        public struct Candidate: Codable, Sendable, Equatable {
            /// The settings that differ.
            public let name: String
            /// Cohen's kappa, pooled over the groups of training people held out; nil where it is not defined.
            @NullWhereNone public internal(set) var kappa: Double?
        }

        private enum CodingKeys: String, CodingKey {
            case name, samples, accuracy, kappa, confusion, shards, chosen, candidates
            case shardSize = "shard_size"
            case selfTrainingSteps = "self_training_steps"
            case heldOut = "held_out"
            case absentClasses = "absent_classes"
            case trainingSamples = "training_samples"
            case macroF1 = "macro_f1"
        }

        init(_ result: EvaluationFold.Result) {
            let (fold, scores) = (result.fold, result.scores)
            (name, heldOut, absentClasses) = (fold.name, fold.heldOut, fold.absentClasses)
            (trainingSamples, samples) = (fold.samples.trainingCount, scores.samples)
            (shards, shardSize) = (fold.job?.shardsPerStep ?? 0, fold.job?.originalsPerShard ?? 0)
            selfTrainingSteps = fold.selfTrainingSteps
            (accuracy, macroF1) = (scores.accuracy, scores.macroF1)
            _kappa = NullWhereNone(wrappedValue: scores.kappa)
            confusion = scores.confusion
            chosen = result.chosen
            candidates = result.candidates?.map { Candidate(name: $0.name, kappa: $0.kappa) }
        }
    }

    /// What `format` is.
    public static let format = "ssrm.evaluation.1"

    /// The form of these figures in files; nil in those of versions before, which lack all that may be nil here.
    public let format: String?
    /// The dataset's path.
    public let data: String
    /// The dataset's digest.
    public let datasetDigest: String
    /// Where the samples come from, as the dataset says.
    public let kind: String?
    /// What its label codes mean, by name.
    public let vocabulary: String?
    /// How many recordings the labelled samples held out are of.
    public let recordings: Int?
    /// The protocol's name.
    public let protocolName: String
    /// What is told apart, by name.
    public let scheme: String
    /// The name of the settings.
    public let preset: String
    /// The recurrent cell.
    public let cell: String
    /// What all random draws followed from.
    public let seed: UInt64
    /// Steps of each fold's pre-training; 0 where there was none.
    public let steps: Int
    /// How often each sequence was trained on; 0 where `settings.recogniser.steps` is above 0: then that many batches.
    public let epochs: Int
    /// How many labelled samples were held out, over all folds.
    public let samples: Int
    /// The part of them that was recognised right.
    public let accuracy: Double
    /// Cohen's kappa; nil, and null in files, where all samples and all answers are of one class.
    ///
    /// Files of versions before have 0 there.
    @NullWhereNone public private(set) var kappa: Double?
    /// The mean F1 of the classes that occur.
    public let macroF1: Double
    /// The mean over subjects of each one's accuracy.
    public let meanSubjectAccuracy: Double
    /// What the intervals are, or why there are none.
    public let intervals: String
    /// The accuracy's interval over people, by `SubjectBootstrap`; none where no people are held out.
    public let accuracyInterval: Interval?
    /// Cohen's kappa's interval, likewise, over the resamples in which it is defined.
    public let kappaInterval: Interval?
    /// In how many resamples kappa is not defined; nil where there are none, and in files of versions before.
    public let undefinedKappaResamples: Int?
    /// The macro F1's interval, likewise.
    public let macroF1Interval: Interval?
    /// How many samples of the class of the row were recognised as the class of the column.
    public let confusion: [[Int]]
    /// Whether the probabilities mean what they say.
    public let calibration: Calibration?
    /// Every value that was asked for; `selfTrainingSteps` says which of self-training took effect.
    public let settings: PresetSettings
    /// The settings that are not the preset's, where it is one of the program's: a figure obtained so is not the
    /// preset's.
    public let changes: [String]
    /// Figures by class, in order.
    public let classes: [Class]
    /// Figures by subject, in the dataset's order.
    public let subjects: [Subject]
    /// Figures by fold.
    public let folds: [Fold]

    /// The most steps of self-training that took place in a fold; of files of versions before, those asked for.
    public var selfTrainingSteps: Int {
        folds.compactMap(\.selfTrainingSteps).max() ?? settings.recogniser.selfTrainingSteps ?? 0
    }

    private enum CodingKeys: String, CodingKey {
        case data, scheme, preset, cell, seed, steps, epochs, samples, accuracy, kappa, confusion, classes, subjects
        case folds, settings, changes, intervals, format, kind, vocabulary, recordings, calibration
        case accuracyInterval = "accuracy_interval"
        case kappaInterval = "kappa_interval"
        case undefinedKappaResamples = "undefined_kappa_resamples"
        case macroF1Interval = "macro_f1_interval"
        case protocolName = "protocol"
        case datasetDigest = "dataset_digest"
        case macroF1 = "macro_f1"
        case meanSubjectAccuracy = "mean_subject_accuracy"
    }

    /// The figures of all folds together.
    init(_ evaluation: Evaluation, _ results: [EvaluationFold.Result]) {
        let (dataset, names) = (evaluation.dataset, evaluation.classes)
        var pooled = ClassificationScores(classes: names)
        var bySubject: [Int: ClassificationScores] = [:]
        for result in results {
            pooled.count(result.scores)
            for (subject, scores) in result.bySubject {
                bySubject[subject, default: ClassificationScores(classes: names)].count(scores)
            }
        }
        (format, data, datasetDigest) = (Self.format, dataset.path, dataset.digest)
        (kind, vocabulary) = (dataset.kind, dataset.vocabulary.rawValue)
        let labels = evaluation.labels.labels
        let counted = results.flatMap { $0.fold.samples.test }.filter { labels[$0] != nil }
        recordings = Set(counted.map { dataset.recording(of: $0) }).count
        var probabilities = Calibration.Counts(classes: names.count)
        for result in results { probabilities.count(result.fold.calibration(of: result.answers)) }
        calibration = probabilities.calibration
        (protocolName, scheme) = (evaluation.division.name, evaluation.scheme.rawValue)
        settings = evaluation.settings.values
        preset = evaluation.settings.name
        let candidates = evaluation.candidates.map(\.name)
        changes =
            evaluation.changes
            + (candidates.isEmpty ? [] : ["in each fold chosen among: " + candidates.joined(separator: "; ")])
        (cell, seed) = (settings.recogniser.cell.rawValue, evaluation.seed)
        (steps, epochs) = (
            settings.recogniser.encoder.needsEncoder ? settings.foldSteps : 0,
            evaluation.candidates.map(\.settings.values.recogniser.trainedEpochs).max()
                ?? settings.recogniser.trainedEpochs
        )
        (samples, confusion) = (pooled.samples, pooled.confusion)
        (accuracy, macroF1) = (pooled.accuracy, pooled.macroF1)
        _kappa = NullWhereNone(wrappedValue: pooled.kappa)
        classes = names.enumerated().map { index, name in
            Class(
                name: name, samples: pooled.samples(of: index), precision: pooled.precision(of: index),
                recall: pooled.recall(of: index), f1: pooled.f1(of: index))
        }
        let heldOut = bySubject.sorted { $0.key < $1.key }
        subjects = heldOut.map { subject, scores in
            Subject(
                subject: dataset.subjects[subject], samples: scores.samples, accuracy: scores.accuracy,
                kappa: scores.kappa, confusion: scores.confusion)
        }
        let bootstrap = evaluation.division.bootstrap(over: heldOut.count, seed: evaluation.seed)
        let found = bootstrap?.intervals(of: heldOut.map(\.value))
        intervals = evaluation.division.intervalWords(over: heldOut.count)
        (accuracyInterval, kappaInterval, macroF1Interval) = (found?.accuracy, found?.kappa, found?.macroF1)
        undefinedKappaResamples = found?.undefinedKappaCount
        meanSubjectAccuracy =
            subjects.isEmpty ? 0 : subjects.reduce(0) { $0 + $1.accuracy } / Double(subjects.count)
        folds = results.map(Fold.init)
    }
}
