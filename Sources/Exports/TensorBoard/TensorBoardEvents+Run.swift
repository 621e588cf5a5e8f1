import Coordination
package import Foundation

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
    package init(metrics: Data, events: Data?) throws(ExportError) {
        let begins = Self.objects(of: events ?? Data()).compactMap { line -> Begin? in
            guard line["event"] as? String == "started", let step = line["step"] as? Int,
                let time = (line["time"] as? String).flatMap(Self.time)
            else { return nil }
            return Begin(step: step, time: time - (line["seconds"] as? Double ?? 0))
        }
        self.init(start: begins.first?.time ?? 0)
        // Steps that are done again are there once, from the last part that did them.
        let count = add(RunMetrics.lines(of: metrics)) { step in begins.last { $0.step < step }?.time ?? 0 }
        guard count > 0 else { throw ExportError("no line of it has a step and its figures") }
    }

    /// Adds the figures of lines, and returns of how many.
    mutating func add(_ lines: [RunMetrics], begin: (Int) -> Double) -> Int {
        for line in lines { add(Self.figures(of: line), step: line.step, time: begin(line.step) + line.seconds) }
        return lines.count
    }

    /// The objects of a file of lines; a line that was cut short is none.
    private static func objects(of content: Data) -> [[String: Any]] {
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
    private static func figures(of line: RunMetrics) -> [(name: String, value: Double)] {
        var figures = line.figures.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        figures.append(("run/workers", Double(line.workers)))
        for (name, value) in [("rows_per_s", line.rowsPerSecond), ("round_ms", line.round)] {
            if let value { figures.append(("run/\(name)", value)) }
        }
        for worker in line.time {
            let times = [
                ("compute_ms", worker.computing), ("exchange_ms", worker.exchanging), ("wait_ms", worker.waiting),
            ]
            let gathering = worker.gathering.map { [("wait_for_samples_ms", $0)] } ?? []
            figures += (times + gathering).map { ("workers/\(worker.worker)/\($0)", $1) }
        }
        return figures
    }
}

extension RunMetrics {
    /// Those of a file of lines; one that was cut short is none.
    static func lines(of content: Data) -> [RunMetrics] {
        content.split(separator: UInt8(ascii: "\n")).compactMap { try? RunMetrics(line: $0) }
    }
}
