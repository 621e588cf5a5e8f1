import Coordination
import Numerics
import Testing
import Wire

/// Sums and parameters that go through a relay in parts.
@Suite struct RelayedPartsTests {
    private let ann = WorkerID([1])
    private let ben = WorkerID([2])
    private let parts = VectorParts(of: 3, length: 2)

    /// A coordinator's welcome, whose job's vectors of 3 floats travel in 2 parts, or as a whole.
    private func welcome(session: UInt64 = 1, partLength: Int = 2) -> Welcome {
        Welcome(job: "", heartbeat: .seconds(1), lease: .seconds(10), session: session, partLength: partLength)
    }

    /// A relay with two workers that can compute.
    private func relay() -> Relay {
        let hello = Hello(name: "relay", processor: "p", numerics: "n", threads: 1, datasetDigest: "data")
        var relay = Relay(hello, number: 1, datasetPath: nil, endpoint: "e", patience: .seconds(60), at: .zero)
        _ = relay.onJob(job, in: welcome(), at: .zero)
        prepare(&relay, in: welcome())
        for worker in [ann, ben] {
            let hello = Hello(
                name: worker == ann ? "ann" : "ben", processor: "", numerics: "", threads: 1, datasetDigest: "data")
            _ = relay.onMessage(.hello(hello), from: worker, at: .zero)
            _ = relay.onMessage(.ready(Ready(probeDigest: "p", takesParts: true)), from: worker, at: .zero)
        }
        return relay
    }

    private func prepare(_ relay: inout Relay, in welcome: Welcome) {
        let plan = Training.Plan(
            leafCount: 8, rounds: 10, largestFigures: [1], vectorCount: 3, parts: relay.parts(of: 3))
        _ = relay.onPrepared(plan, firstClaim: 1, in: welcome, generation: 1, at: .zero)
    }

    private func part(_ part: Int, of round: Int, history: Int = 0) -> Message {
        .parameterPart(ParameterPart(round: round, part: part, history: history))
    }

    /// Both parts of a round's parameters, and leaves of it to compute: claims of the relay's workers, by leaf.
    private func begin(
        _ relay: inout Relay, round: Int, claim: UInt64, history: Int = 0
    ) -> [(worker: WorkerID, work: Work, withParameters: Bool)] {
        for (place, length) in [2, 1].enumerated() {
            _ = relay.onMessage(part(place, of: round, history: history), blockLengths: [length], at: .zero)
        }
        let work = Work(claim: claim, round: round, leaves: 0..<8, releasedBelow: claim, history: history)
        let directives = relay.onMessage(.work(work), blockLengths: [3], isAhead: true, at: .zero)
        return directives.compactMap {
            guard case .down(.sendWork(let work, let withParameters, let worker)) = $0 else { return nil }
            return (worker, work, withParameters)
        }
    }

