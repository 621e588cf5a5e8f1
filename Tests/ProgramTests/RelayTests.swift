import Foundation
import TestKit
import Testing

/// A relay is one worker to its coordinator and a coordinator to its workers, and changes no bit.
@Suite(.serialized, .onOwnThreads) struct RelayTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private struct Relay {
        let process: ProgramRun
        let endpoint: String

        init(for coordinator: String, at listen: String = "tcp://127.0.0.1:*", _ flags: String...) throws {
            process = try ProgramRun(["relay", "--connect", coordinator, "--listen", listen] + flags)
            endpoint = process.relayedEndpoint()
        }

        func worker(_ flags: String...) throws -> ProgramRun {
            try ProgramRun(["worker", "--connect", endpoint] + flags)
        }
    }

    @Test(arguments: ["float32", "bfloat16"]) func theBitsAreThoseWithoutRelays(wire: String) throws {
        let run = try EndlessRun.coordinator(run: folder.path("run"), job: ["--wire", wire])
        let first = try Relay(for: run.events.endpoint())
        let second = try Relay(for: first.endpoint, "--data", Pretraining.dataset.get())
        let workers = try [
            first.worker("--threads", "2"), first.worker("--data", Pretraining.dataset.get()), second.worker(),
            run.worker(),
        ]
        try run.waitsForJoining(of: first.process.pid)
        try run.waitsForJoining(of: workers[3].pid)
        #expect(first.process.waits(for: ":\(second.process.pid) joined"))
        for worker in workers { #expect(worker.waits(for: "joined the job")) }
        try run.waitsForProgress()
        try run.stopsWithTheBitsOfAnUndisturbedRun()
        for process in workers + [first.process, second.process] {
            let result = process.result()
            #expect(result.status == 0, Comment(rawValue: result.errors))
            #expect(result.errors.contains("the coordinator or relay stopped"))
        }
    }

    @Test func whoeverDiesBelowOrBetweenCostsNoBit() throws {
        let run = try EndlessRun.coordinator(run: folder.path("run"), "--lease", "1", "--heartbeat", "0.2")
        let relay = try Relay(for: run.events.endpoint())
        let workers = try (0..<2).map { _ in try relay.worker() }
        try run.waitsForJoining(of: relay.process.pid)
        for worker in workers { #expect(relay.process.waits(for: ":\(worker.pid) joined")) }
        try run.waitsForProgress()
        workers[0].signal(SIGKILL)
        #expect(relay.process.waits(for: ":\(workers[0].pid) was not heard of"))
        try run.waitsForProgress()
        // Nobody is left below: the relay's leaves go to a worker of the coordinator's own.
        workers[1].signal(SIGKILL)
        #expect(relay.process.waits(for: ":\(workers[1].pid) was not heard of"))
        let own = try run.worker()
        try run.waitsForJoining(of: own.pid)
        try run.waitsForProgress()
        let third = try relay.worker()
        #expect(relay.process.waits(for: ":\(third.pid) joined"))
        // The relay dies with leaves in hand; its worker comes to the next one at the same place.
        relay.process.signal(SIGKILL)
        relay.process.result()
        _ = try run.events.waits(for: .silent) { $0.pid == relay.process.pid }
        let next = try Relay(for: run.events.endpoint(), at: relay.endpoint)
        try run.waitsForJoining(of: next.process.pid)
        #expect(next.process.waits(for: ":\(third.pid) joined"))
        try run.waitsForProgress()
        try run.stopsWithTheBitsOfAnUndisturbedRun()
    }

    @Test func anotherJobsCoordinatorAtTheSamePlaceIsServedWithItsBits() throws {
        let first = try EndlessRun.coordinator(run: folder.path("first"), "--lease", "1", "--heartbeat", "0.2")
        let endpoint = try first.events.endpoint()
        let relay = try Relay(for: endpoint)
        let worker = try relay.worker()
        try first.waitsForJoining(of: relay.process.pid)
        try first.waitsForProgress()
        first.process.signal(SIGKILL)
        _ = first.process.result()
        let second = try EndlessRun.coordinator(
            run: folder.path("second"), at: endpoint, job: ["--seed", "8"], "--lease", "1", "--heartbeat", "0.2")
        try second.waitsForJoining(of: relay.process.pid)
        try second.waitsForProgress()
        try second.stopsWithTheBitsOfAnUndisturbedRun()
        for process in [relay.process, worker] {
            let result = process.result()
            #expect(result.status == 0, Comment(rawValue: result.errors))
        }
    }

    @Test func whoIsHeldUpWhileTheJobEndsIsSentAwayAllTheSame() throws {
        let run = try EndlessRun.coordinator(run: folder.path("run"), "--lease", "1", "--heartbeat", "0.2")
        let relay = try Relay(for: run.events.endpoint())
        let worker = try relay.worker()
        try run.waitsForJoining(of: relay.process.pid)
        // With its samples: while they come, they fill what the system keeps for who does not read.
        try run.waitsForProgress()
        worker.signal(SIGSTOP)
        #expect(relay.process.waits(for: ":\(worker.pid) was not heard of"))
        _ = try run.stop()
        #expect(relay.process.result().status == 0)
        worker.signal(SIGCONT)
        let result = worker.result()
        #expect(result.status == 0, Comment(rawValue: result.errors))
        #expect(result.errors.contains("the coordinator or relay stopped"))
    }

    @Test func whoWorkedForARunThatFailedIsToldWhatEndedIt() throws {
        let run = try EndlessRun.coordinator(run: folder.path("run"), job: ["--learning-rate", "1e38"])
        let relay = try Relay(for: run.events.endpoint())
        for process in try [relay.worker(), relay.process] {
            let result = process.result()
            #expect(result.status == 0, Comment(rawValue: result.errors))
            let reason = "the coordinator or relay could not go on: the gradient of step "
            #expect(result.errors.contains(reason), Comment(rawValue: result.errors))
        }
        #expect(run.process.result().status == 1)
    }

    @Test func aRelayThatIsStoppedSendsItsWorkersAway() throws {
        let run = try EndlessRun.coordinator(run: folder.path("run"))
        let relay = try Relay(for: run.events.endpoint())
        let worker = try relay.worker()
        try run.waitsForJoining(of: relay.process.pid)
        try run.waitsForProgress()
        relay.process.signal(SIGTERM)
        #expect(relay.process.result().status == 128 + SIGTERM)
        let result = worker.result()
        #expect(result.status == 0 && result.errors.contains("the coordinator or relay stopped"))
        _ = try run.events.waits(for: .left) { $0.pid == relay.process.pid }
        _ = try run.stop()
    }

    @Test func relaysInARingSaySoAndEnd() throws {
        // A port that was free a moment ago, for the relay that the first one looks for.
        let place = try Relay(for: "tcp://127.0.0.1:1")
        place.process.signal(SIGTERM)
        place.process.result()
        let first = try Relay(for: place.endpoint)
        let second = try Relay(for: first.endpoint, at: place.endpoint)
        let results = [first.process.result(), second.process.result()]
        let said = results.filter { $0.errors.contains("ssrm: 2 relays wait for one another in a ring") }
        #expect(!said.isEmpty && said.allSatisfy { $0.status == 1 }, "\(results)")
    }

    @Test func aWorkerOfARelayWithoutAJobIsToldWhomItWaitsFor() throws {
        let relay = try Relay(for: "tcp://127.0.0.1:1", "--patience", "100000")
        let worker = try relay.worker("--patience", "4")
        #expect(worker.waits(for: "\(relay.endpoint) is a relay that waits for its own coordinator, and has no job"))
        relay.process.signal(SIGTERM)
        relay.process.result()
        #expect(worker.result().errors.contains("the coordinator or relay stopped"))
    }

    @Test func whatARelayCanNotDoIsOneLine() throws {
        let silent = try ProgramRun.ssrm(
            "relay", "--connect", "tcp://127.0.0.1:1", "--listen", "tcp://127.0.0.1:*", "--patience", "0.5")
        #expect(silent.status == 1 && silent.errors.contains("nothing was heard of a coordinator"))
        let open = try ProgramRun.ssrm("relay", "--connect", "tcp://127.0.0.1:1", "--listen", "tcp://0.0.0.0:*")
        #expect(open.status == 1 && open.errors.contains("--plaintext-network"), Comment(rawValue: open.errors))
        let nowhere = try ProgramRun.ssrm("relay", "--connect", "here", "--listen", "tcp://127.0.0.1:*")
        #expect(nowhere.status == 2 && nowhere.errors.contains("--connect"))
    }
}
