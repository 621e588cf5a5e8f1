public import Datasets
public import Recognition

/// The recognition of every sample of a dataset with a trained model.
public struct Prediction: Sendable {
    /// The model.
    public let model: RecogniserModel
    /// The dataset.
    public let dataset: Dataset
    private let name: String

    /// A recognition that can be carried out.
    ///
    /// - Parameters:
    ///   - dataset: samples of the kind that the model was trained on.
    ///   - model: the model.
    ///   - name: what errors call it, like its file.
    /// - Throws: `SleepRecognitionError.otherSamples`.
    public init(
        of dataset: Dataset, by model: RecogniserModel, name: String = "the model"
    ) throws(SleepRecognitionError) {
        try model.check(dataset, for: name)
        (self.model, self.dataset, self.name) = (model, dataset, name)
    }

    /// How far a recognition is: first all samples go through the encoders, where there are any, then their features
    /// through the recogniser.
    public enum Progress: Sendable, Equatable {
        /// So many samples of all have their features.
        case encoded(Int, of: Int)
        /// So many samples of all are recognised.
        case recognised(Int, of: Int)
    }

    /// Recognises.
    ///
    /// - Parameters:
    ///   - threads: how many threads to use; the answers do not depend on it.
    ///   - progress: told now and then, on the caller's thread.
    /// - Returns: an answer for every sample.
    /// - Throws: `SleepRecognitionError.encoder` for features beyond all numbers.
    public func run(
        threads: Int = 1, progress: (Progress) -> Void = { _ in }
    ) throws(SleepRecognitionError) -> Predictions {
        let found = try about(name) {
            let mirrors = model.recogniser.settings.mirrorAverage
            return try EncodedDataset(dataset, by: model.encoders, inputs: model.inputs).recognise(
                by: model.recogniser, mirror: mirrors ? try model.scheme.mirroredClasses(for: model.vocabulary) : nil,
                threads: threads, progress: progress)
        }
        return Predictions(found, by: model, of: dataset)
    }
}
