import Coordination
import Service
import SleepRecognition
import Synchronization

/// Tells how an evaluation gets on: a line for each fold that is done, and one that changes.
final class FoldProgress: Sendable {
    private let watch = Stopwatch()
    /// How many folds are done, and how many of them were kept from before.
    private let done = Mutex((all: 0, kept: 0))

    /// Tells of what happened; for any thread, one at a time.
    func show(_ event: Evaluation.Event) {
        switch event {
        case .kept(let kept, let count):
            done.withLock { $0 = (kept, kept) }
            Terminal.error("\(kept) of \(many(count, "fold")) \(kept == 1 ? "is" : "are") kept from before")
        case .started(let fold, let count, let name):
            let left = left(of: count).map { ", \($0) left" } ?? ""
            Terminal.show("fold \(fold + 1)/\(count)  \(name)\(left)")
        case .finished(let fold, let count, let done, let figures):
            self.done.withLock { $0.all = done }
            let left = left(of: count).map { ", \($0) left" } ?? ""
            Terminal.error(
                "fold \(fold + 1)/\(count) \(figures.name): accuracy \(fixed(figures.accuracy, 3)) of "
                    + "\(figures.samples) samples\(left)")
        }
    }

    /// How long the folds that are left take at the pace until now; nil before one is done.
    private func left(of count: Int) -> String? {
        let (all, kept) = done.withLock { $0 }
        return all > kept ? (watch.elapsed / (all - kept) * (count - all)).asClock : nil
    }
}
