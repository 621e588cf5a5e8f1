import Numerics
import Synchronization
import Testing

@Test(arguments: [0, 1, 5, 1_023, 4_096, 10_001], [1, 2, 3, 16])
func partsAreTheWholeWithoutOverlap(count: Int, threads: Int) {
    for (fewest, unit) in [(1, 1), (7, 1), (1_024, 1_024), (100, 64)] {
        let parts = Mutex<[Range<Int>]>([])
        inParts(of: count, threads: threads, fewest: fewest, unit: unit) { part in parts.withLock { $0.append(part) } }
        let found = parts.withLock { $0 }.sorted { $0.lowerBound < $1.lowerBound }
        #expect(found.count <= threads)
        #expect(found.flatMap { Array($0) } == Array(0..<count))
        #expect(found.allSatisfy { $0.lowerBound % unit == 0 || $0.isEmpty })
    }
}

@Test(arguments: [1, 2])
func bothWorksAreDoneSideBySide(threads: Int) {
    let done = Mutex<Set<Int>>([])
    sideBySide(threads: threads) {
        done.withLock { _ = $0.insert(1) }
    } _: {
        done.withLock { _ = $0.insert(2) }
    }
    #expect(done.withLock { $0 } == [1, 2])
}

@Test func tasksOfTheLastRoundShareAllThreads() {
    func shares(_ count: Int, threads: Int) -> [Int] {
        let done = Mutex<[Int: Int]>([:])
        inRounds(of: count, threads: threads) { number, threads in
            done.withLock { done in
                #expect(done.updateValue(threads, forKey: number) == nil)
            }
        }
        return (0..<count).compactMap { number in done.withLock { $0[number] } }
    }
    #expect(shares(5, threads: 2) == [1, 1, 1, 1, 2])
    #expect(shares(4, threads: 2) == [1, 1, 1, 1])
    #expect(shares(1, threads: 3) == [3])
    #expect(shares(3, threads: 16) == [5, 5, 5])
    #expect(shares(5, threads: 3) == [1, 1, 1, 1, 1])
    #expect(shares(6, threads: 4) == [1, 1, 1, 1, 2, 2])
    #expect(shares(2, threads: 0) == [1, 1])
    #expect(shares(0, threads: 4).isEmpty)
}
