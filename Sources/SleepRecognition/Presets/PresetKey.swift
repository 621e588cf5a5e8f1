import Layers
import Numerics
import Recognition
import Signals
import Upstream

/// A setting as preset files name it: where it stands, what it may be, how it is read and shown.
struct PresetKey {
    /// The section that it stands in.
    let section: String
    /// Its name there.
    let name: String
    /// What kind of value it takes.
    let kind: String
    /// Takes over a value; false when it is of another kind.
    let set: (PresetValue, inout PresetSettings) -> Bool
    /// Its value.
    let value: (PresetSettings) -> PresetValue

    /// Section and name.
    var path: String { "\(section).\(name)" }

    /// The sections, in the order in which files have them.
    static let sections = ["upstream", "recogniser"]

    /// Every setting, in the order in which files have them.
    static var all: [PresetKey] {
        [
            list(
                "upstream", "views", "a list of \(SampleView.allCases.map(\.rawValue).joined(separator: ", "))",
                \.upstream.views.views, { SampleView(rawValue: $0.asText) }, { .text($0.rawValue) }),
            list(
                "upstream", "hidden_units", "a list of whole numbers like [128]", \.upstream.perceptron.hiddenUnits,
                \.asWhole,
                { .whole($0) }),
            number("upstream", "cross_entropy_weight", \.upstream.views.crossEntropyWeight),
            number("upstream", "divergence_weight", \.upstream.views.divergenceWeight),
            number("upstream", "weight_deviation", \.upstream.perceptron.weightDeviation),
            number("upstream", "learning_rate", \.upstream.adam.learningRate),
            number("upstream", "beta1", \.upstream.adam.beta1),
            number("upstream", "beta2", \.upstream.adam.beta2),
            number("upstream", "epsilon", \.upstream.adam.epsilon),
            element("upstream", "wire", \.upstream.arithmetic.wire),
            element("upstream", "products", \.upstream.arithmetic.products),
            whole("upstream", "shards", \.shards),
            whole("upstream", "shard_size", \.shardSize),
            whole("upstream", "steps", \.steps),
            whole("upstream", "fold_steps", \.foldSteps),
            PresetKey(
                "recogniser", "cell", RecurrentCell.allCases.map(\.rawValue).joined(separator: " or "),
                \.recogniser.cell, { RecurrentCell(rawValue: $0.asText) }, { .text($0.rawValue) }),
            whole("recogniser", "hidden_units", \.recogniser.hiddenUnits),
            PresetKey(
                "recogniser", "sequence_length", "a whole number or whole", \.recogniser.sequenceLength,
                { value in value == .text("whole") ? .some(nil) : value.asWhole.map { .some($0) } },
                { $0.map { .whole($0) } ?? .text("whole") }),
            whole("recogniser", "batch_sequences", \.recogniser.batchSequences),
            number("recogniser", "learning_rate", \.recogniser.learningRate),
            whole("recogniser", "epochs", \.recogniser.epochs),
            number("recogniser", "dropout", \.recogniser.dropout),
            number("recogniser", "gradient_clip", \.recogniser.gradientClip),
            whole("recogniser", "principal_components", \.recogniser.principalComponents),
            whole("recogniser", "fisher_components", \.recogniser.fisherComponents),
            flag("recogniser", "fisher_normalised", \.recogniser.fisherNormalised),
            flag("recogniser", "include_inputs", \.recogniser.includeInputs),
        ]
    }

    /// The setting with this section and name.
    static func named(_ path: String) -> PresetKey? { all.first { $0.path == path } }

    private init<Value>(
        _ section: String, _ name: String, _ kind: String, _ place: WritableKeyPath<PresetSettings, Value>,
        _ read: @escaping (PresetValue) -> Value?, _ show: @escaping (Value) -> PresetValue
    ) {
        (self.section, self.name, self.kind) = (section, name, kind)
        set = { value, settings in
            guard let value = read(value) else { return false }
            settings[keyPath: place] = value
            return true
        }
        value = { show($0[keyPath: place]) }
    }

    private static func whole(
        _ section: String, _ name: String, _ place: WritableKeyPath<PresetSettings, Int>
    ) -> PresetKey {
        PresetKey(section, name, "a whole number", place, \.asWhole) { .whole($0) }
    }

    private static func number(
        _ section: String, _ name: String, _ place: WritableKeyPath<PresetSettings, Double>
    ) -> PresetKey {
        PresetKey(section, name, "a number", place, \.asNumber) { .number($0) }
    }

    private static func element(
        _ section: String, _ name: String, _ place: WritableKeyPath<PresetSettings, ElementType>
    ) -> PresetKey {
        PresetKey(
            section, name, ElementType.allCases.map(\.rawValue).joined(separator: " or "), place,
            { ElementType(rawValue: $0.asText) }, { .text($0.rawValue) })
    }

    private static func flag(
        _ section: String, _ name: String, _ place: WritableKeyPath<PresetSettings, Bool>
    ) -> PresetKey {
        PresetKey(section, name, "true or false", place, \.asFlag) { .flag($0) }
    }

    private static func list<Element>(
        _ section: String, _ name: String, _ kind: String, _ place: WritableKeyPath<PresetSettings, [Element]>,
        _ read: @escaping (PresetValue) -> Element?, _ show: @escaping (Element) -> PresetValue
    ) -> PresetKey {
        PresetKey(
            section, name, kind, place,
            { value in
                guard case .list(let values) = value else { return nil }
                let elements = values.compactMap(read)
                return elements.count == values.count ? elements : nil
            }, { .list($0.map(show)) })
    }
}

extension PresetValue {
    fileprivate var asWhole: Int? { if case .whole(let value) = self { value } else { nil } }
    fileprivate var asFlag: Bool? { if case .flag(let value) = self { value } else { nil } }
    fileprivate var asText: String { if case .text(let text) = self { text } else { "" } }
    fileprivate var asNumber: Double? {
        switch self {
        case .whole(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}
