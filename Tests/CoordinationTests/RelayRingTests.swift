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
