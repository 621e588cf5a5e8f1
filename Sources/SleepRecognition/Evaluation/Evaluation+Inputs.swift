import Checkpoints
import Numerics

extension Evaluation {
    /// Writes what plain tools are to be given: the inputs of each sample, in the dataset's order, as the tensor
    /// `inputs` `[samples, values]`; the metadata `inputs` says in words what they are.
    ///
    /// Nothing of it is fitted to samples, so it holds for every fold.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - threads: how many threads to use.
    /// - Throws: `SleepRecognitionError` when the file can't be written or the samples can't be prepared.
    public func writeInputs(to path: String, threads: Int = 1) throws(SleepRecognitionError) {
        let inputs = try RegressionInputs(dataset, settings: settings, threads: threads)
        try about(path) {
            var writer = try TensorFileWriter(
                path: path, tensors: [("inputs", .float32, [inputs.values.rows, inputs.values.columns])],
                metadata: [
                    "inputs": inputs.words, "dataset_digest": dataset.digest,
                    "rows": "\(inputs.shape.rows)", "columns": "\(inputs.shape.columns)",
                ])
            try inputs.values.elements.withUnsafeBytes { try writer.append($0) }
            _ = try writer.finish()
        }
    }
}
