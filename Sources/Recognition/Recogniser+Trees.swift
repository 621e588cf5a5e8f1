import Numerics

extension Recogniser {
    /// A reading as the network takes it, but for its scale, and what trees say about it where there are any: each once
    /// for all members, or once for each.
    func inputs(of reading: Reading, threads: Int) -> (values: [Matrix], answers: [Matrix]) {
        let answers = forest.map { forest in
            reading.values.map { forest.probabilities(of: $0.columns(from: featureCount), threads: threads) }
        }
        let told = reading.values.enumerated().map { place, values in
            answers.flatMap { answers in forest?.read(values, with: answers[place]) } ?? values
        }
        return (told, answers ?? [])
    }

    /// What was recognised, with the part that trees have in it: the mean of probabilities, and of each sample the most
    /// probable class.
    ///
    /// - Parameters:
    ///   - network: what the network recognised.
    ///   - answers: for each reading what trees say about it, once or for each member.
    ///   - mirrors: for each reading its classes' mirrors, or nil where it is none.
    /// - Returns: the same as `network` where trees have no part.
    func withTrees(_ network: Recognition, answers: [[Matrix]], mirrors: [[Int]?]) -> Recognition {
        let share = treeShare
        guard let forest, share > 0 else { return network }
        var found = network
        let (classes, count) = (forest.classes, answers.reduce(0) { $0 + $1.count })
        for row in found.labels.indices {
            var sums = [Double](repeating: 0, count: classes)
            for (matrices, mirror) in zip(answers, mirrors) {
                for matrix in matrices {
                    for c in 0..<classes { sums[c] += Double(matrix[row, mirror?[c] ?? c]) }
                }
            }
            for c in 0..<classes {
                let own = Double(network.probabilities[row, c])
                found.probabilities[row, c] = Float((1 - share) * own + share * sums[c] / Double(count))
            }
            found.labels[row] = (0..<classes).reduce(0) {
                found.probabilities[row, $1] > found.probabilities[row, $0] ? $1 : $0
            }
        }
        return found
    }
}

extension Matrix {
    /// The columns from this one on.
    fileprivate func columns(from first: Int) -> Matrix {
        guard first > 0 else { return self }
        return Matrix(
            rows: rows, columns: columns - first, elements: (0..<rows).flatMap { row($0).dropFirst(first) })
    }
}
