import Checkpoints
package import Coordination
import Foundation
package import Messaging
import Synchronization
package import Upstream

/// Writes checkpoints beside the training, and removes those that are no longer kept.
///
/// One that can't be written, where a disk is full for a while, is tried again until a newer one takes its place.
package final class CheckpointWriter: Sendable {
    private struct State {
        /// What is to be written next.
        var waiting: TrainingCheckpoint?
        /// The steps that the run may have to go back to.
        var backTo: [Int] = []
        /// The last step whose checkpoint counts that was not written here.
        var start: Int
        /// The steps written here that still count.
        var written: Set<Int> = []
        var retries: Retries
        /// Whether space was all that the last attempt lacked.
        var lacksSpace = false
    }
    private let folder: RunFolder
    private let kept: Int
    private let isCopy: Bool
    /// Whether the folder is still this run's; nil where it was not taken.
    private let isHeld: (@Sendable () -> Bool)?
    private let thread: SerialThread
    private let state: Mutex<State>
    /// What came of it, for the thread that trains.
    package let events: Mailbox<RunEvent>

    /// A writer for a run directory that keeps the last `kept` checkpoints; as a copy of another one's where it is one.
    ///
    /// What lies there of steps after `start`, with which the run begins, is not whole unless it is written here: it
    /// counts for none of those to be kept.
    ///
    /// - Throws: when the process has no descriptors or threads left.
    package init(
        folder: RunFolder, kept: Int, from start: Int = 0, retryDelay: Duration = .seconds(10),
        events: Mailbox<RunEvent>? = nil, isCopy: Bool = false, isHeld: (@Sendable () -> Bool)? = nil
    ) throws {
        (self.folder, self.kept) = (folder, kept)
        state = Mutex(State(start: start, retries: Retries(every: retryDelay)))
        (self.isCopy, self.isHeld) = (isCopy, isHeld)
        self.events = try events ?? Mailbox()
        thread = try SerialThread("checkpoints")
    }

    /// Writes a checkpoint whose state nobody will change any more; returns at once.
    ///
    /// One waits at most: where steps are faster than the disk, a newer one takes the place of the one that waits.
    ///
    /// - Parameters:
    ///   - newest: the checkpoint.
    ///   - backTo: the steps that the run may have to go back to: of each, the last checkpoint from before then is kept
    ///     beside the newest ones.
    package func write(_ newest: TrainingCheckpoint, backTo: [Int] = []) {
        state.withLock { ($0.waiting, $0.backTo) = (newest, backTo) }
        thread.async { [self] in writeWaiting() }
    }

    private func writeWaiting() {
        let taken = state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting
        }
        guard let taken else { return }
        let file = folder.checkpointFile(step: taken.state.step)
        let place: OpenFolder
        do {
            place = try openPlace(for: file)
            try write(taken, to: file, in: place)
        } catch {
            return onFailure(error, of: taken)
        }
        let step = taken.state.step
        state.withLock {
            $0.retries.onSuccess()
            $0.written.insert(step)
        }
        events.put(isCopy ? .checkpointCopied(step: step, folder: folder.path) : .checkpointWritten(step: step))
        removeOldOnes(upTo: step, in: place)
    }

    /// Writes a checkpoint, and where there is no space for it takes that of older ones, but for the newest whole one.
    private func write(_ taken: TrainingCheckpoint, to file: String, in place: OpenFolder) throws {
        while true {
            do { return try taken.write(to: file, in: place) } catch let error as TensorFileError {
                guard error.isLackOfSpace, let old = try oldest(before: taken.state.step), remove(old, in: place) == nil
                else { throw error }
                events.put(.checkpointMadeRoom(step: taken.state.step, older: old, folder: folder.path))
            }
        }
    }

    /// The first step before `step` whose checkpoint can be done without, where there is one.
    private func oldest(before step: Int) throws -> Int? {
        let steps = split(try folder.checkpointSteps.filter { $0 < step })
        let wanted = wanted(of: steps.whole)
        return steps.torn.first ?? steps.whole.dropLast().first { !wanted.contains($0) }
    }

    /// Those of these steps whose checkpoints the run may rely on, and the others.
    private func split(_ steps: [Int]) -> (whole: [Int], torn: [Int]) {
        let (start, written) = state.withLock { ($0.start, $0.written) }
        func isWhole(_ step: Int) -> Bool { step <= start || written.contains(step) }
        return (steps.filter(isWhole), steps.filter { !isWhole($0) })
    }

    /// Those of these steps that the run may have to go back to.
    private func wanted(of steps: [Int]) -> Set<Int> {
        Set(state.withLock(\.backTo).compactMap { backTo in steps.last { $0 <= backTo } })
    }

    /// The folder of checkpoints: once it is open, nothing is written into another one that takes its place.
    private func openPlace(for file: String) throws -> OpenFolder {
        let place = try OpenFolder(folder.checkpointFolder, toWrite: file)
        // Looked at only now: this process may have been stopped for an hour before it opened that folder.
        if let isHeld, !isHeld() { throw ServiceError("\(folder.path) was removed or replaced under this run") }
        return place
    }

    private func onFailure(_ error: any Error, of taken: TrainingCheckpoint) {
        let reason = "\(error)"
        let isNews = state.withLock { state in
            state.waiting = state.waiting ?? taken
            state.lacksSpace = (error as? TensorFileError)?.isLackOfSpace ?? false
            return state.retries.onFailure(reason)
        }
        if isNews { events.put(.checkpointFailed(reason: reason)) }
    }

    /// Tries again what could not be written, where it is time for that.
    ///
    /// The thread that trains calls this now and then: a timer of the system's would need a descriptor, and descriptors
    /// may be what there is none of.
    package func tick() {
        if state.withLock({ $0.retries.isDue() }) { thread.async { [self] in writeWaiting() } }
    }

    /// Removes the checkpoints of steps after `step`, which are not to be believed; what waits to be written is not.
    ///
    /// - Returns: those that can't be removed, each with the reason.
    package func dropLater(than step: Int) -> [String] {
        state.withLock { state in
            state.waiting = nil
            state.retries.onSuccess()
        }
        return thread.sync { [self] in
            // What was being written meanwhile may have failed.
            state.withLock { state in
                state.waiting = nil
                state.retries.onSuccess()
                state.start = min(state.start, step)
                state.written = state.written.filter { $0 <= step }
            }
            do {
                let steps = try folder.checkpointSteps.filter { $0 > step }
                guard let last = steps.last else { return [] }
                let place = try openPlace(for: folder.checkpointFile(step: last))
                // The newest first: what a process that ends meanwhile leaves is the oldest of them.
                let left = steps.reversed().compactMap { remove($0, in: place) }
                place.settle()
                return left
            } catch {
                return ["\(error)"]
            }
        }
    }

    private func removeOldOnes(upTo step: Int, in place: OpenFolder) {
        let steps: (whole: [Int], torn: [Int])
        do {
            steps = split(try folder.checkpointSteps.filter { $0 <= step })
        } catch {
            return events.put(.checkpointNotRemoved(reason: "\(error)"))
        }
        let wanted = wanted(of: steps.whole)
        for old in steps.torn + steps.whole.dropLast(kept) where !wanted.contains(old) {
            if let reason = remove(old, in: place) { events.put(.checkpointNotRemoved(reason: reason)) }
        }
    }

    /// Removes the checkpoint of a step; returns why it is still there, where it is.
    private func remove(_ step: Int, in place: OpenFolder) -> String? {
        let path = folder.checkpointFile(step: step)
        return place.remove(URL(filePath: path).lastPathComponent).map { "\(path): \($0)" }
    }

    /// What there is to go on from, of checkpoints before a step, behind what else a person is told.
    private func rest(before step: Int) -> String {
        let steps: [Int]
        do { steps = try folder.checkpointSteps.filter { $0 < step } } catch {
            return ", and --resume goes on from what is in \(folder.path), which can't be read (\(error))"
        }
        return split(steps).whole.last.map { ", and --resume goes on from the one before, of step \($0)" }
            ?? "; \(folder.path) has no checkpoint to resume from"
    }

    /// Whether what waits could not be written because there is no space, and for no other reason.
    var lacksSpace: Bool { state.withLock { $0.retries.failure != nil && $0.lacksSpace } }

    /// Waits until all is written, with a last attempt where the last failed.
    ///
    /// - Throws: when the newest state is not on the disk.
    package func finish() throws {
        thread.sync { [self] in writeWaiting() }
        if let reason = state.withLock(\.retries.failure) {
            if isCopy { throw ServiceError("the copy in \(folder.path) lacks the last checkpoint: \(reason)") }
            let missing = state.withLock { $0.waiting?.state.step } ?? .max
            throw ServiceError("the last checkpoint can't be kept: \(reason); mend that\(rest(before: missing))")
        }
    }
}
