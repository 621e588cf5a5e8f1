import Coordination

/// What the result of a run tells of its steps.
final class RunTally: RunEventSink {
    private(set) var pace: RunPace
    /// The last round's loss, a mean over its steps; nil before the first.
    private(set) var lastLoss: Double?

    /// A tally of a run whose steps have so many rows.
    init(rowsPerStep: Int) { pace = RunPace(rowsPerStep: rowsPerStep) }

    /// Where the time of its rounds went.
    private(set) var costs = RunCosts()

    func take(_ event: RunEvent, at time: Duration) {
        pace.take(event, at: time)
        switch event {
        case .roundTimed(let times): costs.add(times)
        case .stepDone(_, let figures, _): lastLoss = figures.first?.value
        default: break
        }
    }
}
