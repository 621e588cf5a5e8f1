import Datasets
import Foundation
import Signals

/// The files of a folder `features_walch`: one value a line for each scored sleep epoch that had signals.
struct PublishedFeatures {
    private static let featureSuffix = "_feature.out"
    private static let labelSuffix = "_psg_labels.out"

    /// How many lines a subject's files have.
    struct Lines {
        let count: Int
        /// The file that says so.
        let path: String
    }

    /// The folder's path.
    let folder: String
    /// Who has files there, in the order of their numbers.
    let subjects: [String]
    /// What else lies there.
    let skipped: [SkippedItem]

    /// Looks into the folder `features_walch` of `root`.
    init(root: String) throws(DatasetError) {
        guard try Folder.names(in: root).contains("features_walch") else {
            throw .nothingFound(path: root, wanted: "a folder features_walch in it")
        }
        folder = "\(root)/features_walch"
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
        self.subjects = SubjectNames.inOrder(subjects)
        self.skipped = skipped
    }

    /// Where a subject's stages are.
    func labelPath(_ subject: String) -> String { "\(folder)/\(subject)\(Self.labelSuffix)" }

    /// Whether a subject has stages.
    func hasStages(_ subject: String) -> Bool { FileManager.default.fileExists(atPath: labelPath(subject)) }

    /// A subject that is left out because it has no stages.
    func withoutStages(_ subject: String, remedy: String) -> SkippedItem {
        SkippedItem(
            path: "\(folder), subject \(subject)", kind: .recording,
            reason: "no stages (\(subject)\(Self.labelSuffix)); \(remedy)")
    }

    /// Where a subject's values of a feature are.
    func path(of feature: String, _ subject: String) -> String {
        "\(folder)/\(subject)_\(feature)\(Self.featureSuffix)"
    }

    /// Stages, one a line; nil for an epoch that was not scored.
    func stages(of subject: String) throws(DatasetError) -> [SleepStage?] {
        let path = labelPath(subject)
        var stages: [SleepStage?] = []
        for (index, value) in try Self.column(in: path).enumerated() {
            guard let stage = SleepAccelStages.stages[value] else {
                throw .unknownStage(path: path, line: index + 1, value: Float(value))
            }
            stages.append(stage)
        }
        return stages
    }

    /// The number of each line's sleep epoch since the first, by the hours that have gone by.
    func epochs(of subject: String, _ lines: Lines) throws(DatasetError) -> [Int] {
        let path = path(of: "time", subject)
        let hours = try Self.column(in: path).map { Double(Float($0)) }
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
        try require(lines, epochs.count, in: path)
        return epochs
    }

    /// A feature's values, one a line; counts are at least 0.
    func values(of feature: String, _ subject: String, _ lines: Lines) throws(DatasetError) -> [Double] {
        let path = path(of: feature, subject)
        let values = try Self.column(in: path)
        try require(lines, values.count, in: path)
        if feature == "count", let line = values.firstIndex(where: { $0 < 0 }) {
            throw .badNumber(
                path: path, line: line + 1, column: 1, text: "\(values[line])", reason: "a count of at least 0")
        }
        return values
    }

    /// Makes sure that a feature has as many values as its subject's other files.
    func requireLines(_ lines: Lines, of feature: String, _ subject: String) throws(DatasetError) {
        let path = path(of: feature, subject)
        try require(lines, NumberTable(path: path).lineCount, in: path)
    }

    private func require(_ lines: Lines, _ found: Int, in path: String) throws(DatasetError) {
        guard found == lines.count else {
            throw .unequalLines(path: path, lines: found, other: lines.path, otherLines: lines.count)
        }
    }

    /// The numbers of a file of one column.
    private static func column(in path: String) throws(DatasetError) -> [Double] {
        var table = try NumberTable(path: path)
        var values = [Double](repeating: 0, count: table.lineCount)
        try values.withUnsafeMutableBufferPointer { values throws(DatasetError) in
            try table.read(columns: 1, into: values)
        }
        if let line = values.firstIndex(where: { !Float($0).isFinite }) {
            throw .badNumber(
                path: path, line: line + 1, column: 1, text: "\(values[line])", reason: "a finite number")
        }
        return values
    }
}
