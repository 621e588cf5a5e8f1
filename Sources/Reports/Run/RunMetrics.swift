import Coordination
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

    let step: Int
    let seconds: Double
    let workers: Int
    /// Missing where no time had passed.
    let rowsPerSecond: Double?
    let time: [Worker]
    /// The task's figures by name; what is no number in the file is not finite here.
    let figures: [String: Double]

    /// What a step may be, or a number of them: differences of such are numbers.
    static let stepLimits = 0..<1 << 53
    /// What a worker's milliseconds of a round may be: sums of such are numbers.
    private static let timeLimits = 0...1e12
    private static let known = ["step", "seconds", "workers", "rows_per_s", "round_ms", "time"]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        func key(_ name: String) -> AnyKey { AnyKey(stringValue: name) }
        step = try container.decode(Int.self, forKey: key("step"))
        guard Self.stepLimits.contains(step) else {
            throw DecodingError.dataCorruptedError(forKey: key("step"), in: container, debugDescription: "no step")
        }
        seconds = try container.decode(Double.self, forKey: key("seconds"))
        workers = try container.decode(Int.self, forKey: key("workers"))
        rowsPerSecond = try container.decodeIfPresent(Double.self, forKey: key("rows_per_s"))
        time = (try container.decodeIfPresent([Worker].self, forKey: key("time")) ?? []).filter {
            [$0.computing, $0.exchanging, $0.waiting].allSatisfy(Self.timeLimits.contains)
        }
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
