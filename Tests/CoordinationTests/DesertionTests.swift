import Coordination
import Testing

private let lease = Duration.seconds(10)

@Test func aStepThatNobodyComputesIsToldOfOnceEachTime() throws {
    var training = training()
    func told(_ seconds: Int) -> [RunEvent] { events(training.onTick(at: .seconds(seconds))) }
    #expect(told(0).isEmpty && told(9).isEmpty)
    #expect(told(10) == [.deserted(step: 0)])
    #expect(told(11).isEmpty && told(500).isEmpty)
    _ = training.join(ann, "ann", at: .seconds(501))
    _ = try training.takeAnswer(of: ann, at: .seconds(501))
    _ = training.onRoot(isFinite: true, at: .seconds(501))
    #expect(told(502).isEmpty)
    _ = training.take(.farewell(.leaving, text: ""), from: ann, at: .seconds(503))
    #expect(told(503).isEmpty && told(512).isEmpty)
    #expect(told(513) == [.deserted(step: 1)] && told(600).isEmpty)
    #expect(RunEvent.deserted(step: 1).description == "no worker is here: step 2 waits until one joins")
}
