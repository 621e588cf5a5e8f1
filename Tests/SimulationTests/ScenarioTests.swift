import Simulation
import Testing

/// What a scenario comes to is what can be reckoned by hand where there is little to it.
@Suite struct ScenarioTests {
    private static let megabyte = 955_000
    /// 955 kB cross it in 8 ms.
    private static let gigabit = Scenario.Link(bitsPerSecond: 1e9, delay: .zero)

    private func scenario(workers: Int, leafTime: Duration = .milliseconds(4)) -> Scenario {
        var scenario = Scenario(
            workers: workers, leafCount: workers, leafTime: leafTime, outerTime: .milliseconds(1),
            sumBytes: Self.megabyte, publishedBytes: Self.megabyte, link: Self.gigabit)
        scenario.handlingPerMessage = .zero
        scenario.link.lossBothWays = 0
        return scenario
    }

    private func expect(
        _ round: Duration, is milliseconds: Double, within share: Double = 0.01,
        _ location: SourceLocation = #_sourceLocation
    ) {
        let found = round / .milliseconds(1)
        #expect(abs(found - milliseconds) <= share * milliseconds, "\(found) ms", sourceLocation: location)
    }

    @Test func oneWorkersRoundIsTheLinkTwiceAndComputing() throws {
        let figures = try scenario(workers: 1).simulated()
        expect(figures.round, is: 8 + 4 + 8 + 1)
        #expect(abs(figures.bytes - 2 * Double(Self.megabyte)) < 1000)
        #expect(abs(figures.efficiency - 4.0 / 21) < 0.01)
    }

    @Test func partsGoDownWhileOthersComeUp() throws {
        var scenario = scenario(workers: 1)
        scenario.parts = 8
        // Up 8 ms, the last part down 1 ms while the next state is made; computing as before.
        expect(try scenario.simulated().round, is: 8 + 4 + 1, within: 0.03)
        scenario = self.scenario(workers: 4)
        scenario.parts = 8
        expect(try scenario.simulated().round, is: 32 + 4 + 4, within: 0.05)
    }

    @Test(arguments: [2, 4, 32, 300]) func workersShareTheCoordinatorsLink(workers: Int) throws {
        var scenario = scenario(workers: workers)
        (scenario.heartbeat, scenario.lease) = (.seconds(10), .seconds(100))
        expect(try scenario.simulated().round, is: Double(8 * workers + 4 + 8 * workers + 1))
    }

    @Test func aFasterLinkAtTheCoordinatorHelpsUntilTheWorkersOwnLinksAreTheLimit() throws {
        var scenario = scenario(workers: 4)
        scenario.coordinatorBitsPerSecond = 2e9
        expect(try scenario.simulated().round, is: 16 + 4 + 16 + 1)
        scenario.coordinatorBitsPerSecond = 100e9
        expect(try scenario.simulated().round, is: 8 + 4 + 8 + 1)
    }

    @Test func workersOnOneMachineShareItsProcessors() throws {
        var scenario = scenario(workers: 8, leafTime: .milliseconds(100))
        scenario.sharedProcessors = 2
        expect(try scenario.simulated().round, is: 64 + 400 + 64 + 1)
    }

    @Test func leavesAreSharedByThreads() throws {
        var scenario = scenario(workers: 2, leafTime: .milliseconds(100))
        (scenario.leafCount, scenario.threads) = (16, 4)
        // Eight leaves each on four threads; eight of sixteen leaves are one complete subtree.
        expect(try scenario.simulated().round, is: 16 + 200 + 16 + 1)
    }

    @Test func delaysCountOnceEachWayAndTCPBeginsSlowlyAfterARest() throws {
        var scenario = scenario(workers: 1)
        scenario.link.delay = .milliseconds(5)
        expect(try scenario.simulated().round, is: 8 + 4 + 8 + 1 + 10)
        // After a second of computing, windows of 10, 20, … segments take seven round trips to fill a link of 1.2 MB.
        scenario.leafTime = .seconds(1)
        let rested = try scenario.simulated().round
        #expect(rested > .milliseconds(1027 + 80) && rested < .milliseconds(1027 + 140))
    }

    @Test func relaysSendOneSumForTheirRoom() throws {
        var scenario = scenario(workers: 16)
        (scenario.relays, scenario.room.delay, scenario.room.lossBothWays) = (4, .zero, 0)
        // Down to four relays and from each to three workers, as one is beside it, and up again; nothing is in parts.
        expect(try scenario.simulated().round, is: 2 * (4 * 8 + 3 * 8) + 4 + 1, within: 0.02)
        // Each part goes on while others travel: all links are busy at once, both ways.
        scenario.parts = 32
        expect(try scenario.simulated().round, is: 4 * 8 + 4 + 1, within: 0.3)
    }

