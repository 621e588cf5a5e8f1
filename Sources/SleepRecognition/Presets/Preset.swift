import Datasets
import Yams

/// A named choice of settings that comes with the program, as a readable file.
public struct Preset: Sendable {
    /// What it is asked for by: its file's name.
    public let name: String
    /// The file's text.
    public let text: String
    /// One line on what it is for.
    public let purpose: String

    /// Their names and texts.
    ///
    /// A new one is a file beside the others, named in `Package.swift` and here.
    private static let files = [
        (name: "paper", bytes: PackageResources.paper_yaml),
        (name: "night", bytes: PackageResources.night_yaml),
        (name: "wrist", bytes: PackageResources.wrist_yaml),
        (name: "heartbeat", bytes: PackageResources.heartbeat_yaml),
        (name: "posture", bytes: PackageResources.posture_yaml),
        (name: "psg", bytes: PackageResources.psg_yaml),
    ]

    /// The presets' names, the paper's first; unlike `all` they cost no reading.
    public static let names = files.map(\.name)

    /// All settings that a preset has, like `recogniser.dropout`, in the order of their names.
    public static var settingNames: [String] {
        let paths = all.flatMap { preset in
            PresetPart.all.flatMap { part in part.keys(preset.settings).map { "\(part.section).\($0.name)" } }
        }
        return Set(paths).sorted()
    }

    /// The presets, the paper's first.
    public static let all = files.map { Preset(name: $0.name, bytes: $0.bytes) }

    /// The preset for samples of a kind: the one that was measured on such, the paper's where none was.
    ///
    /// - Parameter kind: a dataset's; nil for an unknown one.
    /// - Returns: its name.
    public static func name(forKind kind: String?) -> String {
        switch kind {
        case "sleep-accel-night", "table-night": "wrist"
        case "slpdb": "heartbeat"
        case "pmd-i", "pmd-ii": "posture"
        case "edf", "synthetic-psg": "psg"
        default: "paper"
        }
    }

    /// The preset for a dataset file, by what it was made of.
    ///
    /// Where datasets of several kinds were joined that is the one that all of these kinds have; otherwise the one of
    /// the joined dataset's own kind.
    ///
    /// - Parameter path: the file; only its header is looked at.
    /// - Returns: the preset's name, and the kinds that have it; none where it is no dataset that can be read.
    public static func name(forFile path: String) -> (name: String, kinds: [String]) {
        let kinds = Dataset.kinds(ofFile: path)
        let names = Set(kinds.map { name(forKind: $0) })
        if let name = names.first, names.count == 1 { return (name, kinds) }
        let kind = Dataset.kind(ofFile: path)
        return (name(forKind: kind), [kind].compactMap(\.self))
    }

    /// Its values.
    public let settings: PresetSettings

    private init(name: String, bytes: [UInt8]) {
        (self.name, text) = (name, String(decoding: bytes, as: UTF8.self))
        do {  // its text is part of the program
            purpose = try PresetReader.mapping(in: text, from: name)["purpose"]?.string ?? ""
            var reader = PresetReader()
            try reader.read(text, from: "preset \(name)")
            settings = reader.settings
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// The preset called `name`.
    ///
    /// - Throws: `SleepRecognitionError.unknownPreset`.
    public static func named(_ name: String) throws(SleepRecognitionError) -> Preset {
        guard let preset = all.first(where: { $0.name == name }) else { throw .unknownPreset(name) }
        return preset
    }
}
