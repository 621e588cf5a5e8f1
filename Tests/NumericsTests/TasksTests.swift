import Dispatch
import Numerics
import Synchronization
import Testing

private struct Failed: Error, Equatable {
    let task: Int
}

@Test(arguments: [1, 2, 3, 16])
func resultsOfTasksComeInOrder(threads: Int) {
    let begun = Mutex<[Int]>([])
    let done = Mutex<[Int]>([])
    let results = taskResults(
        of: 20, threads: threads, sharing: true, started: { number in begun.withLock { $0.append(number) } },
        done: { _, count, _ in done.withLock { $0.append(count) } }
    ) { number, _ in number * number }
    #expect(results == (0..<20).map { $0 * $0 })
    #expect(begun.withLock { $0 } == Array(0..<20))
    #expect(done.withLock { $0 } == Array(1...20))
    #expect(taskResults(of: 0, threads: threads) { number, _ in number }.isEmpty)
}

/// Five tasks on two threads are two rounds of two, and one that has both; a single task has all.
@Test func tasksThatAreLeftOverShareAllThreads() {
    func shares(_ count: Int, threads: Int, sharing: Bool = true) -> [Int] {
        taskResults(of: count, threads: threads, sharing: sharing) { _, threads in threads }
    }
    #expect(shares(5, threads: 2) == [1, 1, 1, 1, 2])
    #expect(shares(5, threads: 2, sharing: false) == [1, 1, 1, 1, 1])
    #expect(shares(4, threads: 2) == [1, 1, 1, 1])
    #expect(shares(1, threads: 3) == [3])
    #expect(shares(3, threads: 16) == [5, 5, 5])
    #expect(shares(5, threads: 3) == [1, 1, 1, 1, 1])
    #expect(shares(6, threads: 4) == [1, 1, 1, 1, 2, 2])
    #expect(shares(2, threads: 0) == [1, 1])
}

/// The second fails while the first still runs, which then fails, too. (Where there is but one processor, the first
/// waits in vain, and alone.)
@Test func theFirstTaskThatFailsIsThrownAndNoFurtherOneIsBegun() {
    let begun = Mutex<[Int]>([])
    let secondHasFailed = DispatchSemaphore(value: 0)
    let error = #expect(throws: Failed.self) {
        try taskResults(
            of: 8, threads: 2, started: { number in begun.withLock { $0.append(number) } }
        ) { number, _ throws(Failed) -> Int in
            if number == 0 { _ = secondHasFailed.wait(timeout: .now() + 5) } else { secondHasFailed.signal() }
            throw Failed(task: number)
        }
    }
    #expect(error == Failed(task: 0))
    #expect(begun.withLock { [[0, 1], [0]].contains($0) })
}
