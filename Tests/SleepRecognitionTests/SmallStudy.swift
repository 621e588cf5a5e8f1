import Datasets
import Readers
import SleepRecognition
import TestKit
import Testing

/// A made-up dataset of four sleepers and settings under which everything takes a moment.
struct SmallStudy {
    let folder: TemporaryFolder
    let dataset: Dataset
    let settings: NamedSettings

    init() throws {
        folder = try TemporaryFolder()
        let path = folder.path("maps.safetensors")
        _ = try SyntheticPressure(subjectCount: 4, seed: 2, mapsPerPosture: 3).write(to: path)
        dataset = try Dataset(opening: path)
        settings = try NamedSettings(
            preset: "paper",
            replacing: [
                "upstream.hidden_units=[12]", "upstream.shards=3", "upstream.shard_size=4", "upstream.steps=6",
                "upstream.fold_steps=4", "recogniser.hidden_units=5", "recogniser.epochs=3",
            ])
    }

    static let shared = Result { try SmallStudy() }

    /// An encoder that has seen everybody but `subjects`.
    func encoder(without subjects: [String] = []) throws -> PretrainedEncoder {
        let excluded = subjects.isEmpty ? [] : try dataset.samples(ofSubjects: subjects)
        return try Pretraining(on: dataset, settings: settings, seed: 7, excluding: excluded).run()
    }
}
