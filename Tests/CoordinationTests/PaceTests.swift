import Coordination
import Testing
import Wire

/// Who is given what, and when another one is asked as well.
@Suite struct PaceTests {
    private let ann = WorkerID([1])
    private let bob = WorkerID([2])

    /// A training and the time.
    private struct Run {
        var training: Training
        var now = Duration.zero
        /// What came of the last round's end.
        var ended: [Training.Directive] = []

        /// Does a round whose workers answer after so long, by how many leaves they have.
        mutating func round(_ workers: [(id: WorkerID, time: (Int) -> Double)]) throws {
            let round = try #require(training.ledger?.round)
            while training.ledger?.isComplete == false {
                // What each does next: it answers, or is free of what others were faster with.
                let ends = workers.compactMap { worker -> (id: WorkerID, time: Duration)? in
                    guard let given = training.roster.members[worker.id]?.inHand else { return nil }
                    return (worker.id, max(now, given.since + .seconds(worker.time(given.leafCount))))
                }
                let next = ends.min { $0.time < $1.time }
                if let look = training.nextLook, look < next?.time ?? .seconds(1 << 40) {
                    now = max(now, look)
                    _ = training.onTick(at: now)
                    continue
                }
                let (worker, end) = try #require(next)
                now = end
                if training.ledger?.claim(of: worker)?.id == training.roster.members[worker]?.inHand?.claim {
                    _ = try training.takeAnswer(of: worker, at: now)
                } else {
                    let free = Heartbeat(sequence: 1, isReady: true, claim: nil)
                    _ = training.take(.heartbeat(free), from: worker, at: now)
                }
            }
            ended = training.onRoot(isFinite: true, at: now)
            #expect(training.ledger?.round == round + 1)
        }
    }

    /// Two workers that need so many seconds a leaf, and have shown it.
    private func pair(_ annTime: Double, _ bobTime: Double, leaves: Int = 8) throws -> Run {
        var run = Run(training: training(leaves: leaves, rounds: 100))
        _ = run.training.join(ann, "ann", threads: 1)
        _ = run.training.join(bob, "bob", threads: 1)
        for _ in 0..<8 { try run.round([(ann, { annTime * Double($0) }), (bob, { bobTime * Double($0) })]) }
        return run
    }

    private func counts(_ run: Run) -> [Int] {
        [ann, bob].map { run.training.ledger?.claim(of: $0)?.leaves.count ?? 0 }
    }

    @Test func sharesFollowWhatWasMeasured() throws {
        #expect(counts(try pair(1, 1)) == [4, 4])
        #expect(counts(try pair(1, 3)) == [6, 2])
        #expect(counts(try pair(1, 1.1)) == [4, 4])
        #expect(counts(try pair(1, 50)) == [8, 0])
    }

    /// A claim costs the same to begin for one leaf and for two: whoever has two would look faster for ever.
    @Test func twoWorkersWithNextToNothingToDoHaveALeafEach() throws {
        var run = Run(training: training(leaves: 2, rounds: 100))
        _ = run.training.join(ann, "ann", threads: 1)
        try run.round([(ann, { 45e-6 + 5e-6 * Double($0) })])
        _ = run.training.join(bob, "bob", threads: 1)
        for round in 0..<40 {
            try run.round([(ann, { 45e-6 + 5e-6 * Double($0) }), (bob, { 65e-6 + 5e-6 * Double($0) })])
            #expect(round < 8 || counts(run) == [1, 1])
        }
        #expect(counts(try pair(100e-6, 1100e-6, leaves: 2)) == [2, 0])
    }

    /// Bob says that he has so many threads, and ann one.
    private func run(threads: Int, leaves: Int) -> Run {
        var run = Run(training: training(leaves: leaves, rounds: 100))
        let boast = Hello(name: "bob", processor: "p", numerics: "n", threads: threads, datasetDigest: "d")
        _ = run.training.join(ann, "ann", threads: 1)
        _ = run.training.take(.hello(boast), from: bob)
        _ = run.training.take(.ready(Ready(probeDigest: "same")), from: bob)
        return run
    }

