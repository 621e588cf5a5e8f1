import Datasets
import Foundation
import Recognition
import SleepRecognition
import Synchronization
import TestKit
import Testing

@Suite struct LabelCurveTests {
    private func curve(
        _ counts: [Int], draws: Int = 2, division: EvaluationProtocol = .leaveOneSubjectOut,
        replacing assignments: [(inout RecogniserSettings) -> Void] = []
    ) throws -> LabelCurve {
        let study = try SmallStudy.shared.get()
        var settings = study.settings
        for change in assignments { change(&settings.values.recogniser) }
        let evaluation = try Evaluation(
            on: study.dataset, scheme: .posture3, division: division, settings: settings, seed: 5)
        return try LabelCurve(evaluation, labelledCounts: counts, draws: draws)
    }

    @Test func figuresAreTheSameOnAnyThreadsAndSurviveJSON() throws {
        let curve = try curve([3, 1])
        let figures = try curve.run()
        #expect(try curve.run(threads: 3) == figures)
        #expect(try JSONDecoder().decode(LabelCurveFigures.self, from: JSONEncoder().encode(figures)) == figures)
        #expect(figures.format == "ssrm.label-curve.1")
        #expect(figures.points.map(\.labelledSubjects) == [1, 3] && figures.subjects.count == 4)
        for point in figures.points {
            #expect(point.arms.map(\.arm) == LabelCurve.Arm.allCases)
            #expect(point.differences.map(\.arm) == [.scratch, .scratchShort, .regression])
            for arm in point.arms {
                #expect(arm.draws.count == 2)
                for draw in arm.draws { #expect(draw.confusion.joined().reduce(0, +) == 36) }
            }
            // Pre-training makes 4 steps.
            let steps = try point.arms.prefix(3).map { try #require($0.steps) }
            #expect(steps[1] == steps[0].map { $0 + 4 } && steps[2] == steps[0])
            let gain = point.differences[0].figures
            let kappas = try point.arms.map { try #require($0.figures.kappa) }
            let (kappa, interval) = (try #require(gain.kappa), try #require(gain.kappaInterval))
            #expect(abs(kappa - (kappas[0] - kappas[1])) < 1e-12)
            #expect(interval.low <= kappa + 1e-12 && kappa <= interval.high + 1e-12)
        }
        #expect(figures.verdict.hasPrefix("In these draws of labelled people pre-training"))
    }

    /// With everybody's labels the first draw of the pre-trained arm is the evaluation itself.
    @Test func withAllLabelsItIsTheEvaluation() throws {
        let curve = try curve([3], draws: 1)
        let figures = try curve.run()
        let plain = try curve.evaluation.run()
        let arm = figures.points[0].arms[0]
        #expect(arm.draws[0].confusion == plain.confusion && arm.draws[0].subjects == plain.subjects.map(\.confusion))
        #expect(arm.figures.kappaInterval == plain.kappaInterval)
        #expect(arm.figures.undefinedKappaResamples == plain.undefinedKappaResamples)
        #expect(figures.undefinedKappas.isEmpty)
        let whole = String(decoding: try JSONEncoder().encode(figures), as: UTF8.self)
        func told(_ count: String) throws -> String {
            let json = whole.replacing("\"undefined_kappa_resamples\":0", with: count)
            return try JSONDecoder().decode(LabelCurveFigures.self, from: Data(json.utf8)).undefinedKappas
        }
        #expect(
            try told("\"undefined_kappa_resamples\":7")
                == "; 7 of 7 kappas and gains in kappa are not defined in 7 draws of people, which are left out of their "
                + "intervals")
        #expect(try told("\"of_versions_before\":0").isEmpty)
    }

    /// Intervals over the people held out do not say what other labelled people would have made of it.
    ///
    /// Of two people held out they say nothing of others, nor do draws that all keep one person's labels.
    @Test(arguments: [
        (3, 3, 5, 3, "Pre-training paid with 1 labelled person: ", " in each of 3 draws."),
        (3, 2, 5, 3, "Pre-training did not pay", "."), (2, 2, 5, 2, "In these draws", " is above 0."),
        (3, 3, 2, 3, "In these draws", " Of 2 people held out intervals are too narrow to say so of others."),
        (3, 3, 5, 1, "In these draws", " is above 0."),
    ])
    func preTrainingPaidWhereItsGainIsInEveryDraw(
        draws: Int, better: Int, people: Int, drawn: Int, begin: String, end: String
    ) throws {
        func point(_ place: Int) -> [String: Any] {
            let right = [[5, 0], [0, 5]], wrong = [[4, 1], [1, 4]]
            return [
                "arm": ["pretrained", "scratch"][place], "accuracy": 0.5, "kappa": 0.5, "macro_f1": 0.5,
                "draws": (0..<draws).map { draw in
                    ["confusion": (draw < better) == (place == 0) ? right : wrong, "subjects": [[[Int]]]()]
                },
            ]
        }
        let interval = [0.1, 0.3]
        let object: [String: Any] = [
            "labelled_subjects": 1, "arms": [point(0), point(1)],
            "differences": [
                [
                    "pretrained_minus": "scratch", "accuracy": 0.2, "kappa": 0.2, "macro_f1": 0.2,
                    "accuracy_interval": interval, "kappa_interval": interval, "macro_f1_interval": interval,
                ]
            ],
        ]
        let decoded = try JSONDecoder().decode(
            LabelCurveFigures.Point.self, from: JSONSerialization.data(withJSONObject: object))
        let labelled = (0..<draws).map { ["P\($0 % drawn)"] }
        let verdict = LabelCurveFigures.verdict(on: [decoded], people: people, labelled: [labelled])
        #expect(verdict.hasPrefix(begin) && verdict.hasSuffix(end), "\(verdict)")
    }

    @Test func whatTheRegressionIsScaledByIsSaidWhereOthersHaveMore() throws {
        let words = "the regression by the labelled alone"
        #expect(try !curve([1], draws: 1).run().comparison.contains(words))
        let kept = try curve([1], draws: 1, replacing: [{ $0.unlabelled = .keep }]).run()
        #expect(kept.comparison.contains(words))
    }

    @Test func labelledPeopleAreDrawnAmongThoseTrainedOnAndSmallerNumbersAreAmongLargerOnes() throws {
        let figures = try curve([1, 2], draws: 3).run()
        for (fold, heldOut) in zip(figures.folds, figures.subjects) {
            #expect(fold.name == "without subject \(heldOut)" && fold.labelled.count == 3)
            for order in fold.labelled { #expect(Set(order) == Set(figures.subjects).subtracting([heldOut])) }
        }
        #expect(Set(figures.folds.flatMap(\.labelled)).count > 6)
        let people = Array(0..<50)
        #expect(LabelledPeople.order(of: people, fold: 0, draw: 0, seed: 1).sorted() == people)
        #expect(
            LabelledPeople.order(of: people, fold: 0, draw: 0, seed: 1)
                != LabelledPeople.order(of: people, fold: 1, draw: 0, seed: 1))
    }

    @Test func whatCannotBeDoneIsSaidBeforeAnythingIsTrained() throws {
        func reason(_ make: () throws -> LabelCurve) -> String {
            do { _ = try make() } catch { return "\(error)" }
            return "nothing"
        }
        #expect(
            reason { try curve([1, 4]) }
                == "4 labelled people are more than the 3 that the fold without subject P1 can train on: use at most "
                + "that many")
        #expect(reason { try curve([1], division: .random70) }.hasPrefix("random70 holds out samples and not people"))
        #expect(
            reason {
                try curve([1], replacing: [{ ($0.encoder, $0.includeInputs) = (.none, true) }])
            }.hasPrefix("recogniser.encoder is none"))
        #expect(
            reason { try curve([1], replacing: [{ $0.stopSubjects = 1 }]) }.hasPrefix("recogniser.stop_subjects is 1"))
    }

