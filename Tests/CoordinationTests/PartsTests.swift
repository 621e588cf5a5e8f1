import Coordination
import Numerics
import Testing
import Wire

/// Sums and parameters that travel in parts ahead of the messages that list them.
@Suite struct PartsTests {
    private let ann = WorkerID([1])
    private let bob = WorkerID([2])
    private let cid = WorkerID([3])
    private let job = Employment.Job(
        digest: "job", datasetDigest: "data", rounds: 10, leafCount: 4, vectorCount: 5)

    /// Parts of 2, 2 and 1 floats.
    private func training(rounds: Int = 3) -> Training {
        Training(
            Training.Plan(
                leafCount: 4, rounds: rounds, largestFigures: [nil, 5], vectorCount: 5,
                parts: VectorParts(of: 5, length: 2)),
            round: 0, firstClaim: 100, heartbeat: .seconds(1), lease: .seconds(10))
    }

    private func join(_ training: inout Training, _ worker: WorkerID, takesParts: Bool = true) {
        _ = training.take(hello(takesParts ? "ann" : "bob"), from: worker)
        _ = training.take(.ready(Ready(probeDigest: "same", takesParts: takesParts)), from: worker)
    }

    private func sumPart(_ claim: UInt64, _ part: Int) -> Message { .sumPart(SumPart(claim: claim, part: part)) }

    @Test(arguments: [
        (1, 10, [0..<1]), (5, 2, [0..<2, 2..<4, 4..<5]), (4, 2, [0..<2, 2..<4]), (3, 1, [0..<1, 1..<2, 2..<3]),
    ])
    func partsCoverAVectorInOrder(count: Int, length: Int, ranges: [Range<Int>]) throws {
        let parts = try #require(VectorParts(of: count, length: length))
        #expect((0..<parts.count).map { parts[$0] } == ranges)
    }

    @Test(arguments: [1, 32_768, 221_957, 1_000_000, 100_000_000])
    func travellingPartsAreFewAndBeginAtWholeBlocks(count: Int) {
        let parts = VectorParts(travelling: count)
        #expect(parts.count <= 64 && parts[parts.count - 1].upperBound == count)
        #expect((0..<parts.count).allSatisfy { parts[$0].lowerBound % 4096 == 0 })
        #expect(VectorParts(of: count, length: parts.length) == parts)
        #expect(VectorParts(of: count, length: 0) == nil)
        #expect(VectorParts(of: 1000, length: 3) == nil, "334 parts")
    }

    @Test(arguments: [1, 4095, 8192, 8193, 221_957])
    func twoPartsAreTwoOfAboutTheSameLength(count: Int) {
        let parts = VectorParts(twoOf: count)
        #expect(parts.count <= 2 && parts[parts.count - 1].upperBound == count)
        #expect(parts[0].count == count || parts[0].count - parts[1].count <= 8192)
    }

    @Test func aReportCountsWhereAllItsPartsCameInOrder() throws {
        var training = training()
        join(&training, ann)
        let (report, _) = try training.answer(of: ann)
        for (part, count) in [2, 2, 1].enumerated() {
            let message = SumPart(claim: report.claim, part: part)
            let taken = Training.Directive.takeSumPart(message, of: [0..<4], from: ann, isHeld: false)
            #expect(training.take(.sumPart(message), [count], from: ann) == [taken])
            #expect(training.take(.sumPart(message), [count], from: ann) == [], "once more")
        }
        let directives = training.onMessage(
            .leafReport(report), blockLengths: [5], isAhead: true, from: ann, at: .zero)
        #expect(directives == [.takeSums(from: ann, isLookedThrough: false, isCompared: false)])
        #expect(training.onSums(from: ann, at: .zero) == [.finishRound])
    }

    @Test func aReportSomeOfWhosePartsWereLostIsNotTakenAndItsLeavesAreGivenOutAgain() throws {
        var training = training()
        join(&training, ann)
        let (report, _) = try training.answer(of: ann)
        #expect(training.take(sumPart(report.claim, 0), [2], from: ann).count == 1)
        #expect(training.take(sumPart(report.claim, 2), [1], from: ann) == [])
        #expect(training.onMessage(.leafReport(report), blockLengths: [5], isAhead: true, from: ann, at: .zero) == [])
        let sign = Message.heartbeat(Heartbeat(sequence: 1, isReady: true, claim: nil))
        let again = work(training.take(sign, from: ann, at: .seconds(3)))
        #expect(again == [ann: 0..<4])
    }

