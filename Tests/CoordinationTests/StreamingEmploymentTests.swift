import Coordination
import Testing
import Wire

/// A worker without the dataset that is to bring together what claim 5 reads.
private func bringing(_ blocks: [Int], ahead: [Int] = []) -> (worker: Employment, directives: [Employment.Directive]) {
    var worker = stranger(hasDataset: false)
    _ = worker.onTick(at: .zero)
    _ = worker.onJob(job, in: welcome(), at: .zero)
    _ = worker.onPrepared(probeDigest: "probe", generation: 1)
    var directives = worker.onMessage(work(5), blockLengths: [3], at: .zero)
    directives += worker.onNeed(blocks, ahead: ahead, of: 5)
    return (worker, directives)
}

private func lookedFor(_ directives: [Employment.Directive]) -> [Int] {
    directives.compactMap { if case .lookUp(let block) = $0 { block } else { nil } }
}

private let order = Employment.Directive.compute(
    Work(claim: 5, round: 0, leaves: 0..<4, releasedBelow: 1), withNewParameters: false, generation: 1)

@Test func aWorkerWithoutTheDatasetIsReadyAtOnceAndFetchesWhatItsFirstLeavesNeed() {
    var (worker, directives) = bringing([8, 2], ahead: [4])
    #expect(
        directives.first == .bring(Work(claim: 5, round: 0, leaves: 0..<4, releasedBelow: 1), withNewParameters: true))
    #expect(lookedFor(directives) == [8, 2, 4])
    #expect(worker.onLookUp(8, isFound: false) == [.send(.sampleRequest(block: 8))])
    #expect(worker.onLookUp(4, isFound: true) == [])
    #expect(worker.onLookUp(2, isFound: true) == [])
    #expect(worker.onMessage(.sampleBlock(block: 3), blockLengths: [9], at: .zero) == [])
    #expect(worker.onMessage(.sampleBlock(block: 8), blockLengths: [9], at: .zero) == [.takeBlock(8)])
    #expect(worker.onBlock(8) == [order])
    #expect(worker.onBlock(8) == [] && worker.onTurn() == [])
}

@Test func fewBlocksAreOnTheirWayAtOnceAndThoseThatAreNeededComeFirst() {
    var (worker, directives) = bringing([1, 2], ahead: [2, 3, 4, 5, 6, 7, 8])
    #expect(lookedFor(directives) == [1, 2, 3, 4])
    for block in 1...4 { #expect(worker.onLookUp(block, isFound: false) == [.send(.sampleRequest(block: block))]) }
    #expect(lookedFor(worker.onBlock(3)) == [5])
    #expect(worker.onBlock(2).count == 1 && worker.onBlock(1).contains(order))
    // There is room for six.
    _ = worker.onLookUp(5, isFound: true)
    _ = worker.onLookUp(6, isFound: true)
    #expect(lookedFor(worker.onBlock(4) + worker.onTurn()).isEmpty)
}

@Test func whatDoesNotFitIsLetGoOfWhatIsOfNoUseFirst() {
    var (worker, _) = bringing([1, 2, 3])
    for block in 1...3 { _ = worker.onLookUp(block, isFound: true) }
    let next = Work(claim: 6, round: 1, leaves: 0..<4, releasedBelow: 6)
    _ = worker.onComputed(
        Work(claim: 5, round: 0, leaves: 0..<4, releasedBelow: 1), .notFinite, computing: .zero, generation: 1)
    _ = worker.onMessage(.work(next), blockLengths: [3], at: .zero)
    #expect(lookedFor(worker.onNeed([2, 4, 5], ahead: [6, 3, 7, 8], of: 6)) == [4, 5, 6, 7])
    for block in [4, 5, 6] { #expect(!worker.onLookUp(block, isFound: true).contains { isDrop($0) }) }
    #expect(worker.onLookUp(7, isFound: true).contains(.dropBlocks([1])))
}

private func isDrop(_ directive: Employment.Directive) -> Bool {
    if case .dropBlocks = directive { true } else { false }
}

@Test func workOfMoreBlocksThanThereIsRoomForIsServedOneAfterAnother() {
    var (worker, directives) = bringing(Array(0..<20), ahead: [30])
    var (here, most, fetched) = (Set<Int>(), 0, [Int]())
    while let directive = directives.first {
        directives.removeFirst()
        switch directive {
        case .lookUp(let block): directives.insert(contentsOf: worker.onLookUp(block, isFound: false), at: 0)
        case .send(.sampleRequest(let block)):
            here.insert(block)
            fetched.append(block)
            directives.insert(contentsOf: worker.onBlock(block), at: 0)
        case .dropBlocks(let blocks): here.subtract(blocks)
        default: break
        }
        most = max(most, here.count)
        if directive == order { break }
    }
    #expect(fetched.sorted() == Array(0..<20) && most <= 7 && here.count == 6)
}

@Test func aBlockThatCameAlteredIsAskedForAgainAndNotForEver() {
    var (worker, _) = bringing([1])
    _ = worker.onLookUp(1, isFound: false)
    for _ in 0..<4 { #expect(worker.onAltered(1) == [.send(.sampleRequest(block: 1))]) }
    var mended = worker
    _ = mended.onBlock(1)
    #expect(!mended.onAltered(1).contains(where: isFail))
    #expect(worker.onAltered(1).contains(where: isFail))
}

@Test func blocksThatABrokenConnectionTookAreAskedForAgain() {
    var (worker, _) = bringing([1, 2])
    for block in [1, 2] { _ = worker.onLookUp(block, isFound: false) }
    _ = worker.onBlock(1)
    let ticks = (1...40).map { second in
        _ = worker.onMessage(.heartbeatReply(sequence: 0, releasedBelow: 0), at: .seconds(second))
        return worker.onTick(at: .seconds(second))
    }
    // A link may be slow: not at once, and each time later.
    let asked = ticks.indices.filter { ticks[$0].contains(.send(.sampleRequest(block: 2))) }
    #expect(asked == [8, 25])
    #expect(!ticks.contains { $0.contains(.send(.sampleRequest(block: 1))) })
}

/// Another process of the same job: what was asked for of the last one has to be asked for again; what is here stays.
@Test func blocksOutliveTheCoordinatorsProcess() {
    var (worker, _) = bringing([1, 2])
    _ = worker.onLookUp(1, isFound: true)
    _ = worker.onLookUp(2, isFound: false)
    let directives = worker.onJob(job, in: welcome(session: 2), at: .seconds(1))
    #expect(directives.contains(.send(.sampleRequest(block: 2))) && !directives.contains { isDrop($0) })
    #expect(worker.claimInHand == nil && worker.onBlock(2) == [])
    _ = worker.onMessage(work(9), blockLengths: [3], at: .seconds(1))
    #expect(worker.onNeed([1, 2], ahead: [], of: 9).contains { if case .compute = $0 { true } else { false } })
}

/// Of another job on the same dataset blocks stay too; of another dataset none do.
@Test func blocksAreKeptForAnotherJobOnTheirDataset() {
    for (digest, isSame) in [("data", true), ("other", false)] {
        var (worker, _) = bringing([1])
        let other = Employment.Job(
            digest: "2", datasetDigest: digest, rounds: 10, leafCount: 8, vectorCount: 3, blockCapacity: 6)
        #expect(worker.onJob(other, in: welcome(session: 2), at: .zero).contains(.stream(keepsBlocks: isSame)))
    }
}
