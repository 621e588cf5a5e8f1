import Coordination
import Numerics
import Testing
import Wire

/// Two rounds that are computed at once, in both minds.
@Suite struct OverlapTests {
    private let ann = WorkerID([1])
    private let bob = WorkerID([2])

    private func training(rounds: Int = 5, audit: Double = 0) -> Training {
        Training(
            Training.Plan(
                leafCount: 4, rounds: rounds, largestFigures: [nil, 5], vectorCount: 1, roundsAtOnce: 2),
            round: 0, firstClaim: 100, reference: ArithmeticProbe(digest: "same", name: "c"), heartbeat: .seconds(1),
            lease: .seconds(10), audit: audit, auditSeed: 1)
    }

    private func work(_ directives: [Training.Directive]) -> [Work] {
        directives.compactMap { if case .sendWork(let work, _, _) = $0 { work } else { nil } }
    }

    /// Reports on what a worker was given of a round.
    private func answer(
        _ round: Int, of worker: WorkerID, _ training: inout Training, at now: Duration = .zero
    ) throws -> [Training.Directive] {
        let claim = try #require(training.claim(of: worker, round: round))
        let report = report(claim, of: 4, round: round)
        guard case .nodes(let nodes) = report.content else { return [] }
        let taken = training.take(.leafReport(report), nodes.map { _ in 1 }, from: worker, at: now)
        #expect(taken == [.takeSums(from: worker, isLookedThrough: false, isCompared: false)])
        return training.onSums(from: worker, of: round, at: now)
    }

    @Test func aWorkerIsGivenTwoStepsAndAThirdOnceTheFirstIsMade() throws {
        var training = training()
        let given = work(training.join(ann, "ann"))
        #expect(given.map(\.round) == [0, 1] && given.map(\.claim) == [100, 101])
        #expect(given.map(\.releasedBelow) == [100, 100])
        #expect(try answer(0, of: ann, &training) == [.finishRound])
        let next = work(training.onRoot(isFinite: true, at: .zero))
        #expect(next == [Work(claim: 102, round: 2, leaves: 0..<4, releasedBelow: 100)])
        #expect(training.ledger?.round == 1 && training.record.leaves == 4)
        #expect(training.roster.members[ann]?.inHand?.claim == 101)
        #expect(training.roster.members[ann]?.next?.claim == 102)
    }

    @Test func stepsAreMadeInTheirOrderWhicheverIsSummedFirst() throws {
        var training = training()
        _ = training.join(ann, "ann")
        #expect(try answer(1, of: ann, &training) == [])
        #expect(!training.isRoundComplete)
        #expect(try answer(0, of: ann, &training) == [.finishRound])
        #expect(work(training.onRoot(isFinite: true, at: .zero)).map(\.round) == [2])
        #expect(training.isRoundComplete && training.record.leaves == 4, "round 1 is summed and not made")
        #expect(work(training.onRoot(isFinite: true, at: .zero)).map(\.round) == [3])
        #expect(!training.isRoundComplete && training.record.leaves == 8)
    }

    @Test func theLastStepsEndTheJob() throws {
        var training = training(rounds: 2)
        #expect(work(training.join(ann, "ann")).map(\.round) == [0, 1])
        _ = try answer(0, of: ann, &training)
        #expect(work(training.onRoot(isFinite: true, at: .zero)) == [] && training.ledger?.round == 1)
        _ = try answer(1, of: ann, &training)
        #expect(training.onRoot(isFinite: true, at: .zero) == [.send(.finish(.complete), to: ann)])
        #expect(training.ledger == nil)
    }

    @Test func aStepThatIsDoneOnceMoreLeavesTheOneAfterItAsItIs() throws {
        var training = training()
        _ = training.join(ann, "ann")
        _ = try answer(1, of: ann, &training)
        _ = try answer(0, of: ann, &training)
        let again = training.onRoot(isFinite: false, at: .zero)
        #expect(work(again).map(\.round) == [0] && training.isLookedThrough(0) && !training.isLookedThrough(1))
        #expect(training.record.leaves == 0)
    }

    @Test func whoeverGoesLeavesBothStepsToOthers() throws {
        var training = training()
        _ = training.join(ann, "ann")
        #expect(work(training.join(bob, "bob")) == [])
        let given = work(training.take(.farewell(.leaving, text: ""), from: ann))
        #expect(given.map(\.round) == [0, 1] && given.allSatisfy { $0.leaves == 0..<4 })
    }

    @Test func whatASignOfLifeDoesNotNameIsGivenOutAgainAndTheOtherStepIsNot() throws {
        var training = training()
        _ = training.join(ann, "ann")
        let both = Message.heartbeat(Heartbeat(sequence: 1, isReady: true, claim: 100, nextClaim: 101))
        #expect(work(training.take(both, from: ann, at: .seconds(5))) == [])
        let second = Message.heartbeat(Heartbeat(sequence: 2, isReady: true, claim: 101))
        let again = training.take(second, from: ann, at: .seconds(6))
        #expect(work(again).map(\.round) == [0] && events(again) == [.lostWork(worker: "ann")])
        #expect(training.claim(of: ann, round: 1)?.id == 101)
    }

