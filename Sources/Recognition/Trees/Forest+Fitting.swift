public import Numerics

extension DecisionTree {
    /// Grows a tree by itself.
    ///
    /// - Parameters:
    ///   - values: `[samples, inputs]`.
    ///   - labels: each sample's class, below `classes`.
    ///   - weights: how often each sample counts.
    ///   - classes: how many classes there are, at most 256.
    ///   - leaf: how many samples a leaf has at least, each as often as it counts.
    ///   - inputs: among how many inputs that are not all alike a node's question is looked for.
    ///   - seed: what these inputs are drawn from.
    public init(
        growingOn values: Matrix, labels: [Int], weights: [Int], classes: Int, leaf: Int, inputs: Int, seed: UInt64
    ) {
        var draws = RandomSequence(seed: seed, stream: RandomStream.tree(0))
        self = TreeGrowth(
            values: BinnedValues(values, samples: Array(0..<values.rows)), labels: labels.map { UInt8($0) },
            classes: classes, weights: weights.map { Int32($0) }, leafSamples: leaf, inputsTried: inputs
        ).tree(draws: &draws)
    }
}

/// A forest, and what it says about the people that it was fitted on without their help.
public struct FittedForest: Sendable {
    /// The forest.
    public let forest: Forest
    /// `[samples, classes]`: for each sample the mean over the trees that its person had no part in.
    public let probabilities: Matrix
}

extension Forest {
    /// Samples to grow trees on.
    public struct Material: Sendable {
        /// `[samples, inputs]`.
        public let values: Matrix
        /// Per sample whose it is.
        public let people: [Int]
        /// The samples to grow trees on, in order; each has a label.
        public let training: [Int]
        /// Per sample its class, below `classes`, or nil.
        public let labels: [Int?]
        /// How many classes there are, at most 256.
        public let classes: Int

        /// Samples.
        ///
        /// - Precondition: a person and a label, or nil, for each row of values.
        public init(values: Matrix, people: [Int], training: [Int], labels: [Int?], classes: Int) {
            precondition(
                people.count == values.rows && labels.count == values.rows,
                "\(people.count) people and \(labels.count) labels for \(values.rows) samples")
            (self.values, self.people, self.training) = (values, people, training)
            (self.labels, self.classes) = (labels, classes)
        }
    }

    /// Grows a forest.
    ///
    /// With one person's labels there is nobody to say how much trees know about others: then there are no trees.
    ///
    /// - Parameters:
    ///   - material: what to grow it on.
    ///   - settings: how.
    ///   - seed: what all draws follow from.
    ///   - threads: how many threads to use; the bits are the same.
    /// - Returns: the forest and its answers about every sample of the material.
    public static func fitted(_ material: Material, settings: ForestSettings, seed: UInt64, threads: Int = 1)
        -> FittedForest
    {
        let (training, classes) = (material.training, material.classes)
        let labels = training.map { UInt8(material.labels[$0] ?? 0) }
        var counts = [Int](repeating: 0, count: classes)
        for label in labels { counts[Int(label)] += 1 }
        let shares = counts.map { Float($0) / Float(max(training.count, 1)) }
        let owners = training.map { material.people[$0] }
        let people = Set(owners).sorted()
        let places = Dictionary(uniqueKeysWithValues: people.enumerated().map { ($1, $0) })
        // For each tree how often each person was drawn.
        let drawn = (0..<(people.count > 1 ? settings.count : 0)).map { tree in
            var draws = RandomSequence(seed: seed, stream: RandomStream.tree(tree))
            var times = [Int32](repeating: 0, count: people.count)
            for _ in people { times[Int(draws.next() % UInt64(people.count))] += 1 }
            return times
        }
        let binned = BinnedValues(material.values, samples: drawn.isEmpty ? [] : training)
        let tried = settings.inputs > 0 ? settings.inputs : Self.root(of: material.values.columns)
        let trees = taskResults(of: drawn.count, threads: threads) { number, _ in
            var draws = RandomSequence(
                seed: seed, stream: RandomStream.tree(number), firstCounter: UInt64(people.count))
            let weights = owners.map { drawn[number][places[$0] ?? 0] }
            return TreeGrowth(
                values: binned, labels: labels, classes: classes, weights: weights, leafSamples: settings.leaf,
                inputsTried: tried
            ).tree(draws: &draws)
        }
        let forest = Forest(inputs: material.values.columns, shares: shares, trees: trees)
        // A person without a label was never drawn.
        let place = material.people.map { places[$0] ?? -1 }
        let probabilities = forest.probabilities(of: material.values, threads: threads) { tree, sample in
            place[sample] < 0 || drawn[tree][place[sample]] == 0
        }
        return FittedForest(forest: forest, probabilities: probabilities)
    }

    /// The whole part of the square root, at least 1.
    private static func root(of number: Int) -> Int { max(1, Int(Double(number).squareRoot())) }
}
