import Coordination
import Service
import Testing

private let (a, b) = (WorkerID([1]), WorkerID([2, 0]))

@Test func aBlockWaitsOnceForEachWorkerAndNoWorkerWaitsForMoreThanSoMany() {
    var queue = SampleQueue()
    #expect(queue.add(5, for: b) == .waits && queue.add(5, for: a) == .waits)
    #expect(queue.add(5, for: b) == .waitsAlready)
    for block in 6..<5 + SampleQueue.limit { #expect(queue.add(block, for: b) == .waits) }
    #expect(queue.add(1000, for: b) == .isForgotten)
    #expect(queue.workers == [a, b])
    #expect((0..<SampleQueue.limit).map { _ in queue.next(for: b) } == Array(5..<5 + SampleQueue.limit))
    #expect(queue.workers == [a] && queue.next(for: b) == nil)
    queue.remove(a)
    #expect(queue.isEmpty && queue.workers.isEmpty)
}

@Test func whereThereIsRoomForNobodyItIsLookedForAgainLaterOrForWhoAsksMeanwhile() {
    var queue = SampleQueue()
    #expect(!queue.isDue(at: .zero))
    queue.add(1, for: a)
    #expect(queue.isDue(at: .zero))
    queue.rest(until: .milliseconds(10))
    #expect(!queue.isDue(at: .milliseconds(9)) && queue.isDue(at: .milliseconds(10)))
    queue.add(1, for: a)
    #expect(!queue.isDue(at: .milliseconds(9)))
    queue.add(2, for: b)
    #expect(queue.isDue(at: .milliseconds(9)))
}
