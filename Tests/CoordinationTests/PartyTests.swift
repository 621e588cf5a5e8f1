import Coordination
import Numerics
import Testing
import Wire

/// Answers that are compared where names come with keys: workers of one key are one party.
@Suite struct PartyTests {
    private let ann = WorkerID([1])
    private let bob = WorkerID([2])
    private let cid = WorkerID([3])

    /// A training of two leaves with these workers, each with the key before its name's stroke.
    private func training(_ share: Double, _ workers: (WorkerID, String)...) -> Training {
        var training = Training(
            Training.Plan(leafCount: 2, rounds: 1000, largestFigures: [nil, 5], vectorCount: 1), round: 0,
            firstClaim: 100, reference: ArithmeticProbe(digest: "same", name: "this coordinator"),
            heartbeat: .seconds(1), lease: .seconds(10), areNamesOwn: true, audit: share, auditSeed: 1)
        for (id, name) in workers { _ = training.join(id, name) }
        return training
    }

    /// Takes an answer that is compared.
    private func take(_ digest: String, of worker: WorkerID, _ training: inout Training) throws -> [Training.Directive]
    {
        let (report, lengths) = try training.answer(of: worker)
        _ = training.take(.leafReport(report), lengths, from: worker)
        return training.onHeld(digest, from: worker, at: .zero)
    }

    /// Workers of one key might be one that lies twice.
    @Test func workersOfOneKeyDoNotConfirmEachOther() throws {
        var training = training(1, (ann, "mill/1"), (bob, "mill/2"), (cid, "lab/1"))
        var confirmed: [WorkerID: Set<WorkerID>] = [:]
        while training.ledger?.isComplete == false {
            let worker = try #require([ann, bob, cid].first { training.ledger?.claim(of: $0) != nil })
            for leaf in training.ledger?.claim(of: worker)?.leaves ?? 0..<0 {
                confirmed[WorkerID([UInt8(leaf)]), default: []].insert(worker)
            }
            _ = try take("x", of: worker, &training)
        }
        #expect(confirmed.values.allSatisfy { $0.count == 2 && $0.contains(cid) }, "\(confirmed)")
    }

    @Test func whereAllOthersHaveItsKeyTheCoordinatorComparesAWorkersSums() throws {
        var training = training(1, (ann, "mill/1"), (bob, "mill/2"))
        let claim = try #require(training.ledger?.claim(of: ann))
        #expect(try take("x", of: ann, &training).contains(.settle(round: 0, leaves: claim.leaves)))
    }

    /// A mark that begins a name makes one character of itself and the stroke before it.
    @Test func aMarkThatBeginsANameMakesNoOtherParty() throws {
        var training = training(1, (ann, "mill/\u{301}1"), (bob, "mill/\u{301}2"))
        let claim = try #require(training.ledger?.claim(of: ann))
        #expect(training.ledger?.claim(of: bob) == nil)
        #expect(try take("x", of: ann, &training).contains(.settle(round: 0, leaves: claim.leaves)))
    }

    @Test func whereALateWorkersFellowHasItsKeyItTakesItsPlace() throws {
        var training = training(1, (ann, "mill/1"), (bob, "mill/2"), (cid, "lab/1"))
        let late = try #require(training.ledger?.claim(of: ann))
        while training.ledger?.claim(of: cid) != nil { _ = try take("x", of: cid, &training) }
        for second in 1...9 where training.ledger?.claim(of: bob) == nil {
            for (worker, claim) in [(ann, late.id), (bob, nil)] as [(WorkerID, UInt64?)] {
                let sign = Heartbeat(sequence: 1, isReady: true, claim: claim)
                _ = training.take(.heartbeat(sign), from: worker, at: .seconds(second))
            }
            _ = training.onTick(at: .seconds(second))
        }
        #expect(training.ledger?.claim(of: bob)?.leaves == late.leaves && training.ledger?.claim(of: ann) == nil)
        #expect(try take("x", of: bob, &training).last == .finishRound)
    }

    /// What a worker was sent before its connection broke may never have come.
    @Test func whereWorkersOfOneKeyTakeEachOthersPlaceParametersAreSentAgain() throws {
        var training = training(1, (ann, "mill/1"), (bob, "mill/2"))
        #expect(training.ledger?.claim(of: ann) != nil)
        _ = training.onGone(ann, at: .zero)
        #expect(training.ledger?.claim(of: bob) != nil && training.ledger?.claim(of: ann) == nil)
        _ = training.take(.heartbeat(Heartbeat(sequence: 1, isReady: true, claim: nil)), from: ann)
        let directives = training.onGone(bob, at: .zero)
        let given = directives.compactMap { directive -> (withParameters: Bool, to: WorkerID)? in
            if case .sendWork(_, let withParameters, let worker) = directive { (withParameters, worker) } else { nil }
        }
        #expect(given.map(\.to) == [ann] && given.allSatisfy(\.withParameters))
    }

    @Test func withALiarAllGoThatHaveItsKey() throws {
        var training = training(1, (ann, "mill/1"), (bob, "mill/2"), (cid, "lab/1"))
        let claim = try #require(training.ledger?.claim(of: ann))
        _ = try take("wrong", of: ann, &training)
        while training.ledger?.claim(of: cid) != nil { _ = try take("right", of: cid, &training) }
        let settled = training.onSettled(round: 0, leaves: claim.leaves, mark: "right", at: .zero)
        #expect(refusals(settled) == [.refuted, .refuted])
        #expect(training.roster.members.keys.sorted() == [cid])
    }

    /// Two that are alone with each other may be one that lies twice: they are taken on their word.
    @Test func whereAllHaveOneKeyTheirSumsAreNotedAsUnaudited() throws {
        var training = training(0.9999, (ann, "mill/1"), (bob, "mill/2"))
        _ = try take("x", of: ann, &training)
        #expect(try take("x", of: bob, &training).last == .finishRound)
        #expect(training.record.audited == 0 && training.record.unaudited == ["mill/1": 0, "mill/2": 0])
    }

    @Test(arguments: ["1", "\u{301}x", "\u{200D}x", "\u{FE0F}x"])
    func whoseSumsWereWrongIsKeptOutByItsKeyUnderWhateverName(name: String) throws {
        var training = training(1, (ann, "mill/\(name)"), (cid, "lab/1"))
        let claim = try #require(training.ledger?.claim(of: ann))
        _ = try take("wrong", of: ann, &training)
        while training.ledger?.claim(of: cid) != nil { _ = try take("right", of: cid, &training) }
        _ = training.onSettled(round: 0, leaves: claim.leaves, mark: "right", at: .zero)
        let refused = training.take(hello("mill/2"), from: bob)
        #expect(refusals(refused) == [.refuted] && events(refused).map(\.kind) == [.refused])
        #expect(training.take(hello("millstone/2"), from: bob).contains(.welcome(bob)))
    }
}
