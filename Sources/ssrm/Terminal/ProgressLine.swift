import Coordination
import Service

/// The line that changes while something is done, with the time left; shown where a person looks on, and nowhere else.
struct ProgressLine {
    /// Shown no more often: who looks sees no more, and a terminal far away is slow.
    private static let interval = Duration.milliseconds(200)
    private let what: String
    private let watch = Stopwatch()
    private var shown = Duration.zero

    /// A line that says how many of `what` are done.
    init(_ what: String) { self.what = what }

    /// Shows it; what takes less than a moment in all shows nothing.
    mutating func show(_ done: Int, of count: Int) {
        let time = watch.elapsed
        guard Terminal.isInteractive, done > 0, time - shown > Self.interval else { return }
        shown = time
        let left = Duration.seconds(time.seconds * Double(count - done) / Double(done))
        Terminal.show("\(done)/\(count) \(what), \(left.asClock) left")
    }

    /// Takes it away.
    func end() {
        if shown > .zero { Terminal.clear() }
    }
}
