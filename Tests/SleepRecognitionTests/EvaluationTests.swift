import Datasets
import Foundation
import Recognition
import SleepRecognition
import Synchronization
import TestKit
import Testing

@Test(arguments: [EvaluationProtocol.leaveOneSubjectOut, .subjectFolds(2), .random70])
func figuresAreTheSameOnAnyThreadsAndSurviveJSON(division: EvaluationProtocol) throws {
    let study = try SmallStudy.shared.get()
    let evaluation = try Evaluation(
        on: study.dataset, scheme: .posture3, division: division, settings: study.settings, seed: 5)
    let figures = try evaluation.run()
    #expect(try evaluation.run(threads: 3) == figures)
    #expect(try JSONDecoder().decode(EvaluationFigures.self, from: JSONEncoder().encode(figures)) == figures)
    #expect(figures.confusion.joined().reduce(0, +) == figures.samples)
    #expect(figures.samples == (division == .random70 ? 33 : 36))
    #expect(figures.folds.reduce(0) { $0 + $1.samples } == figures.samples)
    #expect(figures.protocolName == division.name && figures.seed == 5 && figures.preset == "paper")
    #expect(figures.changes.contains("recogniser.epochs 3"))
}

@Test(arguments: [EvaluationProtocol.leaveOneSubjectOut, .subjectFolds(2), .random70])
func figuresHaveIntervalsWherePeopleAreHeldOut(division: EvaluationProtocol) throws {
    let study = try SmallStudy.shared.get()
    let figures = try Evaluation(
        on: study.dataset, scheme: .posture3, division: division, settings: study.settings, seed: 5
    ).run()
    // Each subject's matrix is there, so that scripts can pair two results person by person.
    for row in figures.classes.indices {
        for column in figures.classes.indices {
            #expect(figures.confusion[row][column] == figures.subjects.reduce(0) { $0 + $1.confusion[row][column] })
        }
    }
    let intervals = [figures.accuracyInterval, figures.kappaInterval, figures.macroF1Interval]
    if division == .random70 {
        #expect(intervals.allSatisfy { $0 == nil } && figures.intervals.hasPrefix("no intervals: random70"))
        return
    }
    #expect(
        figures.intervals
            == "95 % intervals by 2000 draws of the 4 people held out, who are so few that intervals are too narrow")
    #expect(figures.undefinedKappaResamples == 0)
    for (figure, interval) in zip([figures.accuracy, figures.kappa, figures.macroF1], intervals) {
        let (figure, interval) = (try #require(figure), try #require(interval))
        #expect(interval.low <= figure && figure <= interval.high && interval.low < interval.high)
    }
    let worst = figures.subjects.map(\.accuracy).min() ?? 0
    #expect(try #require(figures.accuracyInterval).low >= worst)
}

/// One fold by hand, from the parts that anybody can call, has the evaluation's answers.
@Test func aFoldIsPretrainingTrainingAndPredictionWithoutItsSubject() throws {
    let study = try SmallStudy.shared.get()
    let figures = try Evaluation(
        on: study.dataset, scheme: .posture3, division: .leaveOneSubjectOut, settings: study.settings, seed: 7
    ).run()
    let held = try study.dataset.samples(ofSubjects: ["P3"])
    var settings = study.settings
    (settings.values.steps, settings.values.shards) = (settings.values.foldSteps, 3)
    let encoder = try Pretraining(on: study.dataset, settings: settings, seed: 7, excluding: held).run()
    let model = try RecogniserTraining(
        on: study.dataset, scheme: .posture3, encoder: encoder, settings: settings, seed: 7, excluding: held
    ).run().model
    let scores = try Prediction(of: study.dataset, by: model).run().scores(of: held)
    let fold = try #require(figures.folds.first { $0.heldOut == ["P3"] })
    #expect(fold.confusion == scores.confusion && fold.kappa == scores.kappa)
}

