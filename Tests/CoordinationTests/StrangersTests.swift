import Coordination
import Testing
import Wire

@Test func whatAPeerCallsItselfCantWriteOnTheTerminal() {
    var training = training()
    let told = events(training.join(ann, "a\nb\u{1B}[2J"))
    #expect(told.map(\.description) == ["a?b?[2J joined (p, n)"])
}

@Test func theEventsOfWhatIsRefusedComeToAnEnd() {
    var training = training()
    let told = (0..<1000).flatMap { _ in
        events(training.onUnreadable(.malformedHeader("x"), from: ann, at: .zero))
    }
    #expect(told.count == 21 && told.last == .refusalsMuted)
}

@Test func strangersAreToldToSayHelloWhateverTheySay() throws {
    var training = training()
    _ = training.join(bob, "bob")
    let (report, blockLengths) = try training.answer(of: bob)
    for message in [
        idle, .leafReport(report), .sampleRequest(block: 0), .wait(Wait()), .ready(Ready(probeDigest: "x")),
    ] {
        #expect(refusals(training.take(message, blockLengths, from: ann)) == [.unknownWorker])
    }
    #expect(training.take(.farewell(.failed, text: ""), from: ann).isEmpty)
}

@Test func aConnectionThatComesAndGoesIsToldOfNowAndThen() {
    var coordinator = training()
    let worker = WorkerID([1])
    _ = coordinator.join(worker, "a")
    let times = (1...1200).filter { tenth in
        let now = Duration.milliseconds(100 * tenth)
        _ = coordinator.take(
            .heartbeat(Heartbeat(sequence: UInt64(tenth), isReady: true, claim: nil)), from: worker, at: now)
        return coordinator.onGone(worker, at: now).contains(.event(.cutOff(worker: "a")))
    }
    #expect(times == Array(1...8) + Array(600...607) + [1200])
}
