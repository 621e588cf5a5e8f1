import Dispatch
import Synchronization
import Simulation
import Testing

/// Simulates a seed; a failure comes with its story.
private func simulate(_ seed: UInt64) -> (outcome: Simulation.Outcome?, events: Int) {
    var simulation = Simulation(seed: seed)
    do {
        let outcome = try simulation.finish()
        return (outcome, simulation.eventCount)
    } catch {
        var again = Simulation(seed: seed, keepsStory: true)
        _ = try? again.finish()
        Issue.record("seed \(seed), \(error)\n\(again.story.suffix(400).joined(separator: "\n"))")
        return (nil, simulation.eventCount)
    }
}

@Suite struct FaultTests {
    @Test func twentyThousandSchedulesComeToTheSameSumsAndLeaveNothingOver() {
        let (count, threads) = (20_000, 2)
        let tally = Mutex((finished: 0, notFinite: 0, events: 0))
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            for seed in stride(from: thread, to: count, by: threads) {
                let (outcome, events) = simulate(UInt64(seed))
                let isOver = tally.withLock { tally in
                    tally.events += events
                    switch outcome {
                    case .finished: tally.finished += 1
                    case .notFinite: tally.notFinite += 1
                    case nil: break
                    }
                    return outcome == nil
                }
                if isOver { return }  // one story is enough
            }
        }
        let (finished, notFinite, events) = tally.withLock { $0 }
        // Both ends are reached, and much happens before they are.
        #expect(finished > count / 2 && notFinite > count / 20 && events > 50 * count)
    }

    /// One part of a vector came with a node's sum and another with its leaves', because a worker died in between.
    @Test func partsAddUpWhoeverAddedThemUp() {
        #expect(simulate(12_011_621).outcome == .finished)
    }

    @Test(arguments: [1, 2, 3, 77] as [UInt64])
    func aSeedGivesTheSameStoryEachTime(seed: UInt64) throws {
        let stories = try (0..<2).map { _ in
            var simulation = Simulation(seed: seed, keepsStory: true)
            _ = try simulation.finish()
            return simulation.story
        }
        #expect(stories[0] == stories[1] && stories[0].count > 20)
    }

    @Test func aNetworkThatDeliversNothingIsAFailureWithAStory() {
        for seed in 0..<20 as Range<UInt64> {
            var simulation = Simulation(seed: seed, quirk: .deafNetwork, keepsStory: true)
            #expect(throws: Simulation.Failure.self) { try simulation.finish() }
            #expect(!simulation.story.isEmpty)
        }
    }

    @Test func aReportUnderAClaimThatItIsNotOfChangesNothing() throws {
        for seed in 0..<500 as Range<UInt64> {
            var simulation = Simulation(seed: seed, quirk: .wrongClaims)
            _ = try simulation.finish()
        }
    }
}
