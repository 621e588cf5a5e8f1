import Coordination
import Testing
import Wire

/// Relays that wait for a job, each for the next one.
@Suite struct RelayRingTests {
    private func relay(_ number: UInt64) -> Relay {
        let hello = Hello(name: "relay \(number)", processor: "p", numerics: "n", threads: 1, datasetDigest: "")
        return Relay(hello, number: number, datasetPath: nil, endpoint: "e", patience: .seconds(60), at: .zero)
    }

    /// What each relay says when it has asked the next one, in a few rounds; the last one asks that of `end`.
    private func failures(of relays: inout [Relay], endingAt end: Int?) -> [String] {
        let hello = Message.hello(Hello(name: "", processor: "", numerics: "", threads: 1, datasetDigest: ""))
        var said: [String] = []
        for round in 0..<relays.count {
            for place in relays.indices {
                guard let next = place + 1 < relays.count ? place + 1 : end else { continue }
                let answers = relays[next].onMessage(hello, from: WorkerID([1]), at: .seconds(round))
                guard case .down(.send(let wait, _))? = answers.first else { continue }
                for case .up(.fail(let reason)) in relays[place].onMessage(wait, at: .seconds(round)) {
                    said.append(reason)
                }
            }
        }
        return said
    }

    @Test(arguments: 2...5) func aRingIsKnownAsOneByEachOfItsRelays(count: Int) {
        var relays = (1...count).map { relay(UInt64($0)) }
        let said = failures(of: &relays, endingAt: 0)
        #expect(said.count >= count)
        #expect(said.allSatisfy { $0.hasPrefix("\(count) relays wait for one another in a ring") }, "\(said)")
    }

    @Test func whoComputesOtherBitsThanTheRunDoesNotSpeakForThoseBehindARelay() {
        var relay = relay(1)
        let welcome = Welcome(
            job: "", heartbeat: .seconds(1), lease: .seconds(10), session: 1, probeDigest: "the run's")
        let plan = Training.Plan(leafCount: 4, rounds: 3, largestFigures: [1], vectorCount: 5)
        _ = relay.onPrepared(plan, firstClaim: 1, in: welcome, generation: 0, at: .zero)
        func ready(_ worker: WorkerID, _ probe: String) -> [Relay.Directive] {
            let hello = Hello(name: probe, processor: "", numerics: "", threads: 1, datasetDigest: "")
            _ = relay.onMessage(.hello(hello), from: worker, at: .zero)
            return relay.onMessage(.ready(Ready(probeDigest: probe)), from: worker, at: .zero)
        }
        let refusals = ready(WorkerID([1]), "made up").compactMap {
            if case .down(.send(.refusal(let refusal), _)) = $0 { refusal.code } else { nil }
        }
        #expect(refusals == [.otherArithmetic])
        let honest = ready(WorkerID([2]), "the run's")
        #expect(honest.contains { if case .down(.event(.joined)) = $0 { true } else { false } })
    }

    @Test func aRelayThatWaitsForItselfSaysSo() {
        var relays = [relay(1)]
        #expect(failures(of: &relays, endingAt: 0).first?.hasPrefix("this relay waits for itself") ?? false)
    }

    @Test func whoStandsBehindARingOrInARowOfRelaysHasNoneOfItsOwn() {
        var tail = [relay(1), relay(2), relay(3)]
        let said = failures(of: &tail, endingAt: 1)
        #expect(!said.isEmpty && said.allSatisfy { $0.hasPrefix("2 relays") }, "\(said)")
        var row = [relay(1), relay(2), relay(3)]
        #expect(failures(of: &row, endingAt: nil).isEmpty)
    }
}
