import Coordination
import Numerics
import Testing
import Wire

private let lease = Duration.seconds(10)

func training(
    leaves: Int = 4, rounds: Int = 3, refuses: Bool = false, probe: ArithmeticProbe? = nil
) -> Training {
    Training(
        Training.Plan(
            leafCount: leaves, rounds: rounds, largestFigures: [nil, 5], vectorCount: 1),
        round: 0, firstClaim: 100, probe: probe, heartbeat: .seconds(1), lease: lease,
        refusesOtherArithmetic: refuses)
}

/// With as many threads as a round has leaves, a worker may be given them all before anybody's first answer.
func hello(_ name: String, threads: Int = 4, digest: String = "d") -> Message {
    .hello(Hello(name: name, processor: "p", numerics: "n", threads: threads, datasetDigest: digest))
}

extension Training {
    mutating func take(
        _ message: Message, _ blockLengths: [Int] = [], from worker: WorkerID, at now: Duration = .zero
    ) -> [Directive] {
        onMessage(message, blockLengths: blockLengths, from: worker, at: now)
    }

    mutating func join(
        _ worker: WorkerID, _ name: String, threads: Int = 4, probe: String = "same", at now: Duration = .zero
    ) -> [Directive] {
        _ = take(hello(name, threads: threads), from: worker, at: now)
        return take(.ready(Ready(probeDigest: probe)), from: worker, at: now)
    }

    /// The report of what a worker has in hand, and how many floats its nodes have.
    func answer(of worker: WorkerID) throws -> (report: LeafReport, blockLengths: [Int]) {
        let claim = try #require(ledger?.claim(of: worker))
        let answer = report(claim, of: plan.leafCount, round: ledger?.round ?? 0)
        guard case .nodes(let nodes) = answer.content else { return (answer, []) }
        return (answer, nodes.map { _ in plan.vectorCount })
    }

    /// Takes the report of what a worker has in hand; its sums are finite, and looked through where that is said.
    mutating func takeAnswer(
        of worker: WorkerID, lookedThrough: Bool? = nil, at now: Duration = .zero
    ) throws -> [Directive] {
        var (report, blockLengths) = try answer(of: worker)
        report.computing = now - (roster.members[worker]?.inHand?.since ?? now)
        let isLookedThrough = lookedThrough ?? ledger?.isLookedThrough ?? false
        #expect(
            take(.leafReport(report), blockLengths, from: worker, at: now) == [
                .takeSums(from: worker, isLookedThrough: isLookedThrough, isCompared: false)
            ])
        return onSums(from: worker, at: now)
    }

    /// Takes word that sums of what a worker has in hand are not finite.
    mutating func takeNotFinite(of worker: WorkerID) throws -> [Directive] {
        var report = try answer(of: worker).report
        report.content = .notFinite
        return take(.leafReport(report), from: worker)
    }
}

func work(_ directives: [Training.Directive]) -> [WorkerID: Range<Int>] {
    var leaves: [WorkerID: Range<Int>] = [:]
    for case .sendWork(let work, _, let worker) in directives { leaves[worker] = work.leaves }
    return leaves
}

func refusals(_ directives: [Training.Directive]) -> [Refusal.Code] {
    directives.compactMap { if case .send(.refusal(let refusal), _) = $0 { refusal.code } else { nil } }
}

func events(_ directives: [Training.Directive]) -> [RunEvent] {
    directives.compactMap { if case .event(let event) = $0 { event } else { nil } }
}

@Test func aWorkerIsGivenAllLeavesOnceItIsReady() {
    var training = training()
    #expect(training.take(hello("ann"), from: ann) == [.welcome(ann)])
    let directives = training.take(.ready(Ready(probeDigest: "x")), from: ann)
    let work = Work(claim: 100, round: 0, leaves: 0..<4, releasedBelow: 100)
    #expect(directives.contains(.sendWork(work, withParameters: true, to: ann)))
}

/// A lone worker would otherwise have the whole of a first round, and those who join a moment later nothing.
@Test func beforeAnyAnswerAWorkerIsGivenAsManyLeavesAsItHasThreads() throws {
    var training = training(leaves: 8)
    #expect(work(training.join(ann, "ann", threads: 1)) == [ann: 0..<1])
    #expect(work(training.join(bob, "bob", threads: 2, at: .milliseconds(10))) == [bob: 1..<3])
    #expect(work(training.join(cid, "cid", threads: 1, at: .milliseconds(20))) == [cid: 3..<4])
    // Something is kept for those who are not done with their first.
    #expect(work(try training.takeAnswer(of: ann, at: .seconds(1))) == [ann: 4..<6])
    #expect(work(try training.takeAnswer(of: bob, at: .seconds(1))) == [bob: 6..<7])
    #expect(work(try training.takeAnswer(of: cid, at: .seconds(1))) == [cid: 7..<8])
}

/// Signs of life tell nothing of how long a leaf takes: whoever is a moment behind the first is not late.
@Test func theOthersAreJudgedByTheFirstAnswerHoweverLongItTook() throws {
    var training = training(leaves: 2)
    _ = training.join(ann, "ann", threads: 1)
    _ = training.join(bob, "bob", threads: 1)
    let answered = try training.takeAnswer(of: ann, at: .seconds(5))
    #expect(work(answered).isEmpty && !events(answered).contains { $0.kind == .overdue })
    #expect(work(training.onTick(at: .seconds(9))).isEmpty)
    #expect(try training.takeAnswer(of: bob, at: .milliseconds(9500)).contains(.finishRound))
    #expect(work(training.onRoot(isFinite: true, at: .milliseconds(9500))) == [ann: 0..<1, bob: 1..<2])
}

@Test func ofAWorkerWithManyThreadsAsMuchIsExpectedOfEach() throws {
    var training = training(leaves: 8)
    _ = training.join(ann, "ann", threads: 1)
    #expect(work(training.join(bob, "bob", threads: 4)) == [bob: 1..<5])
    _ = try training.takeAnswer(of: ann, at: .seconds(1))
    _ = try training.takeAnswer(of: ann, at: .seconds(2))
    // Twice what one leaf takes, and not what four take one after another.
    #expect(training.roster.members[bob]?.inHand?.due == .seconds(2))
}

@Test(arguments: ["", "another"]) func aWorkerWithoutTheDatasetIsWelcomedAtOnce(digest: String) {
    var training = training()
    #expect(training.take(hello("ann", digest: digest), from: ann) == [.welcome(ann)])
}

/// Whoever streams its samples has the blocks of the leaves that it had.
@Test func aWorkerKeepsToItsLeavesWhoeverJoinsAndWhateverItsName() throws {
    var training = training()
    _ = training.join(bob, "bob")
    _ = try training.takeAnswer(of: bob, at: .seconds(4))
    _ = training.join(cid, "cid", threads: 1)
    // Who has not answered yet is given one leaf.
    #expect(work(training.onRoot(isFinite: true, at: .seconds(4))) == [bob: 0..<3, cid: 3..<4])
    _ = training.join(ann, "ann", threads: 1)  // in the order of names she would come first
    _ = try training.takeAnswer(of: cid, at: .seconds(5))
    _ = try training.takeAnswer(of: bob, at: .seconds(7))
    #expect(work(training.onRoot(isFinite: true, at: .seconds(7))) == [bob: 0..<2, cid: 2..<3, ann: 3..<4])
}

@Test func theNextStepBeginsWithTheParametersOfTheLast() throws {
    var training = training()
    _ = training.join(ann, "ann")
    #expect(try training.takeAnswer(of: ann) == [.finishRound])
    let work = Work(claim: 101, round: 1, leaves: 0..<4, releasedBelow: 101)
    #expect(
        training.onRoot(isFinite: true, at: .zero) == [.sendWork(work, withParameters: true, to: ann)])
}

@Test func allWorkersAreSentAwayAfterTheLastStep() throws {
    var training = training(rounds: 1)
    _ = training.join(ann, "ann")
    _ = try training.takeAnswer(of: ann)
    #expect(training.onRoot(isFinite: true, at: .zero) == [.send(.finish(.complete), to: ann)])
    #expect(training.take(hello("bob"), from: bob) == [.send(.finish(.complete), to: bob)])
    #expect(training.ledger == nil)
}

