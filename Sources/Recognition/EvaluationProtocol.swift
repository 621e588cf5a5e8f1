import Numerics

/// How samples are divided into those trained on and those held out.
public enum EvaluationProtocol: Sendable, Equatable {
    /// Each subject is held out once, all others are trained on.
    case leaveOneSubjectOut
    /// Subjects are divided into this many groups at random, each held out once.
    case subjectFolds(Int)
    /// Three times, 70 of 100 samples are drawn at random to train on. Neighbouring samples of one person stand on both
    /// sides, so this measures recognition of people whom the model has seen; it is here to compare with work that did
    /// so.
    case random70

    /// The names by which protocols are asked for.
    public static let names = ["loso", "kfold", "random70"]

    /// The protocol called `name`.
    ///
    /// - Parameters:
    ///   - name: one of `names`.
    ///   - folds: for `kfold`, how many groups.
    /// - Throws: `RecognitionError.unknownProtocol`.
    public init(named name: String, folds: Int) throws(RecognitionError) {
        switch name {
        case "loso": self = .leaveOneSubjectOut
        case "kfold": self = .subjectFolds(folds)
        case "random70": self = .random70
        default: throw .unknownProtocol(name: name)
        }
    }

    /// The name by which it is asked for.
    public var name: String {
        switch self {
        case .leaveOneSubjectOut: return "loso"
        case .subjectFolds: return "kfold"
        case .random70: return "random70"
        }
    }

    /// Whether whole people are held out, so that figures say something about other people.
    public var holdsOutPeople: Bool { self != .random70 }

    /// The bootstrap over so many people held out; nil where an interval would say nothing about other people.
    public func bootstrap(over people: Int, seed: UInt64) -> SubjectBootstrap? {
        holdsOutPeople ? SubjectBootstrap(people: people, seed: seed) : nil
    }

    /// What intervals over so many people are, or why there are none.
    public func intervalWords(over people: Int) -> String {
        if !holdsOutPeople { return "no intervals: \(name) has samples of one person on both sides" }
        if people < 2 { return "no intervals: they need two people held out" }
        let few = people < 8 ? ", who are so few that intervals are too narrow" : ""
        return "95 % intervals by \(SubjectBootstrap.resampleCount) draws of the \(people) people held out\(few)"
    }

    /// One division.
    public struct Fold: Sendable, Equatable {
        /// The subjects held out, in order; none where samples are divided without regard to subjects.
        public let heldOutSubjects: [Int]
        /// Runs of samples: of a thousand people each fold has the samples of nearly all of them.
        private let trainingRuns, testRuns: [Range<Int>]

        /// The samples trained on, in order.
        public var training: [Int] { trainingRuns.flatMap(Array.init) }
        /// The samples held out, in order.
        public var test: [Int] { testRuns.flatMap(Array.init) }
        /// How many samples are trained on.
        public var trainingCount: Int { trainingRuns.reduce(0) { $0 + $1.count } }

        /// A division of one's own.
        public init(heldOutSubjects: [Int], training: [Int], test: [Int]) {
            self.init(heldOutSubjects: heldOutSubjects, trainingRuns: Self.runs(training), testRuns: Self.runs(test))
        }

        init(heldOutSubjects: [Int], trainingRuns: [Range<Int>], testRuns: [Range<Int>]) {
            self.heldOutSubjects = heldOutSubjects
            (self.trainingRuns, self.testRuns) = (trainingRuns, testRuns)
        }

        private static func runs(_ samples: [Int]) -> [Range<Int>] {
            samples.runs { $1 == $0 + 1 }.map { samples[$0.lowerBound]..<samples[$0.upperBound - 1] + 1 }
        }
    }

    /// The divisions of these samples.
    ///
    /// - Parameters:
    ///   - subjects: per sample its subject.
    ///   - heldOut: the subjects that may be held out, where a protocol holds out subjects; nil for all.
    ///   - seed: what random divisions come from.
    /// - Returns: the folds; the same for the same arguments.
    /// - Throws: `RecognitionError.cannotSplit`, when there are too few subjects or samples.
    public func folds(
        subjects: [Int], heldOut: Set<Int>? = nil, seed: UInt64
    ) throws(RecognitionError) -> [Fold] {
        let present = Set(subjects).intersection(heldOut ?? Set(subjects)).sorted()
        switch self {
        case .leaveOneSubjectOut:
            guard present.count > 1 else {
                throw .cannotSplit(
                    reason: "loso holds out one subject and trains on others, but \(present.count) can be held out: "
                        + "use labelled recordings of two or more, or random70")
            }
            let runs = runs(of: subjects)
            return present.map { fold(holdingOut: [$0], runs) }
        case .subjectFolds(let count):
            guard count >= 2, count <= present.count else {
                let remedy =
                    present.count < 2
                    ? "labelled recordings of two or more, or random70"
                    : "2 to \(present.count) folds, or labelled recordings of more subjects"
                throw .cannotSplit(
                    reason: "kfold can't divide \(present.count) subjects that can be held out into \(count) folds: "
                        + "use \(remedy)")
            }
            let order = Permutation(count: present.count, seed: seed, stream: RandomStream.folds)
            let runs = runs(of: subjects)
            return (0..<count).map { group in
                let places = stride(from: group, to: present.count, by: count)
                return fold(holdingOut: places.map { present[order[$0]] }.sorted(), runs)
            }
        case .random70:
            let trained = subjects.count * 7 / 10
            guard trained > 0 else {
                throw .cannotSplit(reason: "random70 can't divide \(subjects.count) samples: use 2 or more")
            }
            return (0..<3).map { (round: UInt64) in
                let order = Permutation(count: subjects.count, seed: seed, stream: RandomStream.folds + 1 + round)
                let places = subjects.indices.map { order[$0] }
                return Fold(
                    heldOutSubjects: [], training: places[..<trained].sorted(), test: places[trained...].sorted())
            }
        }
    }

    private func fold(holdingOut heldOut: [Int], _ runs: [(subject: Int, samples: Range<Int>)]) -> Fold {
        let isHeldOut = Set(heldOut)
        return Fold(
            heldOutSubjects: heldOut, trainingRuns: runs.filter { !isHeldOut.contains($0.subject) }.map(\.samples),
            testRuns: runs.filter { isHeldOut.contains($0.subject) }.map(\.samples))
    }

    /// The runs of samples of one subject each.
    private func runs(of subjects: [Int]) -> [(subject: Int, samples: Range<Int>)] {
        subjects.runs(where: ==).map { (subjects[$0.lowerBound], $0) }
    }
}
