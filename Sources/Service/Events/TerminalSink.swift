package import Coordination
import Foundation
import Numerics
package import Upstream

/// Tells people at standard error: events as lines that stay, steps as one that changes.
package final class TerminalSink: RunEventSink {
    private let (steps, rowsPerStep): (Int, Int)
    private var pace: RunPace
    private var shownTime = Duration.zero
    private var costs = RunCosts()
    /// What would help where samples travel again and again, asked for at the run's end.
    var sampleAdvice: (() -> String?)?
    private let wire: ElementType
    private let (stepsPerRound, roundsAtOnce, shards): (Int, Int, Int)

    /// A sink for a run of this job.
    package init(job: Job) {
        (steps, rowsPerStep, wire) = (job.steps, job.rowsPerStep, job.settings.arithmetic.wire)
        (stepsPerRound, roundsAtOnce, shards) = (job.stepsPerRound, job.roundsAtOnce, job.shardsPerStep)
        pace = RunPace(rowsPerStep: job.rowsPerStep)
    }

    package func take(_ event: RunEvent, at time: Duration) {
        pace.take(event, at: time)
        switch event {
        case .stepDone(let step, let figures, let workers):
            costs.add(workers: workers)
            let isDue = time - shownTime > (Terminal.isInteractive ? .milliseconds(200) : .seconds(5))
            guard isDue || Terminal.isInteractive && step == steps else { return }
            shownTime = time
            let line = text(step, figures, workers)
            if Terminal.isInteractive { Terminal.show(line) } else { Terminal.error(line) }
        case .roundTimed(let times): costs.add(times)
        // Why a run broke off is its error, which the program ends with.
        case .started(step: 0, _, isResumed: false), .checkpointWritten, .checkpointCopied, .brokenOff: break
        case .finished where pace.hasBegun: tellCosts()  // the result tells the rest
        case .stopped:
            Terminal.error(event.description)
            tellCosts()
        default: Terminal.error(event.description)
        }
    }

    private func tellCosts() {
        guard let text = costs.text else { return }
        Terminal.error(text)
        let exchange = { [self] in
            costs.advice(wire: wire, stepsPerRound: stepsPerRound, roundsAtOnce: roundsAtOnce, steps: steps)
        }
        let traffic = sampleAdvice?() ?? costs.sampleAdvice ?? exchange()
        for advice in [costs.idleness(shards: shards), traffic].compactMap(\.self) { Terminal.error(advice) }
    }

    package func end() { Terminal.clear() }

    private func text(_ step: Int, _ figures: [RunEvent.NamedFigure], _ workers: Int) -> String {
        let rate = pace.recentRate
        let left = rate > 0 ? (Double((steps - step) * rowsPerStep) / rate).asClock : "?"
        let loss = figures.first.map { "  \($0.name) \(String(format: "%.4f", $0.value))" } ?? ""
        return """
            step \(step)/\(steps)\(loss)  \(Int(rate)) rows/s  \(many(workers, "worker"))  \
            \(left) left
            """
    }
}
