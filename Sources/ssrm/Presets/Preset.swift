import Datasets
import Foundation
import Yams

/// A named choice of settings that the program brings along, as a readable file.
struct Preset {
    /// What it is asked for by: its file's name.
    let name: String
    /// The file's text.
    let text: String
    /// One line on what it is for.
    let purpose: String

    /// The presets, the paper's first.
    ///
    /// A new one is a file beside the others, named in `Package.swift` and here.
    static let all = [
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
    /// - Throws: `ProgramError` that suggests another name.
    static func named(_ name: String) throws -> Preset {
        if let preset = all.first(where: { $0.name == name }) { return preset }
        let names = all.map(\.name)
        let near = nearestName(to: name, among: names).map { ": did you mean \($0)?" } ?? ""
        throw ProgramError(
            "no preset \(String(name.prefix(60)).debugDescription)\(near) (there are \(names.joined(separator: ", ")))")
    }

    /// Its values.
    var settings: PresetSettings {
        get throws {
            var reader = PresetReader()
            try reader.read(text, from: "preset \(name)")
            return reader.settings
        }
    }
}
