/// A line of a run's `events.jsonl`, as it was read: the file may have come from anywhere.
package struct EventLine: Codable, Sendable {
    /// Everything that it tells, by name.
    package let values: [String: EventField]
    /// The name of its kind.
    package let name: String
    /// The wall clock's time, as ISO 8601 has it.
    package let time: String
    /// Seconds since the begin of its part of the run, on a clock that nobody sets; files of earlier versions may lack
    /// it.
    package let seconds: Double?
    /// The step that it is of.
    package let step: Int?
    /// How many steps the run has to do.
    package let steps: Int?

    /// A line as an encoder has it.
    ///
    /// - Throws: where no run writes such an event: it has no name or no time, or numbers that are too large.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.singleValueContainer().decode([String: EventField].self)
        func fault(_ what: String) -> DecodingError {
            .dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: what))
        }
        func steps(_ key: String) throws -> Int? {
            guard let value = values[key] else { return nil }
            guard case .number(let steps) = value, RunMetrics.stepLimits.contains(steps) else { throw fault("no step") }
            return steps
        }
        guard case .text(let name)? = values["event"], case .text(let time)? = values["time"] else {
            throw fault("no event")
        }
        switch values["seconds"] {
        case nil: seconds = nil
        case .number(let whole)? where RunMetrics.limits.contains(Double(whole)): seconds = Double(whole)
        case .real(let real)? where RunMetrics.limits.contains(real): seconds = real
        default: throw fault("no run writes such a time")
        }
        (self.values, self.name, self.time) = (values, name, time)
        step = try steps("step")
        self.steps = try steps("steps")
    }

    package func encode(to encoder: any Encoder) throws { try values.encode(to: encoder) }

    /// What kind of event it is; nil of one that this version does not know.
    package var kind: RunEvent.Kind? { RunEvent.Kind(rawValue: name) }

    /// A text that it tells; nil where there is none of this name.
    package func text(_ key: String) -> String? {
        if case .text(let text)? = values[key] { text } else { nil }
    }
}

extension BidirectionalCollection<EventLine> {
    /// With what the last part of a run ended; nil while it goes on, or where it was ended without a word.
    package var lastEnd: EventLine? {
        let last = last { $0.kind == .started || $0.kind?.endsPart ?? false }
        return last?.kind == .started ? nil : last
    }
}
