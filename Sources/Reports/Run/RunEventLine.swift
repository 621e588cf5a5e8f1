import Coordination

/// A line of a run's `events.jsonl`, as far as it is drawn.
struct RunEventLine: Decodable, Sendable {
    let event: String
    /// Since the begin of this part of the run; files of earlier versions may lack it.
    let seconds: Double?
    /// The wall clock's.
    let time: String
    let step: Int?
    let steps: Int?
    let text: String?
    /// What kind of event it is; nil of one that this version does not know.
    var kind: RunEvent.Kind? { RunEvent.Kind(rawValue: event) }

    private enum CodingKeys: CodingKey { case event, seconds, time, step, steps, text }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func steps(_ key: CodingKeys) throws -> Int? {
            let found = try container.decodeIfPresent(Int.self, forKey: key)
            if RunMetrics.stepLimits.contains(found ?? 0) { return found }
            throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "no step")
        }
        event = try container.decode(String.self, forKey: .event)
        seconds = try container.decodeIfPresent(Double.self, forKey: .seconds)
        time = try container.decode(String.self, forKey: .time)
        (step, self.steps) = (try steps(.step), try steps(.steps))
        text = try container.decodeIfPresent(String.self, forKey: .text)
    }
}
