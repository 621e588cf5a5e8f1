import Datasets
import Encoders
import Recognition
import Signals

/// What an encoder or a model was trained on, and so takes.
struct SampleKind: Equatable {
    /// What is done to a sample before anything else.
    let preparation: Preparation
    /// Rows of a prepared sample.
    let rows: Int
    /// Columns of a prepared sample.
    let columns: Int
    /// What the values are; empty where nobody said.
    let content: [String]
    /// The values' units; empty where nobody said.
    let units: [String]

    /// Refuses a dataset whose samples can't be prepared so, have another shape or are made of other values or in other
    /// units.
    ///
    /// - Parameters:
    ///   - dataset: what is to be encoded.
    ///   - name: what the error calls the encoder or the model.
    /// - Throws: `SleepRecognitionError.otherSamples`, or `.dataset` for samples that can't be prepared.
    func check(_ dataset: Dataset, for name: String) throws(SleepRecognitionError) {
        let left = try about(dataset.path) { try dataset.preparationLeft(for: preparation) }
        let shape = left.shape(rows: dataset.samples.rows, columns: dataset.samples.columns)
        guard shape == SampleShape(rows: rows, columns: columns) else {
            throw .otherSamples(
                dataset: dataset.path,
                reason: "\(name) takes samples of \(rows) x \(columns) values, but these are of \(shape.rows) x "
                    + "\(shape.columns): use the kind of data that it was trained on")
        }
        guard content.isEmpty || dataset.content.isEmpty || content == dataset.content else {
            throw .otherSamples(
                dataset: dataset.path,
                reason: "\(name) was trained on \(content.joined(separator: ", ")), but these samples have "
                    + "\(dataset.content.joined(separator: ", ")): make the dataset with the same features")
        }
        if preparation.choice.forgetsUnits { return }
        if let difference = SampleUnits.difference(between: units, and: dataset.units, of: dataset.content) {
            throw .otherSamples(
                dataset: dataset.path,
                reason: "\(name) was trained on \(difference.first), but these samples have \(difference.second): "
                    + "make the dataset in the same units")
        }
    }
}

extension Encoder {
    /// What it takes.
    var sampleKind: SampleKind {
        SampleKind(
            preparation: record.preparation, rows: rows, columns: columns, content: record.content, units: record.units)
    }
}

extension RecogniserModel {
    /// What it takes.
    var sampleKind: SampleKind {
        SampleKind(preparation: preparation, rows: rows, columns: columns, content: content, units: units)
    }
}
