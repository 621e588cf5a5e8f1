import Coordination
import Testing
import Wire

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
        #expect(!worker.onMessage(.wait(Wait()), at: .seconds(second)).contains(where: isFail))
    }
}

@Test func aJobIsPreparedOnceHoweverOftenItsWelcomeComes() {
    var worker = stranger(hasDataset: false)
    var directives = worker.onJob(job, in: welcome(), at: .zero)
    directives += worker.onTurn() + worker.onJob(job, in: welcome(), at: .zero)
    #expect(directives.filter { $0 == .prepare(generation: 1) }.count == 1)
}

@Test func aPersonIsToldWhereACoordinatorWasReplacedByAnotherJobs() {
    var worker = stranger()
    #expect(worker.onJob(job, in: welcome(), at: .zero).contains(.event(.joined(endpoint: "e"))))
    // The coordinator's next process has the same job.
    #expect(
        !worker.onJob(job, in: welcome(session: 2), at: .zero).contains { if case .event = $0 { true } else { false } })
    let other = Employment.Job(digest: "other", datasetDigest: "data", rounds: 10, leafCount: 8, vectorCount: 3)
    let told = WorkerEvent.joinedAnother(endpoint: "e")
    #expect(worker.onJob(other, in: welcome(session: 3), at: .zero).contains(.event(told)) && told.isWarning)
}

@Test func parametersOfAStateThatWasGivenUpAreNotComputedAt() {
    func work(_ claim: UInt64, history: Int) -> Message {
        .work(Work(claim: claim, round: 3, leaves: 0..<4, releasedBelow: 1, history: history))
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

@Test func workThatDoesNotFitTheJobEndsTheWorkerWithALine() {
    let unfit: [(Message, [Int])] = [
        (work(5, round: 10), [3]), (work(5, leaves: 4..<9), [3]), (work(5), [4]), (work(5), [3, 3]),
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
    let lent = Work(claim: 5, round: 0, leaves: 0..<4, releasedBelow: 1)
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
        Work(claim: 500, round: 0, leaves: 0..<4, releasedBelow: 1),
        Work(claim: 7, round: 0, leaves: 0..<4, releasedBelow: 1)
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
    let old = Work(claim: 5, round: 0, leaves: 0..<4, releasedBelow: 1)
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

/// What is said before anybody is there waits in the connection: a hello every few seconds would come as a flood.
@Test func aHelloThatNobodyHasTakenInIsNotSaidAgain() {
    var worker = stranger(hearsOfHandshakes: true)
    func hellos(_ seconds: [Int]) -> [Int] { seconds.filter { isHello(worker.onTick(at: .seconds($0)).last) } }
    #expect(hellos(Array(stride(from: 0, through: 30, by: 5))) == [0])
    #expect(worker.onHandshake(.succeeded, at: .seconds(31)) == [])
    // It was read and not answered.
    #expect(hellos([35, 40]) == [35, 40])
    #expect(worker.onHandshake(.ended, at: .seconds(41)) == [])
    #expect(hellos([45, 50]) == [45])
    // In a connection that is made anew nothing waits.
    _ = worker.onHandshake(.notListed, at: .seconds(51))
    #expect(worker.onTick(at: .seconds(52)) == [.connectAnew])
    #expect(hellos([55, 58]) == [55])
}

/// The end of an earlier connection may be told of after the next one's begin.
@Test func aHelloIsSaidAgainWhereSomethingWasHeardSinceIt() {
    var worker = stranger(hearsOfHandshakes: true)
    _ = worker.onTick(at: .zero)
    _ = worker.onHandshake(.succeeded, at: .seconds(1))
    _ = worker.onHandshake(.ended, at: .seconds(1))
    #expect(isHello(worker.onTick(at: .seconds(5)).last))
    _ = worker.onMessage(.wait(Wait(relays: [])), at: .seconds(6))
    #expect(isHello(worker.onTick(at: .seconds(10)).last))
}

/// A port that is passed on to a machine where nobody listens accepts, and closes.
@Test func whoIsTurnedAwayWithoutAReasonHasNobodyThere() {
    var worker = stranger(hearsOfHandshakes: true)
    let told = Employment.Directive.event(.nobodyThere(endpoint: "e", patience: .seconds(60)))
    var times: [Int] = []
    for second in stride(from: 0, through: 30, by: 5) {
        if worker.onTick(at: .seconds(second)).contains(told) { times.append(second) }
        _ = worker.onHandshake(.broken, at: .seconds(second))
    }
    #expect(times == [10])
}

@Test func aWorkerWhomNobodyAnswersSaysSoOnceUntilItIsWelcome() {
    var worker = stranger(hearsOfHandshakes: true)
    let told = Employment.Directive.event(.nobodyThere(endpoint: "e", patience: .seconds(60)))
    func isTold(_ seconds: [Int]) -> [Int] { seconds.filter { worker.onTick(at: .seconds($0)).contains(told) } }
    #expect(isTold([0, 5, 10, 15, 20]) == [10])
    _ = worker.onHandshake(.succeeded, at: .seconds(21))
    _ = worker.onJob(job, in: welcome(), at: .seconds(22))
    _ = worker.onHandshake(.ended, at: .seconds(23))
    // Ten signs of life that nobody answers: it says hello, over a new connection now and then, and nobody is there.
    #expect(isTold(Array(24...60)).count == 1)
    #expect("\(WorkerEvent.nobodyThere(endpoint: "e", patience: .seconds(60)))".contains("for up to 60 seconds"))
}

@Test(arguments: [[], [7 as UInt64]]) func whoIsAskedToWaitForAWhileSaysSoOnceUntilItIsWelcome(relays: [UInt64]) {
    var worker = stranger()
    let told = Employment.Directive.event(.askedToWait(endpoint: "e", byRelay: !relays.isEmpty))
    func isTold(_ seconds: ClosedRange<Int>) -> [Int] {
        seconds.filter { worker.onMessage(.wait(Wait(relays: relays)), at: .seconds($0)).contains(told) }
    }
    #expect(isTold(3...40) == [13])
    _ = worker.onJob(job, in: welcome(), at: .seconds(41))
    #expect(isTold(50...80) == [60])
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
                let given = Work(claim: UInt64(i), round: 0, leaves: 0..<4, releasedBelow: 1)
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
