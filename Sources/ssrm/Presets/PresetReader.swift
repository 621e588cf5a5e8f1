import Checkpoints
import Foundation
import Layers
import Recognition
import Upstream
import Yams

/// Reads settings layer over layer (a preset or a file, then single values), and remembers where each came from.
struct PresetReader {
    /// What has been read; of use once every setting has been.
    private(set) var settings = PresetSettings(
        upstream: UpstreamSettings(
            views: [], hiddenUnits: [], crossEntropyWeight: 0, divergenceWeight: 0, weightDeviation: 0,
            adam: AdamSettings(learningRate: 0)),
        shards: 0, shardSize: 0, steps: 0, foldSteps: 0, recogniser: RecogniserSettings(epochs: 0))
    /// Where each setting was read, by its path.
    private var places: [String: String] = [:]

    /// Reads the text of a preset file.
    ///
    /// - Parameters:
    ///   - text: YAML.
    ///   - source: what errors call it.
    /// - Throws: `ProgramError` that names the line and what is wanted there.
    mutating func read(_ text: String, from source: String) throws {
        let root = try Self.mapping(in: text, from: source)
        if let base = root.first(where: { $0.key.string == "base" }) {
            let value = PresetValue(base.value)
            do {
                guard case .text(let name) = value else {
                    throw ProgramError("base is \(value.description): use a preset's name")
                }
                let preset = try Preset.named(name)
                try read(preset.text, from: "preset \(preset.name)")
            } catch let error as ProgramError {
                throw ProgramError("\(Self.place(base.value, in: source)): \(error)")
            }
        }
        for (key, value) in root {
            let name = key.string ?? ""
            if PresetKey.sections.contains(name) {
                guard case .mapping(let section) = value else {
                    throw ProgramError("\(Self.place(value, in: source)): \(name) must be a mapping of settings")
                }
                for (key, value) in section { try read(value, at: key, in: name, source) }
            } else if name != "base", name != "purpose" {
                let home = PresetKey.all.first { $0.name == name }
                let remedy =
                    home.map { "it belongs under \($0.section)" }
                    ?? suggestion(for: name, among: ["base", "purpose"] + PresetKey.sections)
                throw ProgramError("\(Self.place(key, in: source)): no section \(shown(name)): \(remedy)")
            }
        }
        if let missing = PresetKey.all.first(where: { places[$0.path] == nil }) {
            throw ProgramError(
                "\(source) has no \(missing.path): add it, or start the file with `base: paper` to take what is missing "
                    + "from there")
        }
        try validate()
    }

    private mutating func read(_ value: Node, at key: Node, in section: String, _ source: String) throws {
        let name = key.string ?? ""
        guard let setting = PresetKey.named("\(section).\(name)") else {
            let names = PresetKey.all.filter { $0.section == section }.map(\.name)
            let home = PresetKey.all.first { $0.name == name }
            let remedy = home.map { "it belongs under \($0.section)" } ?? suggestion(for: name, among: names)
            throw ProgramError("\(Self.place(key, in: source)): no setting \(section).\(shown(name)): \(remedy)")
        }
        try set(setting, PresetValue(value), at: Self.place(value, in: source))
    }

    /// Takes over one value written as `section.name=value`.
    ///
    /// - Returns: the setting.
    /// - Throws: `ProgramError` that names the assignment and what is wanted.
    mutating func read(assignment: String) throws -> PresetKey {
        let parts = assignment.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            throw ProgramError("--set \(assignment): use a setting and its value, like recogniser.dropout=0.2")
        }
        guard let setting = PresetKey.named(parts[0]) else {
            let remedy = suggestion(for: parts[0], among: PresetKey.all.map(\.path))
            throw ProgramError("--set \(assignment): no setting \(shown(parts[0])): \(remedy)")
        }
        let node: Node?
        do { node = try Yams.compose(yaml: parts[1]) } catch { node = nil }
        try set(setting, node.map { PresetValue($0) } ?? .other("unreadable"), at: "--set \(assignment)")
        try validate()
        return setting
    }

    private mutating func set(_ setting: PresetKey, _ value: PresetValue, at place: String) throws {
        guard setting.set(value, &settings) else {
            throw ProgramError("\(place): \(setting.path) is \(value.description): use \(setting.kind)")
        }
        places[setting.path] = place
    }

    private func validate() throws {
        do {
            try settings.validate()
        } catch let fault as PresetSettings.Fault {
            let place = places[fault.key].map { "\($0): " } ?? ""
            throw ProgramError("\(place)\(fault.key) is \(fault.value): use \(fault.wanted)")
        }
    }

    private static func place(_ node: Node, in source: String) -> String {
        node.mark.map { "\(source), line \($0.line), column \($0.column)" } ?? source
    }

    /// The top of a preset file.
    static func mapping(in text: String, from source: String) throws -> Node.Mapping {
        do {
            guard let root = try Yams.compose(yaml: text), case .mapping(let mapping) = root else {
                throw ProgramError("\(source): no settings; write some like those of `ssrm preset show paper`")
            }
            return mapping
        } catch let error as YamlError {
            throw ProgramError("\(source)\(oneLine(error))")
        }
    }

    /// The largest preset file that is read.
    private static let largestFileBytes = 1 << 20

    /// The text of a file of settings.
    static func text(ofFile path: String) throws -> String {
        let bytes: Data
        do {
            let file = try MappedFile(path: path)
            guard file.bytes.count <= largestFileBytes else {
                throw ProgramError("\(path) is too large for a file of settings (\(file.bytes.count) bytes)")
            }
            bytes = Data(file.bytes)
        } catch let error as TensorFileError {
            throw ProgramError("\(error)")
        }
        guard let text = String(bytes: bytes, encoding: .utf8) else {
            throw ProgramError("\(path) is not UTF-8 text; save it as such")
        }
        return text
    }
}

/// Where and why a text is no YAML, to follow the name of its source.
private func oneLine(_ error: YamlError) -> String {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
        .composer(_, let problem, let mark, _):
        ", line \(mark.line), column \(mark.column): \(problem)"
    case .duplicatedKeysInMapping(let keys, let context):
        ", line \(context.mark.line): \(keys.sorted().map(shown).joined(separator: ", ")) is there twice; leave one"
    case .reader(let problem, let offset, _, _): "\(offset.map { ", byte \($0)" } ?? ""): \(problem)"
    default: ": not YAML"
    }
}
