import Foundation
import Numerics
import Recognition
import Testing

/// Computed by `Scripts/fixtures/trees.py`.
private struct Reference: Decodable {
    struct Tree: Decodable {
        let rows, columns, classes, leaf: Int
        let values: [Float]
        let labels: [Int]
        let shares: [Float]

        var matrix: Matrix { Matrix(rows: rows, columns: columns, elements: values) }
    }

    struct Forest: Decodable {
        let rows, columns, classes, leaf, trees, trainedPeople: Int
        let values: [Float]
        let labels, people: [Int]
        let accuracy, truth: Double
    }

    let trees: [Tree]
    let forest: Forest

    static func read() throws -> Reference {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/trees", withExtension: "json"))
        return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
    }
}

/// A table with few values of each input, so that many questions are equals.
private struct Table {
    let values: Matrix
    let labels: [Int]
    let weights: [Int]

    init(seed: UInt64, rows: Int = 60, columns: Int = 3, classes: Int = 3) {
        var draw = RandomSequence(seed: seed, stream: 9)
        labels = (0..<rows).map { _ in Int(draw.next() % UInt64(classes)) }
        weights = (0..<rows).map { _ in Int(draw.next() % 3) }
        let labels = labels
        values = Matrix(
            rows: rows, columns: columns,
            elements: (0..<rows * columns).map { Float(labels[$0 / columns]) + Float(Int(draw.uniform() * 6)) / 2 })
    }

    /// Of rows: for each class how many there are, each as often as it counts.
    func counts(_ rows: [Int], classes: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: classes)
        for row in rows { counts[labels[row]] += weights[row] }
        return counts
    }

    /// The least impurity that a question about these rows leaves, each side's times its samples; nil without one.
    func least(_ rows: [Int], leaf: Int, classes: Int) -> Double? {
        (0..<values.columns).flatMap { input in
            Set(rows.map { values[$0, input] }).compactMap { threshold in
                impurity(rows, input: input, threshold: threshold, leaf: leaf, classes: classes)
            }
        }.min()
    }

    /// What a question leaves; nil where a side is too small.
    func impurity(_ rows: [Int], input: Int, threshold: Float, leaf: Int, classes: Int) -> Double? {
        let sides = [rows.filter { values[$0, input] <= threshold }, rows.filter { values[$0, input] > threshold }]
        return sides.reduce(0.0) { sum, side -> Double? in
            let counts = counts(side, classes: classes)
            let total = Double(counts.reduce(0, +))
            guard let sum, total >= Double(leaf), total > 0 else { return nil }
            return sum + total - counts.reduce(0.0) { $0 + Double($1 * $1) } / total
        }
    }
}

private func people(_ count: Int, rows: Int) -> [Int] { (0..<rows).map { $0 % count } }

@Suite struct ForestTests {
    @Test func aTreeHasTheSharesOfScikitLearns() throws {
        for reference in try Reference.read().trees {
            let tree = DecisionTree(
                growingOn: reference.matrix, labels: reference.labels,
                weights: [Int](repeating: 1, count: reference.rows), classes: reference.classes, leaf: reference.leaf,
                inputs: reference.columns, seed: 1)
            #expect(tree.isSound(inputs: reference.columns, classes: reference.classes))
            let forest = Forest(
                inputs: reference.columns, shares: [Float](repeating: 0, count: reference.classes), trees: [tree])
            let found = forest.probabilities(of: reference.matrix).elements
            #expect(zip(found, reference.shares).allSatisfy { abs($0 - $1) < 1e-6 })
        }
    }