    @Test func aPartOfParametersGoesAtOnceToThoseWhoHadTheLast() throws {
        var relay = relay()
        // Nobody has any yet: they go with the work.
        #expect(
            relay.onMessage(part(0, of: 0), blockLengths: [2], at: .zero)
                == [.takePart(ParameterPart(round: 0, part: 0), to: [])])
        let given = begin(&relay, round: 0, claim: 5)
        #expect(Set(given.map(\.worker)) == [ann, ben] && given.allSatisfy(\.withParameters))
        #expect(
            relay.onMessage(part(0, of: 1), blockLengths: [2], at: .zero)
                == [.takePart(ParameterPart(round: 1, part: 0), to: [ann, ben])])
        // One out of order is of no use, nor is what comes after it.
        #expect(relay.onMessage(part(0, of: 2), blockLengths: [2], at: .zero).count == 1)
        #expect(relay.onMessage(part(1, of: 1), blockLengths: [1], at: .zero).isEmpty)
    }

    @Test func partsOfSumsAreTakenAsTheyComeAndTheReportBehindThem() throws {
        var relay = relay()
        let (worker, work, _) = try #require(begin(&relay, round: 0, claim: 5).first)
        let nodes = SumTreeShape(leafCount: 8).nodes(in: work.leaves)
        for (place, length) in [2, 1].enumerated() {
            let part = SumPart(claim: work.claim, part: place)
            let lengths = nodes.map { _ in length }
            #expect(
                relay.onMessage(.sumPart(part), blockLengths: lengths, from: worker, at: .zero)
                    == [.down(.takeSumPart(part, of: nodes, from: worker, isHeld: false))])
        }
        let report = LeafReport(
            claim: work.claim, round: 0, leaves: work.leaves,
            content: .nodes(nodes.map { .init(leaves: $0, figures: [0.5]) }), computing: .milliseconds(1))
        let taken = relay.onMessage(
            .leafReport(report), blockLengths: nodes.map { _ in 3 }, isAhead: true, from: worker, at: .zero)
        #expect(taken == [.down(.takeSums(from: worker, isLookedThrough: false, isCompared: false))])
    }

    /// Of a relay, parts of two rounds come in turn where two are computed at once.
    @Test func partsOfTwoClaimsOfOneWorkerMayComeInTurn() throws {
        var training = Training(
            Training.Plan(
                leafCount: 1, rounds: 4, largestFigures: [nil], vectorCount: 3, parts: parts, roundsAtOnce: 2),
            round: 0, firstClaim: 1, heartbeat: .seconds(1), lease: .seconds(10))
        let hello = Hello(name: "relay", processor: "", numerics: "", threads: 1, datasetDigest: "data")
        _ = training.onMessage(.hello(hello), from: ann, at: .zero)
        let ready = Ready(probeDigest: "p", takesParts: true)
        let works = training.onMessage(.ready(ready), from: ann, at: .zero).compactMap { directive -> Work? in
            if case .sendWork(let work, _, _) = directive { work } else { nil }
        }
        try #require(works.map(\.round) == [0, 1])
        for (place, length) in [2, 1].enumerated() {
            for work in works.reversed() {
                let part = SumPart(claim: work.claim, part: place)
                let taken = training.onMessage(.sumPart(part), blockLengths: [length], from: ann, at: .zero)
                #expect(taken == [.takeSumPart(part, of: [0..<1], from: ann, isHeld: false)])
            }
        }
        for work in works {
            let content = LeafReport.Content.nodes([.init(leaves: 0..<1, figures: [0.5])])
            let report = LeafReport(
                claim: work.claim, round: work.round, leaves: work.leaves, content: content,
                computing: .milliseconds(1))
            let taken = training.onMessage(
                .leafReport(report), blockLengths: [3], isAhead: true, from: ann, at: .zero)
            #expect(taken == [.takeSums(from: ann, isLookedThrough: false, isCompared: false)])
        }
    }

    @Test func aRunThatWentBackIsGivenUpByItsFirstPartOfParameters() throws {
        var relay = relay()
        _ = begin(&relay, round: 0, claim: 5)
        let history = try #require(relay.training?.history)
        _ = relay.onMessage(part(0, of: 0, history: 1), blockLengths: [2], at: .zero)
        #expect(relay.training?.history == history + 1 && relay.training?.ledger == nil)
        _ = begin(&relay, round: 0, claim: 9, history: 1)
        // Whoever has nothing in hand any more is given some of it, with the parameters.
        let sign = Message.heartbeat(Heartbeat(sequence: 1, isReady: true, claim: nil))
        let directives = [ann, ben].flatMap { relay.onMessage(sign, from: $0, at: .seconds(1)) }
        let given = directives.compactMap { directive -> (work: Work, withParameters: Bool)? in
            guard case .down(.sendWork(let work, let withParameters, _)) = directive else { return nil }
            return (work, withParameters)
        }
        #expect(given.count == 2 && given.allSatisfy { $0.withParameters && $0.work.history == history + 1 })
    }

    @Test func workersComeAgainWhereACoordinatorCutsVectorsOtherwise() {
        var relay = relay()
        #expect(!relay.onJob(job, in: welcome(session: 2), at: .zero).contains(.up(.prepare(generation: 1))))
        let other = welcome(session: 3, partLength: 0)
        #expect(relay.onJob(job, in: other, at: .zero).contains(.up(.prepare(generation: 1))))
        prepare(&relay, in: other)
        #expect(relay.workerCount == 0 && relay.parts(of: 3) == VectorParts(whole: 3))
    }
}
