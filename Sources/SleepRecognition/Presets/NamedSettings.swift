import Foundation

/// Settings, and the name that results carry.
public struct NamedSettings: Sendable, Equatable {
    /// The preset's name, or that of the file that they were read from.
    public let name: String
    /// The values; replacing some does not change the name, so that results say of themselves what was changed.
    public var values: PresetSettings

    /// What a file has otherwise than the preset that it begins with, or than the one that it is nearest to, like
    /// `recogniser.epochs 5`; none where no file was read.
    public let fileChanges: [String]

    /// That preset.
    private let base: PresetSettings?

    /// Settings of one's own.
    public init(name: String, values: PresetSettings) {
        self.init(name: name, values: values, fileChanges: [], base: nil)
    }

    private init(name: String, values: PresetSettings, fileChanges: [String], base: PresetSettings?) {
        (self.name, self.values, self.fileChanges, self.base) = (name, values, fileChanges, base)
    }

    /// A preset, with some of its values replaced.
    ///
    /// - Parameters:
    ///   - name: one of `Preset.all`.
    ///   - assignments: values that replace the preset's, like `recogniser.dropout=0.2`.
    ///   - unused: settings and sections that the caller makes no use of; replacing one is refused.
    /// - Throws: `SleepRecognitionError` that names the line or the value and says what is wanted.
    public init(
        preset name: String, replacing assignments: [String] = [], unused: [String] = []
    ) throws(SleepRecognitionError) {
        var reader = PresetReader()
        reader.read(try Preset.named(name))
        try reader.read(assignments: assignments, unused: unused)
        self.init(name: name, values: reader.settings)
    }

    /// The settings in a file, with some of them replaced.
    ///
    /// Their name is the file's; a preset's where the file has that preset's values, and never where it has not.
    ///
    /// - Parameters:
    ///   - path: a YAML file like those of `Preset.all`.
    ///   - assignments: values that replace the file's, like `recogniser.dropout=0.2`.
    ///   - unused: settings and sections that the caller makes no use of; replacing one is refused.
    /// - Throws: `SleepRecognitionError` that names the line or the value and says what is wanted.
    public init(
        file path: String, replacing assignments: [String] = [], unused: [String] = []
    ) throws(SleepRecognitionError) {
        var reader = PresetReader()
        try reader.read(file: path)
        let same = Preset.all.first { $0.settings == reader.settings }
        let read = reader.settings
        let known = (reader.base.map { [$0] } ?? Preset.all).map(\.settings)
        let nearest = known.map { ($0, read.differences(from: $0)) }.min { $0.1.count < $1.1.count }
        try reader.read(assignments: assignments, unused: unused)
        let fileName = URL(filePath: path).lastPathComponent
        let isPresetsName = Preset.all.contains { $0.name == fileName }
        self.init(
            name: same?.name ?? (isPresetsName ? "file \(fileName)" : fileName), values: reader.settings,
            fileChanges: nearest?.1 ?? [], base: nearest?.0)
    }

    /// The values that are not those of the preset of this name, like `recogniser.epochs 5`; none where there is no
    /// such preset.
    ///
    /// A figure that was obtained with any is not the preset's.
    public var changes: [String] {
        Preset.all.first { $0.name == name }.map { values.differences(from: $0.settings) } ?? []
    }

    /// The changes of trees' settings, a file's as far as they hold, that have no effect, because there are none for so
    /// many classes.
    ///
    /// - Parameter classes: how many are told apart.
    /// - Returns: them, like `recogniser.tree_count 50`.
    public func changesWithoutTrees(classes: Int) -> [String] {
        guard let most = values.recogniser.trees.forest?.mostClasses, most > 0, classes > most else { return [] }
        let (prefix, limit) = ("recogniser.tree_", "recogniser.tree_most_classes ")
        let all = base.map { values.differences(from: $0) } ?? changes
        return all.filter { $0.hasPrefix(prefix) && !$0.hasPrefix(limit) }
    }
}
