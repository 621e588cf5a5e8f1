import Foundation
import Numerics
import TestKit
import Testing
import Wire

/// Whoever reaches the port takes neither memory nor descriptors nor time beyond what `Wire`'s page says, and no bit.
@Suite(.serialized, .onOwnThreads) struct HostilePeersTests {
    let folder: TemporaryFolder
    /// No attack of these tests makes a coordinator hold more beside what it held.
    private static let memoryBound = 64 << 20

    init() throws { folder = try TemporaryFolder() }

    /// A run whose worker has come before its enemies; afterwards it goes on, and to the same bits.
    private func withEndlessRun(
        descriptors: Int? = nil, _ flags: [String] = [], _ attack: (EndlessRun, String) throws -> Void
    ) throws {
        let run = try EndlessRun.coordinator(
            run: folder.path("run"), descriptors: descriptors, flags + ["--checkpoint-every", "50"])
        let endpoint = try run.events.endpoint()
        let worker = try run.worker()
        try run.waitsForJoining(of: worker.pid)
        try run.waitsForProgress()
        let before = ProcessSize.memory(of: run.process.pid)
        try attack(run, endpoint)
        try run.waitsForProgress()
        let grown = ProcessSize.memory(of: run.process.pid) - before
        #expect(grown < Self.memoryBound, "\(grown >> 20) MiB")
        try run.stopsWithTheBitsOfAnUndisturbedRun()
        #expect(worker.result().status == 0)
    }

    enum Endless: CaseIterable {
        case frames, emptyFrames, greetings

        var piece: [UInt8] {
            switch self {
            case .frames: RawPeer.frame([UInt8](repeating: 7, count: 60_000), isLast: false)
            case .emptyFrames: (0..<100_000).flatMap { _ in [1, 0] as [UInt8] }
            case .greetings: RawPeer.greeting
            }
        }

        var reason: String { self == .greetings ? "flags" : "a message of more than" }
    }

    @Test(arguments: Endless.allCases) func aMessageWithoutEndEndsItsConnection(endless: Endless) throws {
        try withEndlessRun { run, endpoint in
            let (peer, piece, reason) = (try RawPeer(endpoint), endless.piece, endless.reason)
            for _ in 0..<1000 where !peer.send(piece) { break }
            #expect(peer.isClosedByTheOther)
            try run.events.waits(for: .peerDropped) { $0.reason?.contains(reason) ?? false }
        }
    }

    @Test func beginningsOfManyMessagesAreHeldToABound() throws {
        try withEndlessRun { run, endpoint in
            let peers = try (0..<100).map { _ in try RawPeer(endpoint) }
            let beginning = RawPeer.frame([UInt8](repeating: 7, count: 160_000), isLast: false)
            for _ in 0..<3 { for peer in peers { peer.offer(beginning) } }
            try run.waitsForProgress()
        }
    }

    @Test func whoeverSaysNothingTakesNoDescriptorsFromCheckpoints() throws {
        try withEndlessRun(descriptors: 256) { run, endpoint in
            // More than there can be: those that said nothing for longest make room.
            let peers = try (0..<1000).map { _ in try RawPeer(endpoint, greets: false) }
            try run.events.waits(for: .peersMuted)
            #expect(ProcessSize.descriptorCount(of: run.process.pid) < 200)
            try run.events.waits(for: .checkpointWritten, count: try run.checkpointCount() + 2) { _ in true }
            let late = try run.worker()
            try run.waitsForJoining(of: late.pid)
            for peer in peers { peer.close() }
            late.signal(SIGTERM)
            late.result()
        }
    }

    @Test func whoeverGreetsSlowlyIsGivenUp() throws {
        try withEndlessRun { run, endpoint in
            let slow = try RawPeer(endpoint, greets: false)
            slow.send(Array(RawPeer.greeting.prefix(30)))
            let silent = try RawPeer(endpoint)
            #expect(slow.isClosedByTheOther && silent.isClosedByTheOther)
            try run.events.waits(for: .peerDropped) { $0.reason?.contains("did not greet within 5") ?? false }
            try run.events.waits(for: .peerDropped) { $0.reason?.contains("said nothing within 10") ?? false }
        }
    }

    @Test func whoeverSpeaksSomethingElseIsSentAwayAtOnce() throws {
        try withEndlessRun { run, endpoint in
            let browser = try RawPeer(endpoint, greets: false)
            browser.send(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
            #expect(browser.isClosedByTheOther)
            try run.events.waits(for: .peerDropped) { $0.reason?.contains("does not speak ZeroMQ") ?? false }
        }
    }

    private static func message(_ message: Message) -> [UInt8] { RawPeer.frame(Envelope(message).headerBytes) }
    private static let hello = message(
        .hello(Hello(name: "storm", processor: "", numerics: "", threads: 1, datasetDigest: "")))
    private static let ready = message(.ready(Ready(probeDigest: "probe")))
    private static let farewell = message(.farewell(.leaving, text: ""))

    @Test func joiningAndLeavingInALoopIsHeldToARate() throws {
        try withEndlessRun { run, endpoint in
            let start = ContinuousClock.now
            // Of those in the storm none may be there any more when its hello is read.
            let first = try RawPeer(endpoint)
            first.send(Self.hello + Self.ready)
            try run.events.waits(for: .joined) { $0.worker == "storm" }
            for _ in 0..<600 {
                // Connections of this machine beyond the rate are closed: the storm goes on nevertheless.
                try RawPeer(endpoint).send(Self.hello + Self.ready + Self.farewell)
            }
            // However slow this machine is: more at once than any rate lets in.
            for _ in 0..<600 { _ = try RawPeer(endpoint, greets: false) }
            try run.events.waits(for: .peerDropped) { $0.reason?.contains("connects again and again") ?? false }
            try run.waitsForProgress()
            let joined = try run.events.entries.count { $0.event == .joined && $0.worker == "storm" }
            // 256 at once, 8 a second.
            let seconds = Int((ContinuousClock.now - start).components.seconds)
            #expect((1...(264 + 8 * seconds)).contains(joined), "\(joined) in \(seconds) s")
            first.close()
        }
    }

    @Test func helloAgainAndAgainEndsAConnection() throws {
        try withEndlessRun { run, endpoint in
            let peer = try RawPeer(endpoint)
            for _ in 0..<20 { peer.send(Self.hello + Self.ready) }
            #expect(peer.isClosedByTheOther)
            try run.events.waits(for: .peerDropped) { $0.reason?.contains("hello again and again") ?? false }
            let wordy = try PlayedWorker(String(repeating: "a", count: 5000), endpoint: endpoint)
            try wordy.sayHello()
            #expect(try wordy.refusal().code == .malformed)
        }
    }

    @Test func samplesAskedForByWhoDoesNotReadThemAreNotKept() throws {
        try withEndlessRun { run, endpoint in
            let request = Self.message(.sampleRequest(block: 0))
            let requests = (0..<1000).flatMap { _ in request }
            let peer = try RawPeer(endpoint)
            peer.send(Self.hello)
            for _ in 0..<200 { peer.offer(requests) }
            try run.waitsForProgress()
        }
    }
}
