public import Numerics

/// What a recogniser learns from.
public struct RecogniserData: Sendable {
    /// The classes of one scheme.
    public struct Target: Sendable {
        /// Per sample its class, below `classes`, or nil.
        public var labels: [Int?]
        /// How many classes there are.
        public var classes: Int

        /// Labels of so many classes.
        public init(labels: [Int?], classes: Int) { (self.labels, self.classes) = (labels, classes) }
    }

    /// What is read of each sample, `[samples, width]`; beside the features of a tuned body, where there is one.
    public var values: Matrix
    /// The body that is trained on together with the recogniser, where one is.
    public var body: TunedBody?
    /// The samples of each recording, in order; no sequence crosses one's end.
    public var recordings: [Range<Int>]
    /// Whose each recording is, as a number of that person.
    public var subjects: [Int]
    /// The samples that take part, in order, labelled or not.
    public var training: [Int]
    /// What is to be told apart: by the answers, and after that what is learnt beside.
    public var targets: [Target]

    /// Data to learn from.
    ///
    /// - Precondition: as many labels in each target, and all samples of all recordings, as there are values for; a
    ///   subject for each recording.
    public init(
        values: Matrix, recordings: [Range<Int>], subjects: [Int], training: [Int], targets: [Target],
        body: TunedBody? = nil
    ) {
        precondition(
            targets.allSatisfy { $0.labels.count == values.rows } && !targets.isEmpty,
            "\(targets.map(\.labels.count)) labels for \(values.rows) samples")
        precondition(
            subjects.count == recordings.count, "\(subjects.count) subjects of \(recordings.count) recordings")
        (self.values, self.recordings, self.subjects) = (values, recordings, subjects)
        (self.training, self.targets, self.body) = (training, targets, body)
    }

    /// How many features a tuned body makes.
    var featureCount: Int { body?.network.featureCount ?? 0 }

    /// Per sample, whether it takes part.
    var isIncluded: [Bool] {
        var included = [Bool](repeating: false, count: values.rows)
        for sample in training { included[sample] = true }
        return included
    }

    /// Per sample, whether it takes part and has a label in any target.
    var isLabelled: [Bool] {
        var labelled = isIncluded
        for sample in labelled.indices where labelled[sample] {
            labelled[sample] = targets.contains { $0.labels[sample] != nil }
        }
        return labelled
    }
}