    @Test func threadsThatAWorkerOnlyClaimsBringItAtMostTwiceItsPart() throws {
        var run = run(threads: 4096, leaves: 9)
        for _ in 0..<12 {
            try run.round([(ann, { Double($0) }), (bob, { Double($0) })])
            #expect(counts(run)[1] <= 6)
        }
    }

    @Test func aWorkerWithManyThreadsSoonHasItsPart() throws {
        var run = run(threads: 16, leaves: 34)
        for _ in 0..<12 { try run.round([(ann, { Double($0) }), (bob, { Double(($0 + 15) / 16) })]) }
        #expect(counts(run)[1] >= 30 && counts(run)[0] >= 1)
    }

    /// Sixteen leaves take fifteen threads twice as long as fifteen do.
    @Test(arguments: [1.0, 1.05, 1.12])
    func machinesWithAsManyThreadsHaveAsManyLeaves(slower: Double) throws {
        var run = Run(training: training(leaves: 30, rounds: 100))
        for (worker, name) in [(ann, "ann"), (bob, "bob")] {
            let hello = Hello(name: name, processor: "p", numerics: "n", threads: 15, datasetDigest: "d")
            _ = run.training.take(.hello(hello), from: worker)
            _ = run.training.take(.ready(Ready(probeDigest: "same")), from: worker)
        }
        func turns(_ leaves: Int) -> Double { Double((leaves + 14) / 15) }
        for round in 0..<20 {
            try run.round([(ann, { turns($0) }), (bob, { slower * turns($0) })])
            #expect(round < 2 || counts(run) == [15, 15], "\(counts(run))")
        }
    }

    @Test func aWorkerThatShowsLifeAndNeverAnswersCostsAMomentOnce() throws {
        var run = Run(training: training(leaves: 8, rounds: 100))
        _ = run.training.join(ann, "ann", threads: 1)
        try run.round([(ann, { Double($0) })])
        _ = run.training.join(bob, "bob", threads: 1)
        try run.round([(ann, { Double($0) })])
        #expect(counts(run) == [7, 1])
        let start = run.now
        try run.round([(ann, { Double($0) })])
        #expect(run.now - start <= .seconds(10))
        // From now on bob, who still has not answered, is given nothing.
        for _ in 0..<20 {
            #expect(counts(run) == [8, 0])
            let alive = Heartbeat(sequence: 1, isReady: true, claim: run.training.roster.members[bob]?.inHand?.claim)
            _ = run.training.take(.heartbeat(alive), from: bob, at: run.now)
            try run.round([(ann, { Double($0) })])
        }
    }

    @Test func aWorkerThatKnowsThatOthersWereFasterIsGivenWorkAgain() throws {
        var run = try pair(1, 1)
        let late = try #require(run.training.ledger?.claim(of: bob))
        try run.round([(ann, { Double($0) })])
        #expect(counts(run) == [8, 0])
        #expect(run.training.roster.members[bob]?.inHand?.claim == late.id)
        // It is told that nobody needs what it has in hand; once, or each round would cost a message.
        func isTold(_ directives: [Training.Directive]) -> Bool {
            directives.contains { if case .send(.heartbeatReply, to: bob) = $0 { true } else { false } }
        }
        #expect(isTold(run.ended))
        try run.round([(ann, { Double($0) })])
        #expect(!isTold(run.ended))
        let free = Heartbeat(sequence: 9, isReady: true, claim: nil)
        _ = run.training.take(.heartbeat(free), from: bob, at: run.now)
        #expect(run.training.roster.members[bob]?.inHand?.claim != late.id)
    }

    @Test func workOnASlowLinkIsNotTakenForLostWhileItTakesNoLongerThanBefore() throws {
        var run = try pair(5, 5, leaves: 2)
        let claim = try #require(run.training.ledger?.claim(of: ann))
        // Two signs of life later it has not come yet, as in the round before.
        let sign = Message.heartbeat(Heartbeat(sequence: 1, isReady: true, claim: nil))
        #expect(events(run.training.take(sign, from: ann, at: claim.since + .seconds(4))).isEmpty)
        let lost = run.training.take(sign, from: ann, at: claim.since + .seconds(31))
        #expect(events(lost).contains(.lostWork(worker: "ann")))
    }
}
