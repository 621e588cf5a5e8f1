import Numerics

/// Grows one tree: at each node, of some inputs drawn at random, the question that leaves the purest two sides (Gini's
/// impurity; Breiman et al., "Classification and Regression Trees", 1984).
///
/// Samples are counted in whole numbers, and sides are compared by divisions of them: the tree is the same on every
/// processor.
struct TreeGrowth {
    /// The samples.
    let values: BinnedValues
    /// Their classes, below `classes`.
    let labels: [UInt8]
    /// How many classes there are.
    let classes: Int
    /// How often each sample was drawn.
    let weights: [Int32]
    /// How many drawn samples a leaf has at least.
    let leafSamples: Int
    /// Among how many inputs that are not all alike a question is looked for; among more where these have none.
    let inputsTried: Int

    /// A question that divides a node's samples.
    struct Split: Equatable {
        let input: Int
        /// The last bin of the first side.
        let bin: Int
        /// The sum over both sides of the squares of their classes' numbers, divided by their own.
        let score: Double
    }

    private struct Task {
        let node: Int
        let rows: Range<Int>
    }

    /// Grows it.
    ///
    /// - Parameter draws: what inputs are drawn from.
    /// - Returns: the tree.
    func tree(draws: inout RandomSequence) -> DecisionTree {
        var rows = weights.indices.filter { weights[$0] > 0 }.map { Int32($0) }
        var nodes = [DecisionTree.Node.leaf(0)]
        var shares: [Float] = []
        var tasks = [Task(node: 0, rows: 0..<rows.count)]
        var inputs = Array(values.edges.indices)
        var counts = [Int](repeating: 0, count: BinnedValues.mostBins * classes)
        while let task = tasks.popLast() {
            let totals = totals(of: rows[task.rows])
            guard let split = split(rows[task.rows], totals, &inputs, &counts, &draws) else {
                nodes[task.node] = .leaf(shares.count / classes)
                let total = Float(max(totals.reduce(0, +), 1))
                shares += totals.map { Float($0) / total }
                continue
            }
            let middle = part(&rows, task.rows, by: split)
            let next = nodes.count
            nodes[task.node] = DecisionTree.Node(
                input: Int32(split.input), threshold: values.edges[split.input][split.bin], next: Int32(next))
            nodes += [.leaf(0), .leaf(0)]
            tasks.append(Task(node: next + 1, rows: middle..<task.rows.upperBound))
            tasks.append(Task(node: next, rows: task.rows.lowerBound..<middle))
        }
        return DecisionTree(nodes: nodes, shares: shares)
    }

    /// How many drawn samples there are of each class.
    func totals(of rows: ArraySlice<Int32>) -> [Int] {
        var totals = [Int](repeating: 0, count: classes)
        for row in rows { totals[Int(labels[Int(row)])] += Int(weights[Int(row)]) }
        return totals
    }

    /// The best question; nil where none is to be asked.
    private func split(
        _ rows: ArraySlice<Int32>, _ totals: [Int], _ inputs: inout [Int], _ counts: inout [Int],
        _ draws: inout RandomSequence
    ) -> Split? {
        let total = totals.reduce(0, +)
        guard total >= 2 * leafSamples, totals.count(where: { $0 > 0 }) > 1 else { return nil }
        var (best, tried) = (Split?.none, 0)
        for place in inputs.indices where tried < inputsTried || best == nil {
            let other = place + Int(draws.next() % UInt64(inputs.count - place))
            inputs.swapAt(place, other)
            guard let range = count(rows, input: inputs[place], into: &counts) else { continue }
            tried += 1
            let found = bestSplit(input: inputs[place], bins: range, counts: &counts, totals: totals, total: total)
            if let found, found.score > best?.score ?? -1 { best = found }
        }
        return best
    }

    /// Counts classes in bins of an input.
    ///
    /// - Returns: the bins that there are; nil, and nothing counted, where it is one.
    private func count(_ rows: ArraySlice<Int32>, input: Int, into counts: inout [Int]) -> ClosedRange<Int>? {
        let (offset, classes) = (input * values.count, classes)
        return values.bins.withUnsafeBufferPointer { bins in
            rows.withUnsafeBufferPointer { rows in
                var (low, high) = (Int.max, -1)
                for row in rows {
                    let bin = Int(bins[offset + Int(row)])
                    (low, high) = (min(low, bin), max(high, bin))
                }
                guard low < high else { return nil }
                labels.withUnsafeBufferPointer { labels in
                    weights.withUnsafeBufferPointer { weights in
                        counts.withUnsafeMutableBufferPointer { counts in
                            for row in rows {
                                let row = Int(row)
                                counts[Int(bins[offset + row]) * classes + Int(labels[row])] += Int(weights[row])
                            }
                        }
                    }
                }
                return low...high
            }
        }
    }

    /// The best question about one input; leaves the counts at 0.
    private func bestSplit(
        input: Int, bins: ClosedRange<Int>, counts: inout [Int], totals: [Int], total: Int
    ) -> Split? {
        var first = [Int](repeating: 0, count: classes)
        var (firstCount, lastBin) = (0, 0)
        var best: Split?
        for bin in bins {
            var here = 0
            for c in 0..<classes { here += counts[bin * classes + c] }
            if here == 0 { continue }
            if firstCount >= leafSamples, total - firstCount >= leafSamples {
                var (squares, otherSquares) = (0, 0)
                for c in 0..<classes {
                    squares += first[c] * first[c]
                    otherSquares += (totals[c] - first[c]) * (totals[c] - first[c])
                }
                let score = Double(squares) / Double(firstCount) + Double(otherSquares) / Double(total - firstCount)
                // Between two bins that samples are in, the edge in the middle.
                if score > best?.score ?? -1 { best = Split(input: input, bin: (lastBin + bin - 1) / 2, score: score) }
            }
            for c in 0..<classes {
                first[c] += counts[bin * classes + c]
                counts[bin * classes + c] = 0
            }
            firstCount += here
            lastBin = bin
        }
        return best
    }

    /// Brings the rows of the first side before the others, each side in the order in which it was.
    ///
    /// - Returns: where the second side begins.
    private func part(_ rows: inout [Int32], _ range: Range<Int>, by split: Split) -> Int {
        let offset = split.input * values.count
        var (place, second) = (range.lowerBound, [Int32]())
        for at in range {
            let row = rows[at]
            if Int(values.bins[offset + Int(row)]) <= split.bin {
                rows[place] = row
                place += 1
            } else {
                second.append(row)
            }
        }
        for (i, row) in second.enumerated() { rows[place + i] = row }
        return place
    }
}