    @Test func aReportOfAnotherClaimDoesNotBeginThePartsInHandAnew() throws {
        var training = training()
        join(&training, ann)
        let (report, _) = try training.answer(of: ann)
        #expect(training.take(sumPart(report.claim, 0), [2], from: ann).count == 1)
        var other = report
        other.claim += 7
        _ = training.onMessage(.leafReport(other), blockLengths: [5], isAhead: true, from: ann, at: .zero)
        #expect(training.take(sumPart(report.claim, 0), [2], from: ann) == [], "the first part once more")
        #expect(training.take(sumPart(report.claim, 1), [2], from: ann).count == 1)
    }

    @Test func partsOfAClaimThatIsNotTheWorkersAreWorthNothing() throws {
        var training = training()
        join(&training, ann)
        let claim = try training.answer(of: ann).report.claim
        join(&training, bob, takesParts: false)
        #expect(training.take(sumPart(claim, 0), [2], from: bob) == [])
        #expect(training.take(sumPart(claim + 7, 0), [2], from: ann) == [])
    }

    @Test(arguments: [(0, [1]), (0, [2, 2]), (0, []), (3, [2]), (2, [2])])
    func aPartOfAnotherShapeCostsAWorkerItsPlace(part: Int, lengths: [Int]) throws {
        var training = training()
        join(&training, ann)
        let claim = try training.answer(of: ann).report.claim
        #expect(refusals(training.take(sumPart(claim, part), lengths, from: ann)) == [.malformed])
        #expect(training.roster.members[ann] == nil)
    }

    @Test func nextParametersGoAheadToThoseWhoTakePartsAndOnlyWhereThereIsANextStep() {
        var training = training()
        join(&training, ann)
        join(&training, bob, takesParts: false)
        #expect(training.takersAhead == [ann])
        var last = self.training(rounds: 1)
        join(&last, ann)
        #expect(last.takersAhead == [])
    }

    // MARK: - The worker

    private func worker() -> Employment {
        let hello = Hello(name: "ann", processor: "p", numerics: "n", threads: 1, datasetDigest: "data")
        var worker = Employment(hello, datasetPath: nil, endpoint: "e", patience: .seconds(60), at: .zero)
        let welcome = Welcome(
            job: "", heartbeat: .seconds(1), lease: .seconds(10), session: 1,
            partLength: 2)
        _ = worker.onTick(at: .zero)
        _ = worker.onJob(job, in: welcome, at: .zero)
        _ = worker.onPrepared(probeDigest: "probe", generation: 1)
        return worker
    }

    private func send(_ round: Int, _ part: Int, to worker: inout Employment) -> [Employment.Directive] {
        let message = Message.parameterPart(ParameterPart(round: round, part: part))
        return worker.onMessage(message, blockLengths: [part == 2 ? 1 : 2], at: .zero)
    }

    private func computes(_ worker: inout Employment, round: Int) -> Bool {
        let work = Work(claim: UInt64(100 + round), round: round, leaves: 0..<4, releasedBelow: 1)
        let directives = worker.onMessage(.work(work), blockLengths: [5], isAhead: true, at: .zero)
        return directives.contains(.compute(work, withNewParameters: true, generation: 1))
    }

