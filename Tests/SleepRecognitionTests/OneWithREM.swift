import Datasets
import SleepRecognition
import TestKit

/// Nights of a few sleepers of whom only the second has REM sleep, and an evaluation of them that takes no time.
struct OneWithREM {
    private let folder: TemporaryFolder
    let evaluation: Evaluation

    /// A night of 20 sleep epochs for each.
    init(sleepers: [String]) throws {
        folder = try TemporaryFolder()
        let outline = DatasetOutline(
            kind: "table", vocabulary: .stage, rows: 3, columns: 1, subjects: sleepers, codes: ["W", "N2", "REM"],
            recordings: sleepers.indices.map { subject in
                .init(
                    name: "night \(subject)", subject: subject,
                    labels: (0..<20).map { $0 % 4 == 0 ? 0 : subject == 1 && $0 > 12 ? 2 : 1 })
            })
        try outline.write((0..<60 * sleepers.count).map { Float($0 * 37 % 11) }, to: folder.path("data"))
        let settings = try NamedSettings(
            preset: "night",
            replacing: [
                "upstream.hidden_units=[4]", "upstream.shards=1", "upstream.shard_size=4", "upstream.fold_steps=1",
                "recogniser.hidden_units=3", "recogniser.epochs=1",
            ])
        evaluation = try Evaluation(
            on: try Dataset(opening: folder.path("data")), scheme: .three, division: .leaveOneSubjectOut,
            settings: settings)
    }
}
