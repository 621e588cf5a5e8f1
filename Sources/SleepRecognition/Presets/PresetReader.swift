import Checkpoints
import Foundation
import Numerics
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

    /// A value, and where it stands.
    private struct Entry {
        let section, name: String
        let value: PresetValue
        /// Where its name stands, and where its value does.
        let namePlace, place: Place

        var path: String { "\(section).\(name)" }
    }

    /// What has been read; of use once every setting has been.
    private(set) var settings = PresetSettings.unread
    /// The preset that was read first; nil where there was none.
    private(set) var base: Preset?
    /// Where each setting was read, by its path; a kind's standard values are where the kind was named.
    private var places: [String: Place] = [:]
    /// The settings of each of `PresetPart.all`, as its kind has them.
    private var keys = Self.keysOfUnread
    private static let keysOfUnread = PresetPart.all.map { $0.keys(PresetSettings.unread) }

    /// The parts, and the settings that each has.
    private var parts: Zip2Sequence<[PresetPart], [[SettingsKey]]> { zip(PresetPart.all, keys) }

    /// Reads a preset.
    mutating func read(_ preset: Preset) {
        (settings, base) = (preset.settings, preset)
        keys = PresetPart.all.map { $0.keys(preset.settings) }
        for (part, keys) in parts {
            for key in keys { places["\(part.section).\(key.name)"] = .text("preset \(preset.name)") }
        }
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
        let base = root.first { $0.key.string == "base" }
        if let base {
            let (place, value) = (Self.place(base.value, in: source), PresetValue(base.value))
            guard case .text(let name) = value else {
                throw place.refusal("base is \(value.description): use a preset's name")
            }
            guard let preset = Preset.all.first(where: { $0.name == name }) else {
                throw place.refusal("\(SleepRecognitionError.unknownPreset(name))")
            }
            read(preset)
        }
        var layer: [Entry] = []
        for (key, value) in root {
            let name = key.string ?? ""
            if PresetPart.sections.contains(name) {
                guard case .mapping(let section) = value else {
                    throw Self.place(value, in: source).refusal("\(name) must be a mapping of settings")
                }
                layer += section.map { key, value in
                    Entry(
                        section: name, name: key.string ?? "", value: PresetValue(value),
                        namePlace: Self.place(key, in: source), place: Self.place(value, in: source))
                }
            } else if name != "base", name != "purpose" {
                let remedy =
                    home(of: name).map { "it belongs under \($0)" }
                    ?? suggestion(for: name, among: ["base", "purpose"] + PresetPart.sections)
                throw Self.place(key, in: source).refusal("no section \(shown(name)): \(remedy)")
            }
        }
        try take(layer, standardsCount: base != nil)
        try check(source)
    }

    /// Reads every setting by section and name.
    mutating func read(
        _ sections: [String: [String: PresetValue]], from source: String
    ) throws(SleepRecognitionError) {
        let layer = sections.flatMap { section, values in
            values.map { name, value in
                Entry(section: section, name: name, value: value, namePlace: .text(source), place: .text(source))
            }
        }
        try take(layer.sorted { $0.path < $1.path }, standardsCount: false)
        try check(source)
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
        var layer: [Entry] = []
        for assignment in assignments { layer.append(try Self.entry(assignment)) }
        try take(layer, standardsCount: true)
        try validate("settings")
        for (assignment, entry) in zip(assignments, layer)
        where unused.contains(entry.path) || unused.contains(entry.section) {
            throw .unused(assignment, setting: entry.path)
        }
    }

    private static func entry(_ assignment: String) throws(SleepRecognitionError) -> Entry {
        let parts = assignment.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            throw .assignment(assignment, reason: "use a setting and its value, like recogniser.dropout=0.2")
        }
        let path = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let node: Node?
        do { node = try Yams.compose(yaml: parts[1]) } catch { node = nil }
        return Entry(
            section: path[0], name: path.count > 1 ? path[1] : "",
            value: node.map { PresetValue($0) } ?? .other("unreadable"),
            namePlace: .assignment(assignment), place: .assignment(assignment))
    }

    /// Takes over the values of one layer: kinds first, because they say which other settings there are.
    ///
    /// - Parameters:
    ///   - layer: the values.
    ///   - standardsCount: whether a kind that is not the one of the layers below brings its standard values; otherwise
    ///     each of its settings has to be read.
    /// - Throws: `SleepRecognitionError` for a value that can't be taken.
    private mutating func take(_ layer: [Entry], standardsCount: Bool) throws(SleepRecognitionError) {
        for (index, part) in PresetPart.all.enumerated() {
            guard let kindName = part.kindName,
                let entry = layer.last(where: { $0.section == part.section && $0.name == kindName }),
                entry.value != part.values(settings)[kindName]
            else { continue }
            try refusing([entry]) {
                try part.takeStandard(entry.value.asText ?? entry.value.description, &settings)
            }
            keys[index] = part.keys(settings)
            if standardsCount {
                for key in keys[index] { places["\(part.section).\(key.name)"] = entry.place }
            }
        }
        if let (path, parts) = PresetPart.settingOfTwo(parts, in: settings),
            let entry = layer.last(where: { $0.path == path }) ?? layer.last
        {
            let owners = parts.joined(separator: " and ")
            throw entry.place.refusal("\(path) is a setting of \(owners): their kinds must call it by different names")
        }
        var (rest, known) = (layer, Set<String>())
        let claims = parts.map { part, keys in
            let names = Set(keys.map(\.name))
            let isOfPart = { (entry: Entry) in entry.section == part.section && names.contains(entry.name) }
            let entries = rest.filter(isOfPart)
            known.formUnion(entries.map(\.path))
            rest.removeAll { isOfPart($0) && !PresetPart.sharedSettings.contains($0.name) }
            return (part: part, entries: entries)
        }
        if let entry = rest.first(where: { !known.contains($0.path) }) { throw unknown(entry) }
        for (part, entries) in claims where !entries.isEmpty {
            let values = part.values(settings).merging(entries.map { ($0.name, $0.value) }) { $1 }
            try refusing(entries) { try part.take(values, &settings) }
            for entry in entries { places[entry.path] = entry.place }
        }
    }

    /// What `work` does; a fault that it finds in one of the entries as that entry's.
    private func refusing(_ entries: [Entry], _ work: () throws -> Void) throws(SleepRecognitionError) {
        do { try work() } catch {
            let fault = error as? SettingFault
            guard let entry = entries.last(where: { $0.name == fault?.name }) ?? entries.first else { return }
            throw entry.place.refusal(fault.map { "\($0.inSection(entry.section))" } ?? "\(entry.path): \(error)")
        }
    }

    /// The section that has a setting of this name.
    private func home(of name: String) -> String? { PresetPart.sections.first { names(in: $0).contains(name) } }

    private func names(in section: String) -> [String] {
        parts.filter { part, _ in part.section == section }.flatMap { $1.map(\.name) }
    }

    private func unknown(_ entry: Entry) -> SleepRecognitionError {
        for part in PresetPart.all where part.section == entry.section {
            guard let kindName = part.kindName, let own = part.values(settings)[kindName]?.asText else { continue }
            let kinds = part.kinds(with: entry.name, among: settings)
            if kinds.isEmpty { continue }
            let kind = "\(entry.section).\(kindName)"
            return entry.namePlace.refusal(
                "\(entry.path) goes with \(kind)=\(kinds.joined(separator: " or ")), and \(kind) is \(own) here")
        }
        if case .assignment = entry.place {
            let path = entry.name.isEmpty ? entry.section : entry.path
            let paths = PresetPart.sections.flatMap { section in names(in: section).map { "\(section).\($0)" } }
            return entry.place.refusal("no setting \(shown(path)): \(suggestion(for: path, among: paths))")
        }
        let remedy =
            home(of: entry.name).map { "it belongs under \($0)" }
            ?? suggestion(for: entry.name, among: names(in: entry.section))
        return entry.namePlace.refusal("no setting \(entry.section).\(shown(entry.name)): \(remedy)")
    }

    /// Refuses settings of which one is missing or makes no sense.
    private func check(_ source: String) throws(SleepRecognitionError) {
        for (part, keys) in parts {
            for key in keys where !key.isOptional && places["\(part.section).\(key.name)"] == nil {
                throw .settings(
                    place: source,
                    reason:
                        "\(part.section).\(key.name) is missing: add it, or start the file with `base: paper` to take "
                        + "what is missing from there")
            }
        }
        try validate(source)
    }

    private func validate(_ source: String) throws(SleepRecognitionError) {
        do { try settings.validate() } catch { throw (places[error.name] ?? .text(source)).refusal("\(error)") }
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
            let file = try RegularFile(opening: path)
            guard file.byteCount <= largestFileBytes else {
                throw SleepRecognitionError.settings(
                    place: path, reason: "too large for a file of settings (\(file.byteCount) bytes)")
            }
            bytes = Data(try file.firstBytes())
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
