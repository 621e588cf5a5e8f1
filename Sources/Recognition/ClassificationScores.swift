/// How often samples of each class were recognised as each class, and the figures that follow from it.
///
/// The figures are scikit-learn's: a class's precision is 0 when nothing was recognised as it, its recall 0 when it has
/// no samples, its F1 0 when both are.
public struct ClassificationScores: Sendable, Equatable {
    /// The classes' names.
    public let classes: [String]
    /// How many samples of the class of the row were recognised as the class of the column.
    public private(set) var confusion: [[Int]]

    /// Scores of no samples yet.
    public init(classes: [String]) {
        self.classes = classes
        confusion = [[Int]](repeating: [Int](repeating: 0, count: classes.count), count: classes.count)
    }

    /// Scores of so many samples of the class of the row that were recognised as the class of the column.
    ///
    /// - Precondition: there are as many rows, and columns in each, as classes.
    package init(classes: [String], confusion: [[Int]]) {
        precondition(confusion.count == classes.count && confusion.allSatisfy { $0.count == classes.count })
        (self.classes, self.confusion) = (classes, confusion)
    }

    /// Counts a sample of class `truth` that was recognised as `answer`.
    public mutating func count(truth: Int, answer: Int) { confusion[truth][answer] += 1 }

    /// Counts all samples of other scores over the same classes, each so many times.
    public mutating func count(_ other: ClassificationScores, times: Int = 1) {
        precondition(other.classes == classes, "scores over \(other.classes) added to \(classes)")
        for truth in classes.indices {
            for answer in classes.indices { confusion[truth][answer] += times * other.confusion[truth][answer] }
        }
    }

    /// How many samples were counted.
    public var samples: Int { confusion.reduce(0) { $0 + $1.reduce(0, +) } }

    /// How many samples are of a class.
    public func samples(of index: Int) -> Int { confusion[index].reduce(0, +) }

    /// How many samples were recognised as a class.
    public func answers(of index: Int) -> Int { confusion.reduce(0) { $0 + $1[index] } }

    private var correct: Int { classes.indices.reduce(0) { $0 + confusion[$1][$1] } }

    /// The part of samples that were recognised right; 0 without samples.
    public var accuracy: Double { ratio(correct, samples) }

    /// The part of what was recognised as a class that is of it.
    public func precision(of index: Int) -> Double { ratio(confusion[index][index], answers(of: index)) }

    /// The part of a class that was recognised as it.
    public func recall(of index: Int) -> Double { ratio(confusion[index][index], samples(of: index)) }

    /// The harmonic mean of a class's precision and recall.
    public func f1(of index: Int) -> Double {
        ratio(2 * confusion[index][index], samples(of: index) + answers(of: index))
    }

    /// The mean F1 of the classes that have a sample or an answer; a class with neither is left out.
    public var macroF1: Double { macroF1(of: present) }

    /// The classes that have a sample or an answer, by their places.
    public var present: [Int] { classes.indices.filter { samples(of: $0) + answers(of: $0) > 0 } }

    /// The mean F1 of these classes, by their places; 0 of none.
    public func macroF1(of classes: [Int]) -> Double {
        classes.isEmpty ? 0 : classes.reduce(0) { $0 + f1(of: $1) } / Double(classes.count)
    }

    /// Cohen's kappa: the accuracy above what chance would give, as a part of what could be above it.
    ///
    /// Nil where nothing could be above chance: without samples, and where all samples and answers are of one class.
    public var kappa: Double? {
        let count = Double(samples)
        let chance = classes.indices.reduce(0.0) { $0 + Double(samples(of: $1)) * Double(answers(of: $1)) }
        let rest = count * count - chance
        return rest > 0 ? (Double(correct) * count - chance) / rest : nil
    }
}

private func ratio(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }
