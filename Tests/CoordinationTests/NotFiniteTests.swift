import Coordination
import Testing
import Wire

private func hasFailed(_ directives: [Training.Directive]) -> Bool {
    directives.contains { if case .fail(let reason) = $0 { reason.contains("step 0") } else { false } }
}

@Test func aStrangersFarewellEndsNothing() {
    var training = training()
    _ = training.join(ann, "ann")
    _ = training.take(hello("bob"), from: bob)
    #expect(events(training.take(.farewell(.failed, text: "not finite"), from: bob)).count == 1)
    #expect(training.readyCount == 1 && training.ledger?.claim(of: ann) != nil)
}

@Test func aNotFiniteAnswerEndsTheJobOnlyWhenAnotherWorkerAgrees() throws {
    var training = training()
    _ = training.join(ann, "ann")
    let found = try training.takeNotFinite(of: ann)
    #expect(events(found) == [.notFinite(worker: "ann", step: 0, leaves: 0..<4, isConfirmed: false)])
    #expect(!hasFailed(found))
    // Ann was alone and is asked again; before she answers she says hello again, and bob is there.
    _ = training.take(hello("ann"), from: ann)
    #expect(work(training.join(bob, "bob")) == [bob: 0..<4])
    let confirmed = try training.takeNotFinite(of: bob)
    #expect(events(confirmed) == [.notFinite(worker: "bob", step: 0, leaves: 0..<4, isConfirmed: true)])
    #expect(confirmed.last == .settle(round: 0, leaves: 0..<4))
    #expect(hasFailed(training.onSettled(round: 0, leaves: 0..<4, mark: nil, at: .zero)))
}

@Test func whateverTwoWorkersSayTheJobEndsOnlyWhereTheCoordinatorFindsTheSame() throws {
    var training = training()
    _ = training.join(ann, "ann")
    _ = training.join(bob, "bob")
    _ = training.join(cid, "cid")
    _ = try training.takeNotFinite(of: ann)
    let word = try training.takeNotFinite(of: bob)
    #expect(word.last == .settle(round: 0, leaves: 0..<4))
    let settled = training.onSettled(round: 0, leaves: 0..<4, mark: "sums", at: .zero)
    #expect(!hasFailed(settled) && refusals(settled) == [.refuted, .refuted])
    #expect(work(settled) == [cid: 0..<4])
}

@Test func aLoneWorkerIsAskedAgainAndThenBelieved() throws {
    var training = training()
    _ = training.join(ann, "ann")
    #expect(work(try training.takeNotFinite(of: ann)) == [ann: 0..<4])
    #expect(try training.takeNotFinite(of: ann).last == .settle(round: 0, leaves: 0..<4))
    #expect(hasFailed(training.onSettled(round: 0, leaves: 0..<4, mark: nil, at: .zero)))
}

@Test func aWorkerThatIsRefutedIsSentAwayAndTheStepGoesOn() throws {
    var training = training()
    _ = training.join(ann, "ann")
    _ = training.join(bob, "bob")
    #expect(work(try training.takeNotFinite(of: ann)) == [bob: 0..<4])
    let refuted = try training.takeAnswer(of: bob, lookedThrough: true)
    #expect(refusals(refuted) == [.refuted])
    #expect(events(refuted) == [.refuted(worker: "ann", step: 0, leaves: 0..<4)])
    #expect(refuted.contains(.forget(ann)) && refuted.last == .finishRound)
    #expect(training.readyCount == 1)
}

@Test func whoFoundSumsNotFiniteIsNotRefutedBySumsThatAreNot() throws {
    var training = training()
    _ = training.join(ann, "ann")
    _ = training.join(bob, "bob")
    _ = try training.takeNotFinite(of: ann)
    let (report, blockLengths) = try training.answer(of: bob)
    let taken = training.take(.leafReport(report), blockLengths, from: bob)
    #expect(taken == [.takeSums(from: bob, isLookedThrough: true, isCompared: false)])
    let found = training.onNotFinite(from: bob, at: .zero)
    #expect(refusals(found).isEmpty && found.last == .settle(round: 0, leaves: 0..<4) && training.readyCount == 2)
}

@Test func aLoneWorkerWhoseWordIsWrongIsToldOfOnce() throws {
    var training = training()
    _ = training.join(ann, "ann")
    _ = try training.takeNotFinite(of: ann)
    _ = try training.takeNotFinite(of: ann)
    let settled = training.onSettled(round: 0, leaves: 0..<4, mark: "sums", at: .zero)
    #expect(events(settled) == [.refuted(worker: "ann", step: 0, leaves: 0..<4)])
}

@Test func aLoneWorkerThatContradictsItselfIsSentAwayAndNeitherAnswerCounts() throws {
    var training = training()
    _ = training.join(ann, "ann")
    _ = try training.takeNotFinite(of: ann)
    let (report, blockLengths) = try training.answer(of: ann)
    let directives = training.take(.leafReport(report), blockLengths, from: ann)
    #expect(refusals(directives) == [.refuted] && training.readyCount == 0)
    #expect(work(training.join(bob, "bob")) == [bob: 0..<4])
    #expect(try training.takeAnswer(of: bob) == [.finishRound])
}

@Test func wordThatNothingIsFiniteWithSumsBesideItIsRefused() throws {
    var training = training()
    _ = training.join(ann, "ann")
    var report = try training.answer(of: ann).report
    report.content = .notFinite
    #expect(refusals(training.take(.leafReport(report), [1], from: ann)) == [.malformed])
}

@Test func aStepWhoseSumIsNotFiniteIsDoneOnceMoreAndLookedThrough() throws {
    var training = training()
    _ = training.join(ann, "ann")
    #expect(try training.takeAnswer(of: ann) == [.finishRound])
    let again = training.onRoot(isFinite: false, at: .zero)
    #expect(events(again) == [.stepRepeated(step: 0)])
    #expect(
        again.last
            == .sendWork(
                Work(claim: 101, round: 0, leaves: 0..<4, releasedBelow: 101), withParameters: false, to: ann))
    #expect(training.ledger?.isLookedThrough == true)
    // All are finite, and their sum is not.
    #expect(try training.takeAnswer(of: ann) == [.finishRound])
    #expect(hasFailed(training.onRoot(isFinite: false, at: .zero)))
}

@Test func sumsThatAreFoundNotFiniteOnLookingAreANotFiniteAnswer() throws {
    var training = training(leaves: 4)
    _ = training.join(ann, "ann")
    _ = training.join(bob, "bob")
    _ = try training.takeAnswer(of: ann)
    _ = training.onRoot(isFinite: false, at: .zero)
    let finder = try #require([ann, bob].first { training.ledger?.claim(of: $0)?.leaves.lowerBound == 0 })
    let (report, blockLengths) = try training.answer(of: finder)
    #expect(
        training.take(.leafReport(report), blockLengths, from: finder) == [
            .takeSums(from: finder, isLookedThrough: true, isCompared: false)
        ])
    let found = training.onNotFinite(from: finder, at: .zero)
    #expect(!hasFailed(found) && events(found).count == 1)
    // The next round is not looked through any more.
    var directives: [Training.Directive] = []
    for _ in 0..<3 where directives.last != .finishRound {
        let worker = try #require([ann, bob].first { training.ledger?.claim(of: $0) != nil })
        directives = try training.takeAnswer(of: worker)
    }
    #expect(directives.last == .finishRound)
    _ = training.onRoot(isFinite: true, at: .zero)
    #expect(training.ledger?.isLookedThrough == false && training.ledger?.round == 1)
}
