import Coordination
import Testing
import Wire

@Test func aStepThatNobodyComputesIsToldOfOnceEachTime() throws {
    var training = training()
    /// When it is told, of a tick a second.
    func told(_ seconds: ClosedRange<Int>) -> [Int] {
        seconds.filter { events(training.onTick(at: .seconds($0))).contains { $0.kind == .deserted } }
    }
    #expect(told(0...30) == [10])
    _ = training.join(ann, "ann", at: .seconds(31))
    _ = try training.takeAnswer(of: ann, at: .seconds(31))
    _ = training.onRoot(isFinite: true, at: .seconds(31))
    #expect(told(32...32) == [])
    _ = training.take(.farewell(.leaving, text: ""), from: ann, at: .seconds(33))
    #expect(told(33...60) == [43])
    #expect(RunEvent.deserted(step: 1).description == "no worker is here: step 2 waits until one joins")
}

@Test func aRelayWithoutWorkersIsNobodyWhoComputes() {
    var training = training()
    _ = training.take(hello("relay", threads: 0), from: ann, at: .zero)
    func told(_ seconds: Int) -> [RunEvent] {
        _ = training.take(
            .heartbeat(Heartbeat(sequence: UInt64(seconds), isReady: true, claim: nil)), from: ann,
            at: .seconds(seconds))
        return events(training.onTick(at: .seconds(seconds)))
    }
    #expect((0..<10).allSatisfy { told($0).isEmpty } && told(10) == [.deserted(step: 0)])
}

@Test func aCoordinatorThatWasStoppedTellsOfNobodysAbsenceMeanwhile() {
    var training = training()
    _ = training.onTick(at: .zero)
    #expect(events(training.onTick(at: .seconds(60))).isEmpty)
    for second in 61...69 { #expect(events(training.onTick(at: .seconds(second))).isEmpty) }
    #expect(events(training.onTick(at: .seconds(70))) == [.deserted(step: 0)])
}
