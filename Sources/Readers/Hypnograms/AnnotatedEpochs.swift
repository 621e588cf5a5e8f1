import Datasets
import Signals

/// The stages of sleep epochs in a file whose annotations stand at the start of one each.
///
/// Of several annotations of a sleep epoch the last one in the file counts, or the first where the user says so.
struct AnnotatedEpochs {
    private let path: String
    private let reading: HypnogramReading
    private var isAnnotated: [Bool]
    private var isDisputed: [Bool]

    /// The stage of each; nil where there is none.
    private(set) var stages: [SleepStage?]
    /// How many annotations are of a sleep epoch that an earlier one is of.
    private(set) var repeatedCount = 0

    /// How many sleep epochs have an annotation that says which stage they have, or that they have none.
    var annotatedCount: Int { isAnnotated.count { $0 } }

    /// A file's sleep epochs, none annotated yet.
    init(count: Int, path: String, _ reading: HypnogramReading) {
        (self.path, self.reading) = (path, reading)
        stages = Array(repeating: nil, count: count)
        isAnnotated = Array(repeating: false, count: count)
        isDisputed = isAnnotated
    }

    /// Takes an annotation; a stage of nil says that there is none.
    mutating func set(_ stage: SleepStage?, at epoch: Int) {
        if isAnnotated[epoch] {
            repeatedCount += 1
            if stage != stages[epoch] { isDisputed[epoch] = true }
            if reading.preference == .first { return }
        }
        (stages[epoch], isAnnotated[epoch]) = (stage, true)
    }

    /// Makes sure that the annotations agree.
    ///
    /// - Returns: a note where they don't.
    /// - Throws: `DatasetError.unsuitable` when they disagree about a large part, and nobody said which counts.
    func requireAgreement() throws(DatasetError) -> [String] {
        try reading.requireAgreement(disputed: isDisputed.count { $0 }, of: stages.count, path: path)
    }
}
