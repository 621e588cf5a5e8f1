import Foundation
import Layers
import Synchronization
import Testing

@Test func aCompanionDoesEachPieceOfWorkOnceAndInOrder() {
    let companion = Companion()
    let ours = Mutex([Int]())
    let theirs = Mutex([Int]())
    for piece in 0..<2_000 {
        companion.run({ ours.withLock { $0.append(piece) } }, beside: { theirs.withLock { $0.append(piece) } })
        #expect(ours.withLock { $0.count } == piece + 1 && theirs.withLock { $0.count } == piece + 1)
        if piece % 500 == 499 { usleep(30_000) }  // long enough for it to fall asleep
    }
    #expect(theirs.withLock { $0 } == Array(0..<2_000))
}

@Test func theTwoPiecesRunBesideEachOther() {
    let (mine, others) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let met = Mutex([Bool]())
    func meet(_ signal: DispatchSemaphore, _ wait: DispatchSemaphore) {
        signal.signal()
        let isMet = wait.wait(timeout: .now() + 60) == .success
        met.withLock { $0.append(isMet) }
    }
    Companion().run({ meet(mine, others) }, beside: { meet(others, mine) })
    #expect(met.withLock { $0 } == [true, true])
}
