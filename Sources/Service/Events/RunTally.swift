import Coordination

/// What the result of a run tells of its steps.
final class RunTally: RunEventSink {
    private(set) var pace: RunPace
    /// The last step's loss; nil before the first.
    private(set) var lastLoss: Double?

    /// A tally of a run whose steps have so many rows.
    init(rowsPerStep: Int) { pace = RunPace(rowsPerStep: rowsPerStep) }

    /// Where the time of its rounds went.
    private(set) var costs = RunCosts()

    func take(_ event: RunEvent, at time: Duration) {
        switch event {
        case .roundTimed(let times): costs.add(times)
        case .wentBack: pace.onWentBack()
        case .stepDone(let step, let figures, _):
            pace.onStep(step, at: time)
            lastLoss = figures.first?.value
        default: break
        }
    }
}
