import Coordination
import Numerics
import Testing
import Wire

private let lease = Duration.seconds(10)

private func training(shards: Int = 4, steps: Int = 3, refuses: Bool = false) -> Training {
    Training(
        Training.Plan(shardCount: shards, steps: steps, rowsPerShard: 5, parameterCount: 1, datasetDigest: "d"),
        step: 0,
        parameters: FloatBlock([0]), heartbeat: .seconds(1), lease: lease, refusesOtherArithmetic: refuses)
}

private func hello(_ name: String, digest: String = "d") -> Message {
    .hello(Hello(name: name, processor: "p", numerics: "n", threads: 1, datasetDigest: digest))
}

extension ReceivedEnvelope {
    /// What a socket would have brought.
    fileprivate init(_ message: Message, _ blocks: [FloatBlock] = []) throws {
        let header = FloatBlock(count: 256)
        let bytes = Envelope(message, frames: blocks.map { RawFrame($0) }).headerBytes
        UnsafeMutableRawPointer(header.base).copyMemory(from: bytes, byteCount: bytes.count)
        let first = UnsafeRawBufferPointer(start: header.base, count: bytes.count)
        try self.init(
            [ReceivedPart(bytes: first, owner: header)] + blocks.map { ReceivedPart(bytes: $0.bytes, owner: $0) })
    }
}

extension Training {
    fileprivate mutating func take(
        _ message: Message, _ blocks: [FloatBlock] = [], from worker: WorkerID, at now: Duration = .zero
    ) throws -> [Directive] {
        onMessage(try ReceivedEnvelope(message, blocks), from: worker, at: now)
    }

    fileprivate mutating func join(_ worker: WorkerID, _ name: String, probe: String = "same") throws -> [Directive] {
        _ = try take(hello(name), from: worker)
        return try take(.ready(Ready(probeDigest: probe)), from: worker)
    }
}

/// The messages among the directives, with how many frames each has.
private func sent(_ directives: [Directive]) -> [(to: WorkerID, message: Message, frames: Int)] {
    directives.compactMap { directive in
        guard case .send(let envelope, let worker) = directive else { return nil }
        return (worker, envelope.message, envelope.frames.count)
    }
}

private func work(_ directives: [Directive]) -> [WorkerID: Range<Int>] {
    var runs: [WorkerID: Range<Int>] = [:]
    for (worker, message, _) in sent(directives) {
        if case .work(_, let shards) = message { runs[worker] = shards }
    }
    return runs
}

private func refusals(_ directives: [Directive]) -> [Refusal.Code] {
    sent(directives).compactMap { if case .refusal(let refusal) = $0.message { refusal.code } else { nil } }
}

@Test func aWorkerIsGivenAllShardsOnceItIsReady() throws {
    var training = training()
    guard case .welcome(ann, needsSamples: false)? = try training.take(hello("ann"), from: ann).first else {
        Issue.record("no welcome")
        return
    }
    let directives = try training.take(.ready(Ready(probeDigest: "x")), from: ann)
    #expect(work(directives) == [ann: 0..<4])
    #expect(sent(directives).map(\.frames) == [1])
}

@Test func aWorkerWithoutTheDatasetIsToldTheBlocks() throws {
    var training = training()
    for digest in ["", "another"] {
        guard case .welcome(ann, needsSamples: true)? = try training.take(hello("ann", digest: digest), from: ann).first
        else {
            Issue.record("no welcome with blocks for '\(digest)'")
            return
        }
    }
}

@Test func theNextStepBeginsWithTheParametersOfTheLast() throws {
    var training = training()
    _ = try training.join(ann, "ann")
    let (message, gradients) = report(0..<4, of: 4, step: 0)
    let directives = try training.take(.gradientReport(message), gradients, from: ann)
    guard case .finishStep(let sum)? = directives.first else {
        Issue.record("the step did not end")
        return
    }
    #expect(sum.vector.array == [6])
    let next = training.onParameters(FloatBlock([1]), at: .zero)
    #expect(sent(next).first?.message == .work(step: 1, shards: 0..<4))
}

@Test func allWorkersAreSentAwayAfterTheLastStep() throws {
    var training = training(steps: 1)
    _ = try training.join(ann, "ann")
    let (message, gradients) = report(0..<4, of: 4, step: 0)
    _ = try training.take(.gradientReport(message), gradients, from: ann)
    #expect(sent(training.onParameters(FloatBlock([1]), at: .zero)).map(\.message) == [.finish(complete: true)])
    #expect(sent(try training.take(hello("bob"), from: bob)).map(\.message) == [.finish(complete: true)])
}

@Test func aSilentWorkersShardsGoToAnotherAndItsLateAnswerIsRefused() throws {
    var training = training()
    _ = try training.join(ann, "ann")
    _ = try training.take(hello("bob"), from: bob, at: .seconds(8))
    _ = try training.take(.ready(Ready(probeDigest: "same")), from: bob, at: .seconds(8))
    #expect(work(training.onTick(at: lease)).isEmpty)
    #expect(work(training.onTick(at: lease + .milliseconds(1))) == [bob: 0..<4])
    let (message, gradients) = report(0..<4, of: 4, step: 0)
    let late = try training.take(.gradientReport(message), gradients, from: ann, at: .seconds(11))
    #expect(refusals(late) == [.unknownWorker])
    #expect(training.round?.sum == nil)
}

