import Encoders
import Numerics
import Recognition
import Signals
import Upstream

/// The settings of one type, as a section of preset files has them beside others.
///
/// Which settings there are, their names and what they may be comes from the type's coding.
struct PresetPart {
    /// The section that they stand in.
    let section: String
    /// The setting that names the kind, where there are several: what the type's coding calls `kind`.
    let kindName: String?
    /// The kinds that there are, by name.
    let kinds: () -> [String]
    /// Replaces all settings by the standard ones of a kind; throws `SettingFault`.
    let takeStandard: (_ kind: String, inout PresetSettings) throws -> Void
    /// The settings' names, in the type's order: they hang on its kind alone, not on other values.
    let keys: (PresetSettings) -> [SettingsKey]
    /// The settings' values by name.
    let values: (PresetSettings) -> [String: PresetValue]
    /// Replaces all settings; throws `SettingFault`.
    let take: ([String: PresetValue], inout PresetSettings) throws -> Void

    /// The sections, in the order in which files have them.
    static let sections = ["upstream", "recogniser"]

    /// Settings that say how samples are laid out, which are one for all parts of a section that have them.
    ///
    /// Any other name belongs to one part alone, but for `settingsOfTheFirst`.
    static let sharedSettings: Set = ["input_channels"]

    /// Names that two kinds have had from the start, and jobs' digests with them.
    ///
    /// They belong to the first part that has them, and the other keeps its standard value: what a task hides of a
    /// sample is no augmentation's.
    static let settingsOfTheFirst: Set = ["masked_part"]

    /// All settings, in the order in which files have them.
    static var all: [PresetPart] {
        [
            PresetPart("upstream", { $0.upstream.preparation }, { $1.upstream.preparation = $0 }).named(
                "preparation", { Preparation.kinds.names }
            ) {
                $1.upstream.preparation = try Preparation(Preparation.kinds.kind(named: $0).standard)
            },
            PresetPart("upstream", { $0.upstream.task }, { $1.upstream.task = $0 }).named(
                "task", { TaskSettings.kinds.names }
            ) {
                $1.upstream.task = try TaskSettings(TaskSettings.kinds.kind(named: $0).standard)
            },
            PresetPart("upstream", { $0.upstream.augmentation }, { $1.upstream.augmentation = $0 })
                .named("augmentation", { Augmentation.kinds.names }) {
                    $1.upstream.augmentation = try Augmentation(Augmentation.kinds.kind(named: $0).standard)
                },
            PresetPart("upstream", { $0.upstream.network }, { $1.upstream.network = $0 }).named(
                "network", { NetworkSettings.kinds.names }
            ) {
                $1.upstream.network = try NetworkSettings(NetworkSettings.kinds.kind(named: $0).standard)
            },
            PresetPart("upstream", { $0.upstream.optimiser }, { $1.upstream.optimiser = $0 }).named(
                "optimiser", { OptimiserSettings.Kind.allCases.map(\.rawValue) }
            ) {
                $1.upstream.optimiser = try OptimiserSettings.Kind.named($0).standard
            },
            PresetPart("upstream", { $0.upstream.exchange }, { $1.upstream.exchange = $0 }).named(
                "exchange", { ExchangeSettings.Kind.allCases.map(\.rawValue) }
            ) {
                $1.upstream.exchange = try ExchangeSettings.Kind.named($0).standard
            },
            PresetPart("upstream", { $0.upstream.arithmetic }, { $1.upstream.arithmetic = $0 }),
            PresetPart("upstream", { $0.upstream.order }, { $1.upstream.order = $0 }).saying(
                "order", .text("by_size")
            ) { $0["window_blocks"] == nil },
            PresetPart("upstream", { $0.sizes }, { $1.sizes = $0 }),
            recogniser.saying("self_training_steps", .whole(0)),
            PresetPart("recogniser", { $0.recogniser.augmentation }, { $1.recogniser.augmentation = $0 })
                .named("augmentation", { Augmentation.kinds.names }) {
                    $1.recogniser.augmentation = try Augmentation(Augmentation.kinds.kind(named: $0).standard)
                },
            PresetPart("recogniser", { $0.recogniser.trees }, { $1.recogniser.trees = $0 }).named(
                "trees", { TreeSettings.Kind.allCases.map(\.rawValue) }
            ) {
                $1.recogniser.trees = try TreeSettings.Kind.named($0).standard
            },
        ]
    }

    private init<Value: Codable>(
        _ section: String, _ get: @escaping (PresetSettings) -> Value,
        _ set: @escaping (Value, inout PresetSettings) -> Void
    ) {
        (self.section, kindName, kinds, takeStandard) = (section, nil, { [] }, { _, _ in })
        keys = { settings in
            let values = SettingsCoder.values(of: get(settings))
            do { return try SettingsCoder.settings(Value.self, from: values).keys } catch {
                preconditionFailure("settings that can't be read back: \(error)")
            }
        }
        values = { SettingsCoder.values(of: get($0)) }
        take = { values, settings in set(try SettingsCoder.settings(Value.self, from: values).settings, &settings) }
    }

