package import Datasets
import Encoders
package import Recognition
import Signals

/// What an encoder or a model was trained on, and so takes.
struct SampleKind: Equatable {
    /// Rows of a sample, once it is prepared.
    let rows: Int
    /// Columns of a sample, once it is prepared.
    let columns: Int
    /// What is done to samples that are not prepared yet.
    let preparation: Preparation
    /// What the values are; empty where nobody said.
    let content: [String]
    /// The values' units; empty where nobody said.
    let units: [String]

    /// Refuses a dataset whose samples have another shape or are made of other values or in other
    /// units.
    ///
    /// - Parameters:
    ///   - dataset: what is to be encoded.
    ///   - name: what the error calls the encoder or the model.
    /// - Throws: `SleepRecognitionError.otherSamples`.
    func check(_ dataset: Dataset, for name: String) throws(SleepRecognitionError) {
        let samples = dataset.samples
        let left: Preparation
        do {
            left = try dataset.preparationLeft(for: preparation)
        } catch {
            // What a preparation asks for is a setting, which nobody can change in what is trained.
            guard dataset.preparation == nil else { throw SleepRecognitionError(error, of: dataset.path) }
            throw unpreparable(dataset, for: name)
        }
        let shape = left.shape(rows: samples.rows, columns: samples.columns)
        guard shape == SampleShape(rows: rows, columns: columns) else {
            let prepared = left == .none || left == .norm ? "" : ", once prepared,"
            throw .otherSamples(
                dataset: dataset.path,
                reason: "\(name) takes samples of \(rows) x \(columns) values, but these\(prepared) are of "
                    + "\(shape.rows) x \(shape.columns): use the kind of data that it was trained on")
        }
        guard content.isEmpty || dataset.content.isEmpty || content == dataset.content else {
            throw .otherSamples(
                dataset: dataset.path,
                reason: "\(name) was trained on \(content.joined(separator: ", ")), but these samples have "
                    + "\(dataset.content.joined(separator: ", ")): make the dataset with the same features")
        }
        if let difference = SampleUnits.difference(between: units, and: dataset.units, of: dataset.content) {
            throw .otherSamples(
                dataset: dataset.path,
                reason: "\(name) was trained on \(difference.first), but these samples have \(difference.second): "
                    + "make the dataset in the same units")
        }
    }

    /// The refusal of a dataset that can't even be prepared: what was trained on, and what it has.
    private func unpreparable(_ dataset: Dataset, for name: String) -> SleepRecognitionError {
        func words(_ content: [String]) -> String {
            content.prefix(5).joined(separator: ", ") + (content.count > 5 ? " and \(content.count - 5) more" : "")
        }
        let samples = dataset.samples
        let (trained, these) =
            content.isEmpty || dataset.content.isEmpty || content == dataset.content
            ? (
                "samples that are \(rows) x \(columns) values once prepared",
                "are of \(samples.rows) x \(samples.columns)"
            )
            : (words(content), "have \(words(dataset.content))")
        return .otherSamples(
            dataset: dataset.path,
            reason: "\(name) was trained on \(trained), but these samples \(these) (\(dataset.kind)): "
                + "use the kind of data that it was trained on")
    }
}

extension Encoder {
    /// What it takes.
    var sampleKind: SampleKind {
        SampleKind(
            rows: rows, columns: columns, preparation: record.preparation, content: record.content, units: record.units)
    }
}

extension RecogniserModel {
    /// Refuses a dataset whose samples it does not take: neither its encoder nor what it reads beside features, nor
    /// maps that lie otherwise.
    ///
    /// - Throws: `SleepRecognitionError.otherSamples`.
    func check(_ dataset: Dataset, for name: String) throws(SleepRecognitionError) {
        if let encoder = encoders.first { try encoder.sampleKind.check(dataset, for: name) }
        try SampleKind(
            rows: rows, columns: columns, preparation: inputs.preparation, content: content, units: units
        ).check(dataset, for: name)
        try dataset.requireMaps(lyingAs: frame, for: name)
    }
}

extension RecogniserModel {
    /// What is to be said of a dataset that is to be recognised and does not say in which units its values are; nil
    /// where it does, and where that is the same to the model or not known of it.
    package func noteOnUnits(of dataset: Dataset) -> String? {
        guard !inputs.preparation.choice.forgetsUnits,
            let unknown = SampleUnits.unknown(of: units, in: dataset.units, of: content)
        else { return nil }
        return "nothing says in which units all values of these samples are: they are taken for the model's, like "
            + "\(unknown), and where they are others, its answers are wrong"
    }
}

extension Dataset {
    /// Refuses maps that lie otherwise than in this frame; nothing where either is not known.
    ///
    /// - Parameters:
    ///   - frame: how maps lay that an encoder or a model was trained on as they are.
    ///   - name: what the error calls that.
    /// - Throws: `SleepRecognitionError.otherSamples`.
    func requireMaps(lyingAs frame: MapFrame?, for name: String) throws(SleepRecognitionError) {
        guard let frame, let other = self.frame, preparation == nil, other != frame else { return }
        func words(_ frame: MapFrame) -> String {
            "baseline \(frame.baseline) and the \(frame.feetFirst ? "feet" : "head") first"
        }
        throw .otherSamples(
            dataset: path,
            reason:
                "\(name) was trained on maps with \(words(frame)), as they are, but these have \(words(other)): "
                + "make the dataset alike, or train with --preset posture, which brings maps into one form")
    }
}
