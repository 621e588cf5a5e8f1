import Foundation
import Numerics
import TestKit
import Testing
import Upstream
import Wire

/// What a coordinator does with a worker that is broken or means harm: the job goes on, to the same bits.
@Suite(.serialized, .onOwnThreads) struct HostileWorkerTests {
    let folder: TemporaryFolder
    var run: String { folder.path("run") }

    init() throws { folder = try TemporaryFolder() }

    /// A coordinator that waits for workers, and one that is played; afterwards a real worker finishes the job.
    private func withCoordinator(_ body: (RunEventLog, PlayedWorker) throws -> Void) throws {
        let coordinator = try ProgramRun(
            ["coordinator", "--json", "--listen", "tcp://127.0.0.1:*"] + Pretraining.jobFlags(run: run, steps: 200))
        let events = RunEventLog(of: run, by: coordinator)
        let endpoint = try events.endpoint()
        try body(events, PlayedWorker("peer", endpoint: endpoint))
        let worker = try ProgramRun(["worker", "--connect", endpoint])
        let result = coordinator.result()
        #expect(result.status == 0, Comment(rawValue: result.errors))
        #expect(result.output.contains(try Pretraining.undisturbed.get()))
        #expect(worker.result().status == 0)
    }

    @Test func oneOfAnotherVersionIsToldSo() throws {
        try withCoordinator { events, peer in
            try peer.send(Envelope(.wait(Wait())).encodedHeader(version: 99))
            let refusal = try peer.refusal()
            #expect(refusal.code == .version && refusal.version == protocolVersion)
            #expect(refusal.text.contains("install the same ssrm"))
            try events.waits(for: .refused) { $0.what?.contains("speaks protocol version 99") ?? false }
        }
    }

    @Test func aFrameThatWasAlteredOnItsWayIsRefused() throws {
        try withCoordinator { events, peer in
            for alter: ([UInt8]) -> [UInt8] in [{ [1] + $0.dropFirst() }, { Array($0.dropLast(4)) }] {
                let work = try peer.join()
                let vector = FloatBlock(count: 41_621)
                let report = LeafReport(
                    claim: work.claim, round: work.round, leaves: work.leaves,
                    content: .nodes([.init(leaves: work.leaves, figures: [0, 0])]))
                let header = Envelope(.leafReport(report), frames: [RawFrame(vector)]).headerBytes
                try peer.send(header, [alter(vector.array.withUnsafeBytes { Array($0) })])
                let refusal = try peer.refusal()
                #expect(refusal.code == .malformed && refusal.text.contains("frame 0"))
            }
        }
    }

    @Test(arguments: [[1, 2, 3], [], [UInt8](repeating: 255, count: 1 << 17)])
    func bytesThatAreNoMessageAreRefused(header: [UInt8]) throws {
        try withCoordinator { events, peer in
            try peer.send(header)
            #expect(try peer.refusal().code == .malformed)
            try events.waits(for: .refused)
        }
    }

    @Test func aMessageThatOnlyACoordinatorSendsIsRefused() throws {
        try withCoordinator { events, peer in
            _ = try peer.join()
            try peer.send(.finish(.complete))
            #expect(try peer.refusal().code == .malformed)
            try events.waits(for: .refused) { $0.what?.contains("only a coordinator sends") ?? false }
        }
    }

    @Test func aBlockThatThereIsNotIsRefused() throws {
        try withCoordinator { _, peer in
            try peer.sayHello()
            try peer.hears { if case .welcome = $0 { true } else { nil } }
            for block in [1 << 20, Int(UInt32.max)] {
                try peer.send(.sampleRequest(block: block))
                #expect(try peer.refusal().code == .noSuchBlock)
            }
        }
    }

    @Test func aStrangersReportCountsForNothing() throws {
        try withCoordinator { _, peer in
            // Whoever is no worker is told to say hello, though its frames lie where nobody can read them.
            let report = LeafReport(
                claim: 1, round: 0, leaves: 0..<1, content: .nodes([.init(leaves: 0..<1, figures: [0, 0])]))
            let envelope = Envelope(.leafReport(report), frames: [RawFrame(FloatBlock(count: 8))])
            try peer.send(envelope.parts { _ in 4096 }.header)
            #expect(try peer.refusal().code == .unknownWorker)
            try peer.send(.leafReport(LeafReport(claim: 1, round: 0, leaves: 0..<5, content: .notFinite)))
            #expect(try peer.refusal().code == .unknownWorker)
        }
    }

    @Test(arguments: [FarewellReason.leaving, .failed])
    func aStrangerWhoSaysHelloAndFarewellEndsNothing(reason: FarewellReason) throws {
        try withCoordinator { events, peer in
            try peer.sayHello()
            try peer.hears { if case .welcome = $0 { true } else { nil } }
            try peer.send(.farewell(reason, text: "not finite"))
            if reason == .leaving {
                try events.waits(for: .left) { $0.worker == "peer" }
            } else {
                try events.waits(for: .failed) { $0.worker == "peer" && $0.reason == "not finite" }
            }
        }
    }

    @Test func theWordThatASumIsNotFiniteIsNotBelievedUnlessAnotherSaysTheSame() throws {
        try withCoordinator { events, peer in
            try peer.sayNotFinite(try peer.join())
            try events.waits(for: .notFinite) { $0.worker == "peer" && $0.confirmed == false }
            try peer.send(.farewell(.failed, text: "not finite"))
            try events.waits(for: .failed) { $0.worker == "peer" }
        }
    }

