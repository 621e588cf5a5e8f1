package import Coordination

/// How fast a run's steps follow one another, from the end of the first round that was seen done; the time in which no
/// worker was there is left out.
package struct RunPace {
    private let rowsPerStep: Int
    /// Where the run began, or last went back to.
    private var begin: (step: Int, time: Duration) = (0, .zero)
    private var first: (step: Int, time: Duration)?
    private var last: (step: Int, time: Duration)?
    /// Steps of the last minute or little more, a few a second.
    private var recent: [(step: Int, time: Duration)] = []
    private static let window = Duration.seconds(60)
    private static let spacing = Duration.milliseconds(250)

    /// Workers that take part.
    private var workers = 0
    /// Since when there is none; nil while there are some.
    private var desertedSince: Duration?
    /// How long there was none.
    private var deserted = Duration.zero
    /// When the last step was done, in seconds since the run's begin; 0 before the first.
    private(set) package var seconds = 0.0

    /// A pace before the first step.
    package init(rowsPerStep: Int) { self.rowsPerStep = rowsPerStep }

    /// Whether a step was seen done.
    package var hasBegun: Bool { first != nil }

    /// Rows a second; of a single round over all the time since the run's begin, and 0 before it is done.
    package var rate: Double {
        guard let first, let last else { return 0 }
        let since = last.step > first.step ? first : begin
        return Double(max(0, last.step - since.step) * rowsPerStep) / max((last.time - since.time).seconds, 1e-9)
    }

    /// Rows a second of late, by which the time that is left is told; as `rate` in the first minute.
    package var recentRate: Double {
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

    /// Takes note of steps that are done, of workers that come and go, and of the run's going on from an earlier step:
    /// what was done since counts for nothing.
    package mutating func take(_ event: RunEvent, at time: Duration) {
        if let since = desertedSince, event.kind == .joined || event.kind == .stepDone {
            (deserted, desertedSince) = (deserted + (time - since), nil)
        }
        switch event {
        case .stepDone(let step, _, let count):
            (workers, seconds) = (count, time.seconds)
            last = (step, time - deserted)
            if first == nil { first = last }
            note(step, at: time - deserted)
        case .started(let step, _, _):
            begin = (step, time - deserted)
            if workers == 0 { desertedSince = time }
        case .wentBack(let step): (begin, first, recent) = ((step, time - deserted), nil, [])
        case .joined: workers += 1
        default:
            guard event.kind.removesWorker else { break }
            workers = max(0, workers - 1)
            if workers == 0, desertedSince == nil { desertedSince = time }
        }
    }
}
