import Recognition
package import SleepRecognition

/// The part of a report about an evaluation.
package struct EvaluationPart: Encodable, Sendable {
    /// What `ssrm evaluate` found.
    package let figures: EvaluationFigures
    /// What plain tools reached on the same samples; nil where nobody tried.
    package let baselines: BaselineFigures?

    /// A part.
    ///
    /// - Parameters:
    ///   - figures: what `ssrm evaluate` found.
    ///   - file: where that was written, for errors; nil where it is in no file.
    ///   - baselines: what plain tools reached.
    ///   - baselinesFile: where that was written, likewise.
    /// - Throws: `ReportError.otherSamples` for plain tools that were scored on other data or otherwise,
    ///   `ReportError.otherForm` for figures that are not of the classes that they name, or that no evaluation comes
    ///   to.
    package init(
        _ figures: EvaluationFigures, file: String? = nil, baselines: BaselineFigures? = nil,
        baselinesFile: String? = nil
    ) throws(ReportError) {
        let name = file ?? "the evaluation of \(figures.data)"
        let count = figures.classes.count
        let isSquare = figures.confusion.count == count && figures.confusion.allSatisfy { $0.count == count }
        guard isSquare, count > 0, figures.calibration.map({ $0.classes.count == count }) ?? true else {
            throw .otherForm(
                file: name, reason: "it has figures of other classes than it names: make it anew")
        }
        if let fault = figures.fault {
            throw .otherForm(
                file: name, reason: "it has \(fault), which none comes to: make it anew")
        }
        let scores = ClassificationScores(classes: figures.classes.map(\.name), confusion: figures.confusion)
        for (word, told, found) in [
            ("accuracy", figures.accuracy, scores.accuracy), ("kappa", figures.kappa, scores.kappa),
        ] {
            guard scores.samples > 0, let told, let found else { continue }
            guard abs(told - found) < 1e-6 else {
                throw .otherForm(file: name, reason: "its \(word) is not that of its confusion matrix: make it anew")
            }
        }
        if let baselines {
            let tools = baselinesFile ?? "the plain tools"
            if let fault = baselines.fault {
                throw .otherForm(file: tools, reason: "it has \(fault), which none comes to: make it anew")
            }
            for (word, theirs, ours) in [
                ("folds", baselines.folds.map(String.init), "\(figures.folds.count)"),
                ("samples", baselines.samples.map(String.init), "\(figures.samples)"),
                ("seed", baselines.seed.map(String.init), "\(figures.seed)"),
            ] {
                guard let theirs, theirs != ours, word != "seed" || !figures.isDividedByPeopleAlone else { continue }
                throw .otherSamples(
                    "\(tools): they were scored with \(word) \(theirs), but \(name) with \(word) \(ours): compare the same"
                )
            }
            let theirs = [baselines.datasetDigest, baselines.scheme, baselines.protocolName]
            guard theirs == [figures.datasetDigest, figures.scheme, figures.protocolName] else {
                throw .otherSamples(
                    "\(tools): they were scored on \(baselines.data), \(baselines.scheme), \(baselines.protocolName), but \(name) "
                        + "is on \(figures.data), \(figures.scheme), \(figures.protocolName): compare the same")
            }
        }
        (self.figures, self.baselines) = (figures, baselines)
    }

    /// What part of the samples scored as the row's class was recognised as the column's, 0 to 1; nil where none was
    /// scored so.
    var confusionShares: [[Double?]] {
        figures.confusion.map { row in
            let sum = row.reduce(0.0) { $0 + Double($1) }
            return row.map { sum > 0 ? Double($0) / sum : nil }
        }
    }

    /// The figures with the keys `confusion_shares` and `baselines` beside them.
    package func encode(to encoder: any Encoder) throws {
        try figures.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(confusionShares, forKey: .confusionShares)
        try container.encodeIfPresent(baselines, forKey: .baselines)
    }

    private enum CodingKeys: String, CodingKey {
        case baselines
        case confusionShares = "confusion_shares"
    }

    var isSleep: Bool { !figures.scheme.hasPrefix("posture") }

    /// A class's style, by its name.
    func style(_ place: Int) -> String { ClassStyle.style(of: figures.classes[place].name, place: place) }
}

/// Which colour stands for which class.
enum ClassStyle {
    /// The classes of sleep have their own; others are told apart.
    static func style(of name: String, place: Int) -> String {
        switch name {
        case "wake": "wake"
        case "REM": "rem"
        case "N1", "light": "n1"
        case "N2", "NREM", "sleep": "n2"
        case "N3", "deep": "n3"
        default: "k\(place % 8)"
        }
    }

    /// The order in which hypnograms have classes, from the top: wake, REM, then ever deeper sleep.
    static func order(of classes: [String]) -> [Int] {
        let top = ["wake", "REM"].compactMap { classes.firstIndex(of: $0) }
        return top + classes.indices.filter { !top.contains($0) }
    }
}
