public import Datasets
import Encoders
public import Recognition
import Upstream

/// The recognition of every sample of a dataset with a trained model.
public struct Prediction: Sendable {
    /// The model.
    public let model: RecogniserModel
    /// The dataset.
    public let dataset: Dataset
    private let encoder: Encoder

    /// A recognition that can be carried out.
    ///
    /// - Parameters:
    ///   - dataset: samples of the kind that the model was trained on.
    ///   - model: the model.
    ///   - name: what errors call it, like its file.
    /// - Throws: `SleepRecognitionError.otherSamples`, or `.recognition` for a model whose parts don't belong together.
    public init(
        of dataset: Dataset, by model: RecogniserModel, name: String = "the model"
    ) throws(SleepRecognitionError) {
        try model.sampleKind.check(dataset, for: name)
        encoder = try model.encoder(name: name)
        (self.model, self.dataset) = (model, dataset)
    }

    /// Recognises.
    ///
    /// - Parameter threads: how many threads to use; the answers do not depend on it.
    /// - Returns: an answer for every sample.
    public func run(threads: Int = 1) -> Predictions {
        let encoded = EncodedDataset(dataset, by: encoder, inputs: model.inputs)
        return Predictions(encoded.recognise(by: model.recogniser, threads: threads), by: model, of: dataset)
    }
}
