import Checkpoints
import Foundation
import Yams

/// Reads settings layer over layer (a preset or a file, then single values), and remembers where each came from.
struct PresetReader {
    /// Where a value was read.
    private enum Place {
        case text(String)
        case assignment(String)

        func refusal(_ reason: String) -> SleepRecognitionError {
            switch self {
            case .text(let place): .settings(place: place, reason: reason)
            case .assignment(let assignment): .assignment(assignment, reason: reason)
            }
        }
    }

    /// What has been read; of use once every setting has been.
    private(set) var settings = PresetSettings.empty
    /// Where each setting was read, by its path.
    private var places: [String: Place] = [:]

    /// Reads a preset.
    mutating func read(_ preset: Preset) throws(SleepRecognitionError) {
        try read(preset.text, from: "preset \(preset.name)")
    }

    /// Reads a file of settings.
    mutating func read(file path: String) throws(SleepRecognitionError) {
        try read(try Self.text(ofFile: path), from: path)
    }

    /// Reads the text of a preset file.
    ///
    /// - Parameters:
    ///   - text: YAML.
    ///   - source: what errors call it.
    /// - Throws: `SleepRecognitionError.settings` that names the line and what is wanted there.
    mutating func read(_ text: String, from source: String) throws(SleepRecognitionError) {
        let root = try Self.mapping(in: text, from: source)
        if let base = root.first(where: { $0.key.string == "base" }) {
            let (place, value) = (Self.place(base.value, in: source), PresetValue(base.value))
            guard case .text(let name) = value else {
                throw place.refusal("base is \(value.description): use a preset's name")
            }
            guard let preset = Preset.all.first(where: { $0.name == name }) else {
                throw place.refusal("\(SleepRecognitionError.unknownPreset(name))")
            }
            try read(preset)
        }
        for (key, value) in root {
            let name = key.string ?? ""
            if PresetKey.sections.contains(name) {
                guard case .mapping(let section) = value else {
                    throw Self.place(value, in: source).refusal("\(name) must be a mapping of settings")
                }
                for (key, value) in section { try read(value, at: key, in: name, source) }
            } else if name != "base", name != "purpose" {
                let home = PresetKey.all.first { $0.name == name }
                let remedy =
                    home.map { "it belongs under \($0.section)" }
                    ?? suggestion(for: name, among: ["base", "purpose"] + PresetKey.sections)
                throw Self.place(key, in: source).refusal("no section \(shown(name)): \(remedy)")
            }
        }
        if let missing = PresetKey.all.first(where: { places[$0.path] == nil }) {
            throw .settings(
                place: source,
                reason: "\(missing.path) is missing: add it, or start the file with `base: paper` to take what is "
                    + "missing from there")
        }
        try validate(source)
    }

    private mutating func read(
        _ value: Node, at key: Node, in section: String, _ source: String
    ) throws(SleepRecognitionError) {
        let name = key.string ?? ""
        guard let setting = PresetKey.named("\(section).\(name)") else {
            let names = PresetKey.all.filter { $0.section == section }.map(\.name)
            let home = PresetKey.all.first { $0.name == name }
            let remedy = home.map { "it belongs under \($0.section)" } ?? suggestion(for: name, among: names)
            throw Self.place(key, in: source).refusal("no setting \(section).\(shown(name)): \(remedy)")
        }
        try set(setting, PresetValue(value), at: Self.place(value, in: source))
    }

    /// Takes over values written as `section.name=value`.
    ///
    /// What the values make together is looked at once all are there, so that their order does not matter.
    ///
    /// - Parameters:
    ///   - assignments: the values.
    ///   - unused: settings and sections that may not be among them.
    /// - Throws: `SleepRecognitionError.assignment` that says what is wanted, or `.unused`.
    mutating func read(assignments: [String], unused: [String]) throws(SleepRecognitionError) {
        var keys: [PresetKey] = []
        for assignment in assignments { keys.append(try read(assignment: assignment)) }
        try validate("settings")
        for (assignment, key) in zip(assignments, keys) where unused.contains(key.path) || unused.contains(key.section)
        {
            throw .unused(assignment, setting: key.path)
        }
    }

    private mutating func read(assignment: String) throws(SleepRecognitionError) -> PresetKey {
        let parts = assignment.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            throw .assignment(assignment, reason: "use a setting and its value, like recogniser.dropout=0.2")
        }
        guard let setting = PresetKey.named(parts[0]) else {
            let remedy = suggestion(for: parts[0], among: PresetKey.all.map(\.path))
            throw .assignment(assignment, reason: "no setting \(shown(parts[0])): \(remedy)")
        }
        let node: Node?
        do { node = try Yams.compose(yaml: parts[1]) } catch { node = nil }
        try set(setting, node.map { PresetValue($0) } ?? .other("unreadable"), at: .assignment(assignment))
        return setting
    }

    private mutating func set(
        _ setting: PresetKey, _ value: PresetValue, at place: Place
    ) throws(SleepRecognitionError) {
        guard setting.set(value, &settings) else {
            throw place.refusal("\(setting.path) is \(value.description): use \(setting.kind)")
        }
        places[setting.path] = place
    }

    private func validate(_ source: String) throws(SleepRecognitionError) {
        do {
            try settings.validate()
        } catch let fault as PresetSettings.Fault {
            let place = places[fault.key] ?? .text(source)
            throw place.refusal("\(fault.key) is \(fault.value): use \(fault.wanted)")
        } catch {
            throw SleepRecognitionError(error, of: source)
        }
    }

    private static func place(_ node: Node, in source: String) -> Place {
        .text(node.mark.map { "\(source), line \($0.line), column \($0.column)" } ?? source)
    }

    /// The top of a preset file.
    static func mapping(in text: String, from source: String) throws(SleepRecognitionError) -> Node.Mapping {
        do {
            if let root = try Yams.compose(yaml: text), case .mapping(let mapping) = root { return mapping }
        } catch let error as YamlError {
            let (place, reason) = whereAndWhy(error)
            throw .settings(place: source + place, reason: reason)
        } catch {
            throw .settings(place: source, reason: "not YAML")
        }
        throw .settings(place: source, reason: "no settings; write some like those of `ssrm preset show paper`")
    }

    /// The largest preset file that is read.
    private static let largestFileBytes = 1 << 20

    /// The text of a file of settings.
    private static func text(ofFile path: String) throws(SleepRecognitionError) -> String {
        let bytes: Data
        do {
            let file = try MappedFile(path: path)
            guard file.bytes.count <= largestFileBytes else {
                throw SleepRecognitionError.settings(
                    place: path, reason: "too large for a file of settings (\(file.bytes.count) bytes)")
            }
            bytes = Data(file.bytes)
        } catch {
            throw SleepRecognitionError(error, of: path)
        }
        guard let text = String(bytes: bytes, encoding: .utf8) else {
            throw .settings(place: path, reason: "not UTF-8 text; save it as such")
        }
        return text
    }
}

/// Where and why a text is no YAML; the place follows the name of its source.
private func whereAndWhy(_ error: YamlError) -> (place: String, reason: String) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
        .composer(_, let problem, let mark, _):
        (", line \(mark.line), column \(mark.column)", problem)
    case .duplicatedKeysInMapping(let keys, let context):
        (", line \(context.mark.line)", "\(keys.sorted().map(shown).joined(separator: ", ")) is there twice; leave one")
    case .reader(let problem, let offset, _, _): (offset.map { ", byte \($0)" } ?? "", problem)
    default: ("", "not YAML")
    }
}
