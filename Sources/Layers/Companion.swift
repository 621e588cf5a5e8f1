import Dispatch
import Foundation
import Synchronization

/// A second thread that works beside its owner's, one piece of work after another.
///
/// For a moment after each piece it stays awake, giving way to whoever wants its processor: a thread that sleeps between pieces of a
/// few milliseconds is placed anew each time that it wakes, now and then on its owner's own processor while another idles.
public final class Companion: Sendable {
    private final class Shared: @unchecked Sendable {  // `work` is written before `asked` grows, and read after
        let asked = Atomic(0)
        let done = Atomic(0)
        let isAsleep = Atomic(false)
        let hasEnded = Atomic(false)
        let wake = DispatchSemaphore(value: 0)
        var work: () -> Void = {}
    }
    private let shared = Shared()
    /// How often it looks for work before it sleeps: some milliseconds.
    private static let looks = 5_000

    /// A companion that waits for work.
    public init() {
        let thread = Thread { [shared] in Self.serve(shared) }
        thread.name = "companion"
        thread.stackSize = 8 << 20
        thread.start()
    }

    deinit {
        shared.hasEnded.store(true, ordering: .sequentiallyConsistent)
        Self.ask(shared)
    }

    /// Does `ours` on the calling thread and `theirs` on the companion's, and returns when both are done.
    ///
    /// - Precondition: what the two write to is apart, and nobody else runs anything here meanwhile.
    public func run(_ ours: () -> Void, beside theirs: () -> Void) {
        withoutActuallyEscaping(theirs) { theirs in
            shared.work = theirs
            let number = Self.ask(shared)
            ours()
            var looks = 0
            while shared.done.load(ordering: .acquiring) != number {
                looks += 1
                if looks < Self.looks { sched_yield() } else { usleep(20) }
            }
            shared.work = {}
        }
    }

    /// Asks for the next piece of work and returns its number.
    @discardableResult
    private static func ask(_ shared: Shared) -> Int {
        let number = shared.asked.add(1, ordering: .sequentiallyConsistent).newValue
        if shared.isAsleep.exchange(false, ordering: .sequentiallyConsistent) { shared.wake.signal() }
        return number
    }

    private static func serve(_ shared: Shared) {
        var served = 0
        while true {
            var looks = 0
            while shared.asked.load(ordering: .sequentiallyConsistent) == served {
                looks += 1
                if looks < Self.looks {
                    sched_yield()
                    continue
                }
                looks = 0
                shared.isAsleep.store(true, ordering: .sequentiallyConsistent)
                // Asked in between: either this thread takes the word back, or the asker has and signals.
                let isAsked = shared.asked.load(ordering: .sequentiallyConsistent) != served
                if isAsked, shared.isAsleep.exchange(false, ordering: .sequentiallyConsistent) { break }
                shared.wake.wait()
            }
            if shared.hasEnded.load(ordering: .sequentiallyConsistent) { return }
            shared.work()
            served += 1
            shared.done.store(served, ordering: .releasing)
        }
    }
}
