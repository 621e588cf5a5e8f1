import Coordination
import Testing
import Wire

/// Blocks of samples that workers behind a relay wait for.
@Suite struct RelayedSamplesTests {
    private static let request = Relay.Directive.up(.send(.sampleRequest(block: 7)))
    private let ann = WorkerID([1])
    private let ben = WorkerID([2])

    /// A relay with a job, whose coordinator has the dataset.
    private func relay() -> Relay {
        let hello = Hello(name: "relay", processor: "p", numerics: "n", threads: 1, datasetDigest: "")
        var relay = Relay(hello, number: 1, datasetPath: nil, endpoint: "e", patience: .seconds(60), at: .zero)
        _ = relay.onJob(job, in: welcome(), at: .zero)
        let plan = Training.Plan(leafCount: 8, rounds: 10, largestFigures: [1], vectorCount: 3)
        _ = relay.onPrepared(plan, firstClaim: 1, in: welcome(), generation: 1, at: .zero)
        return relay
    }

    @Test func whatSeveralWaitForIsAskedForOnceAndGoesToAllOfThem() {
        var relay = relay()
        #expect(relay.onWanted(7, by: ann, at: .zero) == [Self.request])
        #expect(relay.onWanted(7, by: ben, at: .zero) == [])
        #expect(relay.onMessage(.sampleBlock(block: 7), at: .zero) == [.passOn(block: 7, to: [ann, ben])])
        #expect(relay.onWanted(7, by: ben, at: .zero) == [Self.request])
    }

    @Test func whoAsksAgainIsPassedOnOnceItHasNotComeForAWhile() {
        var relay = relay()
        _ = relay.onWanted(7, by: ann, at: .zero)
        _ = relay.onWanted(8, by: ben, at: .zero)
        #expect(relay.onWanted(7, by: ann, at: .seconds(4)) == [])
        _ = relay.onMessage(.sampleBlock(block: 8), at: .seconds(5))
        #expect(relay.onWanted(7, by: ann, at: .seconds(5)) == [Self.request])
        #expect(relay.onWanted(7, by: ben, at: .seconds(9)) == [])
        #expect(relay.onMessage(.sampleBlock(block: 7), at: .seconds(11)) == [.passOn(block: 7, to: [ann, ben])])
    }

    /// To its coordinator a relay is one worker, which no more blocks wait for.
    @Test func noMoreIsAskedForAtOnceThanTheCoordinatorKeepsInMindAndOneWorkerDoesNotHaveItAll() {
        var relay = relay()
        let limit = Relay.requestLimit
        let asked = (0..<3 * limit).map { relay.onWanted($0, by: ann, at: .zero) }
        #expect(asked.count { !$0.isEmpty } == limit && asked.prefix(limit).allSatisfy { $0.count == 1 })
        #expect(relay.onWanted(1000, by: ben, at: .zero).isEmpty)
        #expect(relay.onWanted(5000, by: ann, at: .zero).isEmpty)
        let further = (0..<3).map { relay.onMessage(.sampleBlock(block: $0), at: .zero) }
        let next = [1000, limit, limit + 1]
        for (block, directives) in further.enumerated() {
            let request = Relay.Directive.up(.send(.sampleRequest(block: next[block])))
            #expect(directives == [.passOn(block: block, to: [ann]), request])
        }
        // Taken in anew, all that was asked for is asked for again, and no more.
        let again = relay.onJob(job, in: welcome(session: 2), at: .zero).filter {
            if case .up(.send(.sampleRequest)) = $0 { true } else { false }
        }
        #expect(again.count == limit)
    }

    /// Requests that a connection took hold no places for ever.
    @Test(arguments: [true, false])
    func whatOthersWaitForIsAskedForWhereRequestsWereLost(isGone: Bool) {
        var relay = relay()
        for worker in [ann, ben] {
            let hello = Hello(name: "w", processor: "", numerics: "", threads: 1, datasetDigest: "")
            _ = relay.onMessage(.hello(hello), from: worker, at: .zero)
        }
        for block in 0..<Relay.requestLimit { _ = relay.onWanted(100 + block, by: ann, at: .zero) }
        #expect(relay.onWanted(7, by: ben, at: .zero) == [])
        guard isGone else { return #expect(relay.onWanted(7, by: ben, at: .seconds(41)).contains(Self.request)) }
        let directives = relay.onMessage(.farewell(.leaving, text: ""), from: ann, at: .seconds(1))
        #expect(directives.contains(Self.request))
    }

    @Test func whoWaitsForAJobAndIsGoneIsNotKeptInMind() {
        let hello = Hello(name: "relay", processor: "p", numerics: "n", threads: 1, datasetDigest: "")
        var relay = Relay(hello, number: 1, datasetPath: nil, endpoint: "e", patience: .seconds(60), at: .zero)
        for worker in [ann, ben] { _ = relay.onMessage(.hello(hello), from: worker, at: .zero) }
        #expect(relay.workerCount == 2)
        #expect(relay.onGone(ann, at: .zero).isEmpty && relay.workerCount == 1 && !relay.knows(ann))
    }

    @Test func whatIsWaitedForIsAskedForOfACoordinatorThatTakesTheRelayInAnew() {
        var relay = relay()
        _ = relay.onWanted(7, by: ann, at: .zero)
        #expect(relay.onJob(job, in: welcome(session: 2), at: .seconds(1)).last == Self.request)
    }

    @Test func whatNobodyWaitsForAnyMoreIsAskedForByTheNext() {
        var relay = relay()
        for worker in [ann, ben] {
            let hello = Hello(name: "w", processor: "", numerics: "", threads: 1, datasetDigest: "")
            _ = relay.onMessage(.hello(hello), from: worker, at: .zero)
        }
        _ = relay.onWanted(7, by: ann, at: .zero)
        _ = relay.onMessage(.farewell(.leaving, text: ""), from: ann, at: .zero)
        #expect(relay.onWanted(7, by: ben, at: .zero) == [Self.request])
        #expect(relay.onMessage(.sampleBlock(block: 7), at: .zero) == [.passOn(block: 7, to: [ben])])
    }
}
