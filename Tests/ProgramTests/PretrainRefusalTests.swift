import Foundation
import Messaging
import Numerics
import TestKit
import Testing
import Wire

/// What bad input and bad peers get: one clear line, exit code 1 or 2, nothing half-written.
@Suite(.serialized) struct PretrainRefusalTests {
    let folder: TemporaryFolder
    var run: String { folder.path("run") }

    init() throws { folder = try TemporaryFolder() }

    private func pretrain(_ flags: String...) throws -> ProgramResult {
        try ProgramRun(["pretrain"] + Pretraining.jobFlags(run: run, steps: 20) + flags).result()
    }

    private func expectLine(
        _ result: ProgramResult, _ parts: String..., status: Int32 = 1, location: SourceLocation = #_sourceLocation
    ) {
        let last = result.errors.split(separator: "\n").last.map(String.init) ?? ""
        #expect(result.status == status, Comment(rawValue: result.errors), sourceLocation: location)
        #expect(result.output.isEmpty, sourceLocation: location)
        for part in parts {
            #expect(last.contains(part), Comment(rawValue: result.errors), sourceLocation: location)
        }
    }

    @Test func anUnknownPresetIsNamedWithThoseThatThereAre() throws {
        expectLine(try pretrain("--preset", "papre"), "papre", "did you mean paper?", "paper, night")
        #expect(try folder.contents.isEmpty)
    }

    @Test func moreOriginalsAStepThanTheDatasetHasAreRefused() throws {
        expectLine(try pretrain("--shard-size", "5000"), "25000 originals", "--shard-size")
        #expect(try folder.contents.isEmpty)
    }

    @Test func anEarlierRunIsNotWrittenOver() throws {
        _ = try Pretraining.pretrain(run: run, steps: 5, "--workers", "1")
        expectLine(try pretrain(), "--resume")
    }