@Test func aSilentWorkersLeavesGoToAnotherAndItsLateAnswerIsRefused() throws {
    var training = training()
    _ = training.join(ann, "ann")
    let (late, blockLengths) = try training.answer(of: ann)
    _ = training.take(hello("bob"), from: bob, at: .seconds(8))
    _ = training.take(.ready(Ready(probeDigest: "same")), from: bob, at: .seconds(8))
    // Overdue long before, they are given to another worker at once; the silent one may still be the first.
    #expect(training.ledger?.claim(of: bob)?.purpose == .backup)
    #expect(training.ledger?.claim(of: ann)?.leaves == 0..<4)
    #expect(events(training.onTick(at: lease)).isEmpty)
    let directives = training.onTick(at: lease + .milliseconds(1))
    #expect(events(directives) == [.silent(worker: "ann", lease: lease)])
    #expect(
        refusals(training.take(.leafReport(late), blockLengths, from: ann, at: .seconds(11))) == [.unknownWorker])
    // Known again, it still has nothing to report on.
    _ = training.join(ann, "ann")
    #expect(refusals(training.take(.leafReport(late), blockLengths, from: ann)) == [.notAssigned])
    #expect(training.ledger?.claim(of: bob)?.leaves == 0..<4)
}

@Test func whoeverFellSilentIsSentAwayAtTheEndAllTheSame() {
    var training = training()
    _ = training.join(ann, "ann")
    _ = training.take(hello("bob"), from: bob, at: lease)
    #expect(events(training.onTick(at: lease + .milliseconds(1))) == [.silent(worker: "ann", lease: lease)])
    #expect(training.finish(.stopped) == [bob, ann].map { .send(.finish(.stopped), to: $0) })
    // Told once, though it was silent and came again.
    _ = training.take(hello("ann"), from: ann, at: lease)
    #expect(training.finish(.stopped) == [ann, bob].map { .send(.finish(.stopped), to: $0) })
}

@Test func aCoordinatorThatWasStoppedTakesNobodyForSilent() {
    var training = training()
    _ = training.join(ann, "ann")
    _ = training.onTick(at: .seconds(1))
    // Nobody was heard meanwhile, and what came in waits to be read.
    #expect(events(training.onTick(at: .seconds(60))).isEmpty && training.readyCount == 1)
    for second in 61...69 { #expect(events(training.onTick(at: .seconds(second))).isEmpty) }
    #expect(events(training.onTick(at: .seconds(71))) == [.silent(worker: "ann", lease: lease)])
}

@Test func aWorkerThatSaysHelloAnewIsToldOfAndCountsOnce() {
    var training = training()
    _ = training.join(ann, "ann")
    #expect(events(training.take(hello("ann"), from: ann)) == [.cameAgain(worker: "ann")])
    _ = training.take(.ready(Ready(probeDigest: "same")), from: ann)
    #expect(training.readyCount == 1)
}

@Test func aConnectionThatEndsAfterTheLastStepIsNoNews() throws {
    var training = training(rounds: 1)
    _ = training.join(ann, "ann")
    _ = try training.takeAnswer(of: ann)
    _ = training.onRoot(isFinite: true, at: .zero)
    #expect(training.onGone(ann, at: .zero).isEmpty)
}

@Test func aHeartbeatIsAnsweredAndKeepsAWorker() {
    var training = training()
    _ = training.join(ann, "ann")
    let answer = training.take(
        .heartbeat(Heartbeat(sequence: 4, isReady: true, claim: 100)), from: ann, at: .seconds(9))
    #expect(answer == [.send(.heartbeatReply(sequence: 4, releasedBelow: 100), to: ann)])
    #expect(training.onTick(at: .seconds(15)).isEmpty)
    #expect(training.readyCount == 1)
}

@Test func aWorkerThatEndsOrLeavesHandsItsLeavesOnAtOnce() {
    var training = training()
    _ = training.join(ann, "ann")
    _ = training.join(bob, "bob")
    #expect(work(training.onEnd(ofWorkerNamed: "ann", at: .zero)) == [bob: 0..<4])
    _ = training.join(cid, "cid")
    let directives = training.take(.farewell(.leaving, text: ""), from: bob)
    #expect(work(directives) == [cid: 0..<4])
    #expect(events(directives) == [.left(worker: "bob")] && directives.contains(.forget(bob)))
}

@Test func aWorkerThatCantGoOnHandsItsLeavesOnWithItsReason() {
    var training = training()
    _ = training.join(ann, "ann")
    _ = training.join(bob, "bob")
    let directives = training.take(.farewell(.failed, text: "no\nmemory"), from: ann)
    #expect(events(directives) == [.failed(worker: "ann", reason: "no?memory")])
    #expect(work(directives) == [bob: 0..<4])
}

@Test func aWorkerThatSaysHelloAgainStartsAnew() {
    var training = training()
    _ = training.join(ann, "ann")
    #expect(work(training.join(ann, "ann")) == [ann: 0..<4])
    #expect(training.readyCount == 1)
}

@Test func aMessageThatCantBeReadCostsItsSenderItsPlaceAndNothingElse() {
    var training = training()
    _ = training.join(ann, "ann")
    _ = training.join(bob, "bob")
    let directives = training.onUnreadable(.frameChecksum(frame: 0), from: ann, at: .zero)
    #expect(refusals(directives) == [.malformed])
    #expect(work(directives) == [bob: 0..<4])
    #expect(refusals(training.onUnreadable(.version(theirs: 9), from: cid, at: .zero)) == [.version])
    #expect(training.readyCount == 1)
}

@Test func sumsOfAnotherLengthAreRefused() throws {
    for blockLengths in [[2], [], [1, 1]] {
        var training = training()
        _ = training.join(ann, "ann")
        let report = try training.answer(of: ann).report
        #expect(refusals(training.take(.leafReport(report), blockLengths, from: ann)) == [.malformed])
        #expect(training.readyCount == 0)
    }
}

@Test(arguments: [[4, 21], [4, -1], [Double.nan, 4], [.infinity, 4], [4], [4, 4, 4]])
func figuresThatCantBeAreRefused(figures: [Double]) throws {
    var training = training()
    _ = training.join(ann, "ann")
    var (report, blockLengths) = try training.answer(of: ann)
    report.content = .nodes([.init(leaves: 0..<4, figures: figures)])
    #expect(refusals(training.take(.leafReport(report), blockLengths, from: ann)) == [.malformed])
}

@Test func whatOnlyACoordinatorSaysIsRefused() {
    var training = training()
    _ = training.join(ann, "ann")
    #expect(refusals(training.take(.wait(Wait()), from: ann)) == [.malformed])
}

@Test func aWorkerOfOtherArithmeticIsToldOfOrRefused() {
    var lenient = training()
    _ = lenient.join(ann, "ann")
    let told = lenient.join(bob, "bob", probe: "other")
    #expect(
        events(told).contains(.otherArithmetic(worker: "bob", processor: "p", numerics: "n", probeOf: "ann")))
    #expect(lenient.readyCount == 2)
    var strict = training(refuses: true)
    _ = strict.join(ann, "ann")
    #expect(refusals(strict.join(bob, "bob", probe: "other")) == [.otherArithmetic])
    #expect(strict.readyCount == 1)
}