    @Test func whoFindsASumNotFiniteThatIsIsSentAway() throws {
        let endless = try EndlessRun.coordinator(run: run, "--lease", "3600", "--heartbeat", "600")
        let peer = try PlayedWorker("peer", endpoint: endless.events.endpoint())
        let work = try peer.join()
        let worker = try endless.worker()
        try endless.waitsForJoining(of: worker.pid)
        try peer.sayNotFinite(work)
        #expect(try peer.refusal().code == .refuted)
        try endless.events.waits(for: .refuted) { $0.worker == "peer" }
        try endless.waitsForProgress()
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
        #expect(worker.result().status == 0)
    }

    @Test func whateverTwoWorkersSayOfSumsTheCoordinatorLooksItself() throws {
        let endless = try EndlessRun.coordinator(run: run)
        let peers = try ["first", "second"].map { try PlayedWorker($0, endpoint: endless.events.endpoint()) }
        let work = try peers[0].join(threads: 5)  // all leaves of a step
        try peers[1].becomeReady()
        try endless.events.waits(for: .joined) { $0.worker == "second" }
        try peers[0].sayNotFinite(work)
        try peers[1].sayNotFinite(try peers[1].work())
        for peer in peers { #expect(try peer.refusal().code == .refuted) }
        let worker = try endless.worker()
        try endless.waitsForProgress()
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
        #expect(worker.result().status == 0)
    }

    @Test func workersThatShowLifeAndNeverAnswerHoldNothingUp() throws {
        let endless = try EndlessRun.coordinator(run: run, "--lease", "3600")
        let idlers = try (0..<4).map { try PlayedWorker("idler \($0)", endpoint: endless.events.endpoint()) }
        for idler in idlers { try idler.becomeReady(threads: 4096) }
        try endless.events.waits(for: .joined, count: idlers.count)
        let worker = try endless.worker()
        try endless.waitsForProgress()
        try endless.waitsForProgress()
        try endless.events.waits(for: .overdue) { $0.worker?.hasPrefix("idler") ?? false }
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
        #expect(worker.result().status == 0)
    }

    @Test func sumsThatAreWrongAreNeverTakenWhereAllAreCompared() throws {
        let coordinator = try ProgramRun(
            ["coordinator", "--json", "--listen", "tcp://127.0.0.1:*", "--audit", "1"]
                + Pretraining.jobFlags(run: run, steps: 200))
        let events = RunEventLog(of: run, by: coordinator)
        let liar = try LyingWorker("liar", endpoint: try events.endpoint(), from: 0)
        try events.waits(for: .joined) { $0.worker == "liar" }
        let workers = try (0..<2).map { _ in try ProgramRun(["worker", "--connect", try events.endpoint()]) }
        let result = coordinator.result()
        #expect(result.status == 0, Comment(rawValue: result.errors))
        #expect(result.output.contains(try Pretraining.undisturbed.get()))
        #expect(result.output.contains("\"audited_leaves\":1000"), Comment(rawValue: result.output))
        try events.waits(for: .lied) { $0.worker == "liar" }
        try liar.isSentAway()
        for worker in workers { #expect(worker.result().status == 0) }
    }

    /// Its memory is broken from some step on, when it was found right before.
    @Test(arguments: ["float32", "bfloat16", "int8"])
    func whatWasMadeWithWrongSumsIsDoneAgain(wire: String) throws {
        let endless = try EndlessRun.coordinator(
            run: run, job: ["--wire", wire], "--audit", "0.3", "--checkpoint-every", "10")
        let liar = try LyingWorker("liar", endpoint: try endless.events.endpoint(), from: 25)
        try endless.events.waits(for: .checkpointWritten) { $0.step ?? 0 >= 30 }
        let worker = try endless.worker()
        try endless.events.waits(for: .lied) { $0.worker == "liar" }
        try endless.events.waits(for: .wentBack)
        try liar.isSentAway()
        try endless.waitsForProgress()
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
        #expect(worker.result().status == 0)
    }

    /// What may hold wrong sums is neither kept nor gone on from, though it can't be removed.
    @Test func wrongSumsAreNotKeptWhereGoingBackFails() throws {
        let endless = try EndlessRun.coordinator(run: run, "--audit", "0.3", "--checkpoint-every", "10")
        let liar = try LyingWorker("liar", endpoint: try endless.events.endpoint(), from: 25)
        try endless.events.waits(for: .checkpointWritten) { $0.step ?? 0 >= 30 }
        // No file, so that it can't be removed as one.
        let inTheWay = RunFolder(run).checkpointFile(step: 999_999)
        try FileManager.default.createDirectory(atPath: inTheWay, withIntermediateDirectories: true)
        let worker = try endless.worker()
        let result = endless.process.result()
        #expect(result.status == 1 && result.errors.contains("may hold wrong sums can't be removed; remove these"))
        #expect(result.errors.contains(inTheWay), Comment(rawValue: result.errors))
        try liar.isSentAway()
        worker.result()
        try FileManager.default.removeItem(atPath: inTheWay)
        let resumed = try Pretraining.pretrain(run: run, steps: 400, "--workers", "1", "--resume")
        #expect(resumed.parameters_sha256 == (try Pretraining.bits(afterSteps: 400)))
    }
}
