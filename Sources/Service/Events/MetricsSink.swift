import Checkpoints
package import Coordination
import Foundation
package import Upstream

/// Writes `metrics.jsonl` in a run directory: a line with the figures' means every so many steps.
package final class MetricsSink: RunEventSink {
    private let path: String
    private let (steps, stepsPerRound, rowsPerStep, every): (Int, Int, Int, Int)
    private var file: LineFile
    /// Sums of the figures since the last line, and of how many exchanges.
    private var (sums, exchangeCount): ([RunEvent.NamedFigure], Int) = ([], 0)
    /// Whether a step was done since the run's begin; rates leave out the time until workers had joined.
    private var hasBegun = false
    /// The last step that was done, and how many workers there were.
    private var last: (step: Int, workers: Int)?
    /// Steps since the time that the next line counts from.
    private var timedSteps = 0
    private var lineTime = Duration.zero
    private var costs = RunCosts()

    /// A sink for a run of this job with a line every `every` steps, or where an exchange after them ends, and one
    /// after the last, or the last that is done where the run is stopped; the file is made again while `isHeld` says
    /// that the directory is still this run's.
    package init(job: Job, folder: RunFolder, every: Int, isHeld: @escaping () -> Bool = { true }) throws {
        (path, self.every) = (folder.metricsFile, every)
        file = try LineFile(path, isHeld: isHeld)
        (steps, stepsPerRound, rowsPerStep) = (job.steps, job.stepsPerRound, job.rowsPerStep)
    }

    package func end() { file.end() }

    package func take(_ event: RunEvent, at time: Duration) throws {
        switch event {
        case .started(let step, _, _), .wentBack(let step):
            (sums, exchangeCount, timedSteps, hasBegun, last, costs) = ([], 0, 0, false, nil, RunCosts())
            try dropLines(after: step)
        case .roundTimed(let times): costs.add(times)
        case .stepDone(let step, let figures, let workers):
            add(figures)
            last = (step, workers)
            if hasBegun { timedSteps += stepsPerRound } else { (hasBegun, lineTime) = (true, time) }
            if step / every > (step - stepsPerRound) / every || step == steps { try write(step, workers, at: time) }
        case .stopped: if let last, exchangeCount > 0 { try write(last.step, last.workers, at: time) }
        default: break
        }
    }

    /// Drops the lines of steps that are done again, or that an earlier run in the same directory left.
    private func dropLines(after step: Int) throws {
        struct Step: Decodable { let step: Int }
        try file.cut { line in
            (try? JSONDecoder().decode(Step.self, from: line)).map { step == 0 || $0.step > step } ?? (step == 0)
        }
    }

    private func add(_ figures: [RunEvent.NamedFigure]) {
        sums = exchangeCount == 0 ? figures : zip(sums, figures).map { .init($0.name, $0.value + $1.value) }
        exchangeCount += 1
    }

    private func write(_ step: Int, _ workers: Int, at time: Duration) throws {
        let seconds = max((time - lineTime).seconds, 1e-9)
        let means = sums.map { ($0.name, $0.value / Double(exchangeCount)) }
        let line = RunMetrics(
            step: step, seconds: time.seconds, workers: workers,
            rowsPerSecond: timedSteps > 0 ? (Double(timedSteps * rowsPerStep) / seconds).rounded() : nil,
            round: costs.rounds > 0 ? costs.round : nil, time: costs.workers,
            figures: Dictionary(means) { first, _ in first })
        (sums, exchangeCount, timedSteps, lineTime, costs) = ([], 0, 0, time, RunCosts())
        try file.append(try line.line)
    }
}
