import Recognition

extension LabelCurveFigures {
    /// The figures of all folds together; `outcomes` has a list a fold.
    init(_ curve: LabelCurve, _ outcomes: [[LabelCurveFold.Outcome]]) {
        let evaluation = curve.evaluation
        let (dataset, all) = (evaluation.dataset, outcomes.joined())
        let people = Set(all.flatMap { $0.scores[0].keys }).sorted()
        let bootstrap = SubjectBootstrap(people: people.count, seed: evaluation.seed)
        (format, data, datasetDigest) = (Self.format, dataset.path, dataset.digest)
        (protocolName, scheme, classes) = (
            evaluation.division.name, evaluation.scheme.rawValue, evaluation.classes
        )
        (settings, preset, changes) = (
            evaluation.settings.values, evaluation.settings.name, evaluation.changes
        )
        (seed, draws) = (evaluation.seed, curve.draws)
        subjects = people.map { dataset.subjects[$0] }
        folds = curve.folds.map { fold in
            Fold(
                name: fold.fold.name, labelled: fold.orders.map { $0.map { dataset.subjects[$0] } },
                pretrainingSteps: fold.fold.job?.steps ?? 0,
                pretrainingSamples: fold.fold.job.map { $0.shardsPerStep * $0.originalsPerShard } ?? 0)
        }
        intervals = evaluation.division.intervalWords(over: people.count)
        points = curve.labelledCounts.map { count in
            Point(
                count, all.filter { $0.labelled == count }, people: people, classes: evaluation.classes,
                draws: curve.draws, bootstrap: bootstrap)
        }
        samples = points.first?.arms.first?.draws.first?.confusion.joined().reduce(0, +) ?? 0
        let unlabelled =
            evaluation.settings.values.recogniser.unlabelled == .keep
            ? ", and that recognisers scale what they read by all people trained on, the regression by the labelled alone"
            : ""
        let taught = evaluation.settings.values.recogniser.selfTrainingSteps ?? 0
        let selfTraining =
            taught > 0
            ? " In each arm but regression the encoder then learns from that recogniser's answers for whoever has no label for \(taught) steps, and "
                + "one more recogniser is trained on its features; the steps told are all of these."
            : ""
        comparison = """
            A pre-trained recogniser makes the fold's pre-training steps without labels and its own steps with them; \
            one \(LabelCurve.Arm.scratch.words) makes as many steps as both together, all with labels, and one \
            \(LabelCurve.Arm.scratchShort.words), as many as the second alone, both with the encoder trained on. Equal \
            are the steps of the optimiser, the networks and the labels; not equal are what a step costs, that frozen \
            features are scaled and a trained body's are not, and that the draws of one from scratch start from the same \
            body\(unlabelled). Logistic regression (C \(RegressionInputs.c)) reads the samples: prepared ones of maps, \
            log band powers of windows of signals.\(selfTraining)
            """
        notes = curve.labelledCounts.flatMap { count in
            Self.notes(on: count, outcomes.map { $0.filter { $0.labelled == count } }, of: curve)
        }
        verdict = Self.verdict(on: points, people: people.count, labelled: folds.map(\.labelled))
    }

    /// A line for each class that some draws have no label of.
    private static func notes(
        on count: Int, _ outcomes: [[LabelCurveFold.Outcome]], of curve: LabelCurve
    ) -> [String] {
        let names = curve.evaluation.dataset.subjects
        return curve.evaluation.classes.compactMap { name in
            var without: [String] = []
            for (fold, outcomes) in zip(curve.folds, outcomes) {
                without += outcomes.filter { $0.absentClasses.contains(name) }.map { outcome in
                    fold.orders[outcome.draw].prefix(count).sorted().map { names[$0] }.joined(separator: "+")
                }
            }
            guard !without.isEmpty else { return nil }
            let who = Set(without).sorted()
            let shown = who.prefix(8).joined(separator: ", ") + (who.count > 8 ? ", …" : "")
            let draws = outcomes.joined().count
            return "\(count) labelled: no label of \(name) in \(without.count) of "
                + "\(draws) \(draws == 1 ? "draw" : "draws") (\(shown))"
        }
    }

    /// From so many draws of other people on something is said of people whose labels are kept, and not of those drawn
    /// alone.
    private static let fewestDraws = 3

    /// One sentence that says whether pre-training paid: where kappa's interval of each difference lies above 0, and
    /// the difference itself in each draw.
    ///
    /// Intervals are over the people held out, and of fewer than `BlandAltman.fewestPeople` too narrow. What hangs on
    /// whose labels are kept, and on seeds, is in the draws alone.
    ///
    /// - Parameters:
    ///   - points: the curve.
    ///   - people: how many people were held out.
    ///   - labelled: of each fold and draw the people in the order in which they keep their labels.
    /// - Returns: the sentence.
    package static func verdict(on points: [Point], people: Int, labelled: [[[String]]]) -> String {
        let draws = points.first?.arms.first?.draws.count ?? 0
        func counted(_ points: [Point]) -> String {
            "\(points.map { "\($0.labelledSubjects)" }.joined(separator: ", ")) labelled "
                + (points.map(\.labelledSubjects) == [1] ? "person" : "people")
        }
        let compared = points.filter { $0.differences.allSatisfy { $0.figures.kappaInterval != nil } }
        guard !compared.isEmpty else { return "Whether pre-training paid can't be said: there are no intervals." }
        let paid = compared.filter { point in
            point.differences.allSatisfy { ($0.figures.kappaInterval?.low ?? 0) > 0 } && point.isAboveInEachDraw
        }
        let areMany = people >= BlandAltman.fewestPeople
        let areOthers = (paid.isEmpty ? compared : paid).allSatisfy { $0.peopleDrawn(in: labelled) >= fewestDraws }
        let pretraining =
            areMany && areOthers
            ? "Pre-training" : "In \(draws == 1 ? "this draw" : "these draws") of labelled people pre-training"
        let few = areMany ? "" : " Of \(people) people held out intervals are too narrow to say so of others."
        let harmed = compared.filter { $0.differences.contains { ($0.figures.kappaInterval?.high ?? 0) < 0 } }
        if paid.isEmpty {
            let worse = harmed.isEmpty ? "" : ", and with \(counted(harmed)) another arm was clearly better"
            return "\(pretraining) did not pay: with no number of labelled people is its kappa clearly above every "
                + "other arm's\(worse).\(few)"
        }
        let rest = compared.filter { !paid.contains($0) }
        return "\(pretraining) paid with \(counted(paid)): kappa's interval of its gain over every other arm is above 0"
            + (areOthers ? ", and so is the gain in each of \(draws) draws" : "")
            + (rest.isEmpty ? "." : "; with \(counted(rest)) it did not.") + few
    }
}

