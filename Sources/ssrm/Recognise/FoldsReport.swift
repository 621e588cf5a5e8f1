import Datasets
import Recognition

/// How an evaluation divides the samples, so that other programs can be scored on the very same ones.
struct FoldsReport: Encodable {
    struct Fold: Encodable {
        let name: String
        let heldOut: [String]
        /// Samples by their number in the dataset file, from 0, in order; those without a class are among them.
        let training, test: [Int]

        enum CodingKeys: String, CodingKey {
            case name, training, test
            case heldOut = "held_out"
        }
    }

    let data, datasetDigest, protocolName, scheme: String
    let classes: [String]
    /// Per sample of the dataset file its class, as an index into `classes`; nil for samples without one.
    let labels: [Int?]
    let folds: [Fold]

    enum CodingKeys: String, CodingKey {
        case data, scheme, classes, labels, folds
        case protocolName = "protocol"
        case datasetDigest = "dataset_digest"
    }

    /// The folds that `evaluation` would carry out.
    init(_ evaluation: Evaluation) throws {
        let dataset = evaluation.dataset
        (data, datasetDigest) = (dataset.path, dataset.digest)
        (protocolName, scheme) = (evaluation.division.name, evaluation.scheme.rawValue)
        classes = evaluation.classes
        labels = try dataset.labels(under: evaluation.scheme)
        folds = evaluation.folds.map { fold in
            Fold(
                name: evaluation.name(of: fold), heldOut: fold.heldOutSubjects.map { dataset.subjects[$0] },
                training: fold.training, test: fold.test)
        }
    }

    /// One line a fold: how many samples with a class it trains on and holds out.
    var text: String {
        let lines = folds.enumerated().map { index, fold in
            let (training, test) = (count(fold.training), count(fold.test))
            return "fold \(index + 1)/\(folds.count) \(fold.name): \(training) samples to train on, \(test) held out"
        }
        return (["\(data): \(scheme), \(protocolName), samples with a class"] + lines).joined(separator: "\n")
    }

    private func count(_ samples: [Int]) -> Int { samples.count { labels[$0] != nil } }
}
