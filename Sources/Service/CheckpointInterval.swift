/// How often a run writes a checkpoint.
package enum CheckpointInterval: Equatable, Sendable {
    case steps(Int)
    case time(Duration)

    /// An interval as people write it: `500` steps, or `90s`, `5m`, `1.5h`; nil for anything else, and for none.
    package init?(_ text: String) {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
        guard let unit = text.last.flatMap({ units[$0] }) else {
            guard let steps = Int(text), steps >= 1 else { return nil }
            self = .steps(steps)
            return
        }
        guard let number = Double(text.dropLast()), number > 0, number * unit <= 1e8 else { return nil }
        self = .time(.seconds(number * unit))
    }
}

extension CheckpointInterval: Encodable {
    /// Steps as a number, a time as a text like `300s`.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .steps(let steps): try container.encode(steps)
        case .time(let time):
            let seconds = time.seconds
            try container.encode(seconds == seconds.rounded() ? "\(Int(seconds))s" : "\(seconds)s")
        }
    }
}

/// When a run's next checkpoint is due.
package struct CheckpointSchedule: Equatable, Sendable {
    private let interval: CheckpointInterval
    private let stepsPerRound: Int
    private var last = Duration.zero

    /// A schedule that begins with the run, whose exchanges end `stepsPerRound` steps each.
    package init(_ interval: CheckpointInterval, stepsPerRound: Int) {
        (self.interval, self.stepsPerRound) = (interval, stepsPerRound)
    }

    /// Takes note that a round is over, after so many steps in all.
    ///
    /// - Returns: whether a checkpoint is to be written now.
    package mutating func onRound(step: Int, at now: Duration) -> Bool {
        switch interval {
        case .steps(let every): return step / every > (step - stepsPerRound) / every
        case .time(let time):
            guard now - last >= time else { return false }
            last = now
            return true
        }
    }
}
