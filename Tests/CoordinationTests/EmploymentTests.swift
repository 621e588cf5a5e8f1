import Coordination
import Testing
import Wire

private let job = Employment.Job(
    digest: "job", datasetDigest: "data", rounds: 10, leafCount: 8, vectorCount: 3, blockCapacity: 6)

private func welcome(session: UInt64 = 1) -> Welcome {
    Welcome(job: "", heartbeat: .seconds(1), lease: .seconds(10), session: session)
}

private func work(_ claim: UInt64, step: Int = 0, leaves: Range<Int> = 0..<4, releasedBelow: UInt64 = 1) -> Message {
    .work(Work(claim: claim, step: step, leaves: leaves, releasedBelow: releasedBelow))
}

/// A worker that nobody has heard of, with the job's dataset or without.
private func stranger(hasDataset: Bool = true) -> Employment {
    let hello = Hello(
        name: "ann", processor: "p", numerics: "n", threads: 1, datasetDigest: hasDataset ? "data" : "")
    return Employment(hello, datasetPath: nil, endpoint: "e", patience: .seconds(60), at: .zero)
}

/// A worker that said that it is ready.
private func readyWorker() -> Employment {
    var worker = stranger()
    _ = worker.onTick(at: .zero)
    _ = worker.onJob(job, in: welcome(), at: .zero)
    _ = worker.onPrepared(probeDigest: "probe", generation: 1)
    return worker
}

private func isHello(_ directive: Employment.Directive?) -> Bool {
    if case .send(.hello(_)) = directive { true } else { false }
}

private func isFail(_ directive: Employment.Directive) -> Bool { if case .fail = directive { true } else { false } }

@Test func aWorkerSaysHelloUntilItIsHeardAndThenGivesUp() {
    var worker = stranger()
    let hellos = stride(from: 0, to: 60, by: 5).map { worker.onTick(at: .seconds($0)) }
    #expect(hellos.allSatisfy { $0.count == 1 && isHello($0.first) })
    #expect(worker.onTick(at: .seconds(60)).contains(where: isFail))
}

@Test func aWordToWaitKeepsAWorkerThatIsNotWelcomedYet() {
    var worker = stranger()
    for second in stride(from: 0, to: 600, by: 5) {
        #expect(!worker.onTick(at: .seconds(second)).contains(where: isFail))
        #expect(worker.onMessage(.wait, at: .seconds(second)) == [])
    }
}

@Test func aJobIsPreparedOnceHoweverOftenItsWelcomeComes() {
    var worker = stranger(hasDataset: false)
    var directives = worker.onJob(job, in: welcome(), at: .zero)
    directives += worker.onTurn() + worker.onJob(job, in: welcome(), at: .zero)
    #expect(directives.filter { $0 == .prepare(generation: 1) }.count == 1)
}

@Test func parametersOfAStateThatWasGivenUpAreNotComputedAt() {
    func work(_ claim: UInt64, history: Int) -> Message {
        .work(Work(claim: claim, step: 3, leaves: 0..<4, releasedBelow: 1, history: history))
    }
    func isCompute(_ directive: Employment.Directive) -> Bool {
        if case .compute = directive { true } else { false }
    }
    var worker = readyWorker()
    #expect(worker.onMessage(work(5, history: 0), blockLengths: [3], at: .zero).contains(where: isCompute))
    #expect(worker.onMessage(work(6, history: 0), at: .zero).contains(where: isCompute))
    // The run went back, and a connection took the new parameters.
    #expect(!worker.onMessage(work(7, history: 1), at: .zero).contains(where: isCompute))
    #expect(worker.onMessage(work(8, history: 1), blockLengths: [3], at: .zero).contains(where: isCompute))
    // Another process of the run counts from 0 again.
    _ = worker.onJob(job, in: welcome(session: 2), at: .zero)
    #expect(!worker.onMessage(work(9, history: 1), at: .zero).contains(where: isCompute))
}

// MARK: - Samples that stream

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
    Work(claim: 5, step: 0, leaves: 0..<4, releasedBelow: 1), withNewParameters: false, generation: 1)

@Test func aWorkerWithoutTheDatasetIsReadyAtOnceAndFetchesWhatItsFirstLeavesNeed() {
    var (worker, directives) = bringing([8, 2], ahead: [4])
    #expect(
        directives.first == .bring(Work(claim: 5, step: 0, leaves: 0..<4, releasedBelow: 1), withNewParameters: true))
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
    let next = Work(claim: 6, step: 1, leaves: 0..<4, releasedBelow: 6)
    _ = worker.onComputed(
        Work(claim: 5, step: 0, leaves: 0..<4, releasedBelow: 1), .notFinite, computing: .zero, generation: 1)
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
    let ticks = (1...12).map { worker.onTick(at: .seconds($0)) }
    #expect(ticks.contains { $0.contains(.send(.sampleRequest(block: 2))) })
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

