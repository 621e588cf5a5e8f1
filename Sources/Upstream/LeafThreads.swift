import Foundation
import Synchronization

/// Threads that take part in runs of leaves beside the one that owns the pool, each with a number of its own.
///
/// They last as long as the pool: a thread stays where it was put, which those of a queue do not. A run does not wait
/// for one that is late, as where others keep its processor busy: there is nothing left to do for it then. One that the
/// system does not start is late for ever.
package final class LeafThreads: Sendable {
    private struct State {
        /// Counts runs.
        var run = 0
        /// What those who come do; nil between runs.
        var body: (@Sendable (_ thread: Int) -> Void)?
        /// How many are at it.
        var activeCount = 0
        /// Whether the owner waits for them.
        var isAwaited = false
        var isOver = false
    }
    private final class Shared: Sendable {
        let state = Mutex(State())
        let done = DispatchSemaphore(value: 0)
    }
    private let shared = Shared()
    /// One for each thread, so that no more are woken than there is work for.
    private let wakes: [DispatchSemaphore]

    /// Threads numbered from 1 to `count`; each calls `enter` with its number before anything else.
    package init(count: Int, enter: @escaping @Sendable (_ thread: Int) -> Void) {
        wakes = (0..<count).map { _ in DispatchSemaphore(value: 0) }
        for (place, wake) in wakes.enumerated() {
            let thread = Thread { [shared] in
                Thread.current.name = "leaves \(place + 1)"
                enter(place + 1)
                var last = 0
                while Self.takePart(shared, place + 1, wake, &last) {}
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    deinit {
        shared.state.withLock { $0.isOver = true }
        for wake in wakes { wake.signal() }
    }

    /// Waits for a run that is not the `last` and takes part in it; false once there are no more runs.
    private static func takePart(
        _ shared: Shared, _ thread: Int, _ wake: DispatchSemaphore, _ last: inout Int
    ) -> Bool {
        wake.wait()
        // What the run has in memory is let go of before its owner is told.
        if let isOver = doBody(shared, thread, &last) { return !isOver }
        let isLast = shared.state.withLock { state in
            state.activeCount -= 1
            guard state.activeCount == 0, state.isAwaited else { return false }
            state.isAwaited = false
            return true
        }
        if isLast { shared.done.signal() }
        return true
    }

    /// Does what the run in hand is about; where it has no part in it, whether there are no more runs.
    @inline(never)
    private static func doBody(_ shared: Shared, _ thread: Int, _ last: inout Int) -> Bool? {
        let (run, body, isOver) = shared.state.withLock { state in
            // One that was late for a run before is woken for that one, too.
            let body = state.run == last ? nil : state.body
            if body != nil { state.activeCount += 1 }
            return (state.run, body, state.isOver)
        }
        guard let body else { return isOver }
        last = run
        body(thread)
        return nil
    }

    /// Has `body` done by the calling thread, with number 0, and by up to `count` threads beside it; returns once all
    /// that took part are done, which is once the calling thread and those who came in time are.
    package func run(beside count: Int, _ body: @escaping @Sendable (_ thread: Int) -> Void) {
        shared.state.withLock { ($0.run, $0.body) = ($0.run + 1, body) }
        for wake in wakes.prefix(count) { wake.signal() }
        body(0)
        let isAwaited = shared.state.withLock { state in
            state.body = nil
            state.isAwaited = state.activeCount > 0
            return state.isAwaited
        }
        if isAwaited { shared.done.wait() }
    }
}
