import ArgumentParser
import Foundation

/// Which settings a command works with.
struct PresetOptions: ParsableArguments {
    private static let presets = Preset.all.map { "\($0.name) (\($0.purpose))" }.joined(separator: "; ")

    @Option(help: "Which settings: \(presets). `ssrm preset show NAME` prints all values. (default: paper)")
    var preset: String?

    @Option(help: "A file of settings instead of a preset, like one that `ssrm preset show` printed.")
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Replaces one setting, like recogniser.dropout=0.2; may be given several times. Other options win over it.",
            valueName: "setting=value"))
    var set: [String] = []

    func validate() throws {
        if preset != nil, config != nil { throw ValidationError("use either --preset or --config, not both") }
    }

    /// The settings asked for, and the name that results carry: the preset's, or the file's own unless its values are a
    /// preset's.
    ///
    /// Replacing one of the settings (or sections of them) in `unused` would do nothing, and is refused.
    func resolve(unused: [String]) throws -> (name: String, settings: PresetSettings) {
        var reader = PresetReader()
        var name: String
        if let config {
            try reader.read(try PresetReader.text(ofFile: config), from: config)
            name = URL(filePath: config).lastPathComponent
            if let same = try Preset.all.first(where: { try $0.settings == reader.settings }) { name = same.name }
        } else {
            let preset = try Preset.named(preset ?? "paper")
            try reader.read(preset.text, from: "preset \(preset.name)")
            name = preset.name
        }
        for assignment in set {
            let key = try reader.read(assignment: assignment)
            if unused.contains(key.path) || unused.contains(key.section) {
                throw ProgramError("--set \(assignment): this command does not use \(key.path)")
            }
        }
        return (name, reader.settings)
    }
}