@Test func workThatDoesNotFitTheJobEndsTheWorkerWithALine() {
    let unfit: [(Message, [Int])] = [
        (work(5, step: 10), [3]), (work(5, leaves: 4..<9), [3]), (work(5), [4]), (work(5), [3, 3]),
    ]
    for (message, lengths) in unfit {
        var worker = readyWorker()
        #expect(worker.onMessage(message, blockLengths: lengths, at: .zero).contains(where: isFail))
    }
    var early = stranger()
    _ = early.onJob(job, in: welcome(), at: .zero)
    #expect(early.onMessage(work(5), blockLengths: [3], at: .zero).contains(where: isFail))
}

@Test func workWithoutItsStepsParametersIsNotTakenInHand() {
    var worker = readyWorker()
    #expect(worker.onMessage(work(5), at: .zero) == [])
    #expect(worker.claimInHand == nil)
    _ = worker.onMessage(work(5), blockLengths: [3], at: .zero)
    #expect(worker.claimInHand == 5)
}

@Test func whatIsLentIsKeptUntilItIsReleasedOrAnotherProcessWelcomes() throws {
    var worker = readyWorker()
    let lent = Work(claim: 5, step: 0, leaves: 0..<4, releasedBelow: 1)
    let nodes = LeafReport.Content.nodes([.init(leaves: 0..<4, figures: [1])])
    func lend() -> Employment {
        var worker = worker
        _ = worker.onMessage(.work(lent), blockLengths: [3], isShared: true, at: .zero)
        _ = worker.onComputed(lent, nodes, computing: .zero, generation: 1)
        return worker
    }
    worker = lend()
    #expect(worker.lentClaims == [5])
    #expect(worker.onMessage(.heartbeatReply(sequence: 1, releasedBelow: 5), at: .zero) == [])
    var (released, welcomed, same) = (worker, worker, worker)
    #expect(released.onMessage(.heartbeatReply(sequence: 2, releasedBelow: 6), at: .zero) == [.release([5])])
    #expect(welcomed.onJob(job, in: welcome(session: 2), at: .zero).contains(.release([5])))
    #expect(!same.onJob(job, in: welcome(session: 1), at: .zero).contains(.release([5])))
    #expect(same.lentClaims == [5])
}

/// Another coordinator's claims have other numbers: it would never let go of memory under the last one's.
@Test func whatACoordinatorThatIsGoneAskedForIsNotLentToTheNext() {
    var worker = readyWorker()
    let nodes = LeafReport.Content.nodes([.init(leaves: 0..<4, figures: [1])])
    let (old, new) = (
        Work(claim: 500, step: 0, leaves: 0..<4, releasedBelow: 1),
        Work(claim: 7, step: 0, leaves: 0..<4, releasedBelow: 1)
    )
    _ = worker.onMessage(.work(old), blockLengths: [3], isShared: true, at: .zero)
    _ = worker.onJob(job, in: welcome(session: 2), at: .zero)
    #expect(worker.claimInHand == nil)
    _ = worker.onMessage(.work(new), blockLengths: [3], isShared: true, at: .zero)
    #expect(worker.onComputed(old, nodes, computing: .zero, generation: 1) == [])
    #expect(worker.lentClaims == [] && worker.claimInHand == 7)
    #expect(worker.onComputed(new, nodes, computing: .zero, generation: 1).count == 1)
    #expect(worker.lentClaims == [7])
}

@Test func whatAnEarlierJobComputedIsVoid() {
    var worker = readyWorker()
    let other = Employment.Job(digest: "other", datasetDigest: "data", rounds: 10, leafCount: 8, vectorCount: 3)
    _ = worker.onJob(other, in: welcome(session: 2), at: .zero)
    let old = Work(claim: 5, step: 0, leaves: 0..<4, releasedBelow: 1)
    #expect(worker.onComputed(old, .notFinite, computing: .zero, generation: 1) == [])
    #expect(worker.onPrepared(probeDigest: "probe", generation: 1) == [])
}

@Test func aWorkerThatIsNotKnownAnyMoreSaysHelloAtOnceAndGoesOn() {
    var worker = readyWorker()
    _ = worker.onMessage(.refusal(Refusal(.unknownWorker, "say hello first")), at: .seconds(1))
    #expect(isHello(worker.onTick(at: .seconds(1)).first))
    #expect(worker.onJob(job, in: welcome(session: 2), at: .seconds(2)).contains(.sayReady(probeDigest: "probe")))
}

@Test func aWorkerConnectsAnewWhereNothingComesAnyMoreAndOnceInAWhile() {
    var worker = readyWorker()
    var told: [(second: Int, isHello: Bool)] = []
    for second in 1...35 {
        let directives = worker.onTick(at: .seconds(second))
        if directives.contains(.connectAnew) { told.append((second, isHello(directives.last))) }
    }
    // Every ten signs of life, and with a hello each time, or when the next one is due.
    #expect(told.map(\.second) == [10, 20, 30] && told.allSatisfy(\.isHello))
    _ = worker.onMessage(.heartbeatReply(sequence: 1, releasedBelow: 0), at: .seconds(36))
    #expect(!(36...44).contains { worker.onTick(at: .seconds($0)).contains(.connectAnew) })
}