@Test func aHeartbeatIsAnsweredAndKeepsAWorker() throws {
    var training = training()
    _ = try training.join(ann, "ann")
    let answer = try training.take(
        .heartbeat(Heartbeat(sequence: 4, isReady: true, run: .init(step: 0, shards: 0..<4))), from: ann,
        at: .seconds(9))
    #expect(sent(answer).map(\.message) == [.heartbeatReply(sequence: 4)])
    #expect(training.onTick(at: .seconds(15)).isEmpty)
    #expect(training.readyCount == 1)
}

@Test func aWorkerThatEndsOrLeavesHandsItsShardsOnAtOnce() throws {
    var training = training()
    _ = try training.join(ann, "ann")
    _ = try training.join(bob, "bob")
    #expect(work(training.onEnd(ofWorkerNamed: "ann", at: .zero)) == [bob: 0..<4])
    _ = try training.join(cid, "cid")
    #expect(work(try training.take(.farewell(.leaving, text: ""), from: bob)) == [cid: 0..<4])
}

@Test func aWorkerThatSaysHelloAgainStartsAnew() throws {
    var training = training()
    _ = try training.join(ann, "ann")
    #expect(work(try training.join(ann, "ann")) == [ann: 0..<4])
    #expect(training.readyCount == 1)
}

@Test func aMessageThatCantBeReadCostsItsSenderItsPlaceAndNothingElse() throws {
    var training = training()
    _ = try training.join(ann, "ann")
    _ = try training.join(bob, "bob")
    let directives = training.onUnreadable(.frameChecksum(frame: 0), from: ann, at: .zero)
    #expect(refusals(directives) == [.malformed])
    #expect(work(directives) == [bob: 0..<4])
    #expect(refusals(training.onUnreadable(.version(theirs: 9), from: cid, at: .zero)) == [.version])
    #expect(training.readyCount == 1)
}

@Test func aGradientOfAnotherLengthIsRefused() throws {
    var training = training()
    _ = try training.join(ann, "ann")
    let (message, _) = report(0..<4, of: 4, step: 0)
    #expect(refusals(try training.take(.gradientReport(message), [FloatBlock([1, 2])], from: ann)) == [.malformed])
    #expect(training.readyCount == 0)
}

@Test func aGradientThatIsNotFiniteEndsTheJob() throws {
    var training = training()
    _ = try training.join(ann, "ann")
    let (message, _) = report(0..<4, of: 4, step: 0)
    guard case .fail(let reason)? = try training.take(.gradientReport(message), [FloatBlock([.nan])], from: ann).first
    else {
        Issue.record("the job went on")
        return
    }
    #expect(reason.contains("step 0"))
}

@Test func aWorkerOfOtherArithmeticIsNotedOrRefused() throws {
    var lenient = training()
    _ = try lenient.join(ann, "ann")
    let noted = try lenient.join(bob, "bob", probe: "other")
    #expect(
        noted.contains { if case .event(.otherArithmetic(_, _, _, probeOf: "ann")) = $0 { true } else { false } }
    )
    #expect(lenient.readyCount == 2)
    var strict = training(refuses: true)
    _ = try strict.join(ann, "ann")
    #expect(refusals(try strict.join(bob, "bob", probe: "other")) == [.otherArithmetic])
    #expect(strict.readyCount == 1)
}

/// A sign of life of a worker that waits for work.
private let idle = Message.heartbeat(Heartbeat(sequence: 1, isReady: true, run: nil))

@Test func workThatAWorkerDoesNotKnowOfIsGivenAgainWithItsParameters() throws {
    var training = training()
    _ = try training.join(ann, "ann")
    #expect(work(try training.take(idle, from: ann, at: .seconds(2))).isEmpty)  // it may be on its way
    let again = try training.take(idle, from: ann, at: .seconds(2) + .milliseconds(1))
    #expect(work(again) == [ann: 0..<4])
    #expect(sent(again).map(\.frames) == [0, 1])
}

@Test func aWorkerWhoseReadyWasLostIsToldToSayHelloAgain() throws {
    var training = training()
    _ = try training.take(hello("ann"), from: ann)
    #expect(refusals(try training.take(idle, from: ann, at: .seconds(1))) == [.unknownWorker])
}

@Test func moreCorrectRowsThanThereAreAreRefused() throws {
    var training = training()
    _ = try training.join(ann, "ann")
    let (whole, gradients) = report(0..<4, of: 4, step: 0)
    var message = whole
    message.subtrees[0].correct = 21
    #expect(refusals(try training.take(.gradientReport(message), gradients, from: ann)) == [.malformed])
}

@Test func whatAPeerCallsItselfCantWriteOnTheTerminal() throws {
    var training = training()
    let notes = try training.join(ann, "a\nb\u{1B}[2J").compactMap {
        if case .event(let event) = $0 { "\(event)" } else { nil }
    }
    #expect(notes == ["a?b?[2J joined (p, n)"])
}

@Test func theNotesOfWhatIsRefusedComeToAnEnd() {
    var training = training()
    let notes = (0..<1000).flatMap { _ in training.onUnreadable(.malformedHeader("x"), from: ann, at: .zero) }
        .filter { if case .event = $0 { true } else { false } }
    #expect(notes.count == 21)
}

@Test func strangersAreToldToSayHello() throws {
    var training = training()
    #expect(refusals(try training.take(idle, from: ann)) == [.unknownWorker])
}
