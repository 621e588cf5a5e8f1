package import Coordination
import Foundation
package import Upstream

/// What happened in a run, as its `events.jsonl` tells it: every part of the run, from the first to the last.
package struct RunHistory: Encodable {
    /// What happened, in order.
    package let events: [EventLine]
    /// Lines of the file that tell of no event: torn by a power cut, or somebody else's.
    package let unreadableLines: Int

    private enum CodingKeys: String, CodingKey {
        case events
        case unreadableLines = "unreadable_lines"
    }

    /// The history of the run in a directory; nil where no file tells of it.
    package init?(of folder: RunFolder) {
        var status = stat()
        guard stat(folder.eventsFile, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            let content = wholeContent(of: folder.eventsFile)
        else { return nil }
        let decoder = JSONDecoder()
        let lines = content.split(separator: UInt8(ascii: "\n"))
        events = lines.compactMap { try? decoder.decode(EventLine.self, from: $0) }
        unreadableLines = lines.count - events.count
    }

    /// So many lines of one part of the run are shown as they are; where there are more, events of a kind are counted.
    private static let linesOfPart = 40
    /// So many parts of the run are shown at either end of it.
    private static let partsAtEnd = 10

    /// How often each kind of event happened, the kinds by name.
    package var counts: [(kind: String, count: Int)] {
        Dictionary(grouping: events, by: \.name).map { (kind: $0.key, count: $0.value.count) }
            .sorted { $0.kind < $1.kind }
    }

    /// The history for people: a line an event with its time; events that are many are counted.
    package var lines: [String] {
        var parts: [ArraySlice<EventLine>] = []
        var start = 0
        for end in events.indices.dropFirst() where events[end].isBegin {
            parts.append(events[start..<end])
            start = end
        }
        if start < events.count { parts.append(events[start...]) }
        let left = parts.count - 2 * Self.partsAtEnd
        var lines: [String] = []
        for (i, part) in parts.enumerated() {
            if left > 0, i == Self.partsAtEnd { lines.append("… \(left) more parts of the run, which --json tells …") }
            if left <= 0 || i < Self.partsAtEnd || i >= Self.partsAtEnd + left { lines += Self.lines(of: part) }
        }
        if unreadableLines > 0 { lines.append("\(many(unreadableLines, "line")) can't be read") }
        return lines
    }

    private static func lines(of part: ArraySlice<EventLine>) -> [String] {
        var stretches: [ArraySlice<EventLine>] = []
        for i in part.indices {
            if let last = stretches.last, last.last?.name == part[i].name {
                stretches[stretches.count - 1] = part[last.startIndex...i]
            } else {
                stretches.append(part[i...i])
            }
        }
        if stretches.count <= linesOfPart { return stretches.flatMap { lines(ofOneKind: Array($0)) } }
        let places = Dictionary(grouping: part.indices, by: { part[$0].name }).values
        return places.sorted { $0[0] < $1[0] }.flatMap { lines(ofOneKind: $0.map { part[$0] }) }
    }

    /// Three events of a kind are shown as they are; of more, the first and the last.
    private static func lines(ofOneKind entries: [EventLine]) -> [String] {
        guard let first = entries.first, let last = entries.last else { return [] }
        if entries.count <= 3 { return entries.map { "\($0.time.dayAndTime)  \($0.line)" } }
        return [
            "\(first.time.dayAndTime)  \(first.line)",
            "  … \(entries.count - 2) more of these (\(first.name)) …",
            "\(last.time.dayAndTime)  \(last.line)",
        ]
    }
}

extension EventLine {
    /// A line for people is no longer.
    private static let lineLimit = 400

    /// Whether it is of a kind.
    func `is`(_ kind: RunEvent.Kind) -> Bool { self.kind == kind }

    /// Whether a part of the run begins with it.
    var isBegin: Bool { `is`(.started) }

    /// The line for people that was written with it; a file of an earlier version has none.
    var line: String {
        if let line = text("text") { return line.printable(limit: Self.lineLimit) }
        let told = values.filter { !["event", "time", "seconds"].contains($0.key) }.sorted { $0.key < $1.key }
        return ([name] + told.map { "\($0.key) \($0.value.text)" }).joined(separator: "  ").printable(
            limit: Self.lineLimit)
    }
}

extension RunFolder {
    /// How many steps parts of the run had to do in all, as its events and its checkpoints tell.
    package var stepCounts: Set<Int> {
        let told = (RunHistory(of: self)?.events ?? []).filter(\.isBegin).compactMap(\.steps)
        let kept = ((try? checkpointSteps) ?? []).compactMap { step in
            try? TrainingCheckpoint.job(of: checkpointFile(step: step)).steps
        }
        return Set(told + kept)
    }
}
