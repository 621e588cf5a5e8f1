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
        #expect((scores.kappa == nil) == (reference.kappa == nil))
        #expect(abs((scores.kappa ?? 0) - (reference.kappa ?? 0)) < 1e-12)
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

@Test func scoresOfNothingAreZeroButForKappa() {
    let scores = ClassificationScores(classes: ["a", "b"])
    #expect(scores.accuracy == 0 && scores.kappa == nil && scores.macroF1 == 0)
}

@Test func kappaIsNotDefinedWhereAllIsOfOneClass() {
    var scores = ClassificationScores(classes: ["a", "b"])
    for _ in 0..<3 { scores.count(truth: 1, answer: 1) }
    #expect(scores.accuracy == 1 && scores.kappa == nil)
    // One other answer, and it is what guessing has.
    scores.count(truth: 1, answer: 0)
    #expect(scores.kappa == 0)
}

@Test func anUndefinedNumberIsNullInAFile() throws {
    struct Figures: Codable, Equatable {
        @NullWhereNone var kappa: Double?
        let samples: Int
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    for (kappa, text) in [(nil, "{\"kappa\":null,\"samples\":3}"), (0.5, "{\"kappa\":0.5,\"samples\":3}")] {
        let figures = Figures(kappa: kappa, samples: 3)
        #expect(String(decoding: try encoder.encode(figures), as: UTF8.self) == text)
        #expect(try JSONDecoder().decode(Figures.self, from: Data(text.utf8)) == figures)
    }
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(Figures.self, from: Data("{\"samples\":3}".utf8)) }
}
