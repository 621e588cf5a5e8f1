import Foundation
import Synchronization

/// The newest snapshot, between the one thread that makes them and all who ask for them.
final class StatusFeed: Sendable {
    /// So many streams of events are served at once.
    static let listenerLimit = 100
    private struct State {
        var newest: StatusSnapshot?
        /// Whether somebody asked since it was made.
        var isAsked = false
        /// Whether another would be made for who asks now.
        var isDue = true
        var listenerCount = 0
        /// How many there were.
        var count = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())
    /// Tells names of snapshots from those of other processes.
    let session = String(UInt64.random(in: .min ... .max), radix: 36)

    /// Somebody who listens to events; no longer when this is let go of.
    final class Listener: Sendable {
        private let feed: StatusFeed

        fileprivate init(_ feed: StatusFeed) { self.feed = feed }

        deinit { feed.state.withLock { $0.listenerCount -= 1 } }
    }

    /// A place among those who listen; nil where there is none.
    func listener() -> Listener? {
        let isIn = state.withLock { state in
            guard state.listenerCount < Self.listenerLimit else { return false }
            state.listenerCount += 1
            return true
        }
        return isIn ? Listener(self) : nil
    }

    // MARK: - For who makes them

    /// How many listen to events.
    var listenerCount: Int { state.withLock { $0.listenerCount } }

    /// Whether anybody wants another one.
    var isWanted: Bool { state.withLock { $0.isAsked || $0.listenerCount > 0 } }

    /// Says that one would be made now for who asks.
    func setDue() { state.withLock { $0.isDue = true } }

    /// Gives one to all who wait.
    func publish(_ snapshot: StatusSnapshot) {
        let waiting = state.withLock { state in
            (state.newest, state.isAsked, state.isDue) = (snapshot, false, false)
            state.count += 1
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.resume() }
    }

    // MARK: - For who asks

    /// The newest one that there is, after another was made where that is due.
    func current() async -> StatusSnapshot {
        while true {
            let (newest, count) = state.withLock { state in
                state.isAsked = true
                return (state.isDue && state.newest?.isLast != true ? nil : state.newest, state.count)
            }
            if let newest { return newest }
            await another(after: count)
        }
    }

    /// The newest one, once it is another than that of a number; nil after the last.
    func next(after number: Int) async -> StatusSnapshot? {
        while true {
            let (newest, count) = state.withLock { ($0.newest, $0.count) }
            if let newest {
                if newest.number != number { return newest }
                if newest.isLast { return nil }
            }
            await another(after: count)
        }
    }

    /// Waits until there were more than `count`, which may be so already.
    private func another(after count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.count == count { state.waiting.append(continuation) }
                return state.count != count
            }
            if isThere { continuation.resume() }
        }
    }
}
