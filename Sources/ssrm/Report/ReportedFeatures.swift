import Datasets
import Numerics
import Recognition
import Reports
import Signals
import SleepRecognition

/// A dataset's samples as an encoder sees them, in two directions.
struct ReportedFeatures {
    /// So many samples are shown at most, evenly from the whole dataset.
    private static let limit = 2000

    /// The part of the report.
    ///
    /// - Parameters:
    ///   - dataset: the samples.
    ///   - pretrained: the encoder.
    ///   - threads: how many threads prepare samples.
    /// - Returns: the part.
    /// - Throws: for samples that the encoder does not take, and for features that do not differ.
    static func part(_ dataset: Dataset, by pretrained: PretrainedEncoder, threads: Int) throws -> FeaturesPart {
        let encoder = pretrained.encoder
        let left: Preparation
        do { left = try dataset.preparationLeft(for: encoder.record.preparation) } catch {
            throw ProgramError("the run's encoder does not read such samples, give a dataset of its kind: \(error)")
        }
        let count = min(limit, dataset.samples.count)
        let chosen = (0..<count).map { $0 * dataset.samples.count / count }
        let prepared = left.prepared(copies(of: chosen, in: dataset.samples), frame: dataset.frame, threads: threads)
        guard prepared.rows == encoder.rows, prepared.columns == encoder.columns else {
            throw ProgramError(
                "\(dataset.path): its samples are not what the encoder reads (\(encoder.rows) x \(encoder.columns)): give "
                    + "the dataset that it was trained on, or one of its kind")
        }
        try pretrained.requireMapsAlike(dataset)
        let features = encoder.features(of: prepared, 0..<count)
        try dataset.requireWhole()
        let width = encoder.featureCount
        let block = FloatBlock(features.elements)
        let samples = Samples(count: count, rows: 1, columns: width, base: UnsafePointer(block.base), owner: block)
        let plain = Preparation.none.prepared(samples, frame: nil, threads: 1)
        let components = try PrincipalComponents(of: plain, training: Array(0..<count), count: 2)
        let scheme = LabelScheme.fitting(dataset.vocabulary).last { scheme in
            (try? scheme.classes(for: dataset.vocabulary).count).map { $0 <= 6 } ?? false
        }
        let labels = try scheme.map { try dataset.labels(under: $0) }
        let classes = try scheme.map { try $0.classes(for: dataset.vocabulary) } ?? []
        var total = 0.0
        let points = chosen.enumerated().map { place, sample in
            let values = UnsafeBufferPointer(start: samples.base + place * width, count: width)
            let norm = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            for (value, mean) in zip(values, components.mean) {
                let centred = (norm > 0 ? Double(value) / norm : 0) - Double(mean)
                total += centred * centred
            }
            let scores = components.scores(of: values)
            return FeaturesPart.Point(
                x: scores[0], y: scores[1], label: labels?[sample], person: dataset.subject(of: sample))
        }
        let parts = (0..<2).map { direction in
            let sum = points.reduce(0.0) { $0 + (direction == 0 ? $1.x * $1.x : $1.y * $1.y) }
            return total > 0 ? sum / total : 0
        }
        return FeaturesPart(
            points, of: dataset.samples.count, features: width, variance: parts, classes: classes,
            people: dataset.subjects)
    }

    private static func copies(of chosen: [Int], in samples: Samples) -> Samples {
        let size = samples.valuesPerSample
        let block = FloatBlock(count: chosen.count * size)
        for (place, sample) in chosen.enumerated() {
            (block.base + place * size).update(from: samples.base + sample * size, count: size)
        }
        return Samples(
            count: chosen.count, rows: samples.rows, columns: samples.columns, base: UnsafePointer(block.base),
            owner: block)
    }
}