extension LabelCurveFigures {
    /// What is to be said behind `intervals` of resamples that some kappa's interval is not over; empty where all are.
    package var undefinedKappas: String {
        let all = points.flatMap { $0.arms.map(\.figures) + $0.differences.map(\.figures) }
        let counts = all.compactMap(\.undefinedKappaResamples).filter { $0 > 0 }
        guard let least = counts.min(), let most = counts.max() else { return "" }
        let (many, draws) = (least == most ? "\(most)" : "\(least) to \(most)", most == 1 ? "draw" : "draws")
        return "; \(counts.count) of \(all.count) kappas and gains in kappa are not defined in \(many) \(draws) of "
            + "people, which are left out of their intervals"
    }
}

extension LabelCurveFigures.Point {
    /// Whether the pre-trained arm's kappa is above each other arm's in each draw.
    fileprivate var isAboveInEachDraw: Bool {
        let kappas = arms.map { $0.draws.map(\.kappa) }
        return kappas.dropFirst().allSatisfy { other in
            zip(kappas[0], other).allSatisfy { own, other in own.flatMap { own in other.map { own > $0 } } ?? false }
        }
    }

    /// How many draws kept the labels of other people, in the fold in which they are fewest.
    fileprivate func peopleDrawn(in labelled: [[[String]]]) -> Int {
        labelled.map { draws in Set(draws.map { Set($0.prefix(labelledSubjects)) }).count }.min() ?? 0
    }

    /// The outcomes with so many labelled people, of all folds.
    init(
        _ count: Int, _ outcomes: [LabelCurveFold.Outcome], people: [Int], classes: [String], draws: Int,
        bootstrap: SubjectBootstrap?
    ) {
        // Each person is held out in one fold.
        let none = ClassificationScores(classes: classes)
        let arms = LabelCurve.Arm.allCases
        var scores = [[[ClassificationScores]]](
            repeating: [[ClassificationScores]](repeating: people.map { _ in none }, count: draws), count: arms.count)
        for outcome in outcomes {
            for (place, person) in people.enumerated() {
                for arm in arms.indices {
                    if let found = outcome.scores[arm][person] { scores[arm][outcome.draw][place].count(found) }
                }
            }
        }
        // Of each draw of labels, whatever people are drawn.
        let present = scores.map { arm in
            arm.map { ClassificationScores(pooling: $0, times: people.map { _ in 1 }).present }
        }
        /// For each arm the mean over draws of its figures, and then for each but the first what the first is above it.
        func figures(_ drawn: [Int]) -> [Double] {
            let found = zip(scores, present).map { draws, present -> [Double] in
                let all = zip(draws, present).map {
                    ClassificationScores(pooling: $0, times: drawn).pooledFigures(over: $1)
                }
                return all[0].indices.map { index in all.reduce(0) { $0 + $1[index] } / Double(all.count) }
            }
            let differences = found.dropFirst().flatMap { other in zip(found[0], other).map { $0 - $1 } }
            return found.joined() + differences
        }
        let (whole, intervals) = (figures(people.map { _ in 1 }), bootstrap?.intervals(figures))
        func pooled(_ place: Int) -> PooledFigures {
            PooledFigures(
                Array(whole[3 * place..<3 * place + 3]), intervals.map { Array($0[3 * place..<3 * place + 3]) })
        }
        labelledSubjects = count
        self.arms = arms.enumerated().map { place, arm in
            let steps = outcomes.map { $0.steps[place] }
            return LabelCurveFigures.ArmFigures(
                arm: arm, steps: arm == .regression ? nil : [steps.min() ?? 0, steps.max() ?? 0],
                notConverged: arm == .regression ? outcomes.count { !$0.isConverged } : nil, figures: pooled(place),
                draws: scores[place].map { people in
                    LabelCurveFigures.Draw(
                        confusion: ClassificationScores(pooling: people, times: people.map { _ in 1 }).confusion,
                        subjects: people.map(\.confusion))
                })
        }
        differences = arms.enumerated().dropFirst().map { place, arm in
            LabelCurveFigures.Difference(arm: arm, figures: pooled(arms.count + place - 1))
        }
    }
}

extension LabelCurveFigures.Draw {
    fileprivate var kappa: Double? {
        ClassificationScores(classes: confusion.indices.map { "\($0)" }, confusion: confusion).kappa
    }
}
