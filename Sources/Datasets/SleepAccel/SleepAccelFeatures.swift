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
    private static let featureSuffix = "_feature.out"
    private static let labelSuffix = "_psg_labels.out"

    private let folder: String
    private let features: [String]
    private let window: SleepEpochWindow
    /// Of each subject the file that says how many lines the others have.
    private let counted: [String: String]
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
        guard try Folder.names(in: root).contains("features_walch") else {
            throw .nothingFound(path: root, wanted: "a folder features_walch in it")
        }
        folder = "\(root)/features_walch"
        (self.features, self.window) = (features, SleepEpochWindow(width: window))

        var subjects: Set<String> = []
        var skipped: [SkippedItem] = []
        for name in try Folder.names(in: folder) {
            let subject = name.prefix { $0 != "_" }
            if !subject.isEmpty && (name.hasSuffix(Self.featureSuffix) || name.hasSuffix(Self.labelSuffix)) {
                subjects.insert(String(subject))
            } else {
                let wanted = "<subject>\(Self.labelSuffix) or <subject>_<name>\(Self.featureSuffix)"
                skipped.append(SkippedItem(path: "\(folder)/\(name)", reason: "not named like \(wanted)"))
            }
        }
        guard !subjects.isEmpty else {
            throw .nothingFound(path: folder, wanted: "files like 46343\(Self.labelSuffix)")
        }
        try SubjectNames.requireDistinct(subjects.sorted(), path: folder, remedy: "rename the files")
        var sorted = subjects.sorted { (Int($0) ?? .max, $0) < (Int($1) ?? .max, $1) }

        var stages: [[SleepStage?]] = []
        var counted: [String: String] = [:]
        for subject in sorted {
            let path = "\(folder)/\(subject)\(Self.labelSuffix)"
            if FileManager.default.fileExists(atPath: path) {
                stages.append(try Self.stages(in: path))
                counted[subject] = path
            } else if unlabelled {
                let first = "\(folder)/\(subject)_\(features[0])\(Self.featureSuffix)"
                stages.append(Array(repeating: nil, count: try NumberTable(path: first).lineCount))
                counted[subject] = first
            } else {
                let name = "\(subject)\(Self.labelSuffix)"
                skipped.append(
                    SkippedItem(
                        path: "\(folder), subject \(subject)", kind: .recording,
                        reason: "no stages (\(name)); --unlabelled takes it without labels"))
                sorted.removeAll { $0 == subject }
            }
        }
        guard !sorted.isEmpty else {
            throw .nothingFound(path: folder, wanted: "stages like 46343\(Self.labelSuffix), or --unlabelled")
        }
        (self.skipped, self.counted) = (skipped, counted)
        var (recordings, lines, notes): ([FoundRecording], [Range<Int>], [String]) = ([], [], [])
        for (name, stages) in zip(sorted, stages) {
            var epochs = Array(stages.indices)
            let times = "\(folder)/\(name)_time\(Self.featureSuffix)"
            if FileManager.default.fileExists(atPath: times) {
                epochs = try Self.epochs(in: times)
                guard epochs.count == stages.count else {
                    throw .unequalLines(
                        path: times, lines: epochs.count, other: counted[name] ?? times,
                        otherLines: stages.count)
                }
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
        for (subject, stages) in zip(sorted, stages) {
            try checkLineCounts(of: subject, against: stages.count)
        }
    }

    /// A feature's unit: "1" where it is relative or counts, nothing where it is none of the authors'.
    private static func unit(of feature: String) -> String {
        if feature == "circadian" { return "1" }
        return SleepAccelRecordings.Feature(rawValue: feature)?.unit ?? ""
    }

    /// The number of each line's sleep epoch since the first, by the hours that have gone by.
    private static func epochs(in path: String) throws(DatasetError) -> [Int] {
        let hours = try column(in: path).map(Double.init)
        var epochs: [Int] = []
        for (line, hour) in hours.enumerated() {
            let epoch = (hour - hours[0]) * 3600 / SleepEpochWindow.epochSeconds
            guard abs(epoch - epoch.rounded()) < 0.1, epoch < 1e6, epoch.rounded() > Double(epochs.last ?? -1) else {
                throw .badNumber(
                    path: path, line: line + 1, column: 1, text: "\(hour)",
                    reason: "hours since the first sleep epoch that grow by whole sleep epochs of 30 s")
            }
            epochs.append(Int(epoch.rounded()))
        }
        return epochs
    }

    /// Stages, one a line; nil for an epoch that was not scored.
    private static func stages(in path: String) throws(DatasetError) -> [SleepStage?] {
        var stages: [SleepStage?] = []
        for (index, value) in try column(in: path).enumerated() {
            guard let stage = SleepAccelStages.stages[Double(value)] else {
                throw .unknownStage(path: path, line: index + 1, value: value)
            }
            stages.append(stage)
        }
        return stages
    }

    /// The numbers of a file of one column.
    private static func column(in path: String) throws(DatasetError) -> [Float] {
        var table = try NumberTable(path: path)
        var values = [Float](repeating: 0, count: table.lineCount)
        try values.withUnsafeMutableBufferPointer { values throws(DatasetError) in
            try table.read(columns: 1, into: values)
        }
        return values
    }

    private func path(of feature: String, _ subject: String) -> String {
        "\(folder)/\(subject)_\(feature)\(Self.featureSuffix)"
    }

    private func checkLineCounts(of subject: String, against epochCount: Int) throws(DatasetError) {
        for feature in features {
            let path = path(of: feature, subject)
            let lineCount = try NumberTable(path: path).lineCount
            guard lineCount == epochCount else {
                throw .unequalLines(
                    path: path, lines: lineCount, other: counted[subject] ?? path,
                    otherLines: epochCount)
            }
        }
    }

    /// Reads the files again and appends their values in the order of the outline.
    ///
    /// - Returns: nothing.
    /// - Throws: `DatasetError` that names the file, line and column; `TensorFileError` from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws -> [SkippedItem] {
        for (subject, name) in outline.subjects.enumerated() {
            let own = zip(outline.recordings, lines).filter { $0.0.subject == subject }.map(\.1)
            try checkLineCounts(of: name, against: own.last?.upperBound ?? 0)
            let night = try features.map { try Self.column(in: path(of: $0, name)) }
            for lines in own {
                let values = window.samples(of: night.map { Array($0[lines]) })
                try values.withUnsafeBufferPointer { try writer.append($0) }
            }
        }
        return []
    }
}
