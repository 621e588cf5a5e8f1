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
    private let failure = Mutex<String?>(nil)

    /// A writer for a run directory that keeps the last `kept` checkpoints.
    init(folder: RunFolder, job: Job, kept: Int) {
        (self.folder, self.job, self.kept) = (folder, job, kept)
    }

    /// Writes a state that nobody will change any more; returns at once.
    func write(_ state: TrainingState) {
        queue.async { [self] in
            do {
                try TrainingCheckpoint(job: job, state: state).write(to: folder.checkpointFile(step: state.step))
                for step in folder.checkpointSteps.filter({ $0 <= state.step }).dropLast(kept) {
                    try FileManager.default.removeItem(atPath: folder.checkpointFile(step: step))
                }
            } catch {
                failure.withLock { $0 = "\(error)" }
            }
        }
    }

    /// Throws what went wrong with a checkpoint since the last call.
    func check() throws {
        if let reason = failure.withLock({ $0 }) { throw ProgramError("a checkpoint can't be kept: \(reason)") }
    }

    /// Waits until all is written.
    func finish() throws {
        queue.sync {}
        try check()
    }
}