    /// The same with the kind under a name of its own.
    private func named(
        _ name: String, _ kinds: @escaping () -> [String],
        standard: @escaping (_ kind: String, inout PresetSettings) throws -> Void
    ) -> PresetPart {
        let (keys, values, take) = (keys, values, take)
        func renamed(_ values: [String: PresetValue], _ old: String, _ new: String) -> [String: PresetValue] {
            Dictionary(uniqueKeysWithValues: values.map { ($0 == old ? new : $0, $1) })
        }
        return PresetPart(
            section: section, kindName: name, kinds: kinds, takeStandard: standard,
            keys: { keys($0).map { $0.name == "kind" ? SettingsKey(name: name, isOptional: true) : $0 } },
            values: { renamed(values($0), "kind", name) }, take: { try take(renamed($0, name, "kind"), &$1) })
    }

    /// The same with a value in files for a setting that is not there, which has an effect nevertheless.
    private func saying(
        _ name: String, _ absent: PresetValue, where counts: @escaping ([String: PresetValue]) -> Bool = { _ in true }
    ) -> PresetPart {
        let (values, take) = (values, take)
        return PresetPart(
            section: section, kindName: kindName, kinds: kinds, takeStandard: takeStandard, keys: keys,
            values: { settings in
                let own = values(settings)
                return counts(own) ? own.merging([name: absent]) { given, _ in given } : own
            }, take: { values, settings in try take(values.filter { $0.key != name || $0.value != absent }, &settings) }
        )
    }

    private init(
        section: String, kindName: String? = nil, kinds: @escaping () -> [String] = { [] },
        takeStandard: @escaping (String, inout PresetSettings) throws -> Void = { _, _ in },
        keys: @escaping (PresetSettings) -> [SettingsKey],
        values: @escaping (PresetSettings) -> [String: PresetValue],
        take: @escaping ([String: PresetValue], inout PresetSettings) throws -> Void
    ) {
        (self.section, self.kindName, self.kinds, self.takeStandard) = (section, kindName, kinds, takeStandard)
        (self.keys, self.values, self.take) = (keys, values, take)
    }
}

extension PresetPart {
    /// A setting that two parts of a section have, and these parts; nil where each has names of its own.
    static func settingOfTwo(
        _ parts: some Sequence<(PresetPart, [SettingsKey])>, in settings: PresetSettings
    ) -> (path: String, parts: [String])? {
        var owner: [String: PresetPart] = [:]
        for (part, keys) in parts {
            for key in keys where !sharedSettings.contains(key.name) && !settingsOfTheFirst.contains(key.name) {
                let path = "\(part.section).\(key.name)"
                if let other = owner[path] {
                    return (path, [other.described(in: settings), part.described(in: settings)])
                }
                owner[path] = part
            }
        }
        return nil
    }

    /// What errors call it: its kind, where it has one.
    private func described(in settings: PresetSettings) -> String {
        guard let kindName, let kind = values(settings)[kindName]?.asText else { return "the rest of \(section)" }
        return "\(kindName) \(kind)"
    }

    /// The kinds that have a setting of this name; none where this part has one kind alone.
    func kinds(with name: String, among settings: PresetSettings) -> [String] {
        kinds().filter { kind in
            var other = settings
            guard (try? takeStandard(kind, &other)) != nil else { return false }
            return name != kindName && keys(other).contains { $0.name == name }
        }
    }

    /// A recogniser's settings: without a seed, and with a word for recordings that are taken whole.
    private static var recogniser: PresetPart {
        let (plain, length, whole) = (
            PresetPart("recogniser", { $0.recogniser }, { $1.recogniser = $0 }), "sequence_length",
            PresetValue.text("whole")
        )
        return PresetPart(
            section: plain.section,
            keys: { settings in
                plain.keys(settings).filter { $0.name != "seed" }
                    .map { $0.name == length ? SettingsKey(name: length, isOptional: false) : $0 }
            },
            values: { plain.values($0).filter { $0.key != "seed" }.merging([length: whole]) { given, _ in given } },
            take: { values, settings in
                let before = settings.recogniser
                do {
                    let known = values.filter { $0.key != length || $0.value != whole }
                    try plain.take(known.merging(["seed": .whole(0)]) { $1 }, &settings)
                } catch let fault as SettingFault where fault.name == length {
                    throw SettingFault(length, fault.value, wanted: fault.wanted + " or whole")
                }
                settings.recogniser.seed = before.seed
                (settings.recogniser.augmentation, settings.recogniser.trees) = (before.augmentation, before.trees)
            })
    }
}
