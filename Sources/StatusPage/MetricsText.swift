import Coordination
import Foundation
import Reports

/// How a run stands in Prometheus' text form (version 0.0.4).
struct MetricsText {
    private(set) var text = ""

    /// The metrics of a report that so many follow.
    init(_ report: LiveReport, followers: Int) {
        let live = report.live
        add(
            "info", "The run that the others are of.", "gauge",
            [
                (
                    [
                        ("run", live.name), ("version", report.version), ("preset", report.run?.preset ?? ""),
                        ("job_digest", report.run?.jobDigest ?? ""),
                    ], 1
                )
            ])
        add(
            "state", "1 for how the run stands, 0 for how it does not.", "gauge",
            RunState.allCases.map { ([("state", $0.rawValue)], $0 == live.state ? 1 : 0) })
        add("step", "Steps done.", "gauge", Double(live.step))
        add("steps", "Steps to do in all.", "gauge", Double(live.steps))
        add(
            "loss", "The loss that was told of last: of a step, or a mean over those since the one before.", "gauge",
            live.figures.first?.value)
        add(
            "figure", "The figures of the task, by name.", "gauge",
            live.figures.map { ([("name", $0.name)], $0.value) })
        add("rows_per_second", "Rows through the network each second.", "gauge", live.rowsPerSecond)
        add("workers", "Workers that take part.", "gauge", Double(live.workers))
        add(
            "machine_workers", "Workers of a machine that take part.", "gauge",
            live.machines.map { ([("machine", $0.name)], Double($0.workers)) })
        add(
            "machine_work_ratio", "A machine's part of the work that was measured last.", "gauge",
            live.machines.compactMap { machine in machine.share.map { ([("machine", machine.name)], $0) } })
        add("running_seconds", "Time since the run was last started.", "gauge", live.seconds)
        add("left_seconds", "Time to the last step at the rate so far.", "gauge", live.secondsLeft)
        add("checkpoint_step", "The step of the newest checkpoint.", "gauge", live.checkpointStep.map(Double.init))
        add("checkpoint_age_seconds", "Time since it was written.", "gauge", live.checkpointAge)
        add(
            "faults_total", "What went wrong since the run was last started, by the name of the event.", "counter",
            live.problems.map { ([("kind", $0.kind)], Double($0.count)) })
        add(
            "sent_bytes_total", "Bytes of messages to workers; what lies in memory that is shared is in none.",
            "counter",
            live.sentBytes.map(Double.init))
        add("received_bytes_total", "Bytes of messages from workers.", "counter", live.receivedBytes.map(Double.init))
        add("page_followers", "How many follow the events of this page.", "gauge", Double(followers))
    }

    private mutating func add(_ name: String, _ help: String, _ kind: String, _ value: Double?) {
        add(name, help, kind, value.map { [([], $0)] } ?? [])
    }

    private mutating func add(
        _ name: String, _ help: String, _ kind: String, _ samples: [(labels: [(String, String)], value: Double)]
    ) {
        if samples.isEmpty { return }
        text += "# HELP ssrm_\(name) \(help)\n# TYPE ssrm_\(name) \(kind)\n"
        for (labels, value) in samples {
            let pairs = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
            text += "ssrm_\(name)\(pairs.isEmpty ? "" : "{\(pairs)}") \(Self.number(value))\n"
        }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }

    private static func escaped(_ label: String) -> String {
        // By scalars: a mark after a quote makes one character of both, which is no quote.
        label.unicodeScalars.prefix(300).reduce(into: "") { text, scalar in
            switch scalar {
            case "\\", "\"": text += "\\\(scalar)"
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
