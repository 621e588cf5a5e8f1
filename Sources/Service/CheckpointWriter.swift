import Dispatch
import Foundation
import Synchronization
import Upstream

/// Writes checkpoints beside the training, and removes those that are no longer kept.
final class CheckpointWriter: Sendable {
    private let folder: RunFolder
    private let job: Job
    private let kept: Int
    private let queue = DispatchQueue(label: "checkpoints")
    private struct State {
        var waiting: TrainingState?
        var failure: String?
    }
    private let state = Mutex(State())

    /// A writer for a run directory that keeps the last `kept` checkpoints.
    init(folder: RunFolder, job: Job, kept: Int) {
        (self.folder, self.job, self.kept) = (folder, job, kept)
    }

    /// Writes a state that nobody will change any more; returns at once.
    ///
    /// One state waits at most: where steps are faster than the disk, a newer one takes the place of the one that waits.
    func write(_ newest: TrainingState) {
        let isFirst = state.withLock { state in
            defer { state.waiting = newest }
            return state.waiting == nil
        }
        if isFirst { queue.async { [self] in writeWaiting() } }
    }

    private func writeWaiting() {
        let taken = state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting
        }
        guard let taken else { return }
        do {
            try TrainingCheckpoint(job: job, state: taken).write(to: folder.checkpointFile(step: taken.step))
        } catch {
            return state.withLock { $0.failure = "\(error)" }
        }
        for step in folder.checkpointSteps.filter({ $0 <= taken.step }).dropLast(kept) {
            let path = folder.checkpointFile(step: step)
            if unlink(path) != 0, errno != ENOENT {
                Terminal.error("\(path): an old checkpoint can't be removed: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// Throws what went wrong with a checkpoint since the last call.
    func check() throws {
        if let reason = state.withLock({ $0.failure }) { throw ServiceError("a checkpoint can't be kept: \(reason)") }
    }

    /// Waits until all is written.
    func finish() throws {
        queue.sync {}
        try check()
    }
}
