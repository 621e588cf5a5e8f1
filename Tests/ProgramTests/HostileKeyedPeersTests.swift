import Foundation
import Messaging
import Numerics
import TestKit
import Testing
import Wire

/// With keys neither strangers nor somebody with a listed key take memory or time beyond what `Wire`'s page says.
@Suite(.serialized, .onOwnThreads) struct HostileKeyedPeersTests {
    private let folder: TemporaryFolder
    private let head: TestKeys
    /// No attack of these tests makes a coordinator hold more beside what it held.
    private static let memoryBound = 64 << 20

    init() throws {
        folder = try TemporaryFolder()
        head = try TestKeys.make(in: folder.path("head"))
    }

    /// A run whose worker has come before its enemies; afterwards it goes on, and to the same bits.
    private func withKeyedRun(_ attack: (EndlessRun, TestKeys) throws -> Void) throws {
        let run = try EndlessRun.coordinator(
            run: folder.path("run"), descriptors: nil,
            ["--keys", head.folder, "--lease", "3600", "--heartbeat", "60"])
        let worker = try run.worker("--keys", try head.issue("honest").folder)
        try run.waitsForJoining(of: worker.pid)
        try run.waitsForProgress()
        let before = ProcessSize.memory(of: run.process.pid)
        try attack(run, try head.issue("hostile"))
        try run.waitsForProgress()
        let grown = ProcessSize.memory(of: run.process.pid) - before
        #expect(grown < Self.memoryBound, "\(grown >> 20) MiB")
        try run.stopsWithTheBitsOfAnUndisturbedRun()
        #expect(worker.result().status == 0)
    }

    private static let greeting = RawPeer.greeting(mechanism: "CURVE")
    /// HELLO by its form, and what can't be opened.
    private static let hello: [UInt8] = [4, 200, 5] + Array("HELLO".utf8) + [1, 0] + [UInt8](repeating: 9, count: 192)

    @Test func strangersWithoutAKeyHoldNothing() throws {
        try withKeyedRun { run, _ in
            let endpoint = try run.events.endpoint()
            let halfOpen = try (0..<60).map { _ in try RawPeer(endpoint, greets: false) }
            for peer in halfOpen { peer.send(Self.greeting) }
            for body in [Self.hello, [6] + [UInt8](repeating: 255, count: 8), RawPeer.frame([1, 2, 3])] {
                let peer = try RawPeer(endpoint, greets: false)
                peer.send(Self.greeting + body)
                #expect(peer.isClosedByTheOther)
            }
            try run.waitsForProgress()
            for peer in halfOpen { peer.close() }
            #expect(try run.events.entries.count { $0.event == .joined } == 1)
        }
    }

    @Test func messagesWithoutEndOfWhoHasAKeyEndTheirConnection() throws {
        try withKeyedRun { run, keys in
            let peers = try (0..<20).map { try PlayedWorker("w\($0)", endpoint: run.events.endpoint(), keys: keys) }
            let frames = [[UInt8]](repeating: [UInt8](repeating: 7, count: 160_000), count: 20)
            for peer in peers { try peer.send([1], frames) }
            try run.events.waits(for: .peerDropped, count: 5) { $0.reason?.contains("a message of more than") ?? false }
        }
    }

    @Test func aFrameBeyondItsBoundEndsTheConnectionAtOnce() throws {
        try withKeyedRun { run, keys in
            let peer = try PlayedWorker("w", endpoint: run.events.endpoint(), keys: keys)
            try peer.send([1], [[UInt8](repeating: 7, count: 300_000)])
            try run.events.waits(for: .peerDropped) { $0.reason?.contains("a frame of 300033 bytes") ?? false }
        }
    }

    @Test func helloAgainAndAgainOfWhoHasAKeyEndsAConnection() throws {
        try withKeyedRun { run, keys in
            let peer = try PlayedWorker("storm", endpoint: run.events.endpoint(), keys: keys)
            for _ in 0..<20 { try peer.sayHello() }
            try run.events.waits(for: .peerDropped) { $0.reason?.contains("hello again and again") ?? false }
        }
    }

    @Test func samplesAskedForAgainAndAgainAreNotKept() throws {
        try withKeyedRun { run, keys in
            let peer = try PlayedWorker("thirsty", endpoint: run.events.endpoint(), keys: keys)
            try peer.sayHello()
            for _ in 0..<900 { try? peer.send(.sampleRequest(block: 0)) }
            try run.waitsForProgress()
        }
    }

    @Test func whoLiedIsKeptOutByItsKeyUnderWhateverName() throws {
        let run = try EndlessRun.coordinator(
            run: folder.path("run"), descriptors: nil, ["--keys", head.folder, "--audit", "1"])
        let keys = try head.issue("liar")
        let honest = try run.worker("--keys", try head.issue("honest").folder)
        try run.waitsForJoining(of: honest.pid)
        try run.waitsForProgress()
        let liar = try LyingWorker("here:1", endpoint: run.events.endpoint(), keys: keys, from: 0)
        try liar.isSentAway()
        try run.events.waits(for: .lied) { $0.worker == "liar/here:1" }
        let again = try PlayedWorker("another name", endpoint: run.events.endpoint(), keys: keys)
        try again.sayHello()
        #expect(try again.refusal().code == .refuted)
        try run.stopsWithTheBitsOfAnUndisturbedRun()
    }
}
