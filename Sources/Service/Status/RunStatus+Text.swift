import Coordination
import Foundation

extension RunStatus {
    /// The status for people.
    package var lines: [String] {
        var lines = ["run         \(run): \(stateText)", "step        \(stepText)"]
        if let loss { lines.append("loss        \(String(format: "%.4f", loss))\(lossText)") }
        lines.append("checkpoint  \(checkpointText)")
        lines.append("workers     \(workersText)")
        let width = machines.map(\.name.count).max() ?? 0
        for machine in machines { lines.append("  " + text(of: machine, width: width)) }
        if !problems.isEmpty {
            lines.append("problems    " + problems.map { "\($0.count) \($0.kind)" }.joined(separator: ", "))
            for problem in problems.suffix(5) {
                lines.append("  \(problem.time.dayAndTime)  \(problem.text)")
            }
        }
        if !launcher.isEmpty { lines += ["launcher"] + launcher.map { "  " + $0 } }
        return lines
    }

    private var stateText: String {
        let since = (waitingSeconds ?? seconds).map { " for \($0.asClock)" } ?? ""
        let place = endpoint.map { ", at \($0)" } ?? ""
        switch state {
        case .waiting: return "waits for workers\(since)\(place)"
        case .running: return "running\(since)\(place)" + (stillness.map { ", and \($0)" } ?? "")
        case .finished:
            return "finished" + (seconds.map { ", \($0.asClock) after it was last started" } ?? "")
        case .stopped: return "stopped before its end; \(resume)"
        case .failed:
            let reason = problems.last { $0.kind == RunEvent.Kind.brokenOff.rawValue }.map { ": \($0.text)" } ?? ""
            return "ended by a fault\(reason); once that is mended, \(resume)"
        case .interrupted: return "interrupted: its coordinator ended without a word; \(resume)"
        case .unknown:
            let silent = silence.map { " for \($0.asClock)" } ?? ""
            return "nothing was written\(silent); look on the machine where its coordinator runs"
        }
    }

    /// That it stands still; nil where it does not.
    package var stillness: String? {
        guard isStill, let silence else { return nil }
        return
            "stands still: nothing was written for \(silence.asClock); its coordinator "
            + "was stopped, or waits for its workers or a disk"
    }

    /// What goes on with a run that has ended.
    private var resume: String {
        if checkpointFault != nil { return "first see to its checkpoints, then the same command with --resume goes on" }
        if checkpointStep != nil { return "the same command with --resume goes on" }
        if doubtedCount > 0 { return "no checkpoint is to be believed, and the same command with --resume begins anew" }
        return "there is no checkpoint, and the same command without --resume begins anew"
    }

    private var stepText: String {
        var text = "\(step) of \(steps)"
        if steps > 0, state != .finished { text += " (\(100 * step / steps) %)" }
        if let rowsPerSecond, !isStill { text += ", \(Int(rowsPerSecond)) rows/s" }
        if let secondsLeft { text += ", \(secondsLeft.asClock) left" }
        return text
    }

    /// Of which steps the loss is.
    private var lossText: String {
        guard let lossSteps else { return ", a mean over steps" }
        let last = lossSteps.upperBound
        return lossSteps.count == 1 ? " in step \(last)" : ", mean of steps \(lossSteps.lowerBound) to \(last)"
    }

    private var checkpointText: String {
        if let checkpointFault { return checkpointFault }
        let doubted = doubtedCount > 0 ? "; \(doubtedCount) in doubt, as workers disagreed about sums in them" : ""
        guard let checkpointStep, let checkpointAge else { return (doubtedCount > 0 ? "none" : "none yet") + doubted }
        return "step \(checkpointStep), \(checkpointAge.asClock) ago" + doubted
    }

    private var workersText: String {
        let places = many(machines.count, "machine")
        if state == .running { return "\(workers) on \(places)" }
        return machines.isEmpty ? "none" : "none now; at the last measurement on \(places)"
    }

    private func text(of machine: Machine, width: Int) -> String {
        var parts = [
            machine.name.padding(toLength: width, withPad: " ", startingAt: 0),
            "\(machine.workers) worker\(machine.workers == 1 ? " " : "s")",
        ]
        if let share = machine.share { parts.append("\(percent(share)) of the work") }
        if let computing = machine.computing, let exchanging = machine.exchanging {
            let waiting = max(0, 1 - computing - exchanging)
            parts.append("computes \(percent(computing)), exchanges \(percent(exchanging)), waits \(percent(waiting))")
        }
        if !machine.processor.isEmpty { parts.append(machine.processor) }
        return parts.joined(separator: "  ")
    }

    private func percent(_ part: Double) -> String { "\(Int((100 * part).rounded())) %" }
}
