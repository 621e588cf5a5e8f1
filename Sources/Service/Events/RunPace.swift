import Coordination

/// How fast a run's steps follow one another, from the end of the first round that was seen done.
struct RunPace {
    private let rowsPerStep: Int
    /// Where the run began, or last went back to.
    private var begin: (step: Int, time: Duration) = (0, .zero)
    private var first: (step: Int, time: Duration)?
    private var last: (step: Int, time: Duration)?
    /// Steps of the last minute or little more, a few a second.
    private var recent: [(step: Int, time: Duration)] = []
    private static let window = Duration.seconds(60)
    private static let spacing = Duration.milliseconds(250)

    /// A pace before the first step.
    init(rowsPerStep: Int) { self.rowsPerStep = rowsPerStep }

    /// Whether a step was seen done.
    var hasBegun: Bool { first != nil }

    /// When the last step was done, in seconds since the run's begin; 0 before the first.
    var seconds: Double { (last?.time ?? .zero).seconds }

    /// Rows a second; of a single round over all the time since the run's begin, and 0 before it is done.
    var rate: Double {
        guard let first, let last else { return 0 }
        let since = last.step > first.step ? first : begin
        return Double(max(0, last.step - since.step) * rowsPerStep) / max((last.time - since.time).seconds, 1e-9)
    }

    /// Rows a second of late, by which the time that is left is told; as `rate` in the first minute.
    var recentRate: Double {
        guard let since = recent.first, let last, last.step > since.step else { return rate }
        return Double((last.step - since.step) * rowsPerStep) / max((last.time - since.time).seconds, 1e-9)
    }

    private mutating func note(_ step: Int, at time: Duration) {
        guard recent.last.map({ time - $0.time >= Self.spacing }) ?? true else { return }
        // A pause as long as that says nothing of what follows.
        if let last = recent.last, time - last.time >= Self.window { recent = [] }
        recent.append((step, time))
        // Of those from before the window one stays.
        while recent.count > 2, time - recent[1].time >= Self.window { recent.removeFirst() }
    }

    /// Takes note of steps that are done, rates leave out the time until workers had joined; and of the run's going on
    /// from an earlier one: what was done since counts for nothing.
    mutating func take(_ event: RunEvent, at time: Duration) {
        switch event {
        case .stepDone(let step, _, _):
            last = (step, time)
            if first == nil { first = last }
            note(step, at: time)
        case .started(let step, _, _): begin = (step, time)
        case .wentBack(let step): (begin, first, recent) = ((step, time), nil, [])
        default: break
        }
    }
}