    /// Only one sleeper has REM sleep, so a draw without her has no label of it.
    @Test func aDrawWithoutAClassIsNotedAndDoesNotFail() throws {
        let study = try OneWithREM(sleepers: ["ann", "bob", "cy", "dee"])
        defer { withExtendedLifetime(study) {} }
        let figures = try LabelCurve(study.evaluation, labelledCounts: [1, 3], draws: 2).run()
        #expect(figures.notes.count == 1)
        let note = try #require(figures.notes.first)
        #expect(note.hasPrefix("1 labelled: no label of REM in ") && note.contains(" of 8 draws (ann"), "\(note)")
        #expect(!note.contains("bob"))
    }

    @Test func progressCountsPretrainingsAndDraws() throws {
        let curve = try curve([1], draws: 3)
        let told = Mutex<(folds: [Int], parts: [Int])>(([], []))
        _ = try curve.run(threads: 2) { event in
            told.withLock {
                switch event {
                case .started(let fold, let count, _):
                    #expect(count == 4)
                    $0.folds.append(fold)
                case .finished(let parts, let count):
                    #expect(count == 16)
                    $0.parts.append(parts)
                case .kept: Issue.record("nothing is kept")
                }
            }
        }
        told.withLock { #expect($0.folds == [0, 1, 2, 3] && $0.parts == Array(1...16)) }
    }
}
