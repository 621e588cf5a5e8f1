import Foundation
import Signals

/// The per-epoch features that the authors of PhysioNet's `sleep-accel` 1.0.0 publish with it, as windows over epochs.
///
/// `features_walch/<subject>_<name>_feature.out` has one value a line for each scored sleep epoch of 30 s, and
/// `<subject>_psg_labels.out` its stage. A sample is a matrix `[features, window]`: row by row a feature's values at the
/// sleep epochs around the sample's own, which is the column in the middle; at the ends of the night the first or last
/// sleep epoch is repeated. A night is a recording, the sample's position the number of its sleep epoch.
public struct SleepAccelFeatures: RecordingSource {
    /// The features of the published baselines.
    public static let defaultFeatures = ["count", "hr", "time", "cosine"]
    private static let featureSuffix = "_feature.out"
    private static let labelSuffix = "_psg_labels.out"

    private let folder: String
    private let features: [String]
    private let window: Int

    /// The recordings that were found.
    public let outline: DatasetOutline
    /// Files and folders that were left out.
    public let skipped: [SkippedItem]

    /// Finds the nights and reads their stages.
    ///
    /// - Parameters:
    ///   - root: the folder that holds `features_walch`.
    ///   - features: names of features, a row of a sample each.
    ///   - window: how many sleep epochs a sample spans; odd.
    /// - Throws: `DatasetError`, also when a night's files have different numbers of lines.
    public init(
        root: String, features: [String] = defaultFeatures, window: Int = 11
    ) throws(DatasetError) {
        precondition(window > 0 && window % 2 == 1 && !features.isEmpty, "\(features) over \(window) epochs")
        guard try Folder.names(in: root).contains("features_walch") else {
            throw .nothingFound(path: root, wanted: "a folder features_walch in it")
        }
        folder = "\(root)/features_walch"
        (self.features, self.window) = (features, window)

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
        self.skipped = skipped
        let sorted = subjects.sorted { (Int($0) ?? .max, $0) < (Int($1) ?? .max, $1) }

        var stages: [[String?]] = []
        for subject in sorted {
            stages.append(try Self.stages(in: "\(folder)/\(subject)\(Self.labelSuffix)"))
        }
        let present = Set(stages.joined().compactMap(\.self))
        let codes = LabelVocabulary.stage.codes.filter(present.contains)
        outline = DatasetOutline(
            kind: "sleep-accel", vocabulary: .stage, rows: features.count, columns: window, subjects: sorted,
            codes: codes,
            recordings: sorted.indices.map { subject in
                let labels = stages[subject].map { stage in stage.flatMap(codes.firstIndex(of:)) }
                return DatasetOutline.Recording(name: sorted[subject], subject: subject, labels: labels)
            })
        for (subject, stages) in zip(sorted, stages) {
            try checkLineCounts(of: subject, against: stages.count)
        }
    }

    /// Stage codes, one a line; nil for an epoch that was not scored.
    private static func stages(in path: String) throws(DatasetError) -> [String?] {
        var stages: [String?] = []
        for (index, value) in try column(in: path).enumerated() {
            guard let code = SleepAccelStages.codes[Double(value)] else {
                throw .unknownStage(path: path, line: index + 1, value: value)
            }
            stages.append(code)
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
                    path: path, lines: lineCount, other: "\(folder)/\(subject)\(Self.labelSuffix)",
                    otherLines: epochCount)
            }
        }
    }

    /// Reads the files again and appends their values in the order of the outline.
    ///
    /// - Returns: nothing.
    /// - Throws: `DatasetError` that names the file, line and column; `TensorFileError` from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws -> [SkippedItem] {
        for recording in outline.recordings {
            let epochCount = recording.labels.count
            try checkLineCounts(of: recording.name, against: epochCount)
            let night = try features.map { try Self.column(in: path(of: $0, recording.name)) }
            let values = SleepEpochWindow(width: window).samples(of: night)
            try values.withUnsafeBufferPointer { try writer.append($0) }
        }
        return []
    }
}
