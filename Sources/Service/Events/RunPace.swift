import Coordination

/// How fast a run's steps follow one another, from the end of the first one that was seen done.
struct RunPace {
    private let rowsPerStep: Int
    private var first: (step: Int, time: Duration)?
    private var last: (step: Int, time: Duration)?

    /// A pace before the first step.
    init(rowsPerStep: Int) { self.rowsPerStep = rowsPerStep }

    /// Whether a step was seen done.
    var hasBegun: Bool { first != nil }

    /// When the last step was done, in seconds since the run's begin; 0 before the first.
    var seconds: Double { (last?.time ?? .zero).seconds }

    /// Rows a second; 0 until two steps are done.
    var rate: Double {
        guard let first, let last, last.step > first.step else { return 0 }
        return Double((last.step - first.step) * rowsPerStep) / max((last.time - first.time).seconds, 1e-9)
    }

    /// Takes note of steps that are done, rates leave out the time until workers had joined; and of the run's going on
    /// from an earlier one: what was done since counts for nothing.
    mutating func take(_ event: RunEvent, at time: Duration) {
        switch event {
        case .stepDone(let step, _, _):
            last = (step, time)
            if first == nil { first = last }
        case .wentBack: first = nil
        default: break
        }
    }
}
