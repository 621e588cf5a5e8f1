import Coordination
import Numerics
import Testing
import Wire

/// Answers that are compared before they count.
@Suite struct AuditTests {
    private let ann = WorkerID([1])
    private let bob = WorkerID([2])
    private let cid = WorkerID([3])

    /// A training of two leaves with these workers, whose rounds are audited.
    private func training(
        _ share: Double = 1, _ workers: (WorkerID, String)..., seed: UInt64 = 1
    ) -> Training {
        var training = Training(
            Training.Plan(leafCount: 2, rounds: 1000, largestFigures: [nil, 5], vectorCount: 1), round: 0,
            firstClaim: 100, reference: ArithmeticProbe(digest: "same", name: "this coordinator"),
            heartbeat: .seconds(1), lease: .seconds(10), audit: share, auditSeed: seed)
        for (id, name) in workers { _ = training.join(id, name) }
        return training
    }

    /// Takes an answer that is compared.
    private func take(_ digest: String, of worker: WorkerID, _ training: inout Training) throws -> [Training.Directive]
    {
        let (report, lengths) = try training.answer(of: worker)
        #expect(
            training.take(.leafReport(report), lengths, from: worker)
                == [
                    .takeSums(
                        from: worker, isLookedThrough: training.ledger?.isLookedThrough ?? false, isCompared: true)
                ])
        return training.onHeld(digest, from: worker, at: .zero)
    }

    @Test func sumsCountOnceAnotherWorkersAreTheSame() throws {
        var training = training(1, (ann, "ann"), (bob, "bob"))
        let given = training.ledger?.claim(of: ann)
        #expect(training.ledger?.claim(of: bob)?.purpose == .audit)
        #expect(try take("x", of: ann, &training).isEmpty)
        #expect(try take("x", of: bob, &training) == [.takeAnswer(claim: given?.id ?? 0), .finishRound])
        _ = training.onRoot(isFinite: true, at: .zero)
        #expect(training.record.audited == 2 && training.record.leaves == 2)
    }

    @Test func whoseSumsAreWrongIsSentAwayForGoodAndTheLeavesAreDoneAgain() throws {
        var training = training(1, (ann, "ann"), (bob, "bob"), (cid, "cid"))
        _ = try take("x", of: ann, &training)
        #expect(try take("y", of: bob, &training).last == .settle(round: 0, leaves: 0..<2))
        #expect(training.areDisputed(0..<2, of: 0))
        let settled = training.onSettled(round: 0, leaves: 0..<2, mark: "x", at: .zero)
        #expect(events(settled) == [.lied(worker: "bob", step: 0, leaves: 0..<2, since: nil)])
        #expect(refusals(settled) == [.refuted] && !settled.contains(.goBack(round: 0)))
        // The other answer was right.
        #expect(settled.suffix(2) == [.takeAnswer(claim: 100), .finishRound])
        _ = training.onRoot(isFinite: true, at: .zero)
        #expect(refusals(training.take(hello("bob"), from: bob)) == [.refuted])
        #expect(refusals(training.take(hello("bob"), from: WorkerID([9]))) == [.refuted])
        // Both others agree.
        while let worker = [ann, cid].first(where: { training.ledger?.claim(of: $0) != nil }) {
            _ = try take("x", of: worker, &training)
        }
        #expect(training.ledger?.isComplete == true)
        _ = training.onRoot(isFinite: true, at: .zero)
        #expect(training.record.audited == 4)
    }

    @Test func aLoneWorkersSumsAreTakenUnaudited() throws {
        var training = training(0.9999, (ann, "ann"))
        let claim = try #require(training.ledger?.claim(of: ann))
        #expect(try take("x", of: ann, &training) == [.takeAnswer(claim: claim.id), .finishRound])
        #expect(training.record.audited == 0 && training.record.unaudited == ["ann": 0])
    }

    @Test func whereAllIsAuditedTheCoordinatorComparesALoneWorkersSums() throws {
        var training = training(1, (ann, "ann"))
        #expect(try take("x", of: ann, &training) == [.settle(round: 0, leaves: 0..<2)])
        #expect(!training.areDisputed(0..<2, of: 0))
        let settled = training.onSettled(round: 0, leaves: 0..<2, mark: "x", at: .zero)
        #expect(settled == [.takeAnswer(claim: 100), .finishRound])
        _ = training.onRoot(isFinite: true, at: .zero)
        #expect(training.record.audited == 2 && training.record.unaudited.isEmpty)
    }

    @Test func anAnswerWhoseAuditorLeavesIsTakenAsItIs() throws {
        var training = training(0.9999, (ann, "ann"), (bob, "bob"))
        _ = try take("x", of: ann, &training)
        let left = training.take(.farewell(.leaving, text: ""), from: bob)
        #expect(left.suffix(2) == [.takeAnswer(claim: 100), .finishRound])
    }

    @Test func whereAllIsAuditedAWorkerOfOtherArithmeticIsRefused() throws {
        var training = training(1)
        #expect(refusals(training.join(ann, "ann", probe: "other")) == [.otherArithmetic])
        #expect(training.readyCount == 0)
    }

    @Test func aWorkerOfOtherArithmeticIsNotCompared() throws {
        var training = training(0.9999)
        _ = training.join(ann, "ann", probe: "other")
        _ = training.join(bob, "bob")
        let (report, lengths) = try training.answer(of: ann)
        #expect(
            training.take(.leafReport(report), lengths, from: ann)
                == [.takeSums(from: ann, isLookedThrough: false, isCompared: false)])
        #expect(training.record.probesAgree == false)
    }

    @Test func whatWasMadeWithALiarsSumsSinceItWasLastRightIsGivenUp() throws {
        var training = training(0.3, (ann, "ann"), (bob, "bob"), seed: 3)
        var lastRight = -1
        for _ in 0..<60 {
            let ledger = try #require(training.ledger)
            guard ledger.isAudited else {
                for worker in [ann, bob] where training.ledger?.claim(of: worker) != nil {
                    _ = try training.takeAnswer(of: worker)
                }
                _ = training.onRoot(isFinite: true, at: .zero)
                continue
            }
            if lastRight >= 0, ledger.round > lastRight + 1 { break }
            while training.ledger?.isComplete == false {
                let worker = try #require([ann, bob].first { training.ledger?.claim(of: $0) != nil })
                _ = try take("x", of: worker, &training)
            }
            lastRight = ledger.round
            _ = training.onRoot(isFinite: true, at: .zero)
        }
        let round = try #require(training.ledger?.round)
        #expect(training.ledger?.isAudited == true && lastRight < round - 1)
        var directives: [Training.Directive] = []
        while !directives.contains(where: { if case .settle = $0 { true } else { false } }) {
            let worker = try #require([ann, bob].first { training.ledger?.claim(of: $0) != nil })
            directives = try take(worker == ann ? "x" : "y", of: worker, &training)
        }
        let leaves = try #require(
            directives.lazy.compactMap { if case .settle(_, let leaves) = $0 { leaves } else { nil } }.first)
        let settled = training.onSettled(round: round, leaves: leaves, mark: "x", at: .zero)
        #expect(settled.last == .goBack(round: lastRight + 1))
        let back = training.onWentBack(to: lastRight + 1, at: .zero)
        #expect(events(back) == [.wentBack(step: lastRight + 1)] && training.ledger?.round == lastRight + 1)
        #expect(training.record.unaudited.values.allSatisfy { $0 <= lastRight })
    }

    @Test(arguments: [0.0, 0.05, 0.5]) func theShareOfAuditedStepsIsWhatWasAskedFor(share: Double) throws {
        var training = training(share, (ann, "ann"))
        var audited = 0
        for _ in 0..<999 {
            let ledger = try #require(training.ledger)
            audited += ledger.isAudited ? 1 : 0
            if ledger.isAudited { _ = try take("x", of: ann, &training) } else { _ = try training.takeAnswer(of: ann) }
            _ = training.onRoot(isFinite: true, at: .zero)
        }
        #expect(abs(Double(audited) / 999 - share) <= 3 * (share * (1 - share) / 999).squareRoot())
    }

    // MARK: - Workers of other arithmetic beside others

    @Test func whereNobodyElseCanBeComparedWhoFoundSumsNotFiniteConfirmsIt() throws {
        var training = training(0.9999, (ann, "ann"))
        _ = training.join(bob, "bob", probe: "other")
        let directives = try training.takeNotFinite(of: ann)
        #expect(work(directives) == [ann: 0..<2])
        #expect(try training.takeNotFinite(of: ann).contains(.settle(round: 0, leaves: 0..<2)))
    }

    @Test func whereNobodyIsLeftWhoCanBeComparedAnybodyConfirmsThatSumsAreNotFinite() throws {
        var training = training(0.9999, (ann, "ann"))
        _ = training.join(bob, "bob", probe: "other")
        _ = try training.takeNotFinite(of: ann)
        let left = training.take(.farewell(.leaving, text: ""), from: ann)
        #expect(work(left) == [bob: 0..<2])
        // Nothing is there that its sums could be compared with, so they are looked through.
        let (report, lengths) = try training.answer(of: bob)
        #expect(
            training.take(.leafReport(report), lengths, from: bob)
                == [.takeSums(from: bob, isLookedThrough: true, isCompared: false)])
        #expect(training.onSums(from: bob, at: .zero).last == .finishRound)
    }

    @Test func whoTakesOverFromAWorkerOfOtherArithmeticIsComparedAndThatOneIsLate() throws {
        var training = training(0.9999)
        _ = training.join(bob, "bob", probe: "other")
        _ = training.join(ann, "ann")
        #expect(training.ledger?.claim(of: bob)?.leaves == 0..<2)
        #expect(work(training.onTick(at: .seconds(3))) == [ann: 0..<2])
        #expect(training.ledger?.claim(of: bob) == nil)
        #expect(try take("y", of: ann, &training) == [.takeAnswer(claim: 101), .finishRound])
    }

    @Test func whereWhoeverCouldBeComparedIsLateAWorkerOfOtherArithmeticTakesOver() throws {
        var training = training(0.9999, (ann, "ann"))
        _ = training.join(bob, "bob", probe: "other")
        #expect(work(training.onTick(at: .seconds(3))) == [bob: 0..<2])
        #expect(training.ledger?.claim(of: ann) == nil)
        let (report, lengths) = try training.answer(of: bob)
        #expect(
            training.take(.leafReport(report), lengths, from: bob, at: .seconds(3))
                == [.takeSums(from: bob, isLookedThrough: false, isCompared: false)])
    }

    // MARK: - What is noted

    /// Or a worker could leave wrong parts in the sums, and never a report that could be compared.
    @Test func whereSumsAreAuditedARoundIsDoneAgainInWhichPartsLieWithoutAReport() throws {
        var training = Training(
            Training.Plan(
                leafCount: 2, rounds: 10, largestFigures: [], vectorCount: 2, parts: VectorParts(of: 2, length: 1)),
            round: 0, firstClaim: 100, reference: ArithmeticProbe(digest: "same", name: "c"),
            heartbeat: .seconds(1), lease: .seconds(10), audit: 1e-9)
        _ = training.join(ann, "ann", threads: 1)
        _ = training.join(bob, "bob", threads: 1)
        func part(of worker: WorkerID, isHeld: Bool) throws {
            let claim = try #require(training.ledger?.claim(of: worker))
            let part = SumPart(claim: claim.id, part: 0)
            #expect(
                training.take(.sumPart(part), [1], from: worker)
                    == [.takeSumPart(part, of: [claim.leaves], from: worker, isHeld: isHeld)])
        }
        try part(of: ann, isHeld: false)
        try part(of: bob, isHeld: false)
        let (first, lengths) = try training.answer(of: bob)
        var report = first
        report.content = .notFinite
        let found = training.take(.leafReport(report), [], from: bob)
        #expect(lengths.count == 1 && found.last == .goBack(round: 0) && work(found).isEmpty)
        _ = training.onWentBack(to: 0, at: .zero)
        try part(of: bob, isHeld: true)
        #expect(training.record.unaudited.isEmpty)
    }

    @Test func leavesOfStepsThatAreDoneAgainCountOnce() throws {
        var training = training(1, (ann, "ann"), (bob, "bob"))
        for done in 0..<3 {
            while training.ledger?.isComplete == false {
                let worker = try #require([ann, bob].first { training.ledger?.claim(of: $0) != nil })
                _ = try take("x", of: worker, &training)
            }
            #expect(training.record.leaves == 2 * min(done, 1))
            _ = training.onRoot(isFinite: done != 1, at: .zero)
        }
        #expect(training.record.leaves == 4 && training.record.audited == 4, "round 1 was done twice")
        _ = training.onWentBack(to: 1, with: AuditRecord(leaves: 2, audited: 2), at: .zero)
        #expect(training.record.leaves == 2 && training.record.audited == 2)
    }

    @Test func aNameThatOthersBearIsNotShutOutWithALiar() throws {
        var training = training(1, (ann, "twin"), (bob, "twin"))
        _ = try take("x", of: ann, &training)
        _ = try take("y", of: bob, &training)
        _ = training.onSettled(round: 0, leaves: 0..<2, mark: "x", at: .zero)
        #expect(refusals(training.take(hello("twin"), from: bob)) == [.refuted])
        #expect(training.take(hello("twin"), from: ann).contains(.welcome(ann)))
    }

    @Test func whatWasTakenAfterAnAuditedStepIsNotForgottenWithIt() throws {
        // Where two rounds are computed at once, sums of the later one are taken before the earlier one is settled.
        var record = AuditRecord()
        for round in [0, 2] { record.note(sumsOf: round, by: "ann", isAudited: false) }
        record.note(sumsOf: 1, by: "ann", isAudited: true)
        #expect(record.unaudited == ["ann": 2])
        record.note(sumsOf: 3, by: "ann", isAudited: true)
        #expect(record.unaudited.isEmpty)
    }

    @Test func workersUnderEverNewNamesAreNotAllRemembered() throws {
        var record = AuditRecord()
        for i in 0..<3000 {
            record.note(sumsOf: i, by: "w\(i)", isAudited: false)
            record.shutOut("liar \(i)", isRemembered: true)
        }
        #expect(record.unaudited.count == AuditRecord.nameLimit && record.unaudited["w2999"] == 2999)
        #expect(record.shutOut.count == AuditRecord.nameLimit)
    }

    @Test func theRunMayHaveToGoBackToWhereAWorkerWasLastFoundRightBeItThereOrNot() throws {
        var training = training(0.9999, (ann, "ann"))
        for _ in 0..<3 {
            _ = try take("x", of: ann, &training)
            _ = training.onRoot(isFinite: true, at: .zero)
        }
        #expect(training.unbelievedSince == [0])
        _ = training.take(.farewell(.leaving, text: ""), from: ann)
        #expect(training.unbelievedSince == [0])
        // Of those that are gone the last ones are kept in mind, of the present the first.
        for place in 0..<10 {
            let worker = WorkerID([1, UInt8(place)])
            _ = training.join(worker, "w\(place)")
            _ = try take("x", of: worker, &training)
            _ = training.onRoot(isFinite: true, at: .zero)
            _ = training.take(.farewell(.leaving, text: ""), from: worker)
        }
        #expect(training.unbelievedSince == Array(5..<13))
    }

    @Test func whatIsInDoubtBeginsWhereSomebodyWhoDisagreesWasFirstTakenAtItsWord() throws {
        var training = training(0.9999, (ann, "ann"))
        for _ in 0..<2 {
            _ = try take("x", of: ann, &training)
            _ = training.onRoot(isFinite: true, at: .zero)
        }
        let leaves = 0..<2
        #expect(training.unbelievedSince(disputed: leaves, of: 2) == nil, "nobody has answered")
        _ = training.join(bob, "bob")
        _ = try take("y", of: bob, &training)
        #expect(training.unbelievedSince(disputed: leaves, of: 2) == nil, "bob was never taken at its word")
        #expect(try take("x", of: ann, &training).first == .settle(round: 2, leaves: leaves))
        #expect(training.unbelievedSince(disputed: leaves, of: 2) == 0)
        #expect(training.unbelievedSince(disputed: leaves, of: 1) == nil, "that round is over")
    }
}
