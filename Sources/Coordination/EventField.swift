/// One value of an event, as its JSON object has it.
package enum EventField: Codable, Equatable, Sendable {
    case text(String)
    case number(Int)
    case real(Double)
    case truth(Bool)

    /// As a JSON object has it; a number that is whole is a `number`.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let truth = try? container.decode(Bool.self) {
            self = .truth(truth)
        } else if let number = try? container.decode(Int.self) {
            self = .number(number)
        } else if let real = try? container.decode(Double.self) {
            self = .real(real)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .real(let real): try container.encode(real)
        case .truth(let truth): try container.encode(truth)
        }
    }

    /// The value alone, for people.
    package var text: String {
        switch self {
        case .text(let text): text
        case .number(let number): "\(number)"
        case .real(let real): "\(real)"
        case .truth(let truth): "\(truth)"
        }
    }

    /// Writes an event's name and fields as one flat object, into what an encoder has begun where it has.
    static func encode(_ name: String, _ fields: [(key: String, value: EventField)], to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: AnyKey.self)
        try container.encode(name, forKey: AnyKey(stringValue: "event"))
        for (key, value) in fields { try container.encode(value, forKey: AnyKey(stringValue: key)) }
    }
}

extension String {
    /// What a peer says, on one line of bounded length, without what moves a cursor or turns the order of what follows.
    package var printable: String { printable(limit: 300) }

    /// The same, of up to `limit` characters.
    package func printable(limit: Int) -> String {
        let unseen: Set<Unicode.GeneralCategory> = [.control, .format, .lineSeparator, .paragraphSeparator]
        return String(
            unicodeScalars.prefix(limit).map { unseen.contains($0.properties.generalCategory) ? "?" : Character($0) })
    }

    /// Day and time of day of a time like `2026-03-31T22:47:30.5Z`, to the second.
    package var dayAndTime: String { String(prefix(19)).replacing("T", with: " ") }
}
