import Checkpoints
import Encoders
import Foundation
import Numerics
import TestKit
import Testing
import Upstream
import Wire

/// Work that a broken or hostile coordinator gives.
extension HostileCoordinatorTests {
    static let parameterCount = PlayedCoordinator.job.network.parameterCount

    static func work(claim: UInt64 = 1, step: Int = 0, leaves: Range<Int> = 0..<5) -> Work {
        Work(claim: claim, round: step, leaves: leaves, releasedBelow: 0)
    }

    @Test(arguments: [
        (work(step: 10), parameterCount), (work(step: 1 << 40), parameterCount), (work(leaves: 0..<6), parameterCount),
        (work(leaves: 5..<6), parameterCount), (work(leaves: 1 << 31..<1 << 31 + 5), parameterCount),
        (work(), parameterCount - 1), (work(), parameterCount + 1), (work(), 1),
    ])
    func workThatDoesNotFitTheJobIsRefused(work: Work, parameterCount: Int) throws {
        let coordinator = try PlayedCoordinator()
        let worker = try coordinator.startWorker()
        try coordinator.welcomeUntilReady()
        try coordinator.send(.work(work), [RawFrame(FloatBlock(count: parameterCount))])
        expectLine(worker, "work that does not fit its job")
    }

    @Test(arguments: [true, false]) func workBeforeTheWorkerIsReadyIsRefused(isWelcome: Bool) throws {
        let coordinator = try PlayedCoordinator()
        let worker = try coordinator.startWorker()
        try coordinator.awaitHello()
        // Of the welcome and the work the worker hears at once, before it has computed its probe.
        #expect(worker.stop())
        if isWelcome { try coordinator.send(.welcome(try PlayedCoordinator.welcome())) }
        try coordinator.send(.work(Self.work()), [RawFrame(FloatBlock(count: Self.parameterCount))])
        worker.signal(SIGCONT)
        expectLine(worker, "work that does not fit its job")
    }

    @Test func afterParametersThatWereAlteredOnTheirWayTheWorkerSaysHelloAgainAndGoesOn() throws {
        let coordinator = try PlayedCoordinator()
        let worker = try workerThatAsks(coordinator)
        let parameters = FloatBlock(count: Self.parameterCount)
        let header = Envelope(.work(Self.work(claim: 2)), frames: [RawFrame(parameters)]).headerBytes
        try coordinator.send(header, [[1] + parameters.array.withUnsafeBytes { Array($0) }.dropFirst()])
        try coordinator.welcomeUntilReady()
        #expect(
            worker.waits(for: "was altered on its way: its checksum is not the header's; saying hello again"))
        try coordinator.send(.work(Self.work(claim: 1)), [RawFrame(PlayedCoordinator.job.initialParameters())])
        try coordinator.sendBlock()
        try endsAfterItsReport(coordinator, worker)
    }

    @Test func aHeaderThatWasAlteredOnItsWayIsNotRead() throws {
        let coordinator = try PlayedCoordinator()
        let worker = try coordinator.startWorker()
        try coordinator.awaitHello()
        // Another seed, and so another job: the bit of a digit.
        let header = Envelope(.welcome(try PlayedCoordinator.welcome())).headerBytes
        let seed = try #require(header.indices.first { header[$0...].starts(with: "\"seed\"".utf8) })
        var altered = header
        let digit = try #require(header[(seed + 6)...].firstIndex(of: UInt8(ascii: "7")))
        altered[digit] ^= 1
        try coordinator.send(altered)
        try coordinator.welcomeUntilReady()
        try coordinator.send(.finish(.complete))
        #expect(worker.result().status == 0)
    }

    @Test func workWithoutParametersIsNotTakenForInHandAndWorkWithThemIsDone() throws {
        let coordinator = try PlayedCoordinator()
        let worker = try coordinator.startWorker()
        try coordinator.welcomeUntilReady()
        try coordinator.send(.work(Self.work(claim: 7)))
        // Two signs of life, as one may have been on its way.
        for _ in 0..<2 {
            let claim = try coordinator.hears { if case .heartbeat(let life) = $0 { life.claim ?? 0 } else { nil } }
            #expect(claim == 0)
        }
        try coordinator.send(
            .work(Self.work(claim: 8)), [RawFrame(PlayedCoordinator.job.initialParameters())])
        try coordinator.sendBlock()
        let report = try coordinator.hears { if case .leafReport(let report) = $0 { report } else { nil } }
        #expect(report.claim == 8 && report.round == 0 && report.leaves == 0..<5)
        try coordinator.send(.finish(.stopped))
        #expect(worker.result().status == 0)
    }

    @Test func parametersThatAreNotFiniteAreSaidToGiveNoFiniteSum() throws {
        let coordinator = try PlayedCoordinator()
        let worker = try coordinator.startWorker()
        try coordinator.welcomeUntilReady()
        let parameters = FloatBlock([Float](repeating: .nan, count: Self.parameterCount))
        try coordinator.send(.work(Self.work()), [RawFrame(parameters)])
        try coordinator.sendBlock()
        let report = try coordinator.hears { if case .leafReport(let report) = $0 { report } else { nil } }
        #expect(report.content == .notFinite)
        // It is not the worker's fault, and it goes on.
        try coordinator.send(
            .work(Self.work(claim: 2)), [RawFrame(PlayedCoordinator.job.initialParameters())])
        let next = try coordinator.hears { if case .leafReport(let report) = $0 { report } else { nil } }
        #expect(next.claim == 2 && next.content != .notFinite)
        try coordinator.send(.finish(.complete))
        #expect(worker.result().status == 0)
    }
}
