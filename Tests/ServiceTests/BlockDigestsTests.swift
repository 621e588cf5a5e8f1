import Dispatch
import Service
import Synchronization
import Testing

/// Digests of blocks are made once, whoever asks how often.
@Test func digestsAreMadeOnceHoweverOftenTheyAreAskedFor() throws {
    let (count, mayEnd) = (Counter(), DispatchSemaphore(value: 0))
    let digests = try BlockDigests {
        count.number.withLock { $0 += 1 }
        mayEnd.wait()
        return [7]
    }
    for _ in 0..<5 { digests.start() }
    mayEnd.signal()
    #expect(digests.made.wait(timeout: .seconds(30)) == [[7]])
    for _ in 0..<5 { digests.start() }
    mayEnd.signal()
    #expect(digests.made.takeAll().isEmpty)
    #expect(count.number.withLock { $0 } == 1)
}

private final class Counter: Sendable {
    let number = Mutex(0)
}
