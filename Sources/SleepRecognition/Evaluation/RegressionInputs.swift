import Datasets
import Numerics
import Recognition
import Signals

/// What logistic regression reads of each sample where it stands beside pre-trained recognisers, and what an export of
/// inputs holds.
struct RegressionInputs: Sendable {
    /// How much samples count beside the penalty: the same for every dataset, and tuned to none.
    static let c = 0.1

    /// `[samples, values]`.
    let values: Matrix
    /// What the values are, in words.
    let words: String
    /// A sample's shape, where its values lie row by row as in a map; otherwise one row.
    let shape: SampleShape

    /// The values of a dataset's samples: the prepared sample itself, log band powers of prepared windows of signals;
    /// the raw sample where the preparation only divides it by its norm.
    init(_ dataset: Dataset, settings: NamedSettings, threads: Int) throws(SleepRecognitionError) {
        let preparation = settings.values.upstream.preparation
        let isPlain = preparation.choice is NormPreparation
        (values, words, shape) = try about(dataset.path) {
            let samples = try dataset.samples(prepared: isPlain ? .none : preparation, threads: threads)
            let size = samples.valuesPerSample
            let window = (preparation.choice as? WindowPreparation).map {
                BandPowers(channels: $0.inputChannels, valuesPerChannel: size / $0.inputChannels)
            }
            let block = FloatBlock(uninitialised: size)
            var elements: [Float] = []
            elements.reserveCapacity(samples.count * (window?.width ?? size))
            for sample in 0..<samples.count {
                samples.copy([sample], into: block.base)
                elements += window?.values(of: block.base) ?? block.array
            }
            try dataset.requireWhole()
            let width = window?.width ?? size
            let words =
                window != nil ? "log band powers" : isPlain ? "the samples" : "the samples, prepared as the encoder's"
            let shape = SampleShape(
                rows: window == nil ? samples.rows : 1, columns: window == nil ? samples.columns : width)
            return (Matrix(rows: samples.count, columns: width, elements: elements), words, shape)
        }
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
