import Datasets
import Foundation
import Readers
import SleepRecognition

// A made-up dataset: six sleepers on a mat of pressure sensors. Your own comes from `ssrm data` or a `DatasetWriter`.
let file = FileManager.default.temporaryDirectory.appending(path: "maps-\(UUID().uuidString).safetensors")
defer { try? FileManager.default.removeItem(at: file) }
_ = try SyntheticPressure(subjectCount: 6, seed: 1, mapsPerPosture: 20).write(to: file.path)
let dataset = try Dataset(opening: file.path)

// Two of them take no part in anything that is fitted.
let strangers = try dataset.samples(ofSubjects: ["P5", "P6"])

// The paper's settings, with fewer steps and training epochs.
let settings = try NamedSettings(preset: "paper", replacing: ["upstream.steps=200", "recogniser.epochs=10"])

// Features without labels, then classes from features.
let encoder = try Pretraining(on: dataset, settings: settings, seed: 7, excluding: strangers).run(threads: 2)
let trained = try RecogniserTraining(
    on: dataset, scheme: .posture3, encoder: encoder, settings: settings, seed: 7, excluding: strangers
).run(threads: 2)

let predictions = try Prediction(of: dataset, by: trained.model).run(threads: 2)
let scores = try predictions.scores(of: strangers)
print("\(scores.samples) maps of two strangers: accuracy \(scores.accuracy), kappa \(scores.kappa ?? .nan)")
