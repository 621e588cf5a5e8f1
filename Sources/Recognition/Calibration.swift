/// Whether probabilities mean what they say: of all samples given 0.8 for a class, about eight in ten should be of it.
public struct Calibration: Codable, Sendable, Equatable {
    /// Samples whose probabilities are alike.
    public struct Bin: Codable, Sendable, Equatable {
        /// Where it begins; the bins are equally wide and end at 1.
        public let low: Double
        /// How many samples are in it.
        public let samples: Int
        /// The mean probability; 0 without samples.
        public let probability: Double
        /// How often what had this probability was so; 0 without samples.
        public let frequency: Double
    }

    /// So many bins there are.
    public static let binCount = 10

    /// By the largest probability of a sample: how often the class that has it is the sample's.
    public let answers: [Bin]
    /// For each class, by its probability: how often it is the sample's.
    public let classes: [[Bin]]
    /// The mean distance between probability and frequency in `answers`, weighted by samples (Naeini and others 2015).
    public let expectedError: Double
    /// The mean over samples of the squared distance between the probabilities and what was so (Brier 1950), 0 to 2.
    public let brier: Double

    private enum CodingKeys: String, CodingKey {
        case answers, classes, brier
        case expectedError = "expected_error"
    }

    /// Counts for a calibration; those of folds are added up in the folds' order.
    public struct Counts: Sendable, Equatable {
        private struct Sum: Sendable, Equatable { var (samples, right, probability) = (0, 0, 0.0) }
        private var answers: [Sum]
        private var classes: [[Sum]]
        private var (samples, squares) = (0, 0.0)

        /// Counts of no samples yet.
        public init(classes count: Int) {
            answers = [Sum](repeating: Sum(), count: Calibration.binCount)
            classes = [[Sum]](repeating: answers, count: count)
        }

        /// Counts a sample of class `truth`.
        public mutating func count(truth: Int, probabilities: [Float]) {
            var best = 0
            for (c, value) in probabilities.enumerated() {
                let value = Double(value)
                if value > Double(probabilities[best]) { best = c }
                Self.add(value, isRight: c == truth, to: &classes[c])
                let distance = value - (c == truth ? 1 : 0)
                squares += distance * distance
            }
            Self.add(Double(probabilities[best]), isRight: best == truth, to: &answers)
            samples += 1
        }

        /// Adds the counts of other samples.
        public mutating func count(_ other: Counts) {
            for bin in answers.indices { Self.add(other.answers[bin], to: &answers[bin]) }
            for c in classes.indices {
                for bin in answers.indices { Self.add(other.classes[c][bin], to: &classes[c][bin]) }
            }
            samples += other.samples
            squares += other.squares
        }

        private static func add(_ other: Sum, to sum: inout Sum) {
            sum.samples += other.samples
            sum.right += other.right
            sum.probability += other.probability
        }

        private static func add(_ probability: Double, isRight: Bool, to bins: inout [Sum]) {
            let place = max(0, min(bins.count - 1, Int(probability * Double(bins.count))))
            add(Sum(samples: 1, right: isRight ? 1 : 0, probability: probability), to: &bins[place])
        }

        /// What they come to; nil of no samples.
        public var calibration: Calibration? {
            guard samples > 0 else { return nil }
            func bins(_ sums: [Sum]) -> [Bin] {
                sums.enumerated().map { place, sum in
                    let count = Double(max(sum.samples, 1))
                    return Bin(
                        low: Double(place) / Double(sums.count), samples: sum.samples,
                        probability: sum.probability / count, frequency: Double(sum.right) / count)
                }
            }
            let own = bins(answers)
            let error = own.reduce(0) { $0 + Double($1.samples) * abs($1.probability - $1.frequency) }
            return Calibration(
                answers: own, classes: classes.map(bins), expectedError: error / Double(samples),
                brier: squares / Double(samples))
        }
    }
}
