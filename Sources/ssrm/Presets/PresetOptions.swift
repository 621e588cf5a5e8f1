import ArgumentParser
import Datasets
import Service
import Signals
import SleepRecognition

/// Which settings a command works with.
struct PresetOptions: ParsableArguments {
    private static let presets = Preset.all.map { "\($0.name) (\($0.purpose))" }.joined(separator: "; ")

    @Option(
        help:
            "Which settings: \(presets). `ssrm preset show NAME` prints all values. By default the one for the data's kind, with an encoder the one that it was made with.",
        completion: .list(Preset.names))
    var preset: String?

    @Option(
        help: "A file of settings instead of a preset, like one that `ssrm preset show` printed.", completion: .file())
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Replaces one setting, like recogniser.dropout=0.2; may be given several times. Other options win over it.",
            valueName: "setting=value"), completion: .assignment)
    var set: [String] = []

    func validate() throws {
        if preset != nil, config != nil { throw ValidationError("use either --preset or --config, not both") }
        let names = set.map { $0.prefix { $0 != "=" } }
        if let name = Dictionary(grouping: names, by: \.self).filter({ $0.value.count > 1 }).keys.min() {
            throw ValidationError("--set \(name) is given more than once: which of them counts is not to be guessed")
        }
    }

    /// Whether somebody said which settings.
    var isGiven: Bool { preset != nil || config != nil }

    /// The settings asked for, with values of `--choose` replaced too.
    ///
    /// Replacing one of the settings (or sections of them) in `unused` would do nothing, and is refused.
    ///
    /// - Parameters:
    ///   - unused: settings or sections that the command makes no use of.
    ///   - choosing: values of `--choose`.
    ///   - before: values that other options stand for, which `--set` may change further.
    ///   - standard: what is taken where nobody asks otherwise.
    /// - Returns: the settings.
    /// - Throws: one line that names the option.
    func settings(
        unused: [String], choosing: [String] = [], before: [String] = [], standard: Standard
    ) throws -> NamedSettings {
        do {
            let layout = config == nil && !unused.contains("upstream") ? standard.assignments : []
            let replacing = layout + before + set + choosing
            if let config { return try NamedSettings(file: config, replacing: replacing, unused: unused) }
            return try NamedSettings(preset: preset ?? standard.preset, replacing: replacing, unused: unused)
        } catch {
            func option(_ assignment: String) -> String { choosing.contains(assignment) ? "--choose" : "--set" }
            switch error {
            case .assignment(let assignment, let reason):
                throw ProgramError("\(option(assignment)) \(assignment): \(reason)", isUsage: true)
            case .unused(let assignment, let setting):
                throw ProgramError(
                    "\(option(assignment)) \(assignment): this command does not use \(setting)", isUsage: true)
            case .unknownPreset: throw ProgramError("\(error)", isUsage: true)
            default: throw error
            }
        }
    }

    /// Refuses settings that somebody asked for and that can't be taken, before any other file is opened.
    ///
    /// - Throws: one line that names the option.
    func requireReadable() throws {
        if isGiven { _ = try settings(unused: [], standard: Standard(preset: "")) }
    }

    /// What is taken where nobody asks otherwise.
    struct Standard {
        /// The preset.
        let preset: String
        /// What the samples' layout has otherwise than the preset.
        var assignments: [String] = []
    }

    /// The preset for a dataset's kind; says on standard error that it is taken, or that another was asked for.
    ///
    /// Of a joined one the kinds are those of its parts.
    /// Of signals, as many channels are read as the samples have.
    func standard(for data: String) -> Standard {
        let (name, kinds) = Preset.name(forFile: data)
        if !isGiven, !kinds.isEmpty {
            let what = "data of kind \(kinds.joined(separator: " and "))"
            let why = name == "paper" ? "as there is none for \(what)" : "the one for \(what)"
            let other = kinds == ["table"] ? "another with --preset, like night for few values a sleep epoch" : nil
            Terminal.error("preset \(name), \(why); \(other ?? "another with --preset")")
        }
        if let preset, preset != "paper", ![preset, "paper"].contains(name) {
            let what = "data of kind \(kinds.joined(separator: " and "))"
            Terminal.error("preset \(preset), as asked for; the one for \(what) is \(name)")
        }
        let settings = try? Preset.named(preset ?? name).settings
        let windows = settings?.upstream.preparation.choice as? WindowPreparation
        guard let windows, let count = Dataset.content(ofFile: data)?.count, count > 0, count != windows.inputChannels
        else { return Standard(preset: name) }
        return Standard(preset: name, assignments: ["upstream.input_channels=\(count)"])
    }
}

extension CompletionKind {
    /// Names of settings with the sign behind which the value comes; made only where somebody presses Tab.
    static var assignment: CompletionKind { .custom { _, _, _ in Preset.settingNames.map { $0 + "=" } } }
}
