public import Datasets
import Foundation
import Signals

/// The per-epoch features that the authors of PhysioNet's `sleep-accel` 1.0.0 publish with it, as windows over epochs.
///
/// `features_walch/<subject>_<name>_feature.out` has one value a line for each scored sleep epoch of 30 s, and
/// `<subject>_psg_labels.out` its stage. A sample is a matrix `[features, window]`: row by row a feature's values at
/// the sleep epochs around the sample's own, which is the column in the middle; at the ends of a recording the first or
/// last sleep epoch is repeated. The sample's position is the number of its sleep epoch since the night's first one.
///
/// The files leave out sleep epochs that were not scored or had no signals, and only the time feature, hours since the
/// first one, shows where. A night is a recording as far as there is no such gap; what follows one is another, named
/// `<subject>+<sleep epoch>`. Without the time feature a night is one recording, and a note says so.
public struct SleepAccelFeatures: RecordingSource {
    /// The features of the published baselines.
    public static let defaultFeatures = ["count", "hr", "time", "cosine"]

    private let published: PublishedFeatures
    private let features: [String]
    private let window: SleepEpochWindow
    /// How many lines each subject's files have.
    private let counted: [String: PublishedFeatures.Lines]
    /// The lines of each recording in its subject's files.
    private let lines: [Range<Int>]

    /// The recordings that were found.
    public let outline: DatasetOutline
    /// Files and folders that were left out.
    public let skipped: [SkippedItem]
    /// Nights whose gaps don't show.
    public let notes: [String]

    /// Finds the nights and reads their stages.
    ///
    /// - Parameters:
    ///   - root: the folder that holds `features_walch`.
    ///   - features: names of features, a row of a sample each.
    ///   - window: how many sleep epochs a sample spans; odd.
    ///   - unlabelled: whether nights without stages are taken, too.
    /// - Throws: `DatasetError`, also when a night's files have different numbers of lines.
    public init(
        root: String, features: [String] = defaultFeatures, window: Int = 11, unlabelled: Bool = false
    ) throws(DatasetError) {
        precondition(!features.isEmpty, "no features")
        published = try PublishedFeatures(root: root)
        (self.features, self.window) = (features, SleepEpochWindow(width: window))

        var subjects: [(name: String, stages: [SleepStage?])] = []
        var skipped = published.skipped
        var counted: [String: PublishedFeatures.Lines] = [:]
        for subject in published.subjects {
            let (stages, path): ([SleepStage?], String)
            if published.hasStages(subject) {
                (stages, path) = (try published.stages(of: subject), published.labelPath(subject))
            } else if unlabelled {
                path = published.path(of: features[0], subject)
                stages = Array(repeating: nil, count: try NumberTable(path: path).lineCount)
            } else {
                skipped.append(published.withoutStages(subject, remedy: "--unlabelled takes it without labels"))
                continue
            }
            subjects.append((subject, stages))
            counted[subject] = PublishedFeatures.Lines(count: stages.count, path: path)
        }
        guard !subjects.isEmpty else {
            let wanted = "stages like 46343_psg_labels.out, or --unlabelled"
            throw .nothingFound(path: published.folder, wanted: wanted)
        }
        (self.skipped, self.counted) = (skipped, counted)
        var (recordings, lines, notes): ([FoundRecording], [Range<Int>], [String]) = ([], [], [])
        for (name, stages) in subjects {
            var epochs = Array(stages.indices)
            let times = published.path(of: "time", name)
            if FileManager.default.fileExists(atPath: times), let lines = counted[name] {
                epochs = try published.epochs(of: name, lines)
            } else {
                notes.append("\(times) is not there: gaps in the night are not seen")
            }
            for run in epochs.runs(where: { $1 == $0 + 1 }) {
                let first = epochs[run.lowerBound]
                recordings.append(
                    FoundRecording(
                        name: first == 0 ? name : "\(name)+\(first)", subject: name, firstPosition: first,
                        stages: stages[run]))
                lines.append(run)
            }
        }
        outline = DatasetOutline(
            kind: "sleep-accel", vocabulary: .stage, rows: features.count, columns: window, content: features,
            units: features.map(Self.unit(of:)), of: recordings)
        (self.lines, self.notes) = (lines, notes)
        for (subject, lines) in counted.sorted(by: { $0.key < $1.key }) {
            for feature in features { try published.requireLines(lines, of: feature, subject) }
        }
    }

    /// A feature's unit: "1" where it is relative or counts, nothing where it is none of the authors'.
    private static func unit(of feature: String) -> String {
        if feature == "circadian" { return "1" }
        return SleepAccelRecordings.Feature(rawValue: feature)?.unit ?? ""
    }

    /// Reads the files again and appends their values in the order of the outline.
    ///
    /// - Throws: `DatasetError` that names the file, line and column; `TensorFileError` from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws {
        for (subject, name) in outline.subjects.enumerated() {
            let own = zip(outline.recordings, lines).filter { $0.0.subject == subject }.map(\.1)
            guard let counted = counted[name] else { continue }
            let night = try features.map { try published.values(of: $0, name, counted).map(Float.init) }
            for lines in own {
                let values = window.samples(of: night.map { Array($0[lines]) })
                try writer.append(values)
            }
        }
    }
}
