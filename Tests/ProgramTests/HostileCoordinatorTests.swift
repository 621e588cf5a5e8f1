import Checkpoints
import Encoders
import Foundation
import Numerics
import TestKit
import Testing
import Upstream
import Wire

/// What a worker does with a coordinator that is broken or means harm: it ends with one line, or does not mind.
@Suite struct HostileCoordinatorTests {
    func expectLine(
        _ worker: ProgramRun, _ said: String, location: SourceLocation = #_sourceLocation
    ) {
        let result = worker.result(seconds: 60)
        let last = result.errors.split(separator: "\n").last.map(String.init) ?? ""
        #expect(result.status == 1, Comment(rawValue: result.errors), sourceLocation: location)
        #expect(
            last.hasPrefix("ssrm: ") && last.contains(said), Comment(rawValue: result.errors), sourceLocation: location)
    }

    /// The job's JSON with some values replaced, by their place like `settings.network`.
    static func job(_ changes: [String: any Sendable]) throws -> String {
        func change(_ object: Any, _ path: ArraySlice<Substring>, _ value: any Sendable) throws -> Any {
            guard let key = path.first else { return value }
            var object = try #require(object as? [String: Any])
            object[String(key)] = try change(object[String(key)] as Any, path.dropFirst(), value)
            return object
        }
        var job = try JSONSerialization.jsonObject(with: Data(PlayedCoordinator.job.json.utf8))
        for (path, value) in changes { job = try change(job, path.split(separator: ".")[...], value) }
        return String(decoding: try JSONSerialization.data(withJSONObject: job), as: UTF8.self)
    }

    struct BadJob: CustomTestStringConvertible {
        let changes: [String: any Sendable]
        let said: String

        init(_ changes: [String: any Sendable], _ said: String) { (self.changes, self.said) = (changes, said) }

        var testDescription: String { changes.description }
    }

    static let badJobs = [
        BadJob(["format": 99], "a job of form 99"),
        BadJob(["sampleCount": "many"], "can't be read"),
        BadJob(["sampleCount": 0], "can't be trained"),
        BadJob(["sampleCount": 1 << 39, "rows": 1 << 8, "columns": 1 << 8], "blocks of samples"),
        BadJob(["sampleCount": Int.max], "can't be trained"),
        BadJob(["rows": 1 << 40, "columns": 1 << 40], "can't be trained"),
        BadJob(["rows": 0], "can't be trained"),
        BadJob(["shardsPerStep": 0], "can't be trained"),
        BadJob(["shardsPerStep": Int.max], "can't be trained"),
        BadJob(["originalsPerShard": Int.max], "can't be trained"),
        BadJob(["steps": Int.max], "can't be trained"),
        BadJob(["steps": -1], "can't be trained"),
        BadJob(["excludedSamples": [[0, 41]]], "can't be trained"),
        BadJob(["excludedSamples": [[5, 4]]], "can't be"),
        BadJob(["settings.network.hidden_units": [Int.max]], "can't be"),
        BadJob(["settings.network.hidden_units": [1 << 27, 1 << 27]], "can't be"),
        BadJob(["settings.network.hidden_units": [Int]()], "can't be"),
        BadJob(["settings.network.kind": "toString"], "can't be"),
        BadJob(["settings.optimiser.learning_rate": 1e-60], "can't be trained"),
        BadJob(["settings.task.views": [String]()], "can't be"),
    ]

    @Test(arguments: badJobs)
    func aJobThatCannotBeTrainedIsRefused(bad: BadJob) throws {
        let coordinator = try PlayedCoordinator()
        let worker = try coordinator.startWorker()
        try coordinator.awaitHello()
        try coordinator.send(.welcome(try PlayedCoordinator.welcome(try Self.job(bad.changes))))
        expectLine(worker, bad.said)
    }

    @Test func aJobThatIsNoJSONIsRefused() throws {
        let coordinator = try PlayedCoordinator()
        let worker = try coordinator.startWorker()
        try coordinator.awaitHello()
        try coordinator.send(.welcome(try PlayedCoordinator.welcome("{")))
        expectLine(worker, "can't be read")
    }

    /// Each size is within its limit, and no machine has so much memory.
    @Test func aJobThatNoMemoryHoldsIsRefused() throws {
        let coordinator = try PlayedCoordinator()
        let worker = try coordinator.startWorker("--threads", "32")
        try coordinator.awaitHello()
        let large: [String: any Sendable] = [
            "settings.network.hidden_units": [1 << 24], "originalsPerShard": 1 << 20, "shardsPerStep": 1,
            "sampleCount": 1 << 20,
        ]
        try coordinator.send(.welcome(try PlayedCoordinator.welcome(try Self.job(large))))
        expectLine(worker, "MiB on 1 thread")
    }

    /// A worker that was given work, whose one block it asks for.
    func workerThatAsks(
        _ coordinator: PlayedCoordinator, _ flags: String..., isAsked: Bool = true
    ) throws -> ProgramRun {
        let worker = try ProgramRun(["worker", "--connect", coordinator.endpoint] + flags)
        try coordinator.welcomeUntilReady()
        try coordinator.send(.work(Self.work()), [RawFrame(PlayedCoordinator.job.initialParameters())])
        if isAsked { try coordinator.awaitRequest(ofBlock: 0) }
        return worker
    }

    func endsAfterItsReport(_ coordinator: PlayedCoordinator, _ worker: ProgramRun) throws {
        let report = try coordinator.hears { if case .leafReport(let report) = $0 { report } else { nil } }
        #expect(report.claim == 1 && report.content != .notFinite)
        try coordinator.send(.finish(.complete))
        #expect(worker.result().status == 0)
    }

    @Test func aBlockOfAnotherSizeIsRefused() throws {
        let coordinator = try PlayedCoordinator()
        let worker = try workerThatAsks(coordinator)
        try coordinator.send(.sampleBlock(block: 0), [RawFrame(FloatBlock(PlayedCoordinator.samples.dropLast(12)))])
        let told = try coordinator.hears { if case .farewell(.failed, let text) = $0 { text } else { nil } }
        #expect(told.contains("block 0 of the samples came with 468 values"))
        expectLine(worker, "block 0 of the samples came with 468 values")
    }

    @Test func aBlockThatWasAlteredOnItsWayIsAskedForAgain() throws {
        let coordinator = try PlayedCoordinator()
        let worker = try workerThatAsks(coordinator)
        let header = Envelope(.sampleBlock(block: 0), frames: [RawFrame(PlayedCoordinator.block)]).headerBytes
        try coordinator.send(header, [[1] + PlayedCoordinator.block.bytes.dropFirst()])
        try coordinator.sendBlock()
        try endsAfterItsReport(coordinator, worker)
    }

    @Test func blocksThatAllComeAlteredEndTheWorkerWithALine() throws {
        let coordinator = try PlayedCoordinator()
        let worker = try workerThatAsks(coordinator)
        let header = Envelope(.sampleBlock(block: 0), frames: [RawFrame(PlayedCoordinator.block)]).headerBytes
        for _ in 0..<5 { try coordinator.send(header, [[1] + PlayedCoordinator.block.bytes.dropFirst()]) }
        expectLine(worker, "came altered from the coordinator")
    }

    @Test(arguments: [1, 3, 5_000_000]) func aBlockThatWasNotAskedForIsPassedOver(block: Int) throws {
        let coordinator = try PlayedCoordinator()
        let worker = try workerThatAsks(coordinator)
        try coordinator.send(.sampleBlock(block: block), [RawFrame(PlayedCoordinator.block)])
        try coordinator.send(.sampleBlock(block: 0), [RawFrame(PlayedCoordinator.block)])
        try endsAfterItsReport(coordinator, worker)
    }

    @Test(arguments: [0, 4, 480 * 4 - 1, 480 * 4 + 32, 480 * 4 + 36])
    func aBlockInTheCacheThatIsNotWholeIsFetchedAgain(byteCount: Int) throws {
        let folder = try TemporaryFolder()
        let cache = folder.path("cache")
        for isFirst in [true, false] {
            let coordinator = try PlayedCoordinator()
            let worker = try workerThatAsks(coordinator, "--cache", cache)
            try coordinator.send(.sampleBlock(block: 0), [RawFrame(PlayedCoordinator.block)])
            try endsAfterItsReport(coordinator, worker)
            let name = try #require(try FileManager.default.contentsOfDirectory(atPath: cache).first)
            let content = try Data(contentsOf: URL(filePath: cache + "/" + name))
            #expect(content.prefix(480 * 4) == Data(PlayedCoordinator.block.bytes) && content.count == 480 * 4 + 32)
            // One byte is another, too.
            let altered = Data([content[0] ^ 1]) + content.dropFirst() + content
            if isFirst { try altered.prefix(byteCount).write(to: URL(filePath: cache + "/" + name)) }
        }
        // One that is whole is not asked for.
        let coordinator = try PlayedCoordinator()
        let worker = try workerThatAsks(coordinator, "--cache", cache, isAsked: false)
        let isAsked = try coordinator.hears { message -> Bool? in
            switch message {
            case .leafReport: false
            case .sampleRequest: true
            default: nil
            }
        }
        #expect(!isAsked)
        try coordinator.send(.finish(.complete))
        #expect(worker.result().status == 0)
    }

    /// Samples are recordings of people.
    @Test(arguments: [false, true]) func onlyItsOwnerMayReadWhatACacheKeeps(isThere: Bool) throws {
        let folder = try TemporaryFolder()
        let cache = folder.path("above/cache")
        if isThere {
            try folder.write("", to: "above/cache/notes.txt")
            #expect(chmod(cache, 0o755) == 0)
        }
        let coordinator = try PlayedCoordinator()
        let worker = try workerThatAsks(coordinator, "--cache", cache)
        try coordinator.send(.sampleBlock(block: 0), [RawFrame(PlayedCoordinator.block)])
        try endsAfterItsReport(coordinator, worker)
        func mode(_ path: String) -> mode_t {
            var status = stat()
            return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
        }
        #expect(mode(cache) == (isThere ? 0o755 : 0o700))
        if !isThere { #expect(mode(folder.path("above")) == 0o700) }
        let blocks = try FileManager.default.contentsOfDirectory(atPath: cache).filter { $0 != "notes.txt" }
        #expect(blocks.count == 1 && blocks.allSatisfy { $0.hasSuffix(".block") }, "\(blocks)")
        #expect(blocks.allSatisfy { mode(cache + "/" + $0) == 0o600 })
    }

    /// Nothing can be kept below a file; the work is done all the same, and a line says so once.
    @Test func aCacheThatCantBeWrittenToIsALineAndNothingIsLost() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("file")
        try Data().write(to: URL(filePath: path))
        let coordinator = try PlayedCoordinator()
        let worker = try workerThatAsks(coordinator, "--cache", path + "/cache")
        try coordinator.send(.sampleBlock(block: 0), [RawFrame(PlayedCoordinator.block)])
        try endsAfterItsReport(coordinator, worker)
        let lines = worker.errorsSoFar.split(separator: "\n").filter { $0.contains("going on without keeping") }
        #expect(lines.count == 1)
    }

    @Test func aWorkersMessageFromACoordinatorEndsIt() throws {
        let coordinator = try PlayedCoordinator()
        let worker = try coordinator.startWorker()
        try coordinator.awaitHello()
        try coordinator.send(.sampleRequest(block: 0))
        expectLine(worker, "is a worker, not a coordinator")
    }

    @Test func oneOfAnotherVersionEndsIt() throws {
        let coordinator = try PlayedCoordinator()
        let worker = try coordinator.startWorker()
        try coordinator.awaitHello()
        try coordinator.send(Envelope(.finish(.complete)).encodedHeader(version: protocolVersion + 1))
        expectLine(worker, "protocol version \(protocolVersion + 1)")
    }

    @Test func bytesThatAreNoMessageEndItWhenNothingElseComes() throws {
        let coordinator = try PlayedCoordinator()
        let worker = try coordinator.startWorker()
        try coordinator.awaitHello()
        for _ in 0..<5 { try coordinator.send([1, 2, 3]) }
        expectLine(worker, "can't be read")
    }

    @Test func aWorkerThatIsToldToWaitDoesSoBeyondItsPatience() throws {
        let coordinator = try PlayedCoordinator()
        let worker = try coordinator.startWorker("--patience", "10")
        for _ in 0..<3 {  // it says hello twice in the time of its patience
            try coordinator.awaitHello()
            try coordinator.send(.wait(Wait()))
        }
        try coordinator.welcomeUntilReady()
        try coordinator.send(.finish(.complete))
        #expect(worker.result().status == 0)
    }

    @Test func aWorkerThatIsToldToEndSaysFarewell() throws {
        let coordinator = try PlayedCoordinator()
        let worker = try coordinator.startWorker()
        try coordinator.welcomeUntilReady()
        worker.signal(SIGTERM)
        try coordinator.hears { if case .farewell(.leaving, _) = $0 { true } else { nil } }
        #expect(worker.result().status == 143)
    }
}
