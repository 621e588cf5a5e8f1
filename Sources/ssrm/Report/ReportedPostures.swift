import Datasets
import Reports
import SleepRecognition

/// A dataset's pressure maps with what was answered for them.
struct ReportedPostures {
    private let answers: HeldOutAnswers
    private let dataset: Dataset
    private let scored: ScoredSamples
    private let samples: [Int]

    /// Maps of a dataset, in its order.
    ///
    /// - Throws: `ProgramError` for answers that are not of the dataset, and for a map that is answered twice.
    init(_ answers: HeldOutAnswers, path: String, of dataset: Dataset) throws {
        scored = try ScoredSamples(dataset, classes: answers.classes, path: path)
        (self.answers, self.dataset) = (answers, dataset)
        let scored = scored
        var seen = Set<Int>()
        samples = try answers.rows.map { row in
            let sample = try scored.sample(of: row)
            guard seen.insert(sample).inserted else {
                throw ProgramError("\(path): recording \(row.recording) has position \(row.position) twice")
            }
            return sample
        }
    }

    /// The part of the report.
    ///
    /// - Parameters:
    ///   - acquaintance: whether the recognisers had seen these people.
    ///   - evaluation: answers that come to its confusion matrix are its own.
    ///   - sampleSeconds: how long from one map to the next; nil where nobody knows.
    /// - Returns: the part.
    /// - Throws: `ReportError`, and `TensorFileError` for a dataset that was cut meanwhile.
    func part(
        _ acquaintance: Acquaintance, evaluation: EvaluationFigures?, sampleSeconds: Double?
    ) throws -> PosturesPart {
        let number = Dictionary(answers.classes.enumerated().map { ($1, $0) }, uniquingKeysWith: min)
        let places = samples.indices.sorted { samples[$0] < samples[$1] }
        let maps = places.map { place in
            let (row, sample) = (answers.rows[place], samples[place])
            let class_ = number[row.label] ?? 0
            return PosturesPart.Map(
                subject: row.subject, recording: row.recording, position: row.position, scored: scored.labels[sample],
                recognised: class_, probability: Double(row.probabilities[class_]))
        }
        let isOwn = evaluation.map {
            $0.isOf(classes: answers.classes, scored: maps.map(\.scored), recognised: maps.map(\.recognised))
        }
        let (dataset, ordered) = (dataset, places.map { samples[$0] })
        let part = try PosturesPart(
            maps, classes: answers.classes, acquaintance: isOwn == true ? .heldOut : acquaintance,
            unanswered: dataset.samples.count - maps.count, sampleSeconds: sampleSeconds,
            columns: dataset.samples.columns, isTurned: dataset.frame?.feetFirst ?? false
        ) { Array(dataset.samples[ordered[$0]]) }
        try dataset.requireWhole()
        return part
    }
}