@Test func foldsAreToldWithoutTraining() throws {
    let study = try SmallStudy.shared.get()
    let evaluation = try Evaluation(
        on: study.dataset, scheme: .posture3, division: .subjectFolds(2), settings: study.settings)
    let division = evaluation.foldDivision
    #expect(division.folds.count == 2 && division.labels.count == 36 && division.classes == evaluation.classes)
    for fold in division.folds {
        #expect((fold.training + fold.test).sorted() == Array(0..<36))
        #expect(Set(fold.test.map { study.dataset.subjects[study.dataset.subject(of: $0)] }) == Set(fold.heldOut))
    }
    #expect(try JSONDecoder().decode(FoldDivision.self, from: JSONEncoder().encode(division)) == division)
}

/// Leaving out the only sleeper with REM sleep leaves nobody to learn it from.
@Test func aFoldThatTrainsWithoutAClassSaysSo() throws {
    let study = try OneWithREM(sleepers: ["ann", "bob", "cy"])
    defer { withExtendedLifetime(study) {} }
    let evaluation = study.evaluation
    #expect(evaluation.absentClasses == [])
    #expect(evaluation.foldDivision.folds.map(\.absentClasses) == [[], ["REM"], []])
    #expect(try evaluation.run().folds.map(\.absentClasses) == [[], ["REM"], []])
    // A class that nobody has is told people once, and is in what each fold leaves.
    let five = try Evaluation(
        on: evaluation.dataset, scheme: .five, division: .leaveOneSubjectOut, settings: evaluation.settings)
    #expect(five.absentClasses == ["N1", "N3"])
    #expect(five.foldDivision.folds.map(\.absentClasses) == [["N1", "N3"], ["N1", "N3", "REM"], ["N1", "N3"]])
}

@Test func anEvaluationTellsOfEachFoldOnce() throws {
    let study = try SmallStudy.shared.get()
    let evaluation = try Evaluation(
        on: study.dataset, scheme: .posture3, division: .leaveOneSubjectOut, settings: study.settings)
    let told = Mutex<(started: [Int], finished: [Int], done: [Int])>(([], [], []))
    let figures = try evaluation.run(threads: 2) { event in
        told.withLock {
            switch event {
            case .started(let fold, let count, let name):
                #expect(count == 4 && name.hasPrefix("without subject P"))
                $0.started.append(fold)
            case .finished(let fold, _, let done, _):
                #expect($0.started.contains(fold))
                $0.finished.append(fold)
                $0.done.append(done)
            case .kept: Issue.record("nothing is kept")
            }
        }
    }
    #expect(figures.folds.count == 4)
    told.withLock {
        #expect($0.started == [0, 1, 2, 3] && $0.finished.sorted() == [0, 1, 2, 3] && $0.done == [1, 2, 3, 4])
    }
}

@Test func probabilitiesThatAreNoNumbersEndAnEvaluationInALine() throws {
    let study = try SmallStudy.shared.get()
    var settings = study.settings
    settings.values.recogniser.epochs = 1
    settings.values.recogniser.learningRate = 1e38
    settings.values.recogniser.gradientClip = 0
    let evaluation = try Evaluation(
        on: study.dataset, scheme: .posture3, division: .leaveOneSubjectOut, settings: settings)
    #expect { try evaluation.run() } throws: { "\($0)".contains("use a lower learning rate") }
}

@Test func aFoldThatFailsIsNamed() throws {
    let study = try SmallStudy.shared.get()
    var settings = study.settings
    settings.values.recogniser.principalComponents = 64
    let evaluation = try Evaluation(
        on: study.dataset, scheme: .posture3, division: .leaveOneSubjectOut, settings: settings)
    let error = #expect(throws: SleepRecognitionError.self) { try evaluation.run(threads: 2) }
    #expect(error?.description.hasPrefix("\(study.dataset.path), without subject P1: ") == true)
    #expect(error?.description.contains("recogniser.principal_components is 64") == true)
}
