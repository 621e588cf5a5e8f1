import Datasets
import Recognition

/// What an evaluation found, for people and as JSON.
struct EvaluationReport: Encodable {
    struct Class: Encodable {
        let name: String
        let samples: Int
        let precision, recall, f1: Double
    }

    struct Subject: Encodable {
        let subject: String
        let samples: Int
        let accuracy, kappa: Double
    }

    struct Fold: Encodable {
        let name: String
        let heldOut: [String]
        let trainingSamples, samples: Int
        /// The sizes of the pre-training's steps, which can be smaller than the settings say where samples are few.
        let shards, shardSize: Int
        let accuracy, kappa, macroF1: Double
        let confusion: [[Int]]

        enum CodingKeys: String, CodingKey {
            case name, samples, accuracy, kappa, confusion, shards
            case shardSize = "shard_size"
            case heldOut = "held_out"
            case trainingSamples = "training_samples"
            case macroF1 = "macro_f1"
        }
    }

    let data, datasetDigest, protocolName, scheme, preset, cell: String
    let seed: UInt64
    let steps, epochs, samples: Int
    let accuracy, kappa, macroF1, meanSubjectAccuracy: Double
    let confusion: [[Int]]
    /// Every value that was in effect.
    let settings: PresetSettings
    let classes: [Class]
    let subjects: [Subject]
    let folds: [Fold]

    enum CodingKeys: String, CodingKey {
        case data, scheme, preset, cell, seed, steps, epochs, samples, accuracy, kappa, confusion, classes, subjects
        case folds, settings
        case protocolName = "protocol"
        case datasetDigest = "dataset_digest"
        case macroF1 = "macro_f1"
        case meanSubjectAccuracy = "mean_subject_accuracy"
    }

    /// The figures of all folds together.
    init(_ evaluation: Evaluation, _ results: [Evaluation.FoldResult]) {
        let dataset = evaluation.dataset
        var pooled = ClassificationScores(classes: evaluation.classes)
        var bySubject: [Int: ClassificationScores] = [:]
        for result in results {
            pooled.count(result.scores)
            for (subject, scores) in result.bySubject {
                bySubject[subject, default: ClassificationScores(classes: evaluation.classes)].count(scores)
            }
        }
        (data, datasetDigest) = (dataset.path, dataset.digest)
        (protocolName, scheme) = (evaluation.division.name, evaluation.scheme.rawValue)
        settings = evaluation.settings
        let recogniser = settings.recogniser
        (preset, cell) = (evaluation.preset, recogniser.cell.rawValue)
        (seed, steps) = (recogniser.seed, settings.foldSteps)
        (epochs, samples) = (recogniser.epochs, pooled.samples)
        (accuracy, kappa, macroF1) = (pooled.accuracy, pooled.kappa, pooled.macroF1)
        confusion = pooled.confusion
        classes = evaluation.classes.enumerated().map { index, name in
            Class(
                name: name, samples: pooled.samples(of: index), precision: pooled.precision(of: index),
                recall: pooled.recall(of: index), f1: pooled.f1(of: index))
        }
        subjects = bySubject.sorted { $0.key < $1.key }.map { subject, scores in
            Subject(
                subject: dataset.subjects[subject], samples: scores.samples, accuracy: scores.accuracy,
                kappa: scores.kappa)
        }
        meanSubjectAccuracy =
            subjects.isEmpty ? 0 : subjects.reduce(0) { $0 + $1.accuracy } / Double(subjects.count)
        folds = results.map { result in
            let job = evaluation.job(for: result.fold)
            return Fold(
                name: evaluation.name(of: result.fold),
                heldOut: result.fold.heldOutSubjects.map { dataset.subjects[$0] },
                trainingSamples: result.fold.training.count, samples: result.scores.samples,
                shards: job.shardsPerStep, shardSize: job.originalsPerShard, accuracy: result.scores.accuracy,
                kappa: result.scores.kappa, macroF1: result.scores.macroF1,
                confusion: result.scores.confusion)
        }
    }

    /// The figures as tables.
    var text: String {
        let perClass =
            [["class", "samples", "precision", "recall", "F1"]]
            + classes.map { [$0.name, "\($0.samples)", fixed($0.precision, 3), fixed($0.recall, 3), fixed($0.f1, 3)] }
        let matrix =
            [["is \\ recognised as"] + classes.map(\.name)]
            + zip(classes, confusion).map { [$0.name] + $1.map(String.init) }
        let perSubject =
            [["subject", "samples", "accuracy", "kappa"]]
            + subjects.map { [$0.subject, "\($0.samples)", fixed($0.accuracy, 3), fixed($0.kappa, 3)] }
        return """
            \(data): \(scheme), \(protocolName) over \(folds.count) folds, preset \(preset), \(samples) samples held out

            \(table(perClass))

            \(table(matrix))

            \(table(perSubject))

            accuracy \(fixed(accuracy, 4))   kappa \(fixed(kappa, 4))   macro F1 \(fixed(macroF1, 4))   \
            mean accuracy of subjects \(fixed(meanSubjectAccuracy, 4))
            """
    }
}

/// Rows of cells as columns of text: the first to the left, the others to the right.
private func table(_ rows: [[String]]) -> String {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
        row.enumerated().map { column, cell in
            let space = String(repeating: " ", count: widths[column] - cell.count)
            return column == 0 ? cell + space : space + cell
        }.joined(separator: "  ")
    }.joined(separator: "\n")
}
