import Foundation
import Numerics
import TestKit
import Testing
import Wire

extension HostileCoordinatorTests {
    /// A whole file is what it says of itself, and not what its name says.
    @Test func aBlockThatLiesInTheCacheUnderAnotherOnesNameIsFetchedAgain() throws {
        let folder = try TemporaryFolder()
        let cache = folder.path("cache")
        func blocks() throws -> Set<String> { try Set(FileManager.default.contentsOfDirectory(atPath: cache)) }
        /// Lets a worker compute for a job on a dataset, whose one block it has to ask for.
        func fetches(dataset: String) throws {
            let coordinator = try PlayedCoordinator()
            let worker = try coordinator.startWorker("--cache", cache)
            try coordinator.awaitHello()
            let job = try Self.job(["datasetDigest": String(repeating: dataset, count: 32)])
            try coordinator.send(.welcome(try PlayedCoordinator.welcome(job)))
            try coordinator.hears { if case .ready = $0 { true } else { nil } }
            try coordinator.send(.work(Self.work()), [RawFrame(PlayedCoordinator.job.initialParameters())])
            try coordinator.sendBlock()
            try endsAfterItsReport(coordinator, worker)
        }
        try fetches(dataset: "ab")
        let first = try #require(try blocks().first)
        try fetches(dataset: "cd")
        let second = try #require(try blocks().subtracting([first]).first)
        try FileManager.default.removeItem(atPath: cache + "/" + second)
        try FileManager.default.copyItem(atPath: cache + "/" + first, toPath: cache + "/" + second)
        try fetches(dataset: "cd")
    }
}