    @Test func oneWhoseSumsAreWrongLosesThoseOfBothSteps() throws {
        var training = training(audit: 1)
        _ = (training.join(ann, "ann"), training.join(bob, "bob"))
        for (round, worker, digest) in [(1, bob, "later"), (0, ann, "x"), (0, bob, "y")] {
            let claim = try #require(training.claim(of: worker, round: round))
            let report = report(claim, of: 4, round: round)
            guard case .nodes(let nodes) = report.content else { continue }
            _ = training.take(.leafReport(report), nodes.map { _ in 1 }, from: worker)
            _ = training.onHeld(digest, from: worker, of: round, at: .zero)
        }
        let settled = training.onSettled(round: 0, leaves: 0..<4, mark: "x", at: .zero)
        #expect(refusals(settled) == [.refuted] && settled.contains(.finishRound))
        #expect(training.roster.members[bob] == nil && training.claim(of: ann, round: 1) != nil)
        #expect(training.onHeld("right", from: ann, of: 1, at: .zero).contains(.settle(round: 1, leaves: 0..<4)))
    }

    @Test func goingBackBeginsBothStepsAnew() throws {
        var training = training()
        _ = training.join(ann, "ann")
        _ = try answer(0, of: ann, &training)
        _ = training.onRoot(isFinite: true, at: .zero)
        let directives = training.onWentBack(to: 0, with: AuditRecord(), at: .zero)
        #expect(training.ledger?.round == 0 && training.record.leaves == 0)
        // The worker still computes what it had: it is given the rounds once it says that it is free.
        #expect(work(directives) == [])
        let idle = Message.heartbeat(Heartbeat(sequence: 1, isReady: true, claim: nil))
        let given = training.take(idle, from: ann, at: .seconds(5))
        #expect(work(given).map(\.round) == [0, 1])
        for case .sendWork(_, let withParameters, _) in given { #expect(withParameters) }
    }

    // MARK: - A worker

    private let job = Employment.Job(
        digest: "job", datasetDigest: "data", rounds: 10, leafCount: 4, vectorCount: 3, roundsAtOnce: 2)

    private func employment(hasDataset: Bool) -> Employment {
        let hello = Hello(
            name: "ann", processor: "p", numerics: "n", threads: 1, datasetDigest: hasDataset ? "data" : "")
        var worker = Employment(hello, datasetPath: nil, endpoint: "e", patience: .seconds(60), at: .zero)
        let welcome = Welcome(job: "", heartbeat: .seconds(1), lease: .seconds(10), session: 1)
        _ = worker.onTick(at: .zero)
        _ = worker.onJob(job, in: welcome, at: .zero)
        _ = worker.onPrepared(probeDigest: "probe", generation: 1)
        return worker
    }

    private func work(_ claim: UInt64, _ round: Int) -> Work {
        Work(claim: claim, round: round, leaves: 0..<4, releasedBelow: 1)
    }

    @Test func aWorkerNamesBothClaimsAndKeepsTheParametersOfTwoSteps() {
        var worker = employment(hasDataset: true)
        for (claim, round) in [(5, 0), (6, 1)] as [(UInt64, Int)] {
            #expect(
                worker.onMessage(.work(work(claim, round)), blockLengths: [3], at: .zero)
                    == [.compute(work(claim, round), withNewParameters: true, generation: 1)])
        }
        let sign = Heartbeat(sequence: 1, isReady: true, claim: 5, nextClaim: 6)
        #expect(worker.onTick(at: .seconds(1)) == [.send(.heartbeat(sign))])
        // Another claim of a round whose parameters are here needs none; one of an earlier round does.
        #expect(
            worker.onMessage(.work(work(7, 0)), at: .zero)
                == [.compute(work(7, 0), withNewParameters: false, generation: 1)])
        _ = worker.onMessage(.work(work(8, 2)), blockLengths: [3], at: .zero)
        #expect(worker.onMessage(.work(work(9, 0)), at: .zero) == [])
    }

    @Test func aWorkerThatStreamsBringsOneStepTogetherAfterTheOther() {
        var worker = employment(hasDataset: false)
        #expect(
            worker.onMessage(.work(work(5, 0)), blockLengths: [3], at: .zero)
                == [.bring(work(5, 0), withNewParameters: true)])
        #expect(worker.onNeed([1], ahead: [], of: 5) == [.lookUp(block: 1)])
        #expect(
            worker.onMessage(.work(work(6, 1)), blockLengths: [3], at: .zero) == [.keepParameters(of: work(6, 1))])
        #expect(
            worker.onLookUp(1, isFound: true) == [
                .compute(work(5, 0), withNewParameters: false, generation: 1),
                .bring(work(6, 1), withNewParameters: false),
            ])
        #expect(
            worker.onNeed([1], ahead: [], of: 6) == [.compute(work(6, 1), withNewParameters: false, generation: 1)])
    }
}
