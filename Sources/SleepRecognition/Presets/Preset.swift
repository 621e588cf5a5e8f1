import Yams

/// A named choice of settings that comes with the program, as a readable file.
public struct Preset: Sendable {
    /// What it is asked for by: its file's name.
    public let name: String
    /// The file's text.
    public let text: String
    /// One line on what it is for.
    public let purpose: String

    /// The presets, the paper's first.
    ///
    /// A new one is a file beside the others, named in `Package.swift` and here.
    public static let all = [
        Preset(name: "paper", bytes: PackageResources.paper_yaml),
        Preset(name: "night", bytes: PackageResources.night_yaml),
    ]

    private init(name: String, bytes: [UInt8]) {
        (self.name, text) = (name, String(decoding: bytes, as: UTF8.self))
        let purpose = try? PresetReader.mapping(in: text, from: name).first { $0.key.string == "purpose" }?.value.string
        guard let purpose else { preconditionFailure("preset \(name) has no purpose") }
        self.purpose = purpose
    }

    /// The preset called `name`.
    ///
    /// - Throws: `SleepRecognitionError.unknownPreset`.
    public static func named(_ name: String) throws(SleepRecognitionError) -> Preset {
        guard let preset = all.first(where: { $0.name == name }) else { throw .unknownPreset(name) }
        return preset
    }

    /// Its values.
    public var settings: PresetSettings {
        var reader = PresetReader()
        do { try reader.read(self) } catch { preconditionFailure("\(error)") }  // its text is part of the program
        return reader.settings
    }
}
