import Checkpoints
import Coordination
import Foundation
import Messaging
import Synchronization
import Upstream

/// Writes down beside the training what is in doubt in one place, and tries until that is done.
final class DoubtWriter: Sendable {
    private struct State {
        /// What the file is to tell; nil where it tells that.
        var waiting: [Doubt]?
        var retries: Retries
    }
    private let folder: RunFolder
    /// Whether the folder is still this run's; nil where it was not taken.
    private let isHeld: (@Sendable () -> Bool)?
    private let thread: SerialThread
    private let state: Mutex<State>
    private let events: Mailbox<RunEvent>

    /// A writer for a place, which tells where it can't write.
    ///
    /// - Throws: when the system starts no more threads.
    init(_ folder: RunFolder, events: Mailbox<RunEvent>, isHeld: (@Sendable () -> Bool)?) throws {
        (self.folder, self.events, self.isHeld) = (folder, events, isHeld)
        state = Mutex(State(retries: Retries(every: .seconds(1))))
        thread = try SerialThread("doubts")
    }

    /// Has the file tell these doubts, and removes it where there are none; returns at once.
    func write(_ doubts: [Doubt]) {
        state.withLock { $0.waiting = doubts }
        thread.async { [self] in writeWaiting() }
    }

    /// Waits until that is done, or failed once more.
    func finish() { thread.sync { [self] in writeWaiting() } }

    /// Tries again what could not be written, where it is time for that; the thread that trains calls it now and then.
    func tick() {
        if state.withLock({ $0.retries.isDue() }) { thread.async { [self] in writeWaiting() } }
    }

    private func writeWaiting() {
        guard let doubts = state.withLock(\.waiting) else { return }
        do {
            let place = try OpenFolder(folder.path, toWrite: folder.doubtFile)
            // Looked at only now, as for checkpoints: nothing is written into another folder that takes its place.
            if let isHeld, !isHeld() { throw ServiceError("\(folder.path) was removed or replaced under this run") }
            try folder.tell(doubts, in: place)
        } catch {
            guard state.withLock({ $0.retries.onFailure("\(error)") }) else { return }
            let what = doubts.isEmpty ? "no checkpoint is in doubt any more" : "checkpoints are in doubt"
            return events.put(.checkpointNotRemoved(reason: "\(what), and that is not written down: \(error)"))
        }
        // What came meanwhile is written next.
        state.withLock { state in
            state.retries.onSuccess()
            if state.waiting == doubts { state.waiting = nil }
        }
    }
}
