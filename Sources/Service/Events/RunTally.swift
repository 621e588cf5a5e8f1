import Coordination

/// What the result of a run tells of its steps.
final class RunTally: RunEventSink {
    private(set) var pace: RunPace
    /// The last round's loss, a mean over its steps; nil before the first.
    private(set) var lastLoss: Double?

    /// The step that this part of the run goes on from; 0 from the begin.
    private(set) var startStep = 0

    /// A tally of a run whose steps have so many rows.
    init(rowsPerStep: Int) { pace = RunPace(rowsPerStep: rowsPerStep) }

    /// Where the time of its rounds went.
    private(set) var costs = RunCosts()

    func take(_ event: RunEvent, at time: Duration) {
        pace.take(event, at: time)
        switch event {
        case .started(let step, _, _): startStep = step
        case .wentBack(let step): startStep = min(startStep, step)
        case .roundTimed(let times): costs.add(times)
        case .stepDone(_, let figures, _): lastLoss = figures.first?.value
        default: break
        }
    }
}
