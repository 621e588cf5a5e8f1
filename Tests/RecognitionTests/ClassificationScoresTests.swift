import Foundation
import Recognition
import Testing

/// Figures computed by `Scripts/fixtures/scores.py`.
private struct Reference: Decodable {
    let classes: Int
    let truth, answers: [Int]
    let confusion: [[Int]]
    let accuracy, macro_f1: Double
    let kappa: Double?
    let precision, recall, f1: [Double]
    let samples: [Int]

    var scores: ClassificationScores {
        var scores = ClassificationScores(classes: (0..<classes).map { "class \($0)" })
        for (truth, answer) in zip(truth, answers) { scores.count(truth: truth, answer: answer) }
        return scores
    }
}

@Test func figuresAreThoseOfScikitLearn() throws {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/scores", withExtension: "json"))
    for reference in try JSONDecoder().decode([Reference].self, from: Data(contentsOf: url)) {
        let scores = reference.scores
        #expect(scores.confusion == reference.confusion)
        #expect(scores.samples == reference.truth.count)
        #expect(abs(scores.accuracy - reference.accuracy) < 1e-12)
        #expect(abs(scores.macroF1 - reference.macro_f1) < 1e-12)
        #expect(abs(scores.kappa - (reference.kappa ?? 0)) < 1e-12)
        for c in 0..<reference.classes {
            #expect(scores.samples(of: c) == reference.samples[c])
            #expect(abs(scores.precision(of: c) - reference.precision[c]) < 1e-12)
            #expect(abs(scores.recall(of: c) - reference.recall[c]) < 1e-12)
            #expect(abs(scores.f1(of: c) - reference.f1[c]) < 1e-12)
        }
    }
}

@Test func scoresAddUp() {
    var (first, second) = (ClassificationScores(classes: ["a", "b"]), ClassificationScores(classes: ["a", "b"]))
    first.count(truth: 0, answer: 1)
    second.count(truth: 0, answer: 1)
    second.count(truth: 1, answer: 1)
    first.count(second)
    #expect(first.confusion == [[0, 2], [0, 1]])
}

@Test func scoresOfNothingAreZero() {
    let scores = ClassificationScores(classes: ["a", "b"])
    #expect(scores.accuracy == 0 && scores.kappa == 0 && scores.macroF1 == 0)
}