@Test func theArithmeticIsTheRunsWhoeverLeavesAndWhicheverProcessGoesOn() {
    var first = training(refuses: true)
    _ = first.join(ann, "ann")
    _ = first.take(.farewell(.leaving, text: ""), from: ann)
    #expect(refusals(first.join(bob, "bob", probe: "other")) == [.otherArithmetic])
    var resumed = training(refuses: true, probe: first.probe)
    #expect(refusals(resumed.join(bob, "bob", probe: "other")) == [.otherArithmetic])
    #expect(refusals(resumed.join(cid, "cid")).isEmpty)
    #expect(resumed.probe == ArithmeticProbe(digest: "same", name: "ann"))
}

/// A sign of life of a worker that waits for work.
let idle = Message.heartbeat(Heartbeat(sequence: 1, isReady: true, claim: nil))

@Test func workThatAWorkerDoesNotKnowOfIsGivenAgainWithItsParameters() {
    var training = training()
    _ = training.join(ann, "ann")
    #expect(work(training.take(idle, from: ann, at: .seconds(2))).isEmpty)  // it may be on its way
    let again = training.take(idle, from: ann, at: .seconds(2) + .milliseconds(1))
    let newWork = Work(claim: 101, round: 0, leaves: 0..<4, releasedBelow: 100)
    #expect(again.last == .sendWork(newWork, withParameters: true, to: ann))
    #expect(events(again) == [.lostWork(worker: "ann")])
}

@Test func aWorkerWhoseReadyWasLostIsToldToSayHelloAgain() {
    var training = training()
    _ = training.take(hello("ann"), from: ann)
    #expect(refusals(training.take(idle, from: ann, at: .seconds(1))) == [.unknownWorker])
}
