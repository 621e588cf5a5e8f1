import Foundation
import Numerics
import TestKit
import Testing
import Wire

/// Blocks of samples that a relay keeps in a folder don't cross the coordinator's link again.
@Suite(.serialized, .onOwnThreads) struct RelayedBlocksTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Whether a relay with two workers, which keeps blocks in a folder, asks for the job's one block of samples, and
    /// what it says.
    private func relays(cache: String) throws -> (asks: Bool, errors: String) {
        let coordinator = try PlayedCoordinator()
        let relay = try ProgramRun([
            "relay", "--connect", coordinator.endpoint, "--listen", "tcp://127.0.0.1:*", "--cache", cache,
        ])
        let endpoint = relay.relayedEndpoint()
        let workers = try (0..<2).map { _ in try ProgramRun(["worker", "--connect", endpoint, "--threads", "1"]) }
        try coordinator.welcomeUntilReady()
        for worker in workers { #expect(relay.waits(for: ":\(worker.pid) joined")) }
        let parameters = [RawFrame(PlayedCoordinator.job.initialParameters())]
        try coordinator.send(.work(HostileCoordinatorTests.work()), parameters)
        var asks = false
        while try coordinator.hears({ message -> Bool? in
            switch message {
            case .sampleRequest: true
            case .leafReport: false
            default: nil
            }
        }) {
            asks = true
            try coordinator.send(.sampleBlock(block: 0), [RawFrame(PlayedCoordinator.block)])
        }
        try coordinator.send(.finish(.complete))
        for worker in workers { #expect(worker.result().status == 0) }
        let result = relay.result()
        #expect(result.status == 0)
        return (asks, result.errors)
    }

    @Test func aBlockThatIsInTheCacheIsNotAskedForByTheNextJob() throws {
        let cache = folder.path("cache")
        #expect(try relays(cache: cache).asks)
        let kept = try FileManager.default.contentsOfDirectory(atPath: cache)
        #expect(kept.count == 1 && kept[0].hasSuffix(".block"))
        #expect(try !relays(cache: cache).asks)
    }

    @Test func aBlockThatWasAlteredInTheCacheIsToldOfAndAskedForAnew() throws {
        let cache = folder.path("cache")
        #expect(try !relays(cache: cache).errors.contains("is not what was kept there"))
        for name in try FileManager.default.contentsOfDirectory(atPath: cache) {
            let file = URL(filePath: cache + "/" + name)
            var bytes = try Data(contentsOf: file)
            bytes[3] ^= 1
            try bytes.write(to: file)
        }
        let second = try relays(cache: cache)
        #expect(second.asks && second.errors.contains("is not what was kept there"))
    }
}
