public import Numerics
public import Signals

extension RecogniserSettings {
    /// What the recogniser reads of each sample: the encoder's features and, where the settings say so, the sample's own
    /// values after them; `[samples, features]`.
    ///
    /// - Precondition: `features` has a row for each sample.
    public func recogniserFeatures(_ features: Matrix, samples: Samples) -> Matrix {
        precondition(features.rows == samples.count, "\(features.rows) rows of features for \(samples.count) samples")
        guard includeInputs else { return features }
        var elements: [Float] = []
        elements.reserveCapacity(samples.count * (features.columns + samples.valuesPerSample))
        for sample in 0..<samples.count {
            elements += features.row(sample)
            elements += samples[sample]
        }
        return Matrix(rows: samples.count, columns: features.columns + samples.valuesPerSample, elements: elements)
    }
}
