import Service
import SleepRecognition
import Synchronization

/// Tells how an evaluation gets on: a line for each fold that is done, and one that changes.
final class FoldProgress: Sendable {
    private let watch = Stopwatch()
    /// How many folds are done.
    private let done = Mutex(0)

    /// Tells of what happened; for any thread, one at a time.
    func show(_ event: Evaluation.Event) {
        switch event {
        case .started(let fold, let count, let name):
            let done = done.withLock { $0 }
            let left = done > 0 ? ", \((watch.elapsed / done * (count - done)).asClock) left" : ""
            Terminal.show("fold \(fold + 1)/\(count)  \(name)\(left)")
        case .finished(let fold, let count, let done, let figures):
            self.done.withLock { $0 = done }
            let left = watch.elapsed / done * (count - done)
            Terminal.error(
                "fold \(fold + 1)/\(count) \(figures.name): accuracy \(fixed(figures.accuracy, 3)) of "
                    + "\(figures.samples) samples, \(left.asClock) left")
        }
    }
}