    @Test func workIsDoneWithParametersAllOfWhosePartsCame() {
        var worker = worker()
        for part in 0..<3 { #expect(send(1, part, to: &worker) == [.takePart(part)]) }
        #expect(computes(&worker, round: 1))
        #expect(!computes(&worker, round: 2), "those of a round before")
    }

    @Test func partsThatAreMissingMakeWorkWaitAndTheFirstOneBeginsAnew() {
        var worker = worker()
        _ = send(1, 0, to: &worker)
        #expect(send(1, 2, to: &worker) == [])
        #expect(!computes(&worker, round: 1))
        for part in [0, 1, 0, 1, 2] { #expect(send(1, part, to: &worker) == [.takePart(part)]) }
        #expect(computes(&worker, round: 1))
    }

    @Test func partsOfAnotherShapeEndAWorker() {
        var worker = worker()
        let message = Message.parameterPart(ParameterPart(round: 1, part: 3))
        guard case .fail = worker.onMessage(message, blockLengths: [2], at: .zero).first else {
            return #expect(Bool(false), "a fourth part was taken")
        }
    }

    @Test func aClockTellsComputingFromWhatIsUnderway() {
        var clock = RoundClock()
        #expect(clock.onRound(at: .seconds(1)) == nil)
        clock.onWork(5, to: ann, at: .seconds(2))
        clock.onReport(6, computing: .seconds(1), from: ann, named: "ann", at: .seconds(4))
        clock.onReport(5, computing: .seconds(3), from: ann, named: "ann", at: .seconds(6))
        clock.onWork(7, to: bob, at: .seconds(2))
        clock.onReport(7, computing: .seconds(-9), from: bob, named: "bob", at: .seconds(5))
        let times = clock.onRound(at: .seconds(8))
        #expect(
            times
                == RoundTimes(
                    whole: .seconds(7),
                    workers: [
                        .init(name: "ann", computing: .seconds(3), exchanging: .seconds(1)),
                        .init(name: "bob", computing: .zero, exchanging: .seconds(3)),
                    ]))
    }

    @Test func whatAWorkerWaitedForSamplesIsNoExchange() {
        var clock = RoundClock()
        _ = clock.onRound(at: .zero)
        clock.onWork(5, to: ann, at: .zero)
        clock.onReport(5, computing: .seconds(3), gathering: .seconds(2), from: ann, named: "ann", at: .seconds(6))
        clock.onWork(6, to: bob, at: .zero)
        clock.onReport(6, computing: .seconds(3), gathering: .seconds(99), from: bob, named: "bob", at: .seconds(7))
        let workers = clock.onRound(at: .seconds(8))?.workers ?? []
        #expect(workers.map(\.exchanging) == [.seconds(1), .zero])
        #expect(workers.map(\.gathering) == [.seconds(2), .seconds(4)], "a worker's word may be anything")
    }

    /// Two works at once, of which each is computed while the sums of the other are on their way.
    @Test func aWorkerWithSeveralWorksAtOnceIsNotBusyForLongerThanItsRounds() {
        var clock = RoundClock()
        _ = clock.onRound(at: .zero)
        clock.onWork(1, to: ann, at: .zero)
        clock.onWork(2, to: ann, at: .zero)
        // The first sums are late by 5 s, and the second ones, computed meanwhile, come 5 s after them.
        clock.onReport(1, computing: .seconds(10), from: ann, named: "ann", at: .seconds(15))
        clock.onWork(3, to: ann, at: .seconds(15))
        let first = clock.onRound(over: 2, at: .seconds(15))
        clock.onReport(2, computing: .seconds(10), from: ann, named: "ann", at: .seconds(20))
        let second = clock.onRound(over: 3, at: .seconds(20))
        clock.onReport(3, computing: .seconds(10), from: ann, named: "ann", at: .seconds(35))
        let third = clock.onRound(at: .seconds(35))
        let exchanging = [first, second, third].flatMap { $0?.workers ?? [] }.map(\.exchanging)
        #expect(exchanging == [.seconds(5), .zero, .zero])
    }

    @Test func aLateReportWhosePartsWereNotLookedAtShowsThatItsWorkerIsFree() throws {
        var training = training()
        join(&training, ann)
        let late = try training.answer(of: ann).report
        _ = training.onTick(at: .seconds(3))
        _ = training.take(hello("cid"), from: cid, at: .seconds(3))
        let joined = training.take(.ready(Ready(probeDigest: "same")), from: cid, at: .seconds(3))
        #expect(work(joined) == [cid: 0..<4])
        let (report, lengths) = try training.answer(of: cid)
        _ = training.take(.leafReport(report), lengths, from: cid, at: .seconds(3))
        #expect(training.onSums(from: cid, at: .seconds(3)) == [.finishRound])
        _ = training.onRoot(isFinite: true, at: .seconds(3))
        for part in 0..<3 { _ = training.take(sumPart(late.claim, part), [2, 2, 1].suffix(3 - part), from: ann) }
        _ = training.onMessage(
            .leafReport(late), blockLengths: [5], isAhead: true, from: ann, at: .seconds(4))
        let member = try #require(training.roster.members[ann])
        #expect(member.inHand?.claim != late.claim)
    }
}
