/// One value of an event, as its JSON object has it.
enum EventField: Encodable {
    case text(String)
    case number(Int)
    case real(Double)
    case truth(Bool)

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .real(let real): try container.encode(real)
        case .truth(let truth): try container.encode(truth)
        }
    }

    /// Writes an event's name and fields as one flat object, into what an encoder has begun where it has.
    static func encode(_ name: String, _ fields: [(key: String, value: EventField)], to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: Key("event"))
        for (key, value) in fields { try container.encode(value, forKey: Key(key)) }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }
}

extension Duration {
    /// Seconds with their fraction, for events.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }

    /// Like `3 seconds` or `0.5 seconds`.
    var inWords: String {
        let seconds = inSeconds
        return seconds == seconds.rounded() ? "\(components.seconds) seconds" : "\(seconds) seconds"
    }
}

extension String {
    /// What a peer says, on one line of bounded length and without control characters.
    package var printable: String {
        String(unicodeScalars.prefix(300).map { $0.properties.generalCategory == .control ? "?" : Character($0) })
    }
}
