import Foundation

/// A line of a run's `metrics.jsonl`.
struct RunMetrics: Decodable, Sendable {
    /// Where a worker's rounds went, in milliseconds of a round.
    struct Worker: Decodable, Sendable {
        let worker: String
        let computing, exchanging, waiting: Double

        private enum CodingKeys: String, CodingKey {
            case worker
            case computing = "compute_ms"
            case exchanging = "exchange_ms"
            case waiting = "wait_ms"
        }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    let step: Int
    let seconds: Double
    let workers: Int
    /// Missing where no time had passed.
    let rowsPerSecond: Double?
    let roundMilliseconds: Double?
    let time: [Worker]
    /// The task's figures by name; what is no number in the file is not finite here.
    let figures: [String: Double]

    private static let known = ["step", "seconds", "workers", "rows_per_s", "round_ms", "time"]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func key(_ name: String) -> Key { Key(stringValue: name) }
        step = try container.decode(Int.self, forKey: key("step"))
        guard (0..<1 << 53).contains(step) else {
            throw DecodingError.dataCorruptedError(forKey: key("step"), in: container, debugDescription: "no step")
        }
        seconds = try container.decode(Double.self, forKey: key("seconds"))
        workers = try container.decode(Int.self, forKey: key("workers"))
        rowsPerSecond = try container.decodeIfPresent(Double.self, forKey: key("rows_per_s"))
        roundMilliseconds = try container.decodeIfPresent(Double.self, forKey: key("round_ms"))
        time = try container.decodeIfPresent([Worker].self, forKey: key("time")) ?? []
        var figures: [String: Double] = [:]
        for own in container.allKeys where !Self.known.contains(own.stringValue) {
            figures[own.stringValue] = (try? container.decode(Double.self, forKey: own)) ?? .nan
        }
        self.figures = figures
    }
}

/// A line of a run's `events.jsonl`, as far as it is drawn.
struct RunEventLine: Decodable, Sendable {
    let event: String
    /// Since the begin of this part of the run; files of earlier versions may lack it.
    let seconds: Double?
    /// The wall clock's.
    let time: String
    let step: Int?
    let steps: Int?
    let worker: String?
    let processor: String?
    let text: String?
}
