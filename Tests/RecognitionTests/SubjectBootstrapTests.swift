import Foundation
import Recognition
import Testing

/// Intervals computed by `Scripts/fixtures/bootstrap.py`.
private struct Reference: Decodable {
    let seed: UInt64
    let confusions: [[[Int]]]
    let first: [Int]
    let accuracy, kappa, macro_f1: Interval

    var scores: [ClassificationScores] { confusions.map { made($0) } }
}

private func made(_ confusion: [[Int]]) -> ClassificationScores {
    var scores = ClassificationScores(classes: confusion.indices.map { "class \($0)" })
    for (truth, row) in confusion.enumerated() {
        for (answer, count) in row.enumerated() {
            for _ in 0..<count { scores.count(truth: truth, answer: answer) }
        }
    }
    return scores
}

private func differs(_ a: Interval?, _ b: Interval) -> Bool {
    guard let a else { return true }
    return max(abs(a.low - b.low), abs(a.high - b.high)) > 1e-12
}

@Suite struct SubjectBootstrapTests {
    @Test func intervalsAreThoseOfNumPyOnTheSameDraws() throws {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/bootstrap", withExtension: "json"))
        for reference in try JSONDecoder().decode([Reference].self, from: Data(contentsOf: url)) {
            let scores = reference.scores
            let bootstrap = try #require(SubjectBootstrap(people: scores.count, seed: reference.seed))
            #expect(bootstrap.drawn(in: 0) == scores.indices.map { person in reference.first.count { $0 == person } })
            let found = bootstrap.intervals(of: scores)
            #expect(!differs(found.accuracy, reference.accuracy), "\(found) for \(reference.accuracy)")
            #expect(!differs(found.kappa, reference.kappa), "\(found) for \(reference.kappa)")
            #expect(!differs(found.macroF1, reference.macro_f1), "\(found) for \(reference.macro_f1)")
        }
    }

    /// The mean of many people's accuracies spreads like a normal distribution.
    @Test func anIntervalOfManyPeopleIsAboutTwoStandardErrorsEachWay() throws {
        let people = 100
        let scores = (0..<people).map { made([[40 + $0 * 37 % 50, 60 - $0 * 37 % 50], [0, 0]]) }
        let accuracies = scores.map(\.accuracy)
        let mean = accuracies.reduce(0, +) / Double(people)
        let variance = accuracies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(people)
        let error = (variance / Double(people)).squareRoot()
        let bootstrap = try #require(SubjectBootstrap(people: people, seed: 1))
        let found = try #require(bootstrap.intervals(of: scores).accuracy)
        #expect(abs(found.low - (mean - 1.96 * error)) < 0.15 * error, "\(found)")
        #expect(abs(found.high - (mean + 1.96 * error)) < 0.15 * error, "\(found)")
    }

    @Test func aDifferenceThatEverybodyHasHasNoWidth() throws {
        let worse = (0..<5).map { _ in made([[3, 7], [0, 10]]) }
        let better = (0..<5).map { _ in made([[8, 2], [0, 10]]) }
        let found = try #require(SubjectBootstrap(people: 5, seed: 4)).intervals { drawn in
            let (a, b) = (
                ClassificationScores(pooling: better, times: drawn), ClassificationScores(pooling: worse, times: drawn)
            )
            return [a.accuracy - b.accuracy]
        }
        let interval = try #require(found[0].interval)
        #expect(abs(interval.low - 0.25) < 1e-12 && abs(interval.high - 0.25) < 1e-12)
        #expect(found[0].undefinedCount == 0)
    }

    /// A class that one of the people alone has, and that nobody was given: it counts 0 in draws without them, too.
    @Test func theMacroF1IsOverTheSameClassesInEachDraw() throws {
        let usual = made([[10, 0, 0], [0, 10, 0], [0, 0, 0]])
        let scores = [usual, usual, usual, made([[9, 0, 0], [0, 9, 0], [1, 1, 0]])]
        let bootstrap = try #require(SubjectBootstrap(people: 4, seed: 1))
        #expect((0..<100).contains { bootstrap.drawn(in: $0)[3] == 0 })
        let interval = try #require(bootstrap.intervals(of: scores).macroF1)
        let figure = ClassificationScores(pooling: scores, times: [1, 1, 1, 1]).macroF1
        #expect(interval.low < figure && abs(interval.high - 2.0 / 3) < 1e-12, "\(interval) around \(figure)")
    }

    /// Of two people one has and was given one class alone: a quarter of the draws are of nobody else.
    @Test func drawsInWhichKappaIsNotDefinedAreLeftOutOfItsIntervalAndCounted() throws {
        let scores = [made([[9, 0], [0, 0]]), made([[4, 1], [2, 5]])]
        let bootstrap = try #require(SubjectBootstrap(people: 2, seed: 3))
        let found = bootstrap.intervals(of: scores)
        let undefined = (0..<SubjectBootstrap.resampleCount).count { bootstrap.drawn(in: $0) == [2, 0] }
        #expect(undefined > 400 && found.undefinedKappaCount == undefined)
        // The lowest kappa there is, not the 0 that such a draw might be given.
        let kappas = [[1, 1], [0, 2]].compactMap { ClassificationScores(pooling: scores, times: $0).kappa }
        #expect(found.kappa == Interval(low: kappas.min() ?? 0, high: kappas.max() ?? 0))
        #expect(found.accuracy?.high == 1)
        let nobody = bootstrap.intervals(of: [made([[9, 0], [0, 0]]), made([[3, 0], [0, 0]])])
        #expect(nobody.kappa == nil && nobody.undefinedKappaCount == SubjectBootstrap.resampleCount)
    }

    @Test func onePersonHasNoInterval() {
        #expect(SubjectBootstrap(people: 1, seed: 1) == nil)
        #expect(EvaluationProtocol.random70.bootstrap(over: 9, seed: 1) == nil)
        #expect(EvaluationProtocol.random70.intervalWords(over: 9).hasPrefix("no intervals: random70"))
        #expect(EvaluationProtocol.leaveOneSubjectOut.intervalWords(over: 1).hasPrefix("no intervals"))
    }

    @Test func anIntervalIsAListOfTwoNumbers() throws {
        let interval = Interval(low: 0.25, high: 0.75)
        let text = try JSONEncoder().encode(interval)
        #expect(String(decoding: text, as: UTF8.self) == "[0.25,0.75]")
        #expect(try JSONDecoder().decode(Interval.self, from: text) == interval)
    }
}
