import Service
import Testing

/// For how long a worker waits for samples.
@Suite struct GatheringClockTests {
    @Test func aWorkWaitsFromWhenItsSamplesAreLookedForUntilItIsOrdered() {
        var clock = GatheringClock()
        clock.onBegin(5, at: .seconds(1))
        clock.onOrder(5, at: .seconds(4))
        #expect(clock.onComputed(5, at: .seconds(9)) == .seconds(3))
        clock.onOrder(6, at: .seconds(10))
        #expect(clock.onComputed(6, at: .seconds(11)) == .zero, "its samples were all here")
    }

    @Test func nobodyWaitsWhileAnotherWorkIsComputed() {
        var clock = GatheringClock()
        clock.onBegin(5, at: .zero)
        clock.onOrder(5, at: .seconds(1))
        clock.onBegin(6, at: .seconds(1))
        clock.onBegin(7, at: .seconds(2))
        clock.onOrder(6, at: .seconds(3))
        #expect(clock.onComputed(5, at: .seconds(4)) == .seconds(1))
        #expect(clock.onComputed(6, at: .seconds(6)) == .zero)
        clock.onOrder(7, at: .seconds(8))
        #expect(clock.onComputed(7, at: .seconds(9)) == .seconds(2), "from when there was nothing else to compute")
    }

    @Test func whatIsNeverOrderedIsForgotten() {
        var clock = GatheringClock()
        for claim in 1...5 as ClosedRange<UInt64> { clock.onBegin(claim, at: .seconds(Int(claim))) }
        clock.onOrder(1, at: .seconds(9))
        #expect(clock.onComputed(1, at: .seconds(9)) == .zero)
        clock.onOrder(5, at: .seconds(10))
        #expect(clock.onComputed(5, at: .seconds(10)) == .seconds(1))
    }
}
