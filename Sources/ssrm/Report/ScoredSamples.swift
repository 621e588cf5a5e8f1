import Datasets
import Reports
import Signals
import SleepRecognition

/// Whose recording it is: names of recordings may be there twice.
struct RecordingKey: Hashable {
    let subject, recording: String
}

/// A dataset's samples by their place, with their scored classes.
struct ScoredSamples {
    private struct Place: Hashable {
        let recording: RecordingKey
        let position: Int
    }
    /// Per sample its class; nil where nobody scored it.
    let labels: [Int?]
    /// How many samples each recording has.
    let recordingCounts: [RecordingKey: Int]
    private let dataset: Dataset
    private let samples: [Place: Int]
    private let path: String

    /// The samples of a dataset whose labels are merged into these classes.
    ///
    /// - Throws: `ProgramError` where no scheme has them.
    init(_ dataset: Dataset, classes: [String], path: String) throws {
        let schemes = LabelScheme.fitting(dataset.vocabulary)
        guard let scheme = schemes.first(where: { (try? $0.classes(for: dataset.vocabulary)) == classes }) else {
            throw ProgramError(
                "\(path): its classes (\(classes.prefix(5).joined(separator: ", "))) are none that the labels of "
                    + "\(dataset.path) are merged into: give the dataset that was recognised")
        }
        labels = try dataset.labels(under: scheme)
        let keys = dataset.recordingRanges.map { range in
            RecordingKey(subject: dataset.subjects[range.subject], recording: dataset.recordings[range.recording])
        }
        recordingCounts = (0..<dataset.samples.count).reduce(into: [:]) { counts, sample in
            counts[keys[dataset.recording(of: sample)], default: 0] += 1
        }
        samples = Dictionary(
            (0..<dataset.samples.count).map { sample in
                (Place(recording: keys[dataset.recording(of: sample)], position: dataset.position(of: sample)), sample)
            }, uniquingKeysWith: { first, _ in first })
        (self.dataset, self.path) = (dataset, path)
    }

    private func place(of row: Predictions.Row) -> Place {
        Place(recording: RecordingKey(subject: row.subject, recording: row.recording), position: row.position)
    }

    /// The sample that an answer is for.
    ///
    /// - Throws: `ProgramError` where the dataset has none.
    func sample(of row: Predictions.Row) throws -> Int {
        guard let sample = samples[place(of: row)] else {
            throw ProgramError(
                "\(path): \(dataset.path) has no sample at position \(row.position) of recording \(row.recording): give the "
                    + "dataset that was recognised")
        }
        return sample
    }

    /// Heart rate and activity, where the samples have them.
    func signals(of samples: [Int]) -> [RecordedNight.Signal] {
        guard dataset.samples.columns == 1, dataset.samples.rows == dataset.content.count else { return [] }
        return RecordedNight.drawnValues(of: dataset.content, units: dataset.units).map { place, name in
            RecordedNight.Signal(
                name: name, unit: place < dataset.units.count ? dataset.units[place] : "",
                values: samples.map { dataset.samples[$0][place] })
        }
    }
}
