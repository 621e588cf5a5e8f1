import Datasets
import Numerics
import Recognition

/// What logistic regression reads of each sample where it stands beside pre-trained recognisers.
struct RegressionInputs: Sendable {
    /// How much samples count beside the penalty: the same for every dataset, and tuned to none.
    static let c = 0.1

    /// `[samples, values]`.
    let values: Matrix

    /// The values of a dataset's samples, as the encoder reads them.
    init(_ dataset: Dataset, settings: NamedSettings, threads: Int) throws(SleepRecognitionError) {
        let samples = dataset.samples
        values = Matrix(
            rows: samples.count, columns: samples.valuesPerSample,
            elements: (0..<samples.count).flatMap { samples[$0] })
        try about(dataset.path) { try dataset.requireWhole() }
    }

    /// Per sample what a regression answers; 0 for samples that are not among `wanted`.
    func answers(by regression: LogisticRegression, for wanted: [Int]) -> [Int] {
        let chosen = Matrix(
            rows: wanted.count, columns: values.columns, elements: wanted.flatMap { values.row($0) })
        var answers = [Int](repeating: 0, count: values.rows)
        for (sample, answer) in zip(wanted, regression.answers(for: chosen)) { answers[sample] = answer }
        return answers
    }
}