    @Test func aCheckpointOfAnotherJobIsRefusedByWhatDiffers() throws {
        _ = try Pretraining.pretrain(run: run, steps: 5, "--workers", "1")
        expectLine(try pretrain("--resume", "--seed", "8"), "seed 7 there, 8 here")
        expectLine(try pretrain("--resume", "--preset", "night"), "preset paper there, night here")
        let other = folder.path("other.safetensors")
        #expect(
            try ProgramRun.ssrm(
                "data", "synthetic", "--kind", "pressure", "--subjects", "2", "--seed", "1", "--out", other
            ).status == 0)
        expectLine(try pretrain("--resume", "--data", other), "dataset ")
    }

    @Test func aTornCheckpointIsPassedOverForTheOneBefore() throws {
        _ = try Pretraining.pretrain(run: run, steps: 20, "--workers", "1", "--checkpoint-every", "10")
        let newest = run + "/checkpoints/step-00000020.safetensors"
        let whole = try Data(contentsOf: URL(filePath: newest))
        try whole.dropLast(100).write(to: URL(filePath: newest))
        let result = try pretrain("--resume", "--workers", "1")
        #expect(result.status == 0)
        #expect(result.errors.contains("skipped a checkpoint: ") && result.errors.contains(newest))
        #expect(result.errors.contains("resuming after step 10"))
        #expect(try Data(contentsOf: URL(filePath: newest)) == whole)
    }

    @Test func aLearningRateThatMakesTheGradientInfiniteIsAnError() throws {
        expectLine(try pretrain("--learning-rate", "1e38"), "infinite or not a number", "--learning-rate")
    }

    @Test func aPortInUseIsNamed() throws {
        let socket = try Socket(.router, in: Context())
        let endpoint = try socket.bind("tcp://127.0.0.1:*")
        let result = try ProgramRun(["coordinator", "--listen", endpoint] + Pretraining.jobFlags(run: run, steps: 5))
            .result()
        expectLine(result, endpoint, "in use")
    }

    @Test(arguments: ["tcp://0.0.0.0:5555", "tcp://*:5555", "tcp://192.0.2.1:5555"])
    func listeningBeyondThisMachineNeedsToBeAskedFor(endpoint: String) throws {
        let result = try ProgramRun(["coordinator", "--listen", endpoint] + Pretraining.jobFlags(run: run, steps: 5))
            .result()
        expectLine(result, endpoint, "--plaintext-network", "unauthenticated")
        #expect(try folder.contents.isEmpty)
    }

    @Test func aRunDirectoryHasOneCoordinatorAtATime() throws {
        let first = try ProgramRun(
            ["pretrain"] + Pretraining.jobFlags(run: run, steps: 1_000_000) + ["--workers", "1"])
        #expect(first.waits(for: "joined"))
        expectLine(try pretrain("--resume"), "in use by another coordinator")
        first.signal(SIGTERM)
        #expect(first.result().status == 143)
    }

    @Test func aCoordinatorThatNobodyComesToGivesUpWhenAsked() throws {
        let result = try ProgramRun(
            ["coordinator", "--listen", "tcp://127.0.0.1:*", "--wait-seconds", "0.3"]
                + Pretraining.jobFlags(run: run, steps: 5)
        ).result()
        expectLine(result, "no worker", "ssrm worker --connect")
    }

    @Test func aWorkerWhoseCoordinatorIsSilentGivesUp() throws {
        let result = try ProgramRun.ssrm("worker", "--connect", "tcp://127.0.0.1:1", "--patience", "0.5")
        expectLine(result, "tcp://127.0.0.1:1", "is it running")
    }

    @Test func aWorkerOfAnotherVersionIsToldSoAndTheJobGoesOn() throws {
        try withCoordinator { coordinator, peer in
            try peer.send([.copied(Envelope(.wait).encodedHeader(version: 99))])
            guard case .refusal(let refusal)? = try answer(at: peer)?.message else {
                Issue.record("no refusal came")
                return
            }
            #expect(refusal.code == .version && refusal.version == protocolVersion)
            #expect(refusal.text.contains("install the same ssrm"))
            #expect(coordinator.waits(for: "refused a worker that speaks protocol version 99"))
        }
    }

    @Test func aFrameThatWasAlteredOnItsWayIsRefusedAndTheJobGoesOn() throws {
        try withCoordinator { coordinator, peer in
            for alter: ([UInt8]) -> [UInt8] in [{ [1] + $0.dropFirst() }, { Array($0.dropLast(4)) }] {
                let work = try join(peer)
                let vector = FloatBlock(count: 41_621)
                let report = LeafReport(
                    claim: work.claim, step: work.step, leaves: work.leaves,
                    content: .nodes([.init(leaves: work.leaves, figures: [0, 0])]))
                let header = Envelope(.leafReport(report), frames: [RawFrame(vector)]).headerBytes
                try peer.send([.copied(header), .copied(alter(Array(vector.bytes)))])
                let refusal = try refusal(at: peer)
                #expect(refusal.code == .malformed && refusal.text.contains("frame 0"))
            }
            try peer.send([.copied([1, 2, 3])])
            #expect(coordinator.waits(for: "a header that can't be read"))
        }
    }

    @Test func aStrangersWordThatNothingIsFiniteEndsNothing() throws {
        try withCoordinator { coordinator, peer in
            // Whoever is no worker is told to say hello, though its frames lie where nobody can read them.
            let report = LeafReport(
                claim: 1, step: 0, leaves: 0..<1, content: .nodes([.init(leaves: 0..<1, figures: [0, 0])]))
            let envelope = Envelope(.leafReport(report), frames: [RawFrame(FloatBlock(count: 8))])
            try peer.send([.copied(envelope.parts { _ in 4096 }.header)])
            #expect(try refusal(at: peer).code == .unknownWorker)
            let work = try join(peer)
            let word = LeafReport(claim: work.claim, step: work.step, leaves: work.leaves, content: .notFinite)
            try peer.send([.copied(Envelope(.leafReport(word)).headerBytes)])
            #expect(coordinator.waits(for: "they are computed again"))
            try peer.send([.copied(Envelope(.farewell(.failed, text: "not finite")).headerBytes)])
            #expect(coordinator.waits(for: "peer can't go on: not finite"))
        }
    }

    @Test func aCoordinatorOfAnotherVersionEndsAWorker() throws {
        let router = try Socket(.router, in: Context())
        let worker = try ProgramRun(["worker", "--connect", try router.bind("tcp://127.0.0.1:*")])
        var identity: [UInt8] = []
        #expect(
            waitFor {
                identity = (try? router.receive())?.first.map { Array($0.bytes) } ?? []; return !identity.isEmpty
            })
        try router.send([
            .copied(identity), .copied(Envelope(.finish(complete: true)).encodedHeader(version: protocolVersion + 1)),
        ])
        expectLine(worker.result(), "protocol version \(protocolVersion + 1)", "install the same ssrm")
    }

    /// A coordinator that waits for workers, and a peer that speaks to it; afterwards a real worker finishes the job.
    private func withCoordinator(_ body: (ProgramRun, Socket) throws -> Void) throws {
        let coordinator = try ProgramRun(
            ["coordinator", "--json", "--listen", "tcp://127.0.0.1:*"] + Pretraining.jobFlags(run: run, steps: 200))
        #expect(waitFor { FileManager.default.fileExists(atPath: run + "/endpoint") })
        let endpoint = try String(contentsOfFile: run + "/endpoint", encoding: .utf8).trimmingCharacters(
            in: .whitespacesAndNewlines)
        let peer = try Socket(.dealer, in: Context())
        try peer.connect(endpoint)
        try body(coordinator, peer)
        let worker = try ProgramRun(["worker", "--connect", endpoint])
        let result = coordinator.result()
        #expect(result.status == 0, Comment(rawValue: result.errors))
        #expect(result.output.contains(try Pretraining.undisturbed.get()))
        #expect(worker.result().status == 0)
    }

    /// Says hello and ready as a worker, and returns the work that comes.
    private func join(_ peer: Socket) throws -> Work {
        let hello = Hello(name: "peer", processor: "", numerics: "", threads: 1, datasetDigest: "")
        try peer.send([.copied(Envelope(.hello(hello)).headerBytes)])
        while let message = try answer(at: peer)?.message {
            if case .welcome = message {
                try peer.send([.copied(Envelope(.ready(Ready(probeDigest: "probe"))).headerBytes)])
            }
            if case .work(let work) = message { return work }
        }
        throw Pretraining.Failure(text: "no work came")
    }

    private func refusal(at peer: Socket) throws -> Refusal {
        guard case .refusal(let refusal)? = try answer(at: peer)?.message else {
            throw Pretraining.Failure(text: "no refusal came")
        }
        return refusal
    }

    private func answer(at socket: Socket) throws -> ReceivedEnvelope? {
        for _ in 0..<600 {
            if let frames = try socket.receive() {
                return try ReceivedEnvelope(frames.map { ReceivedPart(bytes: $0.bytes, owner: $0) })
            }
            try Poller.wait(for: socket, timeout: .milliseconds(100))
        }
        return nil
    }
}
