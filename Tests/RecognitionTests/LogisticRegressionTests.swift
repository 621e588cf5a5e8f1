import Foundation
import Numerics
import Recognition
import Testing

/// Probabilities computed by `Scripts/fixtures/logistic.py`.
private struct Reference: Decodable {
    let rows, columns, classes: Int
    let c: Double
    let inputs: [Float]
    let labels: [Int?]
    let probabilities: [Double]

    var matrix: Matrix { Matrix(rows: rows, columns: columns, elements: inputs) }

    static func all() throws -> [Reference] {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/logistic", withExtension: "json"))
        return try JSONDecoder().decode([Reference].self, from: Data(contentsOf: url))
    }
}

@Suite struct LogisticRegressionTests {
    @Test func probabilitiesAreThoseOfScikitLearn() throws {
        for reference in try Reference.all() {
            let model = try LogisticRegression(
                fitting: reference.matrix, labels: reference.labels, classes: reference.classes, c: reference.c)
            #expect(model.isConverged)
            let found = model.probabilities(of: reference.matrix)
            let worst = zip(found.elements, reference.probabilities).map { abs(Double($0) - $1) }.max() ?? 1
            #expect(worst < 1e-4, "\(worst) with \(reference.columns) inputs and C \(reference.c)")
            let answers = model.answers(for: reference.matrix)
            for row in 0..<reference.rows {
                #expect(found.row(row).max() == found[row, answers[row]])
            }
        }
    }

    /// Enough samples for several blocks.
    private func made(_ rows: Int) -> (inputs: Matrix, labels: [Int?]) {
        var draw = RandomSequence(seed: 3, stream: 1)
        let labels = (0..<rows).map { $0 % 7 == 0 ? nil : $0 % 3 }
        let values = (0..<rows * 4).map { place -> Float in
            let shift = (labels[place / 4] ?? 0) * (place % 4)
            return Float(draw.normal() + Double(shift) / 3)
        }
        return (Matrix(rows: rows, columns: 4, elements: values), labels)
    }

    @Test func anyNumberOfThreadsGivesTheSameBits() throws {
        let (inputs, labels) = made(900)
        let alone = try LogisticRegression(fitting: inputs, labels: labels, classes: 3)
        for threads in [2, 3, 8] {
            #expect(try LogisticRegression(fitting: inputs, labels: labels, classes: 3, threads: threads) == alone)
        }
    }

    /// Products in single precision leave a gradient above what is asked for where nothing more is to be gained.
    @Test func whatOnlyRoundingKeepsFromItsMinimumHasConverged() throws {
        let (rows, columns) = (300, 40)
        var draw = RandomSequence(seed: 5, stream: 1)
        var (values, labels): ([Float], [Int?]) = ([], [])
        for _ in 0..<rows {
            let base = draw.normal()
            labels.append((base + draw.normal() > 0 ? 1 : 0) + (draw.normal() > 1 ? 1 : 0))
            for column in 0..<columns {
                let own = draw.normal()
                values.append(Float((column == 0 ? base : own) * own * own))
            }
        }
        let inputs = Matrix(rows: rows, columns: columns, elements: values)
        #expect(try LogisticRegression(fitting: inputs, labels: labels, classes: 3, c: 1000).isConverged)
    }

    @Test func aClassWithoutASampleIsNeverAnswered() throws {
        let (inputs, labels) = made(60)
        let without = labels.map { $0 == 1 ? nil : $0 }
        let model = try LogisticRegression(fitting: inputs, labels: without, classes: 4)
        #expect(model.presentClasses == [0, 2])
        let probabilities = model.probabilities(of: inputs)
        #expect((0..<60).allSatisfy { probabilities[$0, 1] == 0 && probabilities[$0, 3] == 0 })
        #expect(Set(model.answers(for: inputs)) == [0, 2])
        let one = try LogisticRegression(fitting: inputs, labels: labels.map { $0 == 2 ? 2 : nil }, classes: 4)
        #expect(one.answers(for: inputs).allSatisfy { $0 == 2 })
    }

    @Test func withoutALabelThereIsNothingToLearnFrom() {
        let inputs = Matrix(rows: 2, columns: 1, elements: [1, 2])
        #expect(throws: RecognitionError.nothingToLearnFrom) {
            try LogisticRegression(fitting: inputs, labels: [nil, nil], classes: 2)
        }
    }
}