    @Test func noQuestionIsBetterThanTheOneThatATreeAsks() {
        for seed in UInt64(1)...6 {
            let table = Table(seed: seed)
            let tree = DecisionTree(
                growingOn: table.values, labels: table.labels, weights: table.weights, classes: 3, leaf: 4, inputs: 3,
                seed: seed)
            var tasks = [(node: 0, rows: (0..<table.values.rows).filter { table.weights[$0] > 0 })]
            while let (place, rows) = tasks.popLast() {
                let node = tree.nodes[place]
                let least = table.least(rows, leaf: 4, classes: 3)
                if node.input < 0 {
                    let counts = table.counts(rows, classes: 3)
                    let shares = counts.map { Float($0) / Float(counts.reduce(0, +)) }
                    #expect(Array(tree.shares[Int(node.next) * 3..<Int(node.next) * 3 + 3]) == shares)
                    #expect(counts.count { $0 > 0 } == 1 || least == nil)
                    continue
                }
                let (input, next) = (Int(node.input), Int(node.next))
                let asked = table.impurity(rows, input: input, threshold: node.threshold, leaf: 4, classes: 3)
                #expect(asked.map { abs($0 - (least ?? 0)) < 1e-9 } == true, "node \(place) of seed \(seed)")
                tasks.append((next, rows.filter { table.values[$0, input] <= node.threshold }))
                tasks.append((next + 1, rows.filter { table.values[$0, input] > node.threshold }))
            }
        }
    }

    @Test func aForestKnowsNewPeopleAsWellAsScikitLearns() throws {
        let reference = try Reference.read().forest
        let material = Forest.Material(
            values: Matrix(rows: reference.rows, columns: reference.columns, elements: reference.values),
            people: reference.people,
            training: (0..<reference.rows).filter { reference.people[$0] < reference.trainedPeople },
            labels: reference.labels, classes: reference.classes)
        let fitted = Forest.fitted(
            material, settings: ForestSettings(count: reference.trees, leaf: reference.leaf), seed: 1, threads: 2)
        let found = fitted.forest.probabilities(of: material.values)
        let new = (0..<reference.rows).filter { reference.people[$0] >= reference.trainedPeople }
        let right = new.count { found.row($0).max() == found[$0, reference.labels[$0]] }
        #expect(abs(Double(right) / Double(new.count) - reference.accuracy) < 0.03)
        let truth = new.reduce(0.0) { $0 + Double(found[$1, reference.labels[$1]]) } / Double(new.count)
        #expect(abs(truth - reference.truth) < 0.04)
    }

    @Test func aForestHasTheSameBitsOnAnyNumberOfThreads() {
        let table = Table(seed: 3, rows: 700)
        let material = Forest.Material(
            values: table.values, people: people(5, rows: 700), training: Array(0..<600),
            labels: table.labels.map { $0 }, classes: 3)
        let fits = (1...4).map {
            Forest.fitted(material, settings: ForestSettings(count: 7, leaf: 3), seed: 2, threads: $0)
        }
        for other in fits.dropFirst() {
            #expect(other.forest == fits[0].forest && other.probabilities == fits[0].probabilities)
        }
        #expect(Set(fits[0].forest.trees.map(\.nodes.count)).count > 1)
    }

    /// A person whose labels say the opposite of everybody's is told by the others' trees, and so wrong.
    @Test func whatIsSaidAboutAPersonTrainedOnIsSaidByTreesWithoutThem() {
        let rows = 400
        let owners = people(8, rows: rows)
        let values = Matrix(rows: rows, columns: 1, elements: (0..<rows).map { Float($0 / 8 % 2) })
        let labels = (0..<rows).map { owners[$0] == 3 ? 1 - $0 / 8 % 2 : $0 / 8 % 2 }
        let material = Forest.Material(
            values: values, people: owners, training: Array(0..<rows), labels: labels, classes: 2)
        let fitted = Forest.fitted(material, settings: ForestSettings(count: 40, leaf: 1), seed: 5)
        for row in 0..<rows where owners[row] == 3 { #expect(fitted.probabilities[row, labels[row]] == 0) }
        #expect(fitted.forest.trees.contains { $0.nodes.count > 1 })
    }

    @Test func onePersonsLabelsMakeNoTreesAndEveryoneGetsTheShares() {
        let material = Forest.Material(
            values: Matrix(rows: 8, columns: 1, elements: (0..<8).map { Float($0) }), people: people(2, rows: 8),
            training: [0, 2, 4, 6], labels: [0, nil, 0, nil, 0, nil, 1, nil], classes: 2)
        let fitted = Forest.fitted(material, settings: ForestSettings(), seed: 5)
        #expect(fitted.forest.trees.isEmpty && fitted.probabilities.row(1) == [0.75, 0.25])
    }
}
