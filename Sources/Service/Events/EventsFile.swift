package import Coordination
import Foundation
package import Upstream

/// Writes `events.jsonl` in a run directory: what happens in the run, apart from its steps, one JSON object a line.
///
/// Beside what the event tells, an object has `seconds` since the begin of this part of the run, `time`, the wall
/// clock's, and `text`, the event's line for people. A run that is resumed goes on in the same file. What can't be
/// written while a disk is full is written when there is room again.
package final class EventsFile: RunEventSink {
    private struct Line: Encodable {
        let event: RunEvent
        let seconds: Double
        let time: String

        private enum CodingKeys: CodingKey { case seconds, time, text }

        func encode(to encoder: any Swift.Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(seconds, forKey: .seconds)
            try container.encode(time, forKey: .time)
            try container.encode(event.description, forKey: .text)
            try event.encode(to: encoder)
        }
    }
    private let file: LineFile
    private let encoder = JSONEncoder()

    /// Opens the file in a run directory, or makes it; it is made again there while `isHeld` says that the directory is
    /// still this run's.
    package init(folder: RunFolder, isHeld: @escaping () -> Bool = { true }) throws {
        file = try LineFile(folder.eventsFile, isHeld: isHeld)
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    package func end() { file.end() }

    package func take(_ event: RunEvent, at time: Duration) throws {
        switch event {
        case .stepDone, .roundTimed: return  // there are too many of them
        default: break
        }
        let wall = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        try file.append(try encoder.encode(Line(event: event, seconds: time.seconds, time: wall)))
    }
}
