package import Foundation

/// A line of a run's `metrics.jsonl`: means over the steps since the line before it.
package struct RunMetrics: Codable, Sendable {
    /// Where a worker's rounds went: means over all rounds that were counted.
    package struct Worker: Codable, Sendable {
        /// Its name.
        package let worker: String
        /// Milliseconds of a round.
        package let computing, exchanging, waiting: Double
        /// How many of those of waiting were for samples on their way; nil where there was no such waiting.
        package let gathering: Double?
        /// Leaves of a round that it reported of; nil in files of earlier versions.
        package let leaves: Double?

        /// A worker's part.
        package init(
            worker: String, computing: Double, exchanging: Double, waiting: Double, gathering: Double? = nil,
            leaves: Double?
        ) {
            (self.worker, self.computing, self.exchanging) = (worker, computing, exchanging)
            (self.waiting, self.gathering, self.leaves) = (waiting, gathering, leaves)
        }

        private enum CodingKeys: String, CodingKey {
            case worker, leaves
            case computing = "compute_ms"
            case exchanging = "exchange_ms"
            case waiting = "wait_ms"
            case gathering = "wait_for_samples_ms"
        }

        /// What its numbers may be: sums of such are numbers.
        private static let limits = 0...1e12

        var isPossible: Bool {
            [computing, exchanging, waiting, gathering ?? 0, leaves ?? 0].allSatisfy(Self.limits.contains)
        }
    }

    /// The last of the steps.
    package let step: Int
    /// Seconds since this part of the run began.
    package let seconds: Double
    /// How many workers could compute.
    package let workers: Int
    /// Missing where no time has passed since the first step.
    package let rowsPerSecond: Double?
    /// Milliseconds of a round; missing where none was timed.
    package let round: Double?
    /// The round's parts, by worker.
    package let time: [Worker]
    /// The task's figures by name; some may be infinite or not a number.
    package let figures: [String: Double]

    /// A line.
    package init(
        step: Int, seconds: Double, workers: Int, rowsPerSecond: Double?, round: Double?, time: [Worker],
        figures: [String: Double]
    ) {
        (self.step, self.seconds, self.workers, self.rowsPerSecond) = (step, seconds, workers, rowsPerSecond)
        (self.round, self.time, self.figures) = (round, time, figures)
    }

    // MARK: - Files, which may have come from anywhere

    /// What a step may be, or a number of them: differences of such are numbers.
    package static let stepLimits = 0..<1 << 53
    /// What a rate or a time may be: beyond any that a run writes, and far from what no `Int` holds.
    package static let limits = 0...1e15
    private static let notFinite = ["inf": Double.infinity, "-inf": -.infinity, "nan": .nan]

    private struct MaybeWorker: Decodable {
        let worker: Worker?

        init(from decoder: any Decoder) { worker = try? Worker(from: decoder) }
    }

    private enum Own: String {
        case step, seconds, workers, time
        case rowsPerSecond = "rows_per_s"
        case round = "round_ms"

        var key: AnyKey { AnyKey(stringValue: rawValue) }
    }

    /// A line of a file, without its end.
    ///
    /// What else no run writes so, such as numbers that are too large, is left out; of a worker, with it.
    ///
    /// - Throws: where it has no step, time or number of workers.
    package init(line: some DataProtocol) throws { self = try JSONDecoder().decode(Self.self, from: Data(line)) }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        func number(_ own: Own) -> Double? {
            (try? container.decode(Double.self, forKey: own.key)).flatMap { Self.limits.contains($0) ? $0 : nil }
        }
        step = try container.decode(Int.self, forKey: Own.step.key)
        guard Self.stepLimits.contains(step) else {
            throw DecodingError.dataCorruptedError(
                forKey: Own.step.key, in: container, debugDescription: "no run writes such a number")
        }
        seconds = try container.decode(Double.self, forKey: Own.seconds.key)
        self.workers = try container.decode(Int.self, forKey: Own.workers.key)
        (rowsPerSecond, round) = (number(.rowsPerSecond), number(.round))
        let workers = (try? container.decode([MaybeWorker].self, forKey: Own.time.key)) ?? []
        time = workers.compactMap(\.worker).filter(\.isPossible)
        var figures: [String: Double] = [:]
        for key in container.allKeys where Own(rawValue: key.stringValue) == nil {
            figures[key.stringValue] =
                (try? container.decode(Double.self, forKey: key))
                ?? (try? container.decode(String.self, forKey: key)).flatMap { Self.notFinite[$0] }
        }
        self.figures = figures
    }

    /// The line of a file, without its end.
    package var line: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            // A mean over steps may overflow where no step's figure did.
            encoder.nonConformingFloatEncodingStrategy = .convertToString(
                positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
            return try encoder.encode(self)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: AnyKey.self)
        for (name, value) in figures { try container.encode(value, forKey: AnyKey(stringValue: name)) }
        try container.encode(step, forKey: Own.step.key)
        try container.encode(seconds, forKey: Own.seconds.key)
        try container.encode(workers, forKey: Own.workers.key)
        try container.encodeIfPresent(rowsPerSecond, forKey: Own.rowsPerSecond.key)
        guard let round else { return }
        try container.encode(round, forKey: Own.round.key)
        try container.encode(time, forKey: Own.time.key)
    }
}
