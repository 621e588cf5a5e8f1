import Coordination
package import Foundation

/// The lines of a run's files, as far as they are drawn; more may be added to them.
package struct RunLines: Sendable {
    private(set) var metrics: [RunMetrics] = []
    private(set) var events: [EventLine] = []
    private(set) var (metricsLineCount, unreadableMetrics, unreadableEvents) = (0, 0, 0)

    /// No lines.
    package init() {}

    /// Adds whole lines of `metrics.jsonl`; those that can't be read are counted.
    package mutating func add(metrics content: Data) {
        let (lines, unreadable) = Self.lines(of: RunMetrics.self, in: content)
        metricsLineCount += lines.count + unreadable
        unreadableMetrics += unreadable
        // A part that goes on after an earlier step than was reached repeats what came since.
        for line in lines {
            while let last = metrics.last, last.step >= line.step { metrics.removeLast() }
            metrics.append(line)
        }
    }

    /// Adds whole lines of `events.jsonl`, likewise.
    package mutating func add(events content: Data) {
        let (lines, unreadable) = Self.lines(of: EventLine.self, in: content)
        unreadableEvents += unreadable
        events += lines
    }

    /// Forgets the lines of `metrics.jsonl`.
    package mutating func removeMetrics() { (metrics, metricsLineCount, unreadableMetrics) = ([], 0, 0) }

    /// Forgets the lines of `events.jsonl`.
    package mutating func removeEvents() { (events, unreadableEvents) = ([], 0) }

    private static func lines<Line: Decodable>(of type: Line.Type, in content: Data) -> ([Line], unreadable: Int) {
        let decoder = JSONDecoder()
        let lines = content.split(separator: UInt8(ascii: "\n"))
        let found = lines.compactMap { try? decoder.decode(type, from: $0) }
        return (found, lines.count - found.count)
    }
}
