import Foundation
import Synchronization
import Testing
import Upstream

/// The threads of a pool of leaves.
@Suite struct LeafThreadsTests {
    @Test func eachKeepsItsNumberAndAllThatTookPartAreDoneAtTheEnd() {
        let own = Mutex<[Int: Set<UInt>]>([:])
        let threads = LeafThreads(count: 3) { number in
            own.withLock { _ = $0[number, default: []].insert(UInt(pthread_self())) }
        }
        for _ in 0..<200 {
            let next = Mutex(0)
            let done = Mutex(0)
            threads.run(beside: 3) { number in
                while true {
                    let isTaken = next.withLock { next in
                        next += 1
                        return next <= 16
                    }
                    if !isTaken { return }
                    let this = UInt(pthread_self())
                    if number > 0 { own.withLock { _ = $0[number, default: []].insert(this) } }
                    done.withLock { $0 += 1 }
                }
            }
            #expect(done.withLock { $0 } == 16)
        }
        let found = own.withLock { $0 }
        #expect(found.values.allSatisfy { $0.count == 1 }, "a number had two threads")
        #expect(Set(found.keys).isSubset(of: 1...3))
    }

    @Test func aRunDoesNotWaitForAThreadThatIsLate() {
        let (isHeld, isThere) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let threads = LeafThreads(count: 1) { _ in isHeld.wait() }
        let came = Mutex<[Int]>([])
        threads.run(beside: 1) { number in came.withLock { $0.append(number) } }
        #expect(came.withLock { $0 } == [0])
        isHeld.signal()
        // It has its part in a later run, which lasts until it is there.
        threads.run(beside: 1) { number in
            came.withLock { $0.append(number) }
            if number == 0 { isThere.wait() } else { isThere.signal() }
        }
        #expect(came.withLock { $0.sorted() } == [0, 0, 1])
    }

    @Test func aRunWaitsForAThreadThatHasBegun() {
        let hasBegun = DispatchSemaphore(value: 0)
        let hasEnded = Mutex(false)
        let threads = LeafThreads(count: 1) { _ in }
        threads.run(beside: 1) { number in
            if number == 0 { return hasBegun.wait() }
            hasBegun.signal()
            for _ in 0..<1000 { sched_yield() }
            hasEnded.withLock { $0 = true }
        }
        #expect(hasEnded.withLock { $0 })
    }
}
