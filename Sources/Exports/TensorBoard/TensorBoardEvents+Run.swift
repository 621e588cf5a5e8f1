public import Foundation

extension TensorBoardEvents {
    private struct Begin {
        let step: Int
        let time: Double
    }

    /// A run's figures over steps.
    ///
    /// - Parameters:
    ///   - metrics: the run's `metrics.jsonl`.
    ///   - events: its `events.jsonl`, which says when its parts began; nil where there is none, and then times count
    ///     from 1970.
    /// - Throws: `ExportError` where no line has figures.
    public init(metrics: Data, events: Data?) throws(ExportError) {
        let begins = Self.lines(of: events ?? Data()).compactMap { line -> Begin? in
            guard line["event"] as? String == "started", let step = line["step"] as? Int,
                let time = (line["time"] as? String).flatMap(Self.time)
            else { return nil }
            return Begin(step: step, time: time - (line["seconds"] as? Double ?? 0))
        }
        self.init(start: begins.first?.time ?? 0)
        // Steps that are done again are there once, from the last part that did them.
        let count = add(Self.lines(of: metrics)) { step in begins.last { $0.step < step }?.time ?? 0 }
        guard count > 0 else { throw ExportError("no line of it has a step and its figures") }
    }

    /// Adds the figures of lines, and returns of how many.
    mutating func add(_ lines: [[String: Any]], begin: (Int) -> Double) -> Int {
        var count = 0
        for line in lines {
            guard let step = line["step"] as? Int, let seconds = line["seconds"] as? Double else { continue }
            add(Self.figures(of: line), step: step, time: begin(step) + seconds)
            count += 1
        }
        return count
    }

    /// The objects of a file of lines; a line that was cut short is none.
    static func lines(of content: Data) -> [[String: Any]] {
        content.split(separator: UInt8(ascii: "\n")).compactMap {
            (try? JSONSerialization.jsonObject(with: $0)) as? [String: Any]
        }
    }

    private static func time(_ text: String) -> Double? {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return (try? style.parse(text)).map(\.timeIntervalSince1970)
            ?? (try? Date.ISO8601FormatStyle().parse(text)).map(\.timeIntervalSince1970)
    }

    /// The task's figures by their names; those of the run behind `run/`, and each worker's times behind `workers/`.
    private static func figures(of line: [String: Any]) -> [(name: String, value: Double)] {
        let special = ["inf": Double.infinity, "-inf": -.infinity, "nan": .nan]
        func number(_ value: Any?) -> Double? {
            (value as? Double) ?? (value as? String).flatMap { special[$0] }
        }
        var figures: [(name: String, value: Double)] = []
        for (name, value) in line.sorted(by: { $0.key < $1.key }) where !["step", "seconds", "time"].contains(name) {
            guard let value = number(value) else { continue }
            let isOfRun = ["rows_per_s", "workers", "round_ms"].contains(name)
            figures.append((isOfRun ? "run/\(name)" : name, value))
        }
        for worker in line["time"] as? [[String: Any]] ?? [] {
            guard let name = worker["worker"] as? String else { continue }
            for kind in ["compute_ms", "exchange_ms", "wait_ms"] {
                if let value = number(worker[kind]) { figures.append(("workers/\(name)/\(kind)", value)) }
            }
        }
        return figures
    }
}
