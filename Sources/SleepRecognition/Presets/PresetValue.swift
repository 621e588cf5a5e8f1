import Yams

/// A value as a preset file writes it.
enum PresetValue: Equatable {
    case whole(Int)
    case number(Double)
    case flag(Bool)
    case text(String)
    case list([PresetValue])
    /// A mapping, an empty value, or anything else that no setting takes.
    case other(String)

    /// Reads a value; what is in quotation marks is text.
    init(_ node: Node) {
        switch node {
        case .scalar(let scalar):
            let text = scalar.string
            if scalar.style != .plain, scalar.style != .any {
                self = .text(text)
            } else if text == "true" || text == "false" {
                self = .flag(text == "true")
            } else if let value = Int(text) {
                self = .whole(value)
            } else if let value = Double(text), value.isFinite {
                self = .number(value)
            } else {
                self = text.isEmpty ? .other("empty") : .text(text)
            }
        case .sequence(let sequence):
            // No setting takes lists of lists, and aliases can make them as long as one likes.
            self = .list(sequence.map { $0.sequence == nil ? PresetValue($0) : .other("a list") })
        case .mapping: self = .other("a mapping")
        case .alias: self = .other("an alias")
        }
    }

    /// As a file has it.
    var yaml: String {
        switch self {
        case .text(let text): text
        case .list(let values): "[\(values.map(\.yaml).joined(separator: ", "))]"
        default: description
        }
    }

    /// As an error shows it.
    var description: String {
        switch self {
        case .whole(let value): "\(value)"
        case .number(let value): "\(value)"
        case .flag(let value): "\(value)"
        case .text(let text): String(text.prefix(60)).debugDescription
        case .list(let values): "[\(values.prefix(20).map(\.description).joined(separator: ", "))]"
        case .other(let text): text
        }
    }
}

extension PresetValue {
    /// The text; nil for another value.
    var asText: String? { if case .text(let text) = self { text } else { nil } }

    /// The whole number, number, flag or text that it is; nil for another value.
    var itself: (any Sendable)? {
        switch self {
        case .whole(let value): value
        case .number(let value): value
        case .flag(let value): value
        case .text(let text): text
        case .list, .other: nil
        }
    }

    /// Whether a setting can have such a value.
    var isPlain: Bool {
        switch self {
        case .other: false
        case .list(let values): values.allSatisfy(\.isPlain)
        default: true
        }
    }
}

extension PresetValue: Codable {
    func encode(to encoder: any Swift.Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .whole(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .flag(let value): try container.encode(value)
        case .text(let text), .other(let text): try container.encode(text)
        case .list(let values): try container.encode(values)
        }
    }

    init(from decoder: any Swift.Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? container.decode(Int.self) {
            self = .whole(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .list(try container.decode([PresetValue].self))
        }
    }
}
