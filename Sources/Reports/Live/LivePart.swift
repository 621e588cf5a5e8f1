package import Coordination
import Foundation

/// How a run stands at a moment, of a page that follows it.
package struct LivePart: Encodable, Sendable {
    /// A figure of the task.
    package struct Figure: Encodable, Sendable {
        /// Its name.
        package let name: String
        /// Its last value, which may be not finite.
        package let value: Double

        /// A figure.
        package init(name: String, value: Double) { (self.name, self.value) = (name, value) }

        private enum CodingKeys: CodingKey { case name, value }

        /// Writes it; a value that is not finite is left out.
        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            if value.isFinite { try container.encode(value, forKey: .value) }
        }
    }
    /// Of which steps figures are.
    package enum FigureSteps: Sendable, Equatable {
        /// Of the last one.
        case last
        /// Means over these; nil where that can't be told.
        case mean(ClosedRange<Int>?)

        var words: String {
            switch self {
            case .last: "of the last step"
            case .mean(nil): "a mean over steps"
            case .mean(let steps?) where steps.count == 1: "of step \(steps.upperBound)"
            case .mean(let steps?): "mean of steps \(steps.lowerBound) to \(steps.upperBound)"
            }
        }
    }
    /// What one machine's workers do.
    package struct Machine: Encodable, Sendable {
        /// Its name.
        package let name: String
        /// How many workers it has.
        package let workers: Int
        /// What its processor is called.
        package let processor: String
        /// Its part of the work that was measured last, 0 to 1; nil where none was.
        package let share: Double?
        /// Parts of its workers' time, 0 to 1; the rest they waited.
        package let computing, exchanging: Double?

        /// A machine.
        package init(
            name: String, workers: Int, processor: String, share: Double?, computing: Double?, exchanging: Double?
        ) {
            (self.name, self.workers, self.processor, self.share) = (name, workers, processor, share)
            (self.computing, self.exchanging) = (computing, exchanging)
        }
    }
    /// Something that went wrong since the run was last started.
    package struct Problem: Encodable, Sendable {
        /// When it was last (ISO 8601).
        package let time: String
        /// Its event's name.
        package let kind: String
        /// How often.
        package let count: Int
        /// What was said of the last one.
        package let text: String

        /// A problem.
        package init(time: String, kind: String, count: Int, text: String) {
            (self.time, self.kind, self.count, self.text) = (time, kind, count, text)
        }
    }

    /// The run directory.
    package let name: String
    /// Whether it goes on.
    package let state: RunState
    /// Steps done, of all.
    package let step, steps: Int
    /// The part of the steps that is done, 0 to 1.
    package let done: Double
    /// When this was so (ISO 8601).
    package let time: String
    /// Where its coordinator listens or did.
    package var endpoint: String?
    /// The task's figures, the loss first.
    package var figures: [Figure] = []
    /// Of which steps they are.
    package var figureSteps = FigureSteps.last
    /// Rows through the network each second.
    package var rowsPerSecond: Double?
    /// Seconds since it was last started; seconds to its end at that rate.
    package var seconds, secondsLeft: Double?
    /// Seconds since the last of its workers went, or since it was started, while it waits for some.
    package var waitingSeconds: Double?
    /// Workers that take part.
    package var workers = 0
    /// Their machines, by name.
    package var machines: [Machine] = []
    /// The step of the newest checkpoint and how many seconds ago it was written.
    package var checkpointStep: Int?
    /// How many seconds ago that was written.
    package var checkpointAge: Double?
    /// Bytes of messages sent to workers and received from them; nil where nobody counts them.
    package var sentBytes, receivedBytes: Int?
    /// What went wrong, the latest last.
    package var problems: [Problem] = []
    /// What the launcher said last.
    package var launcher: [String] = []

    private enum CodingKeys: String, CodingKey {
        case name, state, step, steps, done, time, endpoint, figures, seconds, workers, machines, problems, launcher
        case rowsPerSecond = "rows_per_s"
        case secondsLeft = "seconds_left"
        case waitingSeconds = "waiting_s"
        case checkpointStep = "checkpoint_step"
        case checkpointAge = "checkpoint_age_s"
        case sentBytes = "sent_bytes"
        case receivedBytes = "received_bytes"
    }

    /// A run that is so far.
    package init(name: String, state: RunState, step: Int, of steps: Int, time: String) {
        (self.name, self.state, self.step, self.steps, self.time) = (name, state, step, steps, time)
        done = steps > 0 ? min(1, Double(step) / Double(steps)) : state == .finished ? 1 : 0
    }
}
