import Coordination
import Testing
import Wire

private let job = Employment.Job(
    digest: "job", datasetDigest: "data", rounds: 10, leafCount: 8, vectorCount: 3)

private func welcome(session: UInt64 = 1, blocks: Int = 0) -> Welcome {
    Welcome(
        job: "", heartbeat: .seconds(1), lease: .seconds(10), samplesPerBlock: 4,
        blockDigests: [UInt8](repeating: 7, count: 32 * blocks), session: session)
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

@Test func aJobIsPreparedOnceHoweverOftenItsBlocksAndItsWelcomeCome() {
    var worker = stranger(hasDataset: false)
    var directives = worker.onJob(job, in: welcome(blocks: 2), at: .zero)
    for block in [0, 1] { directives += worker.onLookUp(block, isFound: false) }
    for block in [1, 0] { directives += worker.onBlock(block) }
    directives += worker.onBlock(0) + worker.onTurn() + worker.onJob(job, in: welcome(blocks: 2), at: .zero)
    #expect(directives.filter { $0 == .prepare(generation: 1) }.count == 1)
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

@Test func onlyAWorkerThatIsWelcomeTellsWhyItCantGoOn() {
    #expect(stranger().onFailure("disk full") == [])
    #expect(readyWorker().onFailure("disk full") == [.send(.farewell(.failed, text: "disk full"))])
}

@Test(arguments: [Refusal.Code.malformed, .otherArithmetic, .noSuchBlock, .refuted, .version])
func aRefusalThatNothingMendsEndsTheWorkerWithPrintableText(code: Refusal.Code) {
    var worker = readyWorker()
    let directives = worker.onMessage(.refusal(Refusal(code, "a\u{1B}[2Jb")), at: .zero)
    #expect(directives.contains(where: isFail))
    #expect(!"\(directives)".contains("\u{1B}"))
}
