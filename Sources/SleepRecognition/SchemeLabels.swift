import Datasets
import Recognition
import Signals

/// A dataset's labels under a scheme.
struct SchemeLabels: Sendable {
    /// The classes' names, in order.
    let classes: [String]
    /// Per sample its class, as an index into `classes`; nil where it has none or takes no part.
    let labels: [Int?]
    private let mirrors: Result<[Int], LabelError>

    /// The labels of all samples.
    init(_ dataset: Dataset, under scheme: LabelScheme) throws(SleepRecognitionError) {
        self.init(
            classes: try about(dataset.path) { try scheme.classes(for: dataset.vocabulary) },
            labels: try about(dataset.path) { try dataset.labels(under: scheme) },
            mirrors: Result { () throws(LabelError) in try scheme.mirroredClasses(for: dataset.vocabulary) })
    }

    /// Refuses settings that mirror samples whose classes have no mirror.
    func checkMirrors(of dataset: Dataset, settings: RecogniserSettings) throws(SleepRecognitionError) {
        guard settings.mirrorAverage || settings.augmentation.mirrors else { return }
        guard dataset.content.isEmpty || dataset.frame != nil else {
            throw .otherSamples(
                dataset: dataset.path,
                reason:
                    "samples of \(dataset.content.prefix(3).joined(separator: ", ")) are no maps and have no mirror: set "
                    + "recogniser.mirror_average to false and recogniser.augmentation to none")
        }
        _ = try about(dataset.path) { try mirroredClasses }
    }

    /// The labels of the schemes that are learnt beside `scheme`.
    static func beside(
        _ scheme: LabelScheme, of dataset: Dataset, settings: RecogniserSettings
    ) throws(SleepRecognitionError) -> [SchemeLabels] {
        let schemes = try about(dataset.path) { try settings.schemesBeside(scheme, for: dataset.vocabulary) }
        return try schemes.map { scheme throws(SleepRecognitionError) in try SchemeLabels(dataset, under: scheme) }
    }

    private init(classes: [String], labels: [Int?], mirrors: Result<[Int], LabelError>) {
        (self.classes, self.labels, self.mirrors) = (classes, labels, mirrors)
    }

    /// For each class that of a mirrored sample.
    ///
    /// - Throws: `LabelError.noMirror` where it has none.
    var mirroredClasses: [Int] { get throws(LabelError) { try mirrors.get() } }

    /// The same without the labels of all samples but these.
    func keeping(_ samples: [Int]) -> SchemeLabels {
        var kept = [Int?](repeating: nil, count: labels.count)
        for sample in samples { kept[sample] = labels[sample] }
        return SchemeLabels(classes: classes, labels: kept, mirrors: mirrors)
    }

    /// The same with an answer as the label of each of these samples that has none.
    func completed(by answers: [Int], for samples: [Int]) -> SchemeLabels {
        var completed = labels
        for sample in samples where completed[sample] == nil { completed[sample] = answers[sample] }
        return SchemeLabels(classes: classes, labels: completed, mirrors: mirrors)
    }

    /// The classes that no label is of.
    var absentClasses: [String] { classes.indices.filter { !labels.contains($0) }.map { classes[$0] } }

    /// How many of these samples have a label.
    func count(of samples: [Int]) -> Int { samples.count { labels[$0] != nil } }

    /// Answers counted against these labels.
    ///
    /// - Parameters:
    ///   - answers: per sample of the dataset a class.
    ///   - samples: those that count, unless they have no label.
    /// - Returns: the counts.
    func scores(of answers: [Int], for samples: [Int]) -> ClassificationScores {
        var scores = ClassificationScores(classes: classes)
        for sample in samples {
            if let truth = labels[sample] { scores.count(truth: truth, answer: answers[sample]) }
        }
        return scores
    }
}
