import ArgumentParser
import SleepRecognition

/// `ssrm preset`: the settings that come with the program, and a look at one's own.
struct PresetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preset",
        abstract: "Lists, prints and checks settings.",
        discussion: """
            A preset is a file of settings for both stages, with a comment on each. To use your own, print one, change \
            it and name it with --config.

            Example:
              ssrm preset show posture > mine.yaml
              ssrm evaluate --data maps.safetensors --scheme posture3 \\
                --protocol loso --config mine.yaml

            A file may also start with `base: paper` and have only what differs.
            """,
        subcommands: [List.self, Show.self, Check.self])

    struct List: ParsableCommand {
        private struct Entry: Encodable { let name, purpose: String }

        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Lists the presets.", discussion: "Example: ssrm preset list")

        @Flag(help: "Print one JSON object.")
        var json = false

        func run() throws {
            if json {
                return try printJSON(["presets": Preset.all.map { Entry(name: $0.name, purpose: $0.purpose) }])
            }
            for preset in Preset.all { print("\(preset.name)  \(preset.purpose)") }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Prints a preset as a file that --config takes.",
            discussion: "Example: ssrm preset show night > mine.yaml")

        @Argument(help: "The preset.", completion: .list(Preset.names))
        var name: String

        @Flag(help: "Print its values as one JSON object.")
        var json = false

        func run() throws {
            let preset = try Preset.named(name)
            if json { return try printJSON(preset.settings) }
            print(preset.text, terminator: "")
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Reads a file of settings and prints every value that it comes to.",
            discussion: "Example: ssrm preset check mine.yaml")

        @Argument(help: "The file.", completion: .file())
        var file: String

        @Flag(help: "Print the values as one JSON object.")
        var json = false

        func run() throws {
            let settings = try NamedSettings(file: file).values
            if json { try printJSON(settings) } else { print(settings.yaml, terminator: "") }
        }
    }
}
