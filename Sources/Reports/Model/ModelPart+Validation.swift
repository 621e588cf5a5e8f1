import Recognition
import SleepRecognition

extension ModelPart {
    /// In what recognisers that were evaluated are not as the model.
    struct Difference: Equatable {
        /// What differs.
        let name: String
        /// What they have, and what the model has.
        let evaluated, own: String
    }

    /// How good it is, as far as an evaluation says it.
    func validation(_ evaluation: EvaluationPart?) -> [Block] {
        guard let figures = evaluation?.figures else {
            return [
                .text(
                    """
                    No evaluation was given to this page, so it says nothing about how well the model does. How it does on \
                    people whom it has not seen, `ssrm evaluate` finds out; give its JSON to `ssrm report` beside the model.
                    """)
            ]
        }
        let others = differences(from: figures)
        let same: Prose =
            others.isEmpty
            ? """
            By an evaluation on the dataset that it was trained on, with the same settings of the recogniser; those made \
            in the same way
            """
            : "By an evaluation of recognisers that differ from this model, as the table says; they"
        let table: [Block] =
            others.isEmpty
            ? []
            : [
                .table(
                    Table(
                        caption: "In what they differ", head: ["", "evaluated", "this model"],
                        rows: others.map { other in
                            [.text(Prose(other.name))]
                                + [other.evaluated, other.own].map { .text("\(name: $0)") }
                        }))
            ]
        return [.text(results(figures, of: same))] + table
    }

    private func results(_ figures: EvaluationFigures, of recognisers: Prose) -> Prose {
        guard figures.protocolName != "random70" else {
            return """
                \(recognisers) were tested on other samples of the people that they were trained on, which says nothing about \
                new people.
                """
        }
        return """
            \(recognisers) were tested on \(figures.subjects.count) people, none of whom the tested one had seen: accuracy \
            \(figures.accuracy, 3)\(figures.accuracyInterval, 3), Cohen's kappa \(figures.kappa, 3)\(figures.kappaInterval, 3).\
            \(ownPeople(figures))
            """
    }

    /// In what the evaluation's recognisers were made otherwise than the model, but for the seed and whom they were
    /// trained on.
    func differences(from figures: EvaluationFigures) -> [Difference] {
        var found: [Difference] = []
        if figures.datasetDigest != dataset {
            found.append(
                Difference(
                    name: "dataset", evaluated: "\(figures.data) (\(figures.datasetDigest.prefix(12))…)",
                    own: "\(dataset.prefix(12))…"))
        }
        if figures.scheme != scheme {
            found.append(Difference(name: "what is told apart", evaluated: figures.scheme, own: scheme))
        }
        if figures.preset != preset {
            found.append(Difference(name: "preset or file of settings", evaluated: figures.preset, own: preset))
        }
        // Both with all else alike, so that only recognisers are told apart.
        var (own, other) = (figures.settings, figures.settings)
        own.recogniser = settings
        // As in a model, what was asked for and did not take place makes no difference.
        if figures.selfTrainingSteps == 0 { other.recogniser.selfTrainingSteps = 0 }
        other.recogniser = other.recogniser.comparable(classCount: classes.count)
        func values(_ settings: [String]) -> [String: String] {
            Dictionary(SettingWords.all(settings).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        }
        let (ownValues, otherValues) = (values(own.differences(from: other)), values(other.differences(from: own)))
        found += Set(ownValues.keys).union(otherValues.keys).sorted().map { name in
            Difference(name: name, evaluated: otherValues[name] ?? "none", own: ownValues[name] ?? "none")
        }
        if figures.folds.contains(where: { $0.chosen != nil }) {
            found.append(Difference(name: "choice of settings", evaluated: "anew in each fold", own: "none"))
        }
        return found
    }

    /// How many of the people held out the model itself was trained on.
    private func ownPeople(_ figures: EvaluationFigures) -> Prose {
        let own = Set(subjects)
        let seen = figures.subjects.count { own.contains($0.subject) }
        guard figures.datasetDigest == dataset, seen > 0 else { return "" }
        return seen == figures.subjects.count
            ? " The model itself was trained on all of them, so it can't be tested on them."
            : " The model itself was trained on some of them."
    }
}

extension RecogniserSettings {
    /// What makes a difference to a recogniser of so many classes, without the seed.
    func comparable(classCount: Int) -> RecogniserSettings {
        var own = self
        own.seed = 0
        if selfTrainingSteps == 0 { own.selfTrainingSteps = nil }
        // A model has the encoder that was taught, and no more of what that was before.
        if own.selfTrainingSteps != nil, own.encoder.trainsBody { own.encoder = .frozen }
        if !own.encoder.trainsBody { own.augmentation = .none }
        if !own.hasTrees(ofClasses: classCount) { own.trees = .none }
        return own
    }
}