    /// What goes to and from a relay's other workers passes its machine's link, as what goes up and comes down does.
    @Test func aRelaysMachineHasOneLink() throws {
        var scenario = scenario(workers: 16)
        (scenario.relays, scenario.parts) = (2, 32)
        (scenario.room.delay, scenario.room.lossBothWays) = (.zero, 0)
        // Eight vectors each way and machine, one of them to and from the coordinator, whose link has only two.
        expect(try scenario.simulated().round, is: 8 * 8 + 4 + 1, within: 0.1)
        // Connections to the coordinator that are slower than the room's leave the room the rest.
        (scenario.link.bitsPerSecond, scenario.coordinatorBitsPerSecond) = (2e8, 1e9)
        expect(try scenario.simulated().round, is: 8 * 8 + 4 + 1, within: 0.1)
        // In a faster room they are what counts.
        scenario.room.bitsPerSecond = 100e9
        expect(try scenario.simulated().round, is: 5 * 8 + 4 + 1, within: 0.1)
    }

    /// A worker alone with its relay has the coordinator's link as if there were none.
    @Test func aWorkerBesideItsRelayNeedsNoLink() throws {
        var scenario = scenario(workers: 3)
        scenario.relays = 3
        expect(try scenario.simulated().round, is: 2 * 3 * 8 + 4 + 1)
    }

    /// A relay's parts of two rounds may come in turn; where work is taken for lost, a scenario fails.
    @Test(arguments: [(3, 2), (4, 3), (2, 1), (5, 7)])
    func withOverlapNothingIsLostBehindARelay(workers: Int, leafCount: Int) throws {
        var scenario = Scenario(
            workers: workers, leafCount: leafCount, leafTime: .milliseconds(4), outerTime: .milliseconds(1),
            sumBytes: Self.megabyte, publishedBytes: Self.megabyte, link: Self.gigabit)
        (scenario.relays, scenario.isDelayed, scenario.parts, scenario.rounds) = (1, true, 8, 40)
        _ = try scenario.simulated()
    }

    @Test func withOverlapARoundTakesAsLongAsTheLongerOfComputingAndExchanging() throws {
        var scenario = scenario(workers: 4, leafTime: .milliseconds(100))
        (scenario.isDelayed, scenario.rounds) = (true, 30)
        // 32 ms up and as many down pass while 100 ms are computed.
        expect(try scenario.simulated().round, is: 100, within: 0.03)
        scenario.leafTime = .milliseconds(4)
        // Both ways are busy at once, each with a round.
        let exchanging = try scenario.simulated().round
        #expect(exchanging >= .milliseconds(32) && exchanging < .milliseconds(45), "\(exchanging)")
        scenario.isDelayed = false
        #expect(try scenario.simulated().round > .milliseconds(68))
    }

    @Test func withOverlapAWorkerComputesOneRoundAfterTheOtherOnSharedProcessors() throws {
        var scenario = scenario(workers: 8, leafTime: .milliseconds(100))
        (scenario.isDelayed, scenario.rounds, scenario.sharedProcessors) = (true, 30, 2)
        expect(try scenario.simulated().round, is: 400, within: 0.03)
    }

    @Test func theSameScenarioTakesTheSameTimeEachTime() throws {
        var scenario = scenario(workers: 100)
        scenario.handlingPerByte = 1.5
        #expect(try scenario.simulated() == scenario.simulated())
    }

    /// A sign of life waits behind the report before it, on the way and at the coordinator: nothing is taken for lost.
    @Test func signsOfLifeDoNotOvertakeReports() throws {
        var scenario = scenario(workers: 8, leafTime: .milliseconds(2970))
        scenario.handlingPerByte = 20
        // Seven reports are handled while the next come; the last one, the state and the worker's own are waited for.
        let handled = 0.955 * 20
        expect(try scenario.simulated().round, is: 64 + 2970 + 64 + 1 + handled * (2 + 8 + 1), within: 0.02)
    }

    @Test func messagesLongerOnTheLinkThanTheLeaseAreAFailure() {
        var scenario = scenario(workers: 8)
        scenario.link.bitsPerSecond = 1e6  // eight seconds for each of sixteen messages, one after another
        let failure = #expect(throws: Simulation.Failure.self) { try scenario.simulated() }
        #expect(failure?.reason.contains("µs") == false && failure?.description.hasPrefix("at ") == true)
    }

    /// TCP takes a dozen seconds to open up such a connection, and that is no reason not to wait for a round's end.
    @Test func aLongDelayIsSimulatedToTheEnd() throws {
        var scenario = scenario(workers: 3)
        scenario.link.delay = .seconds(1)
        (scenario.heartbeat, scenario.lease) = (.seconds(64), .seconds(640))
        let figures = try scenario.simulated()
        #expect((10...60).contains(figures.round / .seconds(1)), "\(figures.round)")
    }
}
