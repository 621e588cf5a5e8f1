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

@Test(arguments: [(0, 5), (1_000, 100), (3, 100_000), (1_311, 100)], [1, 2, 3])
func partsOfRowsHaveManyValuesEach(rowsAndWidth: (Int, Int), threads: Int) {
    let (rows, width) = rowsAndWidth
    let parts = Mutex<[Range<Int>]>([])
    inRowParts(of: rows, width: width, threads: threads) { part in parts.withLock { $0.append(part) } }
    let found = parts.withLock { $0 }.sorted { $0.lowerBound < $1.lowerBound }
    #expect(found.flatMap { Array($0) } == Array(0..<rows))
    #expect(found.count == max(1, min(threads, rows, rows * width / 65_536)))
}