@Test func whoWasNeverWelcomedWaitsForACoordinatorOverOneConnection() {
    var worker = stranger()
    #expect(!stride(from: 0, to: 60, by: 5).contains { worker.onTick(at: .seconds($0)).contains(.connectAnew) })
}

@Test func onlyAWorkerThatIsWelcomeTellsWhyItCantGoOn() {
    #expect(stranger().onFailure("disk full") == [])
    #expect(readyWorker().onFailure("disk full") == [.send(.farewell(.failed, text: "disk full"))])
}

private func said(_ directives: [Employment.Directive]) -> String? {
    for case .event(.beganAnew(let reason)) in directives { return reason }
    return nil
}

@Test func anAlteredMessageIsNoEndAndTheWorkerSaysHelloAgain() {
    var worker = readyWorker()
    _ = worker.onMessage(work(7), blockLengths: [3], at: .zero)
    let directives = worker.onUnreadable(.frameChecksum(frame: 0), at: .seconds(1))
    #expect(!directives.contains(where: isFail) && said(directives)?.contains("can't be read: frame 0") ?? false)
    #expect(isHello(worker.onTick(at: .seconds(1)).first))
    // It goes on under its job, and computes again what its coordinator gives it anew.
    #expect(worker.onJob(job, in: welcome(), at: .seconds(1)).contains(.sayReady(probeDigest: "probe")))
    #expect(worker.claimInHand == nil)
    // Parameters that may have been what was altered are not relied on.
    #expect(worker.onMessage(work(8), at: .seconds(1)) == [])
    #expect(worker.onMessage(work(9), blockLengths: [3], at: .seconds(1)).count == 1)
}

@Test func whatTheCoordinatorFoundAlteredIsNoEndEither() {
    var worker = readyWorker()
    let directives = worker.onMessage(.refusal(Refusal(.malformed, "a\u{1B}[2Jb")), at: .seconds(1))
    #expect(said(directives)?.contains("a?[2Jb") ?? false)
    #expect(isHello(worker.onTick(at: .seconds(1)).first))
}

@Test func aCoordinatorOfWhichNothingCanBeReadIsGivenUpAndWorkBetweenKeepsIt() {
    for worksBetween in [false, true] {
        var worker = readyWorker()
        var ends = false
        for i in 1...20 where !ends {
            ends = worker.onUnreadable(.frameChecksum(frame: 0), at: .zero).contains(where: isFail)
            #expect(ends == (!worksBetween && i == 5))
            if worksBetween {
                let given = Work(claim: UInt64(i), step: 0, leaves: 0..<4, releasedBelow: 1)
                _ = worker.onComputed(given, .nodes([]), computing: .zero, generation: 1)
            }
        }
    }
    var worker = readyWorker()
    #expect(worker.onUnreadable(.version(theirs: 9), at: .zero).contains(where: isFail))
}

@Test(arguments: [Refusal.Code.otherArithmetic, .noSuchBlock, .refuted, .version])
func aRefusalThatNothingMendsEndsTheWorkerWithPrintableText(code: Refusal.Code) {
    var worker = readyWorker()
    let directives = worker.onMessage(.refusal(Refusal(code, "a\u{1B}[2Jb")), at: .zero)
    #expect(directives.contains(where: isFail))
    #expect(!"\(directives)".contains("\u{1B}"))
}

@Test func timeInWhichAWorkerIsStoppedIsNoSilenceOfItsCoordinators() {
    var worker = readyWorker()
    _ = worker.onMessage(.heartbeatReply(sequence: 1, releasedBelow: 1), at: .seconds(1))
    // Stopped for an hour: it shows life as soon as it goes on, and is as patient as ever.
    let first = worker.onTick(at: .seconds(3600))
    #expect(first.count == 1 && !first.contains(where: isFail))
    var time = Duration.seconds(3600)
    var directives: [Employment.Directive] = []
    while time < .seconds(4000), !directives.contains(where: isFail) {
        time = worker.nextTick
        directives = worker.onTick(at: time)
    }
    #expect((.seconds(3655)...Duration.seconds(3661)).contains(time))
    // What was heard meanwhile is not put into the future.
    var other = readyWorker()
    _ = other.onMessage(.heartbeatReply(sequence: 1, releasedBelow: 1), at: .seconds(3600))
    _ = other.onTick(at: .seconds(3600))
    #expect(other.nextTick <= .seconds(3601))
    directives = []
    while time < .seconds(8000), !directives.contains(where: isFail) {
        time = other.nextTick
        directives = other.onTick(at: time)
    }
    #expect((.seconds(3655)...Duration.seconds(3661)).contains(time))
}
